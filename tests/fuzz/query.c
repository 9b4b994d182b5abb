/* SPDX-License-Identifier: Apache-2.0 */
#include "console/query.h"

#include <string.h>

#include "target.h"

/* A question about rows, of any parameters: it is refused, or names bounded rows of the table. */

static const char mapping[] =
    "{\"table\":\"t\",\"topic\":\"t\",\"record\":{\"format\":\"json\"},\"key\":{\"separator\":\"#"
    "\","
    "\"parts\":[{\"field\":\"a\",\"as\":\"long\"},{\"hash\":4,\"of\":[\"b\"]},\"b\"]},"
    "\"timestamp\":\"record\",\"families\":{\"f\":{\"columns\":[\"a\"]}}}";

static const char *const seeds[] = {
    "table=t\nkey=a\\x00\\xff\nversions=3\nrows=5\nfrom_ms=1\nuntil_ms=9\n",
    "table=t\nprefix=\\xff\ncolumns=f,f:q,g:\\x2c\nafter=61.66.71\n",
    "table=t\npart0=-7\npart1=x\n",
    "table=t\nnewest=1\nafter=61ff\n",
    "table=t\nkey=k\nfamily=f\nqualifier=\ntimestamp_ms=5\n",
};

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++)
    g_ptr_array_add(all, g_bytes_new_static(seeds[i], strlen(seeds[i])));
  return all;
}

static const char *
get(const void *self, const char *name)
{
  for (char *const *pair = self; *pair != NULL; pair++)
    if (g_str_has_prefix(*pair, name) && (*pair)[strlen(name)] == '=')
      return *pair + strlen(name) + 1;
  return NULL;
}

static void
check_place(const ConsoleQuery *query)
{
  g_autofree char *text = console_place_text(&query->place);

  if (query->has_place)
    g_assert_cmpuint(strlen(text), >=, 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static Mapping *known;
  g_autofree char *text = size == 0 ? g_strdup("") : g_strndup((const char *)data, size);
  g_auto(GStrv) pairs = g_strsplit(text, "\n", -1);
  const ConsoleParameters parameters = {pairs, get};
  g_auto(FaultList) faults = {0};
  g_autoptr(ConsoleQuery) rows = NULL;
  g_autoptr(ConsoleQuery) value = NULL;

  if (known == NULL)
    known = mapping_parse("fuzz.json", mapping, strlen(mapping), &faults);
  g_assert_nonnull(known);
  rows =
      console_query_rows(&parameters, (ConsoleMappings){(const Mapping *const *)&known, 1}, NULL);
  value =
      console_query_value(&parameters, (ConsoleMappings){(const Mapping *const *)&known, 1}, NULL);
  if (rows != NULL) {
    g_assert_cmpuint(rows->rows, <=, 100);
    g_assert_cmpuint(rows->versions, <=, 10);
    check_place(rows);
  }
  if (value != NULL)
    g_assert_cmpuint(value->place.row.len, >, 0);
  return 0;
}
