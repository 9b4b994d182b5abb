/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "target.h"

/* Any text in a log line comes out of its JSON whole, and any line makes JSON. */

static const char *const seeds[] = {
    "rejected topic=orders partition=2 offset=88 reason=\"not a number: 'abc'\"",
    "waiting, nothing is lost reason='it''s \"so\"' hint='x=y'",
    "a b=c d=-12 e='' f=\"\"",
    "a sentence: with b=c",
};

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++)
    g_ptr_array_add(all, g_bytes_new_static(seeds[i], strlen(seeds[i])));
  return all;
}

/* The object that the line makes. */
static JsonNode *
parse(const char *line)
{
  g_autoptr(GString) json = g_string_new("{\"a\":1");
  g_autoptr(GError) error = NULL;
  JsonNode *node;

  event_append_members(json, line);
  g_string_append_c(json, '}');
  node = json_from_string(json->str, &error);
  g_assert_no_error(error);
  return node;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = size == 0 ? g_strdup("") : g_strndup((const char *)data, size);
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autofree char *value = event_value(text);
  g_autofree char *line = g_strdup_printf("told value=%s", value);
  g_autoptr(JsonNode) as_line = parse(text);
  g_autoptr(JsonNode) as_value = parse(line);

  g_assert_cmpstr(json_object_get_string_member(json_node_get_object(as_value), "value"), ==,
                  valid);
  return 0;
}
