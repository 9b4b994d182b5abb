/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "config/settings.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target.h"

/* A sluice.conf of anybody's: it is read or refused, and whatever was refused keeps its default. */

static const char *const extra[] = {
    "[kafka]\nbootstrap.servers = a:1, b:2\nsasl.password=\\d#;=\n\n# c\n; c\n[registry]\n"
    "url=http://a:8081/x\n",
    "\xef\xbb\xbf[gateway]\r\nendpoints=[::1]:9090,https://a/b\r\ntransport=buffered\r\ntls=on\r\n",
    "[ingest]\nmappings=a,b\nmemory=1T\nerrors.limit=50%\nlinger.ms=600000\n[http]\nlisten=a:1\n",
    "[ingest\nmemory=1\n=\n[x]\ny\n[]\nmemory=1\n",
    "[bulkload]\nmemory=9007199254740993KiB\njobs=4294967296\n[gateway]\nidle.timeout=24d\n",
};

/* Every setting as it would be written, one seed for each. */
GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (size_t i = 0; i < G_N_ELEMENTS(extra); i++)
    g_ptr_array_add(seeds, g_bytes_new_static(extra[i], strlen(extra[i])));
  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    const char *dot = strchr(setting->name, '.');
    char *text = g_strdup_printf("[%.*s]\n%s = %s\n", (int)(dot - setting->name), setting->name,
                                 dot + 1, setting->fallback);

    g_ptr_array_add(seeds, g_bytes_new_take(text, strlen(text)));
  }
  return seeds;
}

static void
check_that_all_is_readable_again(const Config *config)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) other = config_read(&(ConfigSources){.path = "/dev/null"}, &faults);

  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    g_autofree char *shown = setting_show(setting, config);
    g_autofree char *again = NULL;
    g_autoptr(GError) error = NULL;

    if (setting->kind == SETTING_KAFKA || setting->kind == SETTING_SECRET)
      continue;
    setting_assign(setting, other, shown, &error);
    g_assert_no_error(error);
    again = setting_show(setting, other);
    g_assert_cmpstr(again, ==, shown);
  }
}

static void
count_setting(void *count, const char *name, const char *value, const char *origin)
{
  g_assert_true(name != NULL && value != NULL && origin != NULL);
  ++*(unsigned *)count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  int file = memfd_create("sluice.conf", 0);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) config = NULL;
  unsigned count = 0;

  g_assert_cmpint(write(file, data, size), ==, (gssize)size);
  config = config_read(&(ConfigSources){.path = path}, &faults);
  close(file);
  config_show(config, count_setting, &count);
  g_assert_cmpuint(count, >, 0);
  check_that_all_is_readable_again(config);
  for (size_t i = 0; i < fault_list_length(&faults); i++)
    g_assert_null(strchr(fault_list_get(&faults, i), '\n'));
  return 0;
}
