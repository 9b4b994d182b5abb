/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"
#include "schema/schema.h"

static Schema *
parse(const char *text, GError **error)
{
  return schema_parse("x", text, strlen(text), error);
}

static Schema *
parse_right(const char *text)
{
  g_autoptr(GError) error = NULL;
  Schema *schema = parse(text, &error);

  g_assert_no_error(error);
  return schema;
}

#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

static void
refuses_what_is_no_schema_and_says_where(void)
{
  const struct {
    const char *text;
    const char *message;
  } cases[] = {
      {"12", "x: $: a type is a name, a list (union) or an object"},
      {"\"strng\"", "x: $: unknown type 'strng'; did you mean string?"},
      {"\"Elsewhere\"", "x: $: unknown type 'Elsewhere': a name is defined before it is used"},
      {"{}", "x: $: needs a text \"type\""},
      {"[]", "x: $: a union without a branch"},
      {"[\"int\",\"null\",\"int\"]", "x: $[2]: int is in this union twice"},
      {"[\"int\",[\"null\"]]", "x: $[1]: a union directly in a union"},
      {"{\"type\":\"array\"}", "x: $: needs \"items\""},
      {"{\"type\":\"map\",\"values\":\"lon\"}",
       "x: $.values: unknown type 'lon'; did you mean long?"},
      {"{\"type\":\"record\",\"fields\":[]}", "x: $: needs a text \"name\""},
      {"{\"type\":\"record\",\"name\":\"R\"}", "x: $: record R needs a list \"fields\""},
      {RECORD("a-b", ""), "x: $: 'a-b' is not a name: letters, digits and _, not a digit first"},
      {RECORD("long", ""), "x: $: 'long' is a primitive type and cannot be defined"},
      {RECORD("R", FIELD("a", "\"int\"") "," FIELD("a", "\"int\"")),
       "x: $.fields[1]: the record has two fields a"},
      {RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "[\"null\",\"strin\"]")),
       "x: $.fields[1].type[1]: unknown type 'strin'; did you mean string?"},
      {RECORD("R", FIELD("9", "\"int\"")),
       "x: $.fields[0]: '9' is not a name: letters, digits and _, not a digit first"},
      {RECORD("R", FIELD("a", "\"R\"")),
       "x: $.fields[0].type: record R contains itself, and no datum of it could end; put a union, "
       "an array or a map between"},
      {RECORD("R", FIELD("a", RECORD("S", FIELD("b", "\"R\"")))),
       "x: $.fields[0].type.fields[0].type: record R contains itself, and no datum of it could "
       "end; put a union, an array or a map between"},
      {RECORD("R", FIELD("a", RECORD("R", ""))), "x: $.fields[0].type: 'R' is defined twice"},
      {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"A\"]}",
       "x: $: the enum has symbol A twice"},
      {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"B\"}",
       "x: $: the default of enum E is not one of its symbols"},
      {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[]}",
       "x: not an Avro schema: Enum type must have at least one symbol"},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}",
       "x: $: fixed F needs a \"size\" in bytes"},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":1,\"aliases\":[\"..\"]}",
       "x: $: \"aliases\"[0] is not a name"},
      {"{\"type\":\"int\"", "x:1: expected ',' or '}', found the end of the text"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = parse(cases[i].text, &error);

    g_assert_null(schema);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

static void
names_follow_their_namespace(void)
{
  g_autoptr(Schema) schema = parse_right(
      "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a.b\",\"aliases\":[\"Q\",\"c.P\"],"
      "\"fields\":["
      "{\"name\":\"e\",\"aliases\":[\"f\"],\"default\":\"X\","
      "\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"X\",\"Y\"],\"default\":\"Y\"}},"
      "{\"name\":\"again\",\"type\":\"E\"},"
      "{\"name\":\"full\",\"type\":\"a.b.E\"},"
      "{\"name\":\"other\",\"type\":{\"type\":\"fixed\",\"name\":\"d.F\",\"size\":3}}]}");
  const SchemaNode *root = schema_root(schema);
  const SchemaNode *e = schema_node_field(root, "e")->type;

  g_assert_cmpint(root->kind, ==, SCHEMA_RECORD);
  g_assert_cmpstr(root->name, ==, "a.b.R");
  g_assert_cmpstr(root->aliases[0], ==, "a.b.Q");
  g_assert_cmpstr(root->aliases[1], ==, "c.P");
  g_assert_null(root->aliases[2]);
  g_assert_cmpuint(root->length, ==, 4);
  g_assert_cmpstr(e->name, ==, "a.b.E");
  g_assert_cmpstr(e->symbols[1], ==, "Y");
  g_assert_cmpstr(e->default_symbol, ==, "Y");
  g_assert_cmpstr(root->fields[0].aliases[0], ==, "f");
  g_assert_cmpstr(root->fields[0].fallback, ==, "\"X\"");
  g_assert_null(root->fields[1].fallback);
  g_assert_true(schema_node_field(root, "again")->type == e);
  g_assert_true(schema_node_field(root, "full")->type == e);
  g_assert_cmpstr(schema_node_field(root, "other")->type->name, ==, "d.F");
  g_assert_cmpuint(schema_node_field(root, "other")->type->length, ==, 3);
  g_assert_null(schema_node_field(root, "nothing"));
}

static void
a_record_may_hold_itself_behind_a_union_array_or_map(void)
{
  const char *const types[] = {
      "[\"null\",\"R\"]",
      "{\"type\":\"array\",\"items\":\"R\"}",
      "{\"type\":\"map\",\"values\":\"R\"}",
      "[\"null\"," RECORD("S", FIELD("b", "\"R\"")) "]",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autofree char *text = g_strdup_printf(RECORD("R", FIELD("a", "%s")), types[i]);
    g_autoptr(Schema) schema = parse_right(text);

    g_assert_false(schema_root(schema)->is_empty);
  }
}

static void
logical_types_are_read_where_they_fit_and_ignored_elsewhere(void)
{
  const struct {
    const char *text;
    SchemaLogical logical;
  } cases[] = {
      {"{\"type\":\"int\",\"logicalType\":\"date\"}", LOGICAL_DATE},
      {"{\"type\":\"long\",\"logicalType\":\"date\"}", LOGICAL_NONE},
      {"{\"type\":\"int\",\"logicalType\":\"time-millis\"}", LOGICAL_TIME_MILLIS},
      {"{\"type\":\"long\",\"logicalType\":\"time-micros\"}", LOGICAL_TIME_MICROS},
      {"{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}", LOGICAL_TIMESTAMP_MILLIS},
      {"{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}", LOGICAL_TIMESTAMP_MICROS},
      {"{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\"}", LOGICAL_TIMESTAMP_NANOS},
      {"{\"type\":\"long\",\"logicalType\":\"local-timestamp-millis\"}",
       LOGICAL_LOCAL_TIMESTAMP_MILLIS},
      {"{\"type\":\"string\",\"logicalType\":\"uuid\"}", LOGICAL_UUID},
      {"{\"type\":\"string\",\"logicalType\":7}", LOGICAL_NONE},
      {"{\"type\":\"string\",\"logicalType\":\"colour\"}", LOGICAL_NONE},
      {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}",
       LOGICAL_DECIMAL},
      {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":5}",
       LOGICAL_NONE},
      {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"scale\":5}", LOGICAL_NONE},
      {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2000}", LOGICAL_DECIMAL},
      {"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2001}", LOGICAL_NONE},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2,\"logicalType\":\"decimal\","
       "\"precision\":4}",
       LOGICAL_DECIMAL},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2,\"logicalType\":\"decimal\","
       "\"precision\":5}",
       LOGICAL_NONE},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":12,\"logicalType\":\"duration\"}",
       LOGICAL_DURATION},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":11,\"logicalType\":\"duration\"}",
       LOGICAL_NONE},
      {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":16,\"logicalType\":\"uuid\"}", LOGICAL_UUID},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Schema) schema = parse_right(cases[i].text);

    g_assert_cmpint(schema_root(schema)->logical, ==, cases[i].logical);
  }
}

static const char *const nested = RECORD(
    "R",
    FIELD("id", "\"long\"") "," FIELD(
        "home",
        "[\"null\"," RECORD(
            "H",
            FIELD(
                "city",
                "[\"string\",\"null\"]")) "]") "," FIELD("any",
                                                         "[\"null\",\"int\"," RECORD(
                                                             "A",
                                                             FIELD(
                                                                 "x",
                                                                 "\"int\"")) "," RECORD("B",
                                                                                        FIELD(
                                                                                            "y",
                                                                                            "\"doub"
                                                                                            "le\"")) "]"));

static void
paths_end_at_the_leaf_without_its_null(void)
{
  const struct {
    const char *path;
    SchemaKind kind;
  } cases[] = {
      {"id", SCHEMA_LONG},   {"home", SCHEMA_RECORD}, {"home.city", SCHEMA_STRING},
      {"any", SCHEMA_UNION}, {"any.x", SCHEMA_INT},   {"any.y", SCHEMA_DOUBLE},
  };
  g_autoptr(Schema) schema = parse_right(nested);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const SchemaNode *node = schema_find(schema, cases[i].path, &error);

    g_assert_no_error(error);
    g_assert_cmpint(node->kind, ==, cases[i].kind);
  }
}

static void
a_wrong_path_offers_the_nearest_name(void)
{
  const struct {
    const char *path;
    const char *message;
  } cases[] = {
      {"hom", "field hom: the schema has no hom; did you mean home?"},
      {"home.citi", "field home.citi: the schema has no citi; did you mean city?"},
      {"colour", "field colour: the schema has no colour; it has id, home, any"},
      {"id.x", "field id.x: x is looked for in a value of type long, which has no fields"},
      {"", "field : the schema has no ; it has id, home, any"},
      {"home.", "field home.: the schema has no ; it has city"},
  };
  g_autoptr(Schema) schema = parse_right(nested);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(schema_find(schema, cases[i].path, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

static void
canonical_form_and_fingerprint_are_those_of_fastavro(void)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "datum", "canonical.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) json = json_load(path, &error);

  g_assert_no_error(error);

  JsonArray *cases = json_node_get_array(json);

  g_assert_cmpuint(json_array_get_length(cases), >, 5);
  for (guint i = 0; i < json_array_get_length(cases); i++) {
    JsonObject *object = json_array_get_object_element(cases, i);
    g_autofree char *text = json_to_string(json_object_get_member(object, "schema"), FALSE);
    g_autoptr(Schema) schema = parse_right(text);
    g_autofree char *canonical = schema_canonical(schema);
    g_autofree char *fingerprint = g_strdup_printf("%016" G_GINT64_MODIFIER "x",
                                                   GUINT64_SWAP_LE_BE(schema_fingerprint(schema)));

    g_assert_cmpstr(canonical, ==, json_object_get_string_member(object, "canonical"));
    g_assert_cmpstr(fingerprint, ==, json_object_get_string_member(object, "fingerprint"));
  }
}

/* What Java's Avro has written and does write; in a schema of ours it is more likely a slip. */
static void
a_writers_names_may_be_any_text(void)
{
  static const char *const texts[] = {
      RECORD("Outer$", FIELD("a", "\"int\"")),
      RECORD("my-server.db.t", FIELD("a", "\"int\"")),
      RECORD("R", FIELD("gr\u00f6\u00dfe", "\"int\"")),
      RECORD("R", FIELD("app-name", "\"int\"") "," FIELD("9", "\"int\"") "," FIELD("", "\"int\"")),
      RECORD("R", FIELD("a \\\"b\\\" \\\\ \\u0001", "\"int\"")),
      "{\"type\":\"enum\",\"name\":\"E\",\"namespace\":\"a-b..c\",\"symbols\":[\"1\",\"a b\"]}",
      "{\"type\":\"fixed\",\"name\":\"1F\",\"size\":2,\"aliases\":[\"..\"]}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) slip = NULL;
    g_autoptr(Schema) ours = parse(texts[i], &slip);
    g_autoptr(Schema) schema = schema_parse_writer("x", texts[i], strlen(texts[i]), &error);

    g_assert_no_error(error);
    g_assert_null(ours);
    g_assert_error(slip, FAULT, FAULT_SETUP);

    g_autofree char *canonical = schema_canonical(schema);
    g_autoptr(Schema) again = schema_parse_writer("x", canonical, strlen(canonical), &error);

    g_assert_no_error(error);
    g_assert_cmpuint(schema_fingerprint(again), ==, schema_fingerprint(schema));
  }
}

static void
comments_and_a_byte_order_mark_are_passed_over(void)
{
  const struct {
    const char *text;
    const char *message; /* NULL: it is a schema */
  } cases[] = {
      {"\xEF\xBB\xBF\"int\"", NULL},
      {"/* a * comment **/ \"int\" // and one more", NULL},
      {"// one\n// two\n[\"int\" /* // */, \"null\"]", NULL},
      {RECORD("R", FIELD("a", "\"int\"") ",{\"name\":\"b\",\"doc\":\"// no \\\" /* comment\","
                                         "\"type\":\"int\"}"),
       NULL},
      {"/* one\n two\n*/ [\"int\",\n\"strin\"]",
       "x: $[1]: unknown type 'strin'; did you mean string?"},
      {"/* one\n two\n*/ [\"int\",\n}",
       "x:4: one comma too many: none stands before a closing bracket, "
       "found '}'"},
      {"\"int\" /* without an end",
       "x:1: expected nothing behind the JSON value, found '/* without an en'"},
      {"\"int\" /", "x:1: expected nothing behind the JSON value, found '/'"},
      {"\"in/* t", "x:1: expected a closing quote on this string, found '\"in/* t'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema = parse(cases[i].text, &error);

    g_assert_cmpstr(error == NULL ? NULL : error->message, ==, cases[i].message);
    g_assert_cmpint(schema == NULL, ==, cases[i].message != NULL);
  }
}

/* 300 KB a schema were json-glib's trees, and types that stood there once a field. */
static void
a_schema_takes_little_more_than_its_text(void)
{
  g_autoptr(GString) text = g_string_new("{\"type\":\"record\",\"name\":\"R\",\"fields\":[");

  for (int i = 0; i < 102; i++)
    g_string_append_printf(text,
                           "%s{\"name\":\"some_column_%d\",\"type\":[\"null\",{\"type\":\"string\","
                           "\"avro.java.string\":\"String\"}],\"default\":null}",
                           i == 0 ? "" : ",", i);
  g_string_append(text, "]}");

  g_autoptr(Schema) schema = parse_right(text->str);

  g_assert_cmpuint(schema_size(schema), <, text->len);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/schema/refuses", refuses_what_is_no_schema_and_says_where);
  g_test_add_func("/schema/any-names", a_writers_names_may_be_any_text);
  g_test_add_func("/schema/comments", comments_and_a_byte_order_mark_are_passed_over);
  g_test_add_func("/schema/size", a_schema_takes_little_more_than_its_text);
  g_test_add_func("/schema/names", names_follow_their_namespace);
  g_test_add_func("/schema/recursive", a_record_may_hold_itself_behind_a_union_array_or_map);
  g_test_add_func("/schema/logical", logical_types_are_read_where_they_fit_and_ignored_elsewhere);
  g_test_add_func("/schema/paths", paths_end_at_the_leaf_without_its_null);
  g_test_add_func("/schema/wrong-paths", a_wrong_path_offers_the_nearest_name);
  g_test_add_func("/schema/canonical", canonical_form_and_fingerprint_are_those_of_fastavro);
  return g_test_run();
}
