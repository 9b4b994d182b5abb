/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"
#include "json/fields.h"

#include "target.h"

/* Documents of records, read by paths and by json-glib: what that takes, after its own checks, the
 * reader takes, and a text at the top is the same. */

static const char *const paths[] = {"a",        "b.c",   "b",  "d[0].e", "d[1]",
                                    "f[k=x].v", "g\\.h", "k1", "k2",     "k3"};

static const char *const seeds[] = {
    "{\"a\": \"\\u00e4\\ud83d\\ude00\\n\", \"b\": {\"c\": 1.50, \"x\": [NaN, -Infinity]}}",
    "{\"d\":[{\"e\":true},[1,2.0,{}]],\"f\":[{\"v\":0,\"k\":\"y\"},{\"v\":1,\"k\":\"x\"}],\"g.h\":"
    "null}",
    "{\"k1\":9223372036854775808,\"k2\":1234567890123456789.0,\"k3\":1e-7,\"a\":\"\xC3\xA4\"}",
    "\xEF\xBB\xBF{ }",
};

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++)
    g_ptr_array_add(list, g_bytes_new_static(seeds[i], strlen(seeds[i])));
  return list;
}

/* json-glib ends texts at U+0000 and has a stand-in for it. */
static void
compare_text(JsonObject *object, const Value *value)
{
  JsonNode *node = json_object_get_member(object, "a");

  if (node == NULL || json_node_get_value_type(node) != G_TYPE_STRING ||
      strstr(json_node_get_string(node), "\xEF\xB7\x90") != NULL)
    return;

  Slice text = slice_text(json_node_get_string(node));

  g_assert_cmpint(value->kind, ==, VALUE_TEXT);
  g_assert_cmpmem(value->text.data, value->text.len, text.data, text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  static const JsonTypes types[] = {JSON_TEXTS, JSON_OWN_TYPES};
  g_autofree uint8_t *copy = g_memdup2(data, len); /* so that a step too far is seen */
  g_autoptr(JsonNode) json = json_parse("input", (const char *)data, len, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonFields) reader = json_fields_new(paths, G_N_ELEMENTS(paths), types[i], NULL);
    const Value *values = json_fields_read(reader, slice(copy, len), &error);

    if (values == NULL) {
      g_assert_error(error, FAULT, FAULT_RECORD);
      g_assert_false(json != NULL && JSON_NODE_HOLDS_OBJECT(json));
    } else if (json != NULL && types[i] == JSON_OWN_TYPES) {
      compare_text(json_node_get_object(json), &values[0]);
    }
  }
  return 0;
}
