/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/recode.h"

#include "datum/plan.h"
#include "json/json.h"

/* Every case of tests/golden/datum: what was written anew with the reader's schema holds, for a
 * reader with that schema, what the original holds by resolution. */

typedef struct {
  const char *name;
  Schema *writer;   /* owned */
  Schema *reader;   /* owned */
  GPtrArray *paths; /* owned, of borrowed names */
  Bytes datum;      /* owned */
} Case;

static void
case_clear(Case *self)
{
  schema_unref(self->writer);
  schema_unref(self->reader);
  g_ptr_array_unref(self->paths);
  bytes_clear(&self->datum);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static Schema *
schema_member(JsonObject *json, const char *key)
{
  g_autofree char *text = json_to_string(json_object_get_member(json, key), FALSE);

  return schema_parse(key, text, strlen(text), NULL);
}

static void
case_init(Case *self, JsonObject *json)
{
  const char *hex = json_object_get_string_member(json, "datum");
  JsonObjectIter members;
  const char *path = NULL;

  self->name = json_object_get_string_member(json, "name");
  self->writer = schema_member(json, "writer");
  self->reader = schema_member(json, "reader");
  self->paths = g_ptr_array_new();
  json_object_iter_init_ordered(&members, json_object_get_object_member(json, "fields"));
  while (json_object_iter_next_ordered(&members, &path, NULL))
    g_ptr_array_add(self->paths, (char *)path);
  for (; *hex != '\0'; hex += 2)
    bytes_append_u8(&self->datum,
                    (uint8_t)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
}

/* What was read; defaults lie in the plan. */
typedef struct {
  Plan *plan; /* owned */
  PlanOutput output;
} Reading;

static void
reading_clear(Reading *self)
{
  plan_free(self->plan);
  plan_output_clear(&self->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reading, reading_clear)

static bool
read_values(const Case *self, Schema *writer, Slice datum, Reading *out)
{
  const PlanFields fields = {self->reader, (const char *const *)self->paths->pdata,
                             self->paths->len};

  out->plan = plan_new(writer, &fields, NULL);
  plan_output_init(&out->output, self->paths->len);
  return out->plan != NULL && plan_run(out->plan, datum, &out->output, NULL);
}

/* Floats by their bytes: NaN is NaN. */
static bool
is_same(const Value *a, const Value *b)
{
  if (a->kind != b->kind)
    return false;

  switch (a->kind) {
  case VALUE_MISSING:
    return true;
  case VALUE_TEXT:
  case VALUE_BYTES:
    return slice_equal(a->text, b->text);
  case VALUE_FLOAT:
    return memcmp(&a->single, &b->single, sizeof a->single) == 0;
  case VALUE_INT:
  case VALUE_DOUBLE:
    return a->integer == b->integer;
  case VALUE_BOOLEAN:
    return a->boolean == b->boolean;
  }
  g_assert_not_reached();
}

/* The bytes lie at the end of their memory, so that a step over the end is seen. */
static bool
write_anew(const Case *self, size_t len, Bytes *out, GError **error)
{
  g_autoptr(MatchSet) matches = match_set_new(self->writer, self->reader);
  g_autofree uint8_t *copy = g_memdup2(self->datum.data, len);
  Datum datum;

  datum_init(&datum, slice(copy, len));
  if (recode(&datum, match_set_root(matches), schema_root(self->reader), out)) {
    g_assert_cmpuint(datum_left(&datum), ==, 0);
    return true;
  }
  datum_fault(&datum, "", error);
  return false;
}

/* Whether it was written anew. */
static bool
check_case(JsonObject *json)
{
  g_auto(Case) self = {0};
  g_auto(Reading) wanted = {0};
  g_auto(Reading) got = {0};
  g_auto(Bytes) anew = {0};
  g_autoptr(GError) error = NULL;

  case_init(&self, json);
  if (!read_values(&self, self.writer, bytes_slice(&self.datum), &wanted))
    return false;
  if (!write_anew(&self, self.datum.len, &anew, &error)) {
    if (strstr(error->message, "another unit") == NULL &&
        strstr(error->message, "no default") == NULL)
      g_error("%s: %s", self.name, error->message);
    return false;
  }
  if (!read_values(&self, self.reader, bytes_slice(&anew), &got))
    g_error("%s: what was written anew cannot be read", self.name);
  for (guint i = 0; i < self.paths->len; i++)
    if (!is_same(&wanted.output.values[i], &got.output.values[i]))
      g_error("%s: %s is not what it was", self.name, (char *)self.paths->pdata[i]);
  for (size_t len = 0; len < self.datum.len && len < 300; len++) {
    g_auto(Bytes) out = {0};

    g_assert_false(write_anew(&self, len, &out, NULL));
  }
  return true;
}

static void
what_is_written_anew_is_what_resolution_reads(gconstpointer name)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "datum", (const char *)name, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) json = json_load(path, &error);
  guint written = 0;

  g_assert_no_error(error);
  for (guint i = 0; i < json_array_get_length(json_node_get_array(json)); i++)
    written += check_case(json_array_get_object_element(json_node_get_array(json), i));
  g_test_message("%u written anew", written);
  g_assert_cmpuint(written, >, 80);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/datum/recode/types", "types.json",
                       what_is_written_anew_is_what_resolution_reads);
  g_test_add_data_func("/datum/recode/resolution", "resolution.json",
                       what_is_written_anew_is_what_resolution_reads);
  return g_test_run();
}
