/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"

/* What resolves is held by tests/golden/datum/resolution.json; this is how the rest is told.
 * In what follows ' stands for ". */

static Schema *
schema_of(const char *fields)
{
  g_autofree char *text = g_strdup_printf("{'type':'record','name':'R','fields':[%s]}", fields);
  g_autoptr(GError) error = NULL;
  Schema *schema = NULL;

  g_strdelimit(text, "'", '"');
  schema = schema_parse("x", text, strlen(text), &error);
  g_assert_no_error(error);
  return schema;
}

#define X(type) "{'name':'x','type':" type "}"
#define X_OR(type, fallback) "{'name':'x','type':" type ",'default':" fallback "}"
#define INNER(fields) "{'type':'record','name':'I','fields':[" fields "]}"
#define TIME(logical) "{'type':'long','logicalType':'" logical "'}"
#define SELF "{'type':'record','name':'S','fields':[{'name':'a','type':['null','S'],'default':{}}]}"

/* A plan for the field, refused with a sentence that ends so; NULL: not refused. */
static void
assert_plan(const char *writer_fields, const char *reader_fields, const char *path,
            const char *message)
{
  g_autoptr(Schema) writer = schema_of(writer_fields);
  g_autoptr(Schema) reader = schema_of(reader_fields);
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, &path, 1}, &error);
  g_autofree char *got = error == NULL ? NULL : g_strdelimit(g_strdup(error->message), "\"", '\'');

  g_assert_cmpint(plan == NULL, ==, message != NULL);
  if (message == NULL)
    return;
  g_assert_error(error, FAULT, FAULT_SETUP);
  if (!g_str_has_suffix(got, message))
    g_assert_cmpstr(got, ==, message);
}

static void
a_writer_that_can_never_be_read_is_told_by_field(void)
{
  const struct {
    const char *writer;
    const char *reader;
    const char *path;
    const char *message; /* NULL: it can */
  } cases[] = {
      {"", X("'int'"), "x",
       "field x: the writer's schema has no field x, and ours gives it no default"},
      {X("'string'"), X("'int'"), "x",
       "field x: the writer's schema has string, which cannot be read as int"},
      {X(INNER("")), X("'int'"), "x",
       "field x: the writer's schema has record I, which cannot be read as int"},
      {X("{'type':'enum','name':'A','symbols':['s']}"),
       X("{'type':'enum','name':'B','symbols':['s']}"), "x",
       "field x: the writer's schema has enum A, which cannot be read as enum B: if they are the "
       "same, add 'aliases': ['A'] to ours"},
      /* nothing in common: an alias would not help */
      {X("{'type':'enum','name':'A','symbols':['s']}"),
       X("{'type':'enum','name':'B','symbols':['t']}"), "x",
       "field x: the writer's schema has enum A, which cannot be read as enum B"},
      {X(INNER("{'name':'z','type':'int'}")),
       X("{'type':'record','name':'J','fields':[{'name':'y','type':'int'}]}"), "x",
       "field x: the writer's schema has record I, which cannot be read as record J"},
      {X(INNER("{'name':'y','type':'int'}")),
       X("{'type':'record','name':'J','fields':[{'name':'y','type':'int'}]}"), "x",
       "field x: the writer's schema has record I, which cannot be read as record J: if they are "
       "the same, add 'aliases': ['I'] to ours"},
      {X("{'type':'fixed','name':'A','size':2}"), X("{'type':'fixed','name':'A','size':3}"), "x",
       "field x: the writer's schema has fixed A of 2 bytes, which cannot be read as fixed A of 3 "
       "bytes"},
      {X("'string'"), X("['null','int']"), "x",
       "field x: the writer's schema has string, which cannot be read as union of ours"},
      {X("['string','bytes']"), X("'int'"), "x",
       "field x: the writer's schema has bytes, which cannot be read as int"},
      {X("['string','int']"), X("'int'"), "x", NULL},
      {X(INNER("")), X(INNER("{'name':'y','type':'int'}")), "x",
       "field x: the writer's schema has no field y, and ours gives it no default"},
      {X(INNER("")), X(INNER("{'name':'y','type':'int'}")), "x.y",
       "field x.y: the writer's schema has no field y, and ours gives it no default"},
      {X(INNER("{'name':'y','type':'long'}")), X(INNER("{'name':'y','type':'int'}")), "x",
       "field x: in field y the writer's schema has long, which cannot be read as int"},
      {X("['null'," INNER("") "]"), X("['null'," INNER("{'name':'y','type':'int'}") "]"), "x",
       NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_plan(cases[i].writer, cases[i].reader, cases[i].path, cases[i].message);
}

static void
units_that_cannot_be_one_another_are_told(void)
{
  const struct {
    const char *writer;
    const char *reader;
    const char *path;
    const char *message; /* NULL: it can */
  } cases[] = {
      {X(TIME("time-micros")), X(TIME("timestamp-micros")), "x",
       "field x: the writer's schema has time-micros (long), which cannot be read as "
       "timestamp-micros (long)"},
      {X(TIME("timestamp-millis")), X(TIME("time-micros")), "x",
       "field x: the writer's schema has timestamp-millis (long), which cannot be read as "
       "time-micros (long)"},
      {X("{'type':'int','logicalType':'date'}"), X(TIME("time-micros")), "x",
       "field x: the writer's schema has date (int), which cannot be read as time-micros (long)"},
      {X("{'type':'int','logicalType':'time-millis'}"), X(TIME("timestamp-millis")), "x",
       "field x: the writer's schema has time-millis (int), which cannot be read as "
       "timestamp-millis (long)"},
      {X("{'type':'int','logicalType':'date'}"), X("'long'"), "x", NULL},
      {X("'int'"), X(TIME("timestamp-millis")), "x", NULL},
      {X("{'type':'fixed','name':'F','size':12,'logicalType':'decimal','precision':9}"),
       X("{'type':'fixed','name':'F','size':12,'logicalType':'duration'}"), "x",
       "field x: the writer's schema has decimal (fixed), which cannot be read as duration "
       "(fixed)"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_plan(cases[i].writer, cases[i].reader, cases[i].path, cases[i].message);
}

/* Told by the schema itself, so before an older record that lacks the field comes by. */
static void
a_default_that_is_no_value_of_its_type_is_told(void)
{
  const struct {
    const char *reader;
    const char *message; /* NULL: it is one */
  } cases[] = {
      {X_OR("'int'", "'one'"), "field x: the default of field x, 'one', is no int"},
      {X_OR("'int'", "2147483648"), "field x: the default of field x, 2147483648, is no int"},
      {X_OR("'bytes'", "'\\u0100'"), "is no bytes"},
      {X_OR("{'type':'fixed','name':'F','size':3}", "'ab'"), "is no fixed F"},
      {X_OR("{'type':'enum','name':'E','symbols':['A']}", "'B'"), "is no enum E"},
      {X_OR("{'type':'array','items':'int'}", "[1,'2']"), "is no array"},
      {X_OR("{'type':'map','values':'int'}", "[1]"), "is no map"},
      {X_OR(INNER("{'name':'y','type':'int'}"), "{}"), "is no record I"},
      {X_OR("['int','null']", "null"), NULL},
      {X_OR("['null','int']", "'one'"), "is no int"},
      {X_OR("'double'", "1"), NULL},
      {X_OR("'long'", "1.0"), NULL},
      {X_OR("'double'", "'NaN'"), NULL},
      {X_OR("'double'", "'-Infinity'"), NULL},
      {X_OR("['null','float']", "'Infinity'"), NULL},
      {X_OR("'double'", "'nan'"), "is no double"},
      {X_OR("'float'", "1e300"), "is no float"},
      {X_OR(SELF, "{}"), "is no record S"}, /* its default has a default, for ever */
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Schema) schema = schema_of(cases[i].reader);
    g_autoptr(GError) error = NULL;
    const SchemaNode *node = schema_find(schema, "x", &error);

    assert_plan("", cases[i].reader, "x", cases[i].message);
    g_assert_cmpint(node == NULL, ==, cases[i].message != NULL);
    if (node == NULL)
      g_assert_error(error, FAULT, FAULT_SETUP);
  }
}

static void
what_nobody_wants_may_differ(void)
{
  const char *path = "x";
  g_autoptr(Schema) writer = schema_of(X("'int'") ",{'name':'y','type':'string'}");
  g_autoptr(Schema) reader =
      schema_of(X("'long'") ",{'name':'y','type':'int'},{'name':'z','type':'int'}");
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, &path, 1}, &error);
  g_auto(PlanOutput) output = {0};

  g_assert_no_error(error);
  plan_output_init(&output, 1);
  g_assert_true(plan_run(plan, slice("\2\2a", 3), &output, &error));
  g_assert_cmpint(output.values[0].integer, ==, 1);
}

static void
a_branch_that_cannot_be_read_spoils_only_its_records(void)
{
  const char *path = "x";
  g_autoptr(Schema) writer = schema_of(X("['int','boolean']"));
  g_autoptr(Schema) reader = schema_of(X("'long'"));
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, &path, 1}, &error);
  g_auto(PlanOutput) output = {0};

  g_assert_no_error(error);
  plan_output_init(&output, 1);
  g_assert_true(plan_run(plan, slice("\0\2", 2), &output, &error));
  g_assert_false(plan_run(plan, slice("\2\1", 2), &output, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpstr(
      error->message, ==,
      "field x (byte 1): the writer's schema has boolean, which cannot be read as long");
}

/* The union that follows is read, but for some of its records; the field before it never is. */
static void
the_field_that_is_told_is_the_one_that_never_can(void)
{
  const char *const paths[] = {"x", "y"};
  g_autoptr(Schema) writer = schema_of(X("'string'") ",{'name':'y','type':['int','boolean']}");
  g_autoptr(Schema) reader = schema_of(X("'int'") ",{'name':'y','type':'int'}");
  g_autoptr(GError) error = NULL;

  g_assert_null(plan_new(writer, &(PlanFields){reader, paths, 2}, &error));
  g_assert_true(g_str_has_prefix(error->message, "field x: "));
}

static void
a_field_goes_to_the_first_that_has_it_for_an_alias(void)
{
  const char *const paths[] = {"a", "b"};
  g_autoptr(Schema) writer = schema_of(X("'int'"));
  g_autoptr(Schema) reader = schema_of("{'name':'a','type':'int','aliases':['x']},"
                                       "{'name':'b','type':'int','aliases':['x'],'default':9}");
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, paths, 2}, &error);
  g_auto(PlanOutput) output = {0};

  g_assert_no_error(error);
  plan_output_init(&output, 2);
  g_assert_true(plan_run(plan, slice("\2", 1), &output, &error));
  g_assert_cmpint(output.values[0].integer, ==, 1);
  g_assert_cmpint(output.values[1].integer, ==, 9);
}

/* Not always the first branch that suits, as the specification would have it. */
static void
the_branch_that_loses_nothing_is_taken_else_the_first(void)
{
  const struct {
    const char *branches;
    ValueKind kind;
  } cases[] = {
      {"['double','long']", VALUE_INT},
      {"['float','double']", VALUE_FLOAT},
      {"['null','double','float']", VALUE_DOUBLE},
  };
  const char *path = "x";
  g_autoptr(Schema) writer = schema_of(X("'long'"));

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *fields = g_strdup_printf(X("%s"), cases[i].branches);
    g_autoptr(Schema) reader = schema_of(fields);
    g_autoptr(GError) error = NULL;
    g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, &path, 1}, &error);
    g_auto(PlanOutput) output = {0};

    g_assert_no_error(error);
    plan_output_init(&output, 1);
    g_assert_true(plan_run(plan, slice("\2", 1), &output, &error));
    g_assert_cmpint(output.values[0].kind, ==, cases[i].kind);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/match/never", a_writer_that_can_never_be_read_is_told_by_field);
  g_test_add_func("/match/units", units_that_cannot_be_one_another_are_told);
  g_test_add_func("/match/defaults", a_default_that_is_no_value_of_its_type_is_told);
  g_test_add_func("/match/unwanted", what_nobody_wants_may_differ);
  g_test_add_func("/match/branch", a_branch_that_cannot_be_read_spoils_only_its_records);
  g_test_add_func("/match/told", the_field_that_is_told_is_the_one_that_never_can);
  g_test_add_func("/match/alias", a_field_goes_to_the_first_that_has_it_for_an_alias);
  g_test_add_func("/match/best-branch", the_branch_that_loses_nothing_is_taken_else_the_first);
  return g_test_run();
}
