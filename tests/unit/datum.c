/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"
#include "json/json.h"
#include "text/text.h"

#include <math.h>

/* Datums that fastavro wrote and what fastavro reads in them: tests/golden/datum/make.py. */

typedef struct {
  const char *name;
  JsonObject *json;  /* borrowed */
  Schema *writer;    /* owned */
  Schema *reader;    /* owned */
  GPtrArray *paths;  /* owned, of borrowed names; NULL-ended */
  Plan *plan;        /* owned; NULL: refused */
  PlanOutput output; /* owned */
  Bytes datum;       /* owned */
} Case;

static void
case_clear(Case *self)
{
  schema_unref(self->writer);
  schema_unref(self->reader);
  g_ptr_array_unref(self->paths);
  plan_free(self->plan);
  plan_output_clear(&self->output);
  bytes_clear(&self->datum);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static void
append_hex(Bytes *out, const char *hex)
{
  for (; *hex != '\0'; hex += 2)
    bytes_append_u8(out,
                    (uint8_t)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
}

static Schema *
schema_member(JsonObject *json, const char *key)
{
  g_autofree char *text = json_to_string(json_object_get_member(json, key), FALSE);
  g_autoptr(GError) error = NULL;
  Schema *schema = schema_parse(key, text, strlen(text), &error);

  g_assert_no_error(error);
  return schema;
}

static void
case_init(Case *self, JsonObject *json)
{
  JsonObject *wanted = json_object_get_object_member(json, "fields");
  JsonObjectIter members;
  const char *path = NULL;

  self->name = json_object_get_string_member(json, "name");
  self->json = json;
  self->writer = schema_member(json, "writer");
  self->reader = schema_member(json, "reader");
  self->paths = g_ptr_array_new();
  json_object_iter_init_ordered(&members, wanted);
  while (json_object_iter_next_ordered(&members, &path, NULL))
    g_ptr_array_add(self->paths, (char *)path);
  append_hex(&self->datum, json_object_get_string_member(json, "datum"));
  plan_output_init(&self->output, self->paths->len);
  self->plan = plan_new(
      self->writer,
      &(PlanFields){self->reader, (const char *const *)self->paths->pdata, self->paths->len}, NULL);
}

/* A number as the golden files write it. */
static char *
number_text(double number, bool is_float)
{
  char text[TEXT_NUMBER_BYTES];

  if (isnan(number))
    return g_strdup("nan");
  return g_strndup(text, is_float ? text_put_float((uint8_t *)text, (float)number)
                                  : text_put_double((uint8_t *)text, number));
}

static char *
value_text(const Value *value)
{
  switch (value->kind) {
  case VALUE_TEXT:
  case VALUE_BYTES:
    return g_strndup((const char *)value->text.data, value->text.len);
  case VALUE_INT:
    return g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
  case VALUE_FLOAT:
    return number_text((double)value->single, true);
  case VALUE_DOUBLE:
    return number_text(value->number, false);
  case VALUE_BOOLEAN:
    return g_strdup(value->boolean ? "true" : "false");
  case VALUE_MISSING:
    return g_strdup("");
  }
  g_assert_not_reached();
}

static const char *const kinds[] = {
    [VALUE_MISSING] = "missing", [VALUE_TEXT] = "text",   [VALUE_BYTES] = "bytes",
    [VALUE_INT] = "int",         [VALUE_FLOAT] = "float", [VALUE_DOUBLE] = "double",
    [VALUE_BOOLEAN] = "boolean",
};

static void
assert_value(const Case *self, size_t i)
{
  const Value *value = &self->output.values[i];
  JsonObject *fields = json_object_get_object_member(self->json, "fields");
  JsonObject *wanted = json_object_get_object_member(fields, self->paths->pdata[i]);
  const char *kind = json_object_get_string_member(wanted, "kind");
  g_autofree char *got = value_text(value);

  if (strcmp(kind, kinds[value->kind]) != 0)
    g_error("%s: %s is %s '%s', wanted %s", self->name, (char *)self->paths->pdata[i],
            kinds[value->kind], got, kind);
  if (json_object_has_member(wanted, "hex")) {
    g_auto(Bytes) bytes = {0};

    append_hex(&bytes, json_object_get_string_member(wanted, "hex"));
    if (!slice_equal(value->text, bytes_slice(&bytes)))
      g_error("%s: %s is '%s', wanted '%.*s'", self->name, (char *)self->paths->pdata[i], got,
              (int)bytes.len, bytes.data);
  } else if (json_object_has_member(wanted, "number") &&
             strcmp(got, json_object_get_string_member(wanted, "number")) != 0) {
    g_error("%s: %s is %s, wanted %s", self->name, (char *)self->paths->pdata[i], got,
            json_object_get_string_member(wanted, "number"));
  }
}

/* The datum at the end of its memory, so that a step over the end is seen. */
static bool
run(Case *self, size_t len, GError **error)
{
  g_autofree uint8_t *copy = g_memdup2(self->datum.data, len);
  bool is_right = plan_run(self->plan, slice(copy, len), &self->output, error);

  for (size_t i = 0; is_right && len == self->datum.len && i < self->paths->len; i++)
    assert_value(self, i);
  return is_right;
}

static void
assert_case(JsonObject *json)
{
  g_auto(Case) self = {0};
  g_autoptr(GError) error = NULL;

  case_init(&self, json);
  if (json_object_has_member(json, "refused")) {
    if (self.plan != NULL && run(&self, self.datum.len, &error))
      g_error("%s: was read, and fastavro refuses it", self.name);
    return;
  }
  if (self.plan == NULL || !run(&self, self.datum.len, &error))
    g_error("%s: %s", self.name, error == NULL ? "no plan" : error->message);
  for (size_t len = 0; len < self.datum.len && len < 300; len++) {
    g_autoptr(GError) cut = NULL;

    g_assert_false(run(&self, len, &cut));
    g_assert_error(cut, FAULT, FAULT_RECORD);
  }
}

static void
golden_file_is_read_as_fastavro_reads_it(gconstpointer name)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "datum", (const char *)name, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) json = json_load(path, &error);

  g_assert_no_error(error);

  JsonArray *cases = json_node_get_array(json);

  g_assert_cmpuint(json_array_get_length(cases), >, 100);
  for (guint i = 0; i < json_array_get_length(cases); i++)
    assert_case(json_array_get_object_element(cases, i));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/datum/types", "types.json", golden_file_is_read_as_fastavro_reads_it);
  g_test_add_data_func("/datum/resolution", "resolution.json",
                       golden_file_is_read_as_fastavro_reads_it);
  return g_test_run();
}
