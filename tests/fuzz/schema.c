/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"
#include "json/json.h"

#include "target.h"

/* Schemas as a registry might send them: parsed, printed, and matched with themselves and with a
 * schema of ours. */

static const char *const ours =
    "{\"type\":\"record\",\"name\":\"R\",\"aliases\":[\"Every\",\"Node\"],\"fields\":["
    "{\"name\":\"x\",\"type\":[\"null\",\"long\",\"string\",{\"type\":\"array\",\"items\":"
    "[\"null\",\"double\"]}],\"default\":null},"
    "{\"name\":\"home\",\"default\":{},\"type\":{\"type\":\"record\",\"name\":\"H\",\"fields\":["
    "{\"name\":\"city\",\"type\":\"string\",\"default\":\"\"}]}}]}";

static const char *const extra[] = {
    "{\"type\":\"record\",\"name\":\"a.R\",\"fields\":[{\"name\":\"x\",\"type\":{\"type\":"
    "\"fixed\",\"name\":\"F\",\"size\":12,\"logicalType\":\"duration\"},\"aliases\":[\"y\"],"
    "\"default\":\"\\u0000\\u00ff\"},{\"name\":\"b\",\"type\":[\"null\",\"R\"],\"default\":null}]}",
    "[\"null\",{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"],\"default\":\"A\"}]",
    "\xEF\xBB\xBF/* a */ {\"type\":\"fixed\",\"name\":\"my-server.db.9\",\"size\":0} /* b */",
    "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}",
};

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "datum", "resolution.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) json = json_load(path, &error);

  if (json == NULL)
    g_error("%s (set SLUICE_SOURCE_ROOT)", error->message);
  for (guint i = 0; i < json_array_get_length(json_node_get_array(json)); i++) {
    JsonObject *object = json_array_get_object_element(json_node_get_array(json), i);
    char *text = json_to_string(json_object_get_member(object, "reader"), FALSE);

    g_ptr_array_add(seeds, g_bytes_new_take(text, strlen(text)));
  }
  for (size_t i = 0; i < G_N_ELEMENTS(extra); i++)
    g_ptr_array_add(seeds, g_bytes_new_static(extra[i], strlen(extra[i])));
  return seeds;
}

static void
plan_and_run(Schema *writer, Schema *reader)
{
  static const char *const paths[] = {"x", "home", "home.city"};
  g_auto(PlanOutput) output = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan =
      plan_new(writer, &(PlanFields){reader, paths, G_N_ELEMENTS(paths)}, &error);

  if (plan == NULL) {
    g_assert_error(error, FAULT, FAULT_SETUP);
    return;
  }
  plan_output_init(&output, G_N_ELEMENTS(paths));
  plan_run(plan, slice("\2\4\2\2\2\2\0\0\0\0\0\0\0\0", 14), &output, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) schema = schema_parse_writer("input", (const char *)data, len, &error);

  if (schema == NULL) {
    g_assert_error(error, FAULT, FAULT_SETUP);
    return 0;
  }

  g_autoptr(Schema) reader = schema_parse("ours", ours, strlen(ours), NULL);
  g_autofree char *canonical = schema_canonical(schema);
  g_autoptr(Schema) again = schema_parse_writer("canonical", canonical, strlen(canonical), &error);

  g_assert_no_error(error);
  g_assert_true(schema_fingerprint(again) == schema_fingerprint(schema));
  plan_and_run(schema, reader);
  plan_and_run(reader, schema);
  plan_and_run(schema, schema);
  return 0;
}
