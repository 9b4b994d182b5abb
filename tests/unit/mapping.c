/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

#include <json-glib/json-glib.h>

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':["                                                         \
  "{'name':'id','type':'string'},{'name':'at','type':'string'},"                                   \
  "{'name':'amount','type':['null','double']},{'name':'flag','type':'boolean'},"                   \
  "{'name':'when','type':{'type':'long','logicalType':'timestamp-millis'}},"                       \
  "{'name':'tags','type':{'type':'array','items':'string'}},"                                      \
  "{'name':'home','type':['null',{'type':'record','name':'H','fields':["                           \
  "{'name':'city','type':'string'}]}]}]}"

#define KEY_SCHEMA "{'type':'record','name':'K','fields':[{'name':'id','type':'string'}]}"

/* The members of a good mapping; a case puts another in the place of one. */
static const struct {
  const char *name;
  const char *json;
} good[] = {
    {"table", "'ns:t'"},
    {"topic", "'t'"},
    {"record", "{'schema':'value.avsc','key_schema':'key.avsc'}"},
    {"key", "{'parts':['id']}"},
    {"families", "{'f':{'columns':['at']}}"},
};

/* `member` replaced or added; left out when `json` is NULL. */
static char *
mapping_with(const char *member, const char *json)
{
  GString *text = g_string_new("{'$schema':'mapping.schema.json'");
  bool is_new = true;

  for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
    bool is_it = strcmp(good[i].name, member) == 0;

    is_new = is_new && !is_it;
    if (!is_it || json != NULL)
      g_string_append_printf(text, ",'%s':%s", good[i].name, is_it ? json : good[i].json);
  }
  if (is_new && json != NULL)
    g_string_append_printf(text, ",'%s':%s", member, json);
  g_string_append_c(text, '}');
  return g_string_free(text, FALSE);
}

/* The sentence behind "FOLDER/case.json: ", with the folder's name taken out. */
static char *
sentence_of(const MappingCase *loaded, size_t i)
{
  g_autofree char *path = g_build_filename(loaded->folder, "case.json: ", NULL);
  const char *fault = fault_list_get(&loaded->faults, i);
  g_autoptr(GString) text = NULL;

  g_assert_true(g_str_has_prefix(fault, path));
  text = g_string_new(fault + strlen(path));
  g_string_replace(text, loaded->folder, "FOLDER", 0);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

typedef struct {
  const char *member;
  const char *json;
  const char *sentence;
} FaultCase;

static void
check_faults(const FaultCase *cases, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    g_autofree char *json = mapping_with(cases[i].member, cases[i].json);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);
    g_autofree char *sentence = NULL;

    g_test_message("%s: %s", cases[i].member, cases[i].json);
    for (size_t j = 0; j < fault_list_length(&loaded.faults); j++)
      g_test_message("%s", fault_list_get(&loaded.faults, j));
    g_assert_null(loaded.mapping);
    g_assert_cmpuint(fault_list_length(&loaded.faults), ==, 1);
    sentence = sentence_of(&loaded, 0);
    g_assert_cmpstr(sentence, ==, cases[i].sentence);
  }
}

static void
faults_of_the_whole_name_place_word_and_remedy(void)
{
  static const FaultCase cases[] = {
      {"tabel", "'t'", "$: unknown key 'tabel'; did you mean 'table'?"},
      {"colour", "1",
       "$: unknown key 'colour'; use one of: $schema, table, topic, record, key, timestamp, "
       "tombstone, families, nulls, errors, regions, splits, csv, "
       "tombstone_time, durability"},
      {"table", NULL, "$: the key 'table' is missing; add it"},
      {"table", "5", "$.table: a text is needed here, not a number"},
      {"table", "''", "$.table: the text is empty"},
      {"table", "'a b'",
       "$.table: 'a b' cannot name a table; HBase takes letters, digits, '_', '.' and '-', the "
       "first of them none of the last two, behind an optional 'namespace:'"},
      {"topic", "'..'",
       "$.topic: '..' cannot name a topic; Kafka takes up to 249 letters, digits, '_', '.' and "
       "'-'"},
      {"record", "[]", "$.record: an object is needed here, not an array"},
      {"record", "{'schema':'value.avsc','framing':'confluence'}",
       "$.record.framing: unknown word 'confluence'; did you mean 'confluent'?"},
      {"record", "{'schema':'value.avsc','format':'xml'}",
       "$.record.format: unknown word 'xml'; use one of: avro, json"},
      {"record", "{'format':'json','framing':'single-object'}",
       "$.record.framing: 'single-object' is Avro's; JSON comes as 'datum' or 'confluent'"},
      {"record", "{'format':'json','key_schema':'value.avsc'}",
       "$.record.key_schema: the Kafka key of a JSON record is read as JSON, without a schema"},
      {"tombstone", "'json'",
       "$.tombstone: 'json' needs \"format\": \"json\" in $.record; use 'avro'"},
      {"record", "{'schema':[]}", "$.record.schema: a schema's file is needed"},
      {"record", "{'schema':['value.avsc',7]}",
       "$.record.schema[1]: a text is needed here, not a number"},
      {"record", "{'schema':['key.avsc','other.avsc']}",
       "$.record.schema: Failed to open file “FOLDER/other.avsc”: No such file or directory"},
      {"record", "{'schema':['value.avsc','value.avsc']}",
       "$.record.schema: FOLDER/value.avsc: $: 'R' is defined twice"},
      {"record", "{'schema':'other.avsc'}",
       "$.record.schema: Failed to open file “FOLDER/other.avsc”: No such file or directory"},
      {"tombstone", "'rows'", "$.tombstone: unknown word 'rows'; did you mean 'row'?"},
      {"tombstone_time", "'after'",
       "$.tombstone_time: unknown word 'after'; use \"record\" for the Kafka record's time, "
       "\"before\" for a millisecond earlier, or {\"field\": NAME} for a field's of the Kafka key"},
      {"tombstone_time", "{'field':'id'}",
       "$.tombstone_time: a field's time is the Kafka key's, which \"tombstone\": \"avro\" or "
       "\"json\" "
       "reads"},
      {"errors", "true", "$.errors: a text is needed here, not true or false"},
      {"nulls", "['', 0]", "$.nulls[1]: a text is needed here, not a number"},
      {"timestamp", "'recrod'",
       "$.timestamp: unknown word 'recrod'; use \"record\" for the Kafka record's time, or "
       "{\"field\": NAME, \"format\": \"iso8601\"} for a field's"},
      {"timestamp", "{'field':'att'}",
       "$.timestamp.field: field att: the schema has no att; did you mean at?"},
      {"timestamp", "{'field':'at','format':'iso'}",
       "$.timestamp.format: unknown word 'iso'; use one of: iso8601, ms, s, us, ns, "
       "%Y-%m-%d %H:%M:%S"},
  };

  check_faults(cases, G_N_ELEMENTS(cases));
}

static void
faults_of_keys_name_the_part(void)
{
  static const FaultCase cases[] = {
      {"key", "{'parts':[]}", "$.key.parts: no part; name at least one field"},
      {"key", "{'parts':['id'],'seperator':'-'}",
       "$.key: unknown key 'seperator'; did you mean 'separator'?"},
      {"key", "{'parts':['at','idd']}",
       "$.key.parts[1]: field idd: the schema has no idd; did you mean id?"},
      {"key", "{'parts':['home.town']}",
       "$.key.parts[0]: field home.town: the schema has no town; it has city"},
      {"key", "{'parts':['tags']}",
       "$.key.parts[0]: 'tags' is of type array; a row key is made of single values"},
      {"key", "{'parts':[3]}",
       "$.key.parts[0]: a field's name or an object is needed here, not a number"},
      {"key", "{'parts':[{}]}",
       "$.key.parts[0]: no kind of part; use one of: field, metadata, literal, salt, hash"},
      {"key", "{'parts':[{'field':'id','literal':'x'}]}",
       "$.key.parts[0]: 'field' and 'literal' are two parts; give each an object of its own"},
      {"key", "{'parts':[{'field':'id','widht':3}]}",
       "$.key.parts[0]: unknown key 'widht'; did you mean 'width'?"},
      {"key", "{'parts':[{'field':'id','width':0}]}",
       "$.key.parts[0].width: 0 is not within 1 to 1000"},
      {"key", "{'parts':[{'field':'at','width':20,'reverse':true}]}",
       "$.key.parts[0]: 'width' does not go with 'reverse', which has a width of its own; leave "
       "it out"},
      {"key", "{'parts':[{'field':'amount','width':20,'as':'double'}]}",
       "$.key.parts[0]: 'width' does not go with 'as', which has a width of its own; leave it out"},
      {"key", "{'parts':[{'field':'at','reverse':true,'as':'int'}]}",
       "$.key.parts[0]: a time is as 'long' or as text; no other form holds it"},
      {"key", "{'parts':[{'field':'amount','as':'float'}]}",
       "$.key.parts[0].as: unknown word 'float'; use one of: int, long, double"},
      {"key", "{'parts':[{'field':'at','reverse':1}]}",
       "$.key.parts[0].reverse: true or false is needed here, not a number"},
      {"key", "{'parts':[{'literal':''},'id']}", "$.key.parts[0].literal: the text is empty"},
      {"key", "{'parts':[{'literal':'x'},{'salt':8,'of':['id']}]}",
       "$.key.parts: nothing here tells one record from another; add a field"},
      {"key", "{'parts':[{'salt':8},'id']}", "$.key.parts[0]: the key 'of' is missing; add it"},
      {"key", "{'parts':[{'salt':8,'of':['id'],'width':3},'id']}",
       "$.key.parts[0]: 'width' does not go with 'salt'; leave it out"},
      {"key", "{'parts':[{'hash':33,'of':['id']},'id']}",
       "$.key.parts[0].hash: 33 is not within 1 to 32"},
      {"key", "{'parts':[{'hash':8,'of':[{'salt':2,'of':['id']}]},'id']}",
       "$.key.parts[0].of[0]: a salt does not stand in another's 'of'"},
      {"key", "{'parts':[{'metadata':'ofset'}]}",
       "$.key.parts[0].metadata: unknown word 'ofset'; did you mean 'offset'?"},
      {"key", "{'parts':[{'metadata':'topic','field':'id'}]}",
       "$.key.parts[0].metadata: 'topic' has no fields; only 'key' does"},
      {"key", "{'parts':[{'metadata':'key','field':'di'}]}",
       "$.key.parts[0].field: in the Kafka key: field di: the schema has no di; did you mean id?"},
      {"key", "{'separator':'','parts':['id','at']}",
       "$.key.parts[0]: without a separator every part but the last needs a fixed width; give the "
       "key a 'separator', or the part a 'width' or 'as'"},
  };

  check_faults(cases, G_N_ELEMENTS(cases));
}

static void
faults_of_families_name_the_column(void)
{
  static const FaultCase cases[] = {
      {"families", "{}", "$.families: no family; a table needs at least one"},
      {"families", "{'f':{'columns':[]}}",
       "$.families.f.columns: no column; name at least one field"},
      {"families", "{'f':{}}", "$.families.f: the key 'columns' is missing; add it"},
      {"families", "{'a:b':{'columns':['at']}}",
       "$.families.a:b: this cannot name a family; HBase takes up to 127 bytes, no ':', '/', '\\' "
       "or control character, and no '.' in front"},
      {"families", "{'f':{'columns':['at','amuont']}}",
       "$.families.f.columns[1]: field amuont: the schema has no amuont; did you mean amount?"},
      {"families", "{'f':{'columns':[null]}}",
       "$.families.f.columns[0]: a field's name or an object is needed here, not null"},
      {"families", "{'f':{'columns':[{'null':'none'}]}}",
       "$.families.f.columns[0]: the key 'field' is missing; add it"},
      {"families", "{'f':{'columns':['at','at']}}",
       "$.families.f.columns[1]: the column f:at stands here twice; take one away, or give it "
       "another 'qualifier'"},
      {"families", "{'f':{'columns':['at',{'field':'id','qualifier':'at'}]}}",
       "$.families.f.columns[1]: the column f:at stands here twice; take one away, or give it "
       "another 'qualifier'"},
      {"families", "{'f':{'columns':[{'field':'at','tpye':'int'}]}}",
       "$.families.f.columns[0]: unknown key 'tpye'; did you mean 'type'?"},
      {"families", "{'f':{'columns':[{'field':'at','type':'doubel'}]}}",
       "$.families.f.columns[0].type: unknown word 'doubel'; did you mean 'double'?"},
      {"families", "{'f':{'columns':[{'field':'flag','type':'long'}]}}",
       "$.families.f.columns[0].type: 'long' cannot be made of the field flag, of type boolean; "
       "use 'text', or a type that fits"},
      {"families", "{'f':{'columns':[{'field':'amount','type':'bytes'}]}}",
       "$.families.f.columns[0].type: 'bytes' cannot be made of the field amount, of type double; "
       "use 'text', or a type that fits"},
      {"families", "{'f':{'columns':[{'field':'amount','type':'long','null':'none'}]}}",
       "$.families.f.columns[0].null: not a whole number of 64 bits: 'none', as the column's type "
       "asks"},
      {"families", "{'f':{'columns':[{'field':'at','null':null}]}}",
       "$.families.f.columns[0].null: use \"skip\", \"empty\", \"delete\" or a literal: a text, a "
       "number, true or false"},
      {"families", "{'f':{'columns':['at'],'bloom':'row'}}",
       "$.families.f.bloom: unknown word 'row'; did you mean 'ROW'?"},
      {"families", "{'f':{'columns':['at'],'bloom':'ROWPREFIX'}}",
       "$.families.f: this bloom filter needs the length of the prefix in bytes; add "
       "'bloom_prefix'"},
      {"families", "{'f':{'columns':['at'],'bloom_prefix':4}}",
       "$.families.f.bloom_prefix: only the bloom filter ROWPREFIX_FIXED_LENGTH has a prefix; "
       "leave "
       "it out"},
      {"families", "{'f':{'columns':['at'],'compression':'ZTSD'}}",
       "$.families.f.compression: unknown word 'ZTSD'; did you mean 'ZSTD'?"},
      {"families", "{'f':{'columns':['at'],'versions':'3'}}",
       "$.families.f.versions: a whole number is needed here, not a text"},
      {"families", "{'f':{'columns':['at'],'ttl':0}}",
       "$.families.f.ttl: 0 is not within 1 to 2147483647"},
  };

  check_faults(cases, G_N_ELEMENTS(cases));
}

static void
every_fault_is_told_at_once(void)
{
  g_auto(MappingCase) loaded = mapping_case_load(
      SCHEMA, NULL,
      "{'tabel':'t','topic':'a b','record':{'schema':'value.avsc','framing':'x'},"
      "'key':{'parts':['idd',{'field':'at','width':-1}]},'timestamp':{'field':'ta'},"
      "'tombstone':'avro','families':{'f':{'columns':['nope',7],'bloom':'R'}},'errors':'dql'}");
  const char *const places[] = {
      "$: unknown key 'tabel'",
      "$: the key 'table'",
      "$.topic:",
      "$.record.framing:",
      "$.errors:",
      "$.tombstone: 'avro' needs the schema",
      "$.timestamp.field:",
      "$.key.parts[0]:",
      "$.key.parts[1].width:",
      "$.families.f.bloom:",
      "$.families.f.columns[0]:",
      "$.families.f.columns[1]:",
  };

  g_assert_null(loaded.mapping);
  for (size_t i = 0; i < fault_list_length(&loaded.faults); i++)
    g_test_message("%s", fault_list_get(&loaded.faults, i));
  g_assert_cmpuint(fault_list_length(&loaded.faults), ==, G_N_ELEMENTS(places));
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autofree char *sentence = sentence_of(&loaded, i);

    g_assert_true(g_str_has_prefix(sentence, places[i]));
  }
}

static void
a_tombstone_needs_key_parts_that_the_kafka_key_has(void)
{
  static const struct {
    const char *parts;
    const char *sentence;
  } cases[] = {
      {"['id','at']",
       "$.key.parts[1]: in the Kafka key: field at: the schema has no at; it has id"},
      {"['id',{'metadata':'offset'}]",
       "$.key.parts[1].metadata: a tombstone does not know the offset of the record that it "
       "deletes; use \"tombstone\": \"row\" or \"skip\""},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *key = g_strdup_printf("{'parts':%s},'tombstone':'avro'", cases[i].parts);
    g_autofree char *json = mapping_with("key", key);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);
    g_autofree char *sentence = NULL;

    g_assert_null(loaded.mapping);
    g_assert_cmpuint(fault_list_length(&loaded.faults), ==, 1);
    sentence = sentence_of(&loaded, 0);
    g_assert_cmpstr(sentence, ==, cases[i].sentence);
  }
}

static void
a_file_that_is_no_json_is_one_fault(void)
{
  g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, "{'table':\n");
  g_auto(FaultList) faults = {0};

  g_assert_null(loaded.mapping);
  g_assert_cmpuint(fault_list_length(&loaded.faults), ==, 1);
  g_assert_null(mapping_load("/nonexistent/case.json", &faults));
  g_assert_cmpuint(fault_list_length(&faults), ==, 1);
}

static void
what_a_mapping_leaves_out_has_its_default(void)
{
  g_autofree char *json = mapping_with("families", "{'f':{'columns':['at']}}");
  g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);
  size_t length;
  const Family *families = mapping_families(loaded.mapping, &length);

  g_assert_cmpuint(length, ==, 1);
  g_assert_cmpint(families[0].bloom, ==, BLOOM_ROW);
  g_assert_cmpstr(families[0].compression, ==, "NONE");
  g_assert_cmpuint(families[0].versions, ==, 1);
  g_assert_cmpuint(families[0].time_to_live_s, ==, 0);
  g_assert_cmpstr(mapping_table(loaded.mapping), ==, "ns:t");
  g_assert_cmpstr(mapping_topic(loaded.mapping), ==, "t");
  g_assert_cmpint(mapping_framing(loaded.mapping), ==, MAPPING_DATUM);
  g_assert_cmpint(mapping_tombstone(loaded.mapping), ==, TOMBSTONE_ROW);
  g_assert_cmpint(mapping_errors(loaded.mapping), ==, ERRORS_DLQ);
  g_assert_true(mapping_uses_record_time(loaded.mapping));
  mapping_splits(loaded.mapping, &length);
  g_assert_cmpuint(length, ==, 0);
}

static void
family_attributes_are_read(void)
{
  g_autofree char *json =
      mapping_with("families", "{'a':{'columns':['at'],'bloom':'ROWPREFIX_FIXED_LENGTH',"
                               "'bloom_prefix':8,'compression':'ZSTD','versions':3,'ttl':60},"
                               "'b':{'columns':['id',{'field':'at','qualifier':'t'}],"
                               "'bloom':'NONE'}}");
  g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);
  size_t length;
  const Family *families = mapping_families(loaded.mapping, &length);
  const Column *columns;

  g_assert_cmpuint(length, ==, 2);
  g_assert_cmpint(families[0].bloom, ==, BLOOM_ROWPREFIX);
  g_assert_cmpuint(families[0].bloom_prefix_bytes, ==, 8);
  g_assert_cmpstr(families[0].compression, ==, "ZSTD");
  g_assert_cmpuint(families[0].versions, ==, 3);
  g_assert_cmpuint(families[0].time_to_live_s, ==, 60);
  g_assert_cmpint(families[1].bloom, ==, BLOOM_NONE);
  columns = mapping_columns(loaded.mapping, &length);
  g_assert_cmpuint(length, ==, 3);
  g_assert_cmpuint(columns[2].index, ==, 2);
  g_assert_cmpuint(columns[2].family_index, ==, 1);
  g_assert_true(slice_equal(columns[2].family, slice_text("b")));
  g_assert_true(slice_equal(columns[2].qualifier, slice_text("t")));
  mapping_fields(loaded.mapping, &length);
  g_assert_cmpuint(length, ==, 2);
}

static void
the_built_in_mappings_read_every_field_of_their_schema(void)
{
  static const struct {
    const char *name;
    size_t fields;
    size_t columns;
    size_t families;
  } cases[] = {
      {"customers", 15, 14, 4},
      {"product", 10, 9, 3},
      {"transactions", 14, 13, 4},
      {"clickstream", 6, 5, 3},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Mapping) mapping = mapping_case_builtin(cases[i].name);
    const SchemaNode *root = schema_root(mapping_schema(mapping));
    size_t length;

    g_assert_cmpstr(mapping_table(mapping), ==, cases[i].name);
    mapping_fields(mapping, &length);
    g_assert_cmpuint(length, ==, cases[i].fields);
    g_assert_cmpuint(root->length, ==, cases[i].fields);
    mapping_columns(mapping, &length);
    g_assert_cmpuint(length, ==, cases[i].columns);
    mapping_families(mapping, &length);
    g_assert_cmpuint(length, ==, cases[i].families);
  }
}

static void
more_columns_than_a_row_may_have_are_a_fault(void)
{
  for (int extra = 0; extra < 2; extra++) {
    g_autoptr(GString) families = g_string_new("{'f':{'columns':[");
    g_autofree char *json = NULL;

    for (int i = 0; i < UINT16_MAX + extra; i++)
      g_string_append_printf(families, "%s{'field':'at','qualifier':'q%d'}", i == 0 ? "" : ",", i);
    g_string_append(families, "]}}");
    json = mapping_with("families", families->str);

    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);

    g_assert_cmpuint(fault_list_length(&loaded.faults), ==, (size_t)extra);
    if (extra > 0) {
      g_autofree char *sentence = sentence_of(&loaded, 0);

      g_assert_cmpstr(sentence, ==,
                      "$.families: 65536 columns in all, and a row has at most 65535; spread them "
                      "over two tables");
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/faults/whole", faults_of_the_whole_name_place_word_and_remedy);
  g_test_add_func("/mapping/faults/key", faults_of_keys_name_the_part);
  g_test_add_func("/mapping/faults/families", faults_of_families_name_the_column);
  g_test_add_func("/mapping/faults/tombstone", a_tombstone_needs_key_parts_that_the_kafka_key_has);
  g_test_add_func("/mapping/faults/all", every_fault_is_told_at_once);
  g_test_add_func("/mapping/faults/no-json", a_file_that_is_no_json_is_one_fault);
  g_test_add_func("/mapping/defaults", what_a_mapping_leaves_out_has_its_default);
  g_test_add_func("/mapping/families", family_attributes_are_read);
  g_test_add_func("/mapping/built-in", the_built_in_mappings_read_every_field_of_their_schema);
  g_test_add_func("/mapping/columns", more_columns_than_a_row_may_have_are_a_fault);
  return g_test_run();
}
