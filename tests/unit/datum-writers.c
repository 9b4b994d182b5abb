/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/writers.h"

#include "stream/memory.h"

/* A writer's schema of 102 nullable fields, as warehouses have them, none like another's. */
static Schema *
wide_schema(unsigned version)
{
  g_autoptr(GString) text = g_string_new("{\"type\":\"record\",\"name\":\"R\",\"fields\":[");
  g_autoptr(GError) error = NULL;

  for (unsigned i = 0; i < 102; i++)
    g_string_append_printf(text,
                           "%s{\"name\":\"column_%u\",\"default\":null,\"type\":[\"null\",\"%s\"]}",
                           i == 0 ? "" : ",", i, (i + version) % 3 == 0 ? "long" : "string");
  g_string_append_printf(text, ",{\"name\":\"new_in_%u\",\"type\":\"double\"}]}", version);

  Schema *schema = schema_parse_writer("writer", text->str, text->len, &error);

  g_assert_no_error(error);
  return schema;
}

static Schema *
our_schema(void)
{
  static const char text[] =
      "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
      "{\"name\":\"column_0\",\"type\":[\"null\",\"string\",\"long\"],\"default\":null},"
      "{\"name\":\"column_7\",\"type\":[\"null\",\"string\",\"long\"],\"default\":null}]}";

  return schema_parse("ours", text, strlen(text), NULL);
}

static const char *const paths[] = {"column_0", "column_7"};

static Writer *
meet(Writers *writers, Schema *reader, uint32_t id)
{
  g_autoptr(Schema) schema = wide_schema(id);
  Writer *writer = writer_new(schema, &(PlanFields){reader, paths, G_N_ELEMENTS(paths)});

  g_assert_nonnull(writer->plan);
  writers_put(writers, reader, id, writer);
  return writer;
}

static void
a_thousand_wide_schemas_take_six_megabytes(void)
{
  g_autoptr(Writers) writers = writers_new(stream_memory_schemas(32 << 20));
  g_autoptr(Schema) reader = our_schema();

  for (uint32_t id = 0; id < 1000; id++)
    writer_unref(meet(writers, reader, id));
  g_test_message("%zu bytes", writers_bytes(writers));
  for (uint32_t id = 0; id < 1000; id++) {
    g_autoptr(Writer) writer = writers_get(writers, reader, id);

    g_assert_nonnull(writer);
  }
}

static void
the_one_that_was_not_used_for_longest_is_forgotten(void)
{
  g_autoptr(Schema) reader = our_schema();
  g_autoptr(Schema) another = our_schema();
  g_autoptr(Writers) probe = writers_new(1 << 20);

  writer_unref(meet(probe, reader, 100));

  size_t each = writers_bytes(probe);
  g_autoptr(Writers) writers = writers_new(4 * each + each / 2);

  for (uint32_t id = 100; id < 104; id++)
    writer_unref(meet(writers, reader, id));

  g_autoptr(Writer) oldest = writers_get(writers, reader, 100); /* the newest now */

  g_assert_nonnull(oldest);
  writer_unref(meet(writers, reader, 104));
  g_assert_cmpuint(writers_bytes(writers), <=, 4 * each + each / 2);
  for (uint32_t id = 100; id < 105; id++) {
    g_autoptr(Writer) writer = writers_get(writers, reader, id);

    g_assert_cmpint(writer != NULL, ==, id != 101);
  }
  g_assert_cmpuint(writers_counts(writers).misses, ==, 1);
  /* another mapping's are others, even under the same id */
  g_assert_null(writers_get(writers, another, 104));
  g_assert_cmpuint(writers_counts(writers).misses, ==, 2);
  g_assert_cmpuint(writers_counts(writers).entries, ==, 4);
}

static void
a_plan_outlives_its_schema_and_its_place(void)
{
  g_autoptr(Schema) reader = our_schema();
  g_autoptr(Writers) writers = writers_new(1);
  g_autoptr(Writer) kept = meet(writers, reader, 0);
  g_auto(PlanOutput) output = {0};
  g_autoptr(GError) error = NULL;
  uint8_t datum[102 + 8 + 2 + 1] = {0};

  writer_unref(meet(writers, reader, 1)); /* takes the place of the first */
  g_assert_null(writers_get(writers, reader, 0));
  datum[0] = 2; /* column_0 is a long here: 5 */
  datum[1] = 10;
  plan_output_init(&output, G_N_ELEMENTS(paths));
  g_assert_true(plan_run(kept->plan, slice(datum, 102 + 1 + 8), &output, &error));
  g_assert_cmpint(output.values[0].kind, ==, VALUE_INT);
  g_assert_cmpint(output.values[0].integer, ==, 5);
  g_assert_cmpint(output.values[1].kind, ==, VALUE_MISSING);
  g_assert_false(plan_run(kept->plan, slice(datum, 102 + 1 + 4), &output, &error));
  g_assert_cmpstr(error->message, ==,
                  "field new_in_0 (byte 103): 8 bytes are needed and 4 are left");
  g_clear_error(&error);
  datum[2] = 4;
  g_assert_false(plan_run(kept->plan, slice(datum, 102 + 1 + 8), &output, &error));
  g_assert_cmpstr(error->message, ==, "field column_1 (byte 2): union branch 2 of 2");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/writers/thousand", a_thousand_wide_schemas_take_six_megabytes);
  g_test_add_func("/writers/recent", the_one_that_was_not_used_for_longest_is_forgotten);
  g_test_add_func("/writers/outlive", a_plan_outlives_its_schema_and_its_place);
  return g_test_run();
}
