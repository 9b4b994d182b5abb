/* SPDX-License-Identifier: Apache-2.0 */
#include "try/cases.h"

#include "support/mapping-case.h"

#include <glib/gstdio.h>

#define RECORD                                                                                     \
  "'fields': [{'name': 'id', 'type': 'string'}, {'name': 'n', 'type': ['null', 'long'], "          \
  "'default': null}, {'name': 'e', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['A', 'B']}, " \
  "'default': 'B'}]}"

static const char schema[] = "{'type': 'record', 'name': 'r', " RECORD;
static const char key_schema[] =
    "{'type': 'record', 'name': 'k', 'fields': [{'name': 'id', 'type': 'string'}]}";

/* With the record's members in front of what all have. */
#define MAPPING(record, tombstone)                                                                 \
  "{'table': 't', 'topic': 't', 'record': {" record "}, 'key': {'parts': ['id']}, "                \
  "'timestamp': 'record', 'tombstone': " tombstone ", "                                            \
  "'families': {'f': {'columns': [{'field': 'n', 'type': 'int'}, 'e']}}}"
#define AVRO "'format': 'avro', 'schema': 'value.avsc'"

static const char plain[] = MAPPING(AVRO, "'row'");
static const char skipping[] = MAPPING(AVRO, "'skip'");
static const char single[] = MAPPING(AVRO ", 'framing': 'single-object'", "'row'");
static const char confluent[] = MAPPING(AVRO ", 'framing': 'confluent'", "'row'");
static const char keyed[] =
    MAPPING(AVRO ", 'framing': 'confluent', 'key_schema': 'key.avsc'", "'avro'");
static const char json[] = MAPPING("'format': 'json'", "'row'");

#define GOOD "{'record': {'id': 'x', 'n': 7}, 'timestamp': 9, 'expect': "
#define CELLS "'cells': {'f:n': '\\\\x00\\\\x00\\\\x00\\\\x07', 'f:e': 'B'}"

typedef struct {
  const char *mapping;
  const char *text;
  const char *wanted; /* of what differs, without its first line; NULL: it is an error */
} Example;

static const Example examples[] = {
    {plain, GOOD "{'row': 'x', " CELLS "}}", ""},
    {single, GOOD "{'row': 'x', " CELLS ", 'timestamp': 9, 'decoded': {'f:n': '7'}}}", ""},
    {confluent, GOOD "{'row': 'x', " CELLS "}}", ""},
    {json, "{'record': {'id': 'x', 'n': 7, 'e': 'B'}, 'expect': {'row': 'x', " CELLS "}}", ""},
    {json,
     "{'record': '{\\\"id\\\": 1.50, \\\"e\\\": 2}', 'expect': {'row': '1.5', 'cells': {'f:e': "
     "'2'}}}",
     ""},
    {plain, GOOD "{'row': 'y', " CELLS ", 'timestamp': 8}}",
     "  - row: \"y\"\n  + row: \"x\"\n  - timestamp: 8\n  + timestamp: 9\n"},
    {plain, GOOD "{'row': 'x', 'cells': {'f:e': 'A', 'f:z': ''}}}",
     "  - f:e: \"A\"\n  + f:e: \"B\"\n  - f:z: \"\"\n"
     "  + f:n: \"\\\\x00\\\\x00\\\\x00\\\\x07\"\n"},
    {plain, GOOD "{'refused': 'n'}}", NULL},
    {plain, "{'record': {'n': 7}, 'expect': {'refused': 'field id: ', 'stage': 'decode'}}", ""},
    {plain, "{'record': {'id': 7}, 'expect': {'refused': 'field id: 7 is no string'}}", ""},
    {plain, "{'record': {'id': ''}, 'expect': {'refused': 'id', 'stage': 'map'}}", ""},
    {plain, "{'record': {'id': '', 'e': 'C'}, 'expect': {'refused': 'enum'}}", ""},
    {plain, "{'record': [], 'expect': {'refused': 'no object'}}", ""},
    {plain, "{'record': {'id': ''}, 'expect': {'refused': 'other'}}", NULL},
    {plain, "{'record': null, 'key': 'x', 'expect': {'deleted': 'x', 'timestamp': 0}}", ""},
    {keyed, "{'record': null, 'key': {'id': 'x'}, 'expect': {'deleted': 'x'}}", ""},
    {keyed, "{'record': null, 'key': {'ID': 'x'}, 'expect': {'refused': 'field id'}}", ""},
    {skipping, "{'record': null, 'key': 'x', 'expect': {'skipped': true}}", ""},
    {plain, "{'csv': {'n': '7.0', 'id': 'x', 'e': 'B'}, 'expect': {'row': 'x', " CELLS "}}", ""},
    {plain, "{'csv': {'n': '7.5', 'id': 'x', 'e': 'B'}, 'expect': {'refused': 'field n'}}", ""},
    {plain, "{'csv': {'n': null, 'id': 'x', 'e': ''}, 'expect': {'refused': 'every column'}}", ""},
};

/* Runs the one case; its folder is gone afterwards. */
static bool
run(const Mapping *mapping, const char *text, GString *report, GError **error)
{
  const CsvReading reading = {0};
  TryCases cases = {.mapping = mapping, .reading = &reading, .report = report};
  g_autofree char *folder = g_dir_make_tmp("cases-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "one.json", NULL);
  g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
  bool is_run;

  g_assert_true(g_file_set_contents(path, quoted, -1, NULL));
  is_run = try_cases(&cases, folder, error);
  g_unlink(path);
  g_rmdir(folder);
  if (is_run) {
    g_assert_cmpuint(cases.cases, ==, 1);
    g_assert_cmpuint(cases.different, ==, report->len > 0);
  }
  return is_run;
}

static void
cases_tell_what_differs(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
    g_auto(MappingCase) m = mapping_case_load(schema, key_schema, examples[i].mapping);
    g_autoptr(GString) report = g_string_new(NULL);
    GError *error = NULL;

    g_test_message("%s", examples[i].text);
    for (size_t k = 0; k < fault_list_length(&m.faults); k++)
      g_test_message("%s", fault_list_get(&m.faults, k));
    g_assert_nonnull(m.mapping);
    run(m.mapping, examples[i].text, report, &error);
    g_assert_no_error(error);
    g_test_message("%s", report->str);
    if (examples[i].wanted == NULL || *examples[i].wanted != '\0')
      g_assert_cmpuint(report->len, >, 0);
    if (examples[i].wanted != NULL)
      g_assert_cmpstr(*examples[i].wanted == '\0' ? report->str : strchr(report->str, '\n') + 1, ==,
                      examples[i].wanted);
  }
}

static void
what_is_no_case_is_told(void)
{
  static const struct {
    const char *text;
    const char *wanted;
  } faults[] = {
      {"[]", "is no case: it is not an object"},
      {"{'record': {}}", "is no case: expect is an object"},
      {"{'expect': {}}", "either record or csv"},
      {"{'record': {}, 'csv': {}, 'expect': {}}", "either record or csv"},
      {"{'csv': [], 'expect': {}}", "csv is an object"},
      {"{'csv': {'id': []}, 'expect': {}}", "csv is an object"},
      {"{'csv': {'id': 'x'}, 'expect': {}}", "n"},
      {"{'record': {}, 'timestamp': 'x', 'expect': {}}", "timestamp is a whole number"},
      {"{'record': {}, 'expects': {}}", "'expects' is none of about, record"},
      {"{'record': {}, 'expect': {'cell': {}}}", "'cell' is none of row, deleted"},
      {"{", "one.json:1: "},
  };
  g_auto(MappingCase) m = mapping_case_load(schema, NULL, plain);

  for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
    g_autoptr(GString) report = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(run(m.mapping, faults[i].text, report, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, faults[i].wanted));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cases/differences", cases_tell_what_differs);
  g_test_add_func("/cases/faults", what_is_no_case_is_told);
  return g_test_run();
}
