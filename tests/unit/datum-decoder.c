/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/decoder.h"
#include "datum/translator.h"

#include "support/mapping-case.h"

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"                           \
  "{'name':'n','type':'double','default':0.5}]}"

#define MAPPING(framing)                                                                           \
  "{'table':'t','topic':'t','record':{'format':'avro','schema':'value.avsc'," framing "},"         \
  "'key':{'parts':['id']},'families':{'f':{'columns':['n']}}}"

#define BYTES(text) slice(text, sizeof text - 1)

/* A registry of a few schemas, that counts how often it is asked. */
typedef struct {
  const char *schemas[4]; /* by id from 1; ' stands for " */
  size_t lookups;
  size_t silences; /* how often it does not answer at first */
} Registry;

static Schema *
registry_lookup(void *data, uint32_t id, GError **error)
{
  Registry *self = data;

  self->lookups++;
  if (self->silences > 0) {
    self->silences--;
    g_set_error_literal(error, FAULT, FAULT_PEER, "nobody answers");
    return NULL;
  }
  if (id < 1 || id > G_N_ELEMENTS(self->schemas) || self->schemas[id - 1] == NULL) {
    g_set_error(error, FAULT, FAULT_RECORD, "no schema %u", id);
    return NULL;
  }

  g_autofree char *text = g_strdelimit(g_strdup(self->schemas[id - 1]), "'", '"');

  return schema_parse("registry", text, strlen(text), error);
}

typedef struct {
  MappingCase mapping;
  Registry registry;
  SchemaSource source;
  Decoder *decoder;
} Fixture;

static void
fixture_init(Fixture *self, const char *framing)
{
  g_autofree char *record = g_strdup_printf(MAPPING("'framing':'%s'"), framing);
  GError *error = NULL;

  self->mapping = mapping_case_load(SCHEMA, NULL, record);
  g_assert_nonnull(self->mapping.mapping);
  self->registry =
      (Registry){.schemas = {
                     SCHEMA,
                     "{'type':'record','name':'R','fields':[{'name':'m','type':'int'},"
                     "{'name':'id','type':'bytes'}]}",
                     "{'type':'record','name':'R','fields':[{'name':'n','type':'double'}]}",
                 }};
  self->source = (SchemaSource){&self->registry, registry_lookup};
  self->decoder = decoder_new(self->mapping.mapping, &self->source, &error);
  g_assert_no_error(error);
}

static void
fixture_clear(Fixture *self)
{
  decoder_free(self->decoder);
  mapping_case_clear(&self->mapping);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
assert_values(const Fixture *self, const Value *values, const char *id, double n)
{
  size_t id_field = mapping_case_field(self->mapping.mapping, "id");
  size_t n_field = mapping_case_field(self->mapping.mapping, "n");

  g_assert_nonnull(values);
  g_assert_cmpint(values[id_field].kind, ==, VALUE_TEXT);
  g_assert_cmpmem(values[id_field].text.data, values[id_field].text.len, id, strlen(id));
  g_assert_cmpint(values[n_field].kind, ==, VALUE_DOUBLE);
  g_assert_cmpfloat(values[n_field].number, ==, n);
}

#define DATUM "\4ab\0\0\0\0\0\0\xf8\x3f"

static void
each_framing_gives_the_same_values(void)
{
  const struct {
    const char *framing;
    Slice payload;
    double n;
  } cases[] = {
      {"datum", BYTES(DATUM), 1.5},
      {"confluent", BYTES("\0\0\0\0\1" DATUM), 1.5},
      {"confluent", BYTES("\0\0\0\0\2\x0e\4ab"), 0.5}, /* n by default, id out of bytes */
      {"single-object", BYTES("\xc3\1\xb3\x00\xc5\xa3\x9e\x4a\x02\x1c" DATUM), 1.5},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, cases[i].framing);

    const Value *values = decoder_decode(fixture.decoder, cases[i].payload, &error);

    g_assert_no_error(error);
    assert_values(&fixture, values, "ab", cases[i].n);
  }
}

static void
a_wrong_framing_is_told_by_what_the_payload_looks_like(void)
{
  const struct {
    const char *framing;
    Slice payload;
    const char *says;
  } cases[] = {
      {"datum", BYTES("\0\0\0\0\1" DATUM), "set record.framing to confluent"},
      {"datum", BYTES("\xc3\1\xb3\x00\xc5\xa3\x9e\x4a\x02\x1c" DATUM),
       "set record.framing to single-object"},
      {"datum", BYTES("Obj\1..."), "an Avro object container file"},
      {"datum", BYTES("{\"id\":\"ab\"}"), "it looks like JSON text"},
      {"confluent", BYTES(DATUM),
       "byte 0: expected 00 and a schema id (Confluent wire format), "
       "found '\\x04ab\\x00\\x00\\x00\\x00\\x00'; without that it can be read: set "
       "record.framing to datum"},
      /* what is no bare datum either, or only looks framed, is not led away */
      {"confluent", BYTES("\4ab\0"),
       "byte 0: expected 00 and a schema id (Confluent wire format), found '\\x04ab\\x00'$"},
      {"datum", BYTES("\0\x02x" DATUM), "bytes are left over behind the record$"},
      {"datum", BYTES("\3\0\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08" DATUM),
       "AWS Glue's schema registry, which is not read"},
      {"confluent", BYTES("\0\0\0\0\0\0\0\0\7" DATUM),
       "so Apicurio's serializers write ids unless apicurio.registry.id-handler is"},
      {"confluent", BYTES("\0\0\0\1"), "byte 0: expected 00 and a schema id"},
      {"confluent", BYTES("\0\x80\0\0\0" DATUM), "byte 0: expected 00 and a schema id below 2^31"},
      {"confluent", BYTES("\0\xff\xff\xff\xff" DATUM), "a schema id below 2^31"},
      {"confluent", BYTES(""), "byte 0: expected 00 and a schema id"},
      {"confluent", BYTES("\xc3\1\xb3\x00\xc5\xa3\x9e\x4a\x02\x1c" DATUM),
       "set record.framing to single-object"},
      {"single-object", BYTES("\0\0\0\0\1" DATUM), "set record.framing to confluent"},
      {"single-object", BYTES("\xc3\1\x64"), "byte 0: expected c3 01 and a fingerprint"},
      {"single-object", BYTES("\xc3\1\0\0\0\0\0\0\0\1" DATUM),
       "written with a schema of fingerprint 0100000000000000, and the mapping's has "
       "1c024a9ea3c500b3"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, cases[i].framing);
    g_assert_null(decoder_decode(fixture.decoder, cases[i].payload, &error));
    g_assert_error(error, FAULT, FAULT_RECORD);

    g_autofree char *ended = g_strconcat(error->message, "$", NULL);

    if (strstr(ended, cases[i].says) == NULL)
      g_assert_cmpstr(ended, ==, cases[i].says);
  }
}

static void
a_writer_is_looked_up_once_and_an_outage_is_not_kept(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) outage = NULL;
  GError *error = NULL;

  fixture_init(&fixture, "confluent");
  fixture.registry.silences = 1;
  g_assert_null(decoder_decode(fixture.decoder, BYTES("\0\0\0\0\1" DATUM), &outage));
  g_assert_error(outage, FAULT, FAULT_PEER);
  for (size_t i = 0; i < 10; i++) {
    assert_values(&fixture, decoder_decode(fixture.decoder, BYTES("\0\0\0\0\1" DATUM), &error),
                  "ab", 1.5);
    assert_values(&fixture, decoder_decode(fixture.decoder, BYTES("\0\0\0\0\2\x0e\4ab"), &error),
                  "ab", 0.5);
  }
  g_assert_cmpuint(fixture.registry.lookups, ==, 3);
}

static void
an_unknown_writer_is_a_bad_record(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, "confluent");
  g_assert_null(decoder_decode(fixture.decoder, BYTES("\0\0\0\0\7" DATUM), &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpstr(error->message, ==, "no schema 7");
  g_assert_null(decoder_take_notice(fixture.decoder));
}

static void
a_writer_that_lacks_a_field_is_told_once(void)
{
  g_auto(Fixture) fixture = {0};
  const char *why = "field id: the writer's schema has no field id, and ours gives it no default";

  fixture_init(&fixture, "confluent");
  for (size_t i = 0; i < 3; i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(decoder_decode(fixture.decoder, BYTES("\0\0\0\0\3\0\0\0\0\0\0\xf8\x3f"), &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_true(g_str_has_prefix(error->message, "schema 3: "));
    g_assert_true(g_str_has_suffix(error->message, why));

    g_autofree char *notice = decoder_take_notice(fixture.decoder);

    g_assert_cmpint(notice != NULL, ==, i == 0);
    if (notice != NULL) {
      g_assert_nonnull(strstr(notice, "case.json: records written with schema 3 of the registry"));
      g_assert_true(g_str_has_suffix(notice, why));
    }
  }
  g_assert_cmpuint(fixture.registry.lookups, ==, 1);
}

static void
errors_name_the_writer(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, "confluent");
  g_assert_null(decoder_decode(fixture.decoder, BYTES("\0\0\0\0\1\4a"), &error));
  g_assert_cmpstr(error->message, ==,
                  "schema 1: field id (byte 0): a length of 2 with 1 bytes left");
}

static void
confluent_without_a_registry_is_a_wrong_setup(void)
{
  g_auto(MappingCase) mapping = mapping_case_load(SCHEMA, NULL, MAPPING("'framing':'confluent'"));
  g_autoptr(GError) error = NULL;

  g_assert_null(decoder_new(mapping.mapping, NULL, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "set registry.url"));
}

static void
keys_are_read_by_their_own_schema(void)
{
  g_auto(MappingCase) mapping = mapping_case_load(
      SCHEMA, "{'type':'record','name':'K','fields':[{'name':'id','type':'long'}]}",
      "{'table':'t','topic':'t','tombstone':'avro','record':{'format':'avro',"
      "'schema':'value.avsc','key_schema':'key.avsc'},"
      "'key':{'parts':['id']},'families':{'f':{'columns':['n']}}}");
  GError *error = NULL;
  g_autoptr(Decoder) decoder = decoder_new_for_keys(mapping.mapping, NULL, &error);

  g_assert_no_error(error);

  const Value *values = decoder_decode(decoder, BYTES("\x0e"), &error);

  g_assert_no_error(error);
  g_assert_cmpint(values[0].kind, ==, VALUE_INT);
  g_assert_cmpint(values[0].integer, ==, 7);
}

/* A mapping of JSON records, and what a document becomes by it. */
static char *
json_row(const char *schema, const char *mapping_text, Slice key, Slice value)
{
  g_auto(MappingCase) mapping = mapping_case_load(schema, NULL, mapping_text);
  g_autoptr(GError) error = NULL;
  g_auto(Row) row = {0};
  Origin origin = {.topic = "t", .timestamp_ms = 1, .key = key};

  for (size_t i = 0; i < fault_list_length(&mapping.faults); i++)
    return g_strdup(fault_list_get(&mapping.faults, i));

  g_autoptr(Translator) translator = translator_new(mapping.mapping, NULL, &error);

  g_assert_no_error(error);
  if (!translator_row(translator, &origin, value, &row, &error))
    return g_strdup(error->message);
  return mapping_case_row(&row);
}

#define JSON_MAPPING(record, key, columns)                                                         \
  "{'table':'t','topic':'t','tombstone':'json','record':{'format':'json'" record "},"              \
  "'key':{'parts':[" key "]},'families':{'f':{'columns':[" columns "]}}}"
#define PLAIN JSON_MAPPING("", "'id'", "'n','deep.list[0]'")
#define FRAMED JSON_MAPPING(",'framing':'confluent'", "'id'", "'n','deep.list[0]'")
#define TYPED JSON_MAPPING(",'schema':'value.avsc'", "'id'", "{'field':'n','type':'double'}")
#define BY_KEY JSON_MAPPING("", "{'metadata':'key','field':'k.id'}", "'n'")

static void
json_records_need_no_schema(void)
{
  const struct {
    const char *mapping;
    const char *key;
    Slice value;
    const char *row;
  } cases[] = {
      {PLAIN, "", BYTES("{\"id\":\"a\",\"n\":1.50,\"deep\":{\"list\":[true]}}"),
       "a@1\nf:n=1.5\nf:deep.list[0]=true"},
      {PLAIN, "", BYTES("{\"id\":7,\"n\":\"\"}"), "7@1\nf:n="}, /* an empty text is a value */
      {PLAIN, "", BYTES("{\"n\":1}"), "key part id: is missing, and a row key needs every part"},
      {FRAMED, "", BYTES("\0\0\0\0\1{\"id\":\"a\",\"n\":null,\"deep\":{\"list\":[7]}}"),
       "a@1\nf:deep.list[0]=7"},
      {TYPED, "", BYTES("{\"id\":\"\",\"n\":2}"),
       "key part id: is empty, and a row key needs every part"},
      {TYPED, "", BYTES("{\"id\":\"a\",\"n\":2}"), "a@1\nf:n=@\\x00\\x00\\x00\\x00\\x00\\x00\\x00"},
      {TYPED, "", BYTES("{\"id\":\"a\",\"n\":\"two\"}"), "field n: not a number: 'two'"},
      {BY_KEY, "{\"k\":{\"id\":5}}", BYTES("{\"n\":1}"), "5@1\nf:n=1"},
      {BY_KEY, "{\"k\":{\"id\":5}}", SLICE_EMPTY, "5@1"},
      {BY_KEY, "x", BYTES("{\"n\":1}"),
       "key: byte 0: a record in JSON is an object, { ... }, found 'x'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *row =
        json_row(SCHEMA, cases[i].mapping,
                 *cases[i].key == '\0' ? SLICE_EMPTY : slice_text(cases[i].key), cases[i].value);

    g_assert_cmpstr(row, ==, cases[i].row);
  }
}

/* A Kafka key that is no record, as a part of row keys and as what a tombstone deletes. */
static void
keys_that_are_no_records_are_their_value(void)
{
  const struct {
    const char *key_schema, *framing, *part;
    Slice key;
    const char *row, *tombstone; /* a sentence begins with '!' */
  } cases[] = {
      {"'string'", "datum", "'id'", BYTES("\x04ik"), "id@1", "ik@1"},
      {"'string'", "datum", "{'metadata':'key'}", BYTES("\x04ik"), "ik@1", "ik@1"},
      {"'long'", "datum", "{'metadata':'key','as':'long'}", BYTES("\x0e"),
       "\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x07@1", "\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x07@1"},
      {"'string'", "confluent", "{'metadata':'key'}", BYTES("\0\0\0\0\x04\x04ik"), "ik@1", "ik@1"},
      {"'string'", "confluent", "{'metadata':'key'}", BYTES("\0\0\0\0\x01\x04ik"), "!key: schema 1",
       "!key: schema 1"},
      {"['null','string']", "datum", "{'metadata':'key'}", BYTES("\0"), "!key part key: is missing",
       "!tombstone: key part key: is missing"},
      {"{'type':'int','logicalType':'date'}", "datum", "{'metadata':'key'}", BYTES("\x02"),
       "1970-01-02@1", "1970-01-02@1"},
      {"'string'", "datum", "{'metadata':'key'}", BYTES("ik"), "!key: field key (byte 0)",
       "!key: field key (byte 0)"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdup_printf(
        "{'table':'t','topic':'t','tombstone':'avro','record':{'schema':'value.avsc','framing':'%s'"
        ","
        "'key_schema':'key.avsc'},'key':{'parts':[%s]},'families':{'f':{'columns':['n']}}}",
        cases[i].framing, cases[i].part);
    g_auto(MappingCase) made = mapping_case_load(SCHEMA, cases[i].key_schema, text);
    Registry registry = {.schemas = {SCHEMA, NULL, NULL, "'string'"}};
    SchemaSource source = {&registry, registry_lookup};
    bool is_framed = strcmp(cases[i].framing, "confluent") == 0;
    Slice values[] = {is_framed ? BYTES("\0\0\0\0\x01\x04id\0\0\0\0\0\0\xf0\x3f")
                                : BYTES("\x04id\0\0\0\0\0\0\xf0\x3f"),
                      SLICE_EMPTY};
    const char *wanted[] = {cases[i].row, cases[i].tombstone};

    g_assert_nonnull(made.mapping);

    g_autoptr(Translator) translator = translator_new(made.mapping, &source, NULL);

    for (size_t n = 0; n < G_N_ELEMENTS(values); n++) {
      Origin origin = {.topic = "t", .timestamp_ms = 1, .key = cases[i].key};
      g_auto(Row) row = {0};
      g_autoptr(GError) error = NULL;
      bool is_made = translator_row(translator, &origin, values[n], &row, &error);
      g_autofree char *shown = is_made ? mapping_case_row(&row) : g_strdup(error->message);

      g_test_message("case %zu: %s", i, shown);
      g_assert_cmpint(is_made, ==, *wanted[n] != '!');
      g_assert_true(g_str_has_prefix(shown, wanted[n] + (is_made ? 0 : 1)));
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/decoder/framings", each_framing_gives_the_same_values);
  g_test_add_func("/decoder/wrong-framing", a_wrong_framing_is_told_by_what_the_payload_looks_like);
  g_test_add_func("/decoder/lookups", a_writer_is_looked_up_once_and_an_outage_is_not_kept);
  g_test_add_func("/decoder/unknown", an_unknown_writer_is_a_bad_record);
  g_test_add_func("/decoder/notice", a_writer_that_lacks_a_field_is_told_once);
  g_test_add_func("/decoder/errors", errors_name_the_writer);
  g_test_add_func("/decoder/no-registry", confluent_without_a_registry_is_a_wrong_setup);
  g_test_add_func("/decoder/primitive-keys", keys_that_are_no_records_are_their_value);
  g_test_add_func("/decoder/keys", keys_are_read_by_their_own_schema);
  g_test_add_func("/decoder/json", json_records_need_no_schema);
  return g_test_run();
}
