/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/file.h"

#include "mapping/convert.h"
#include "support/mapping-case.h"

#include <glib/gstdio.h>

/* A file in each of the forms that are out there, as bulkload and verify read it. */

static const char schema[] =
    "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"
    "{'name':'n','type':['null','double']},{'name':'t','type':['null','string']}]}";

static const char mapping[] =
    "{'table':'case','topic':'case','record':{'schema':'value.avsc'},'key':{'parts':['id']},"
    "'csv':{'columns':{'n':'Weight (kg)'}},'families':{'f':{'columns':['id','n','t']}}}";

#define PLAIN                                                                                      \
  {                                                                                                \
    .may_miss = false                                                                              \
  }
#define HEADER "id,Weight (kg),t\n"

typedef struct {
  const char *name;
  const char *text;
  size_t len; /* 0: as C counts it */
  CsvReading reading;
  const char *wanted;  /* "id|n|t" a record, missing as ~, bad ones as "!line: why" */
  const char *warning; /* NULL: none */
} FileCase;

static const char *const three_names[] = {"id", "Weight (kg)", "t", NULL};
static const char *const no_name_twice[] = {"id", "", "", "Weight (kg)", "t", NULL};
static const char *const dashes[] = {"-", NULL};

#define LINES9 "\n\n\n\n\n\n\n\n\n"

static const FileCase cases[] = {
    {"commas", HEADER "a,1.50,x\nb,,\"\"\nc,nan,nan\n", 0, PLAIN, "a|1.5|x\nb|~|~\nc|~|~\n", NULL},
    {"other order, blanks around names", "t , id,\tWeight (kg)\nx,a,2\n", 0, PLAIN, "a|2|x\n",
     NULL},
    {"a column twice that nobody stores", "id,u,u,Weight (kg),t\na,1,2,3,x\n", 0, PLAIN, "a|3|x\n",
     NULL},
    {"columns without a name", ",id,Weight (kg),t,\n0,a,1,x,9\n", 0, PLAIN, "a|1|x\n", NULL},
    {"tabs, where a quote is text",
     "id\tWeight (kg)\tt\na\t1\t\"x\nb\t2\t5\"\n\"c\"\t3\t\"\n",
     0,
     {.csv.form = {.delimiter = "\t", .has_no_quotes = true}},
     "a|1|\"x\nb|2|5\"\n\"c\"|3|\"\n",
     "FILE: 1 field stood in quotes, which were stored with the text; --quote '\"' takes them for "
     "what they are elsewhere"},
    {"another quote",
     "id;Weight (kg);t\n'a';1;'x;''y'\nb;2;\"\n",
     0,
     {.csv.form = {.delimiter = ";", .quote = '\''}},
     "a|1|x;'y\nb|2|\"\n",
     NULL},
    {"a dump of MySQL: tabs and escapes",
     "a\t1\tx\\ty\\\nz\\\\\nb\t\\N\t\\N\nc\t2\t\\\\N\n",
     0,
     {.csv.form = {.delimiter = "\t", .has_no_quotes = true, .escape = '\\'}, .names = three_names},
     "a|1|x\ty\nz\\\nb|~|~\nc|2|\\N\n",
     NULL},
    {"escapes within quotes",
     HEADER "a,1,\"say \\\"hi\\\", \"\"you\"\"\"\nb,2,\"\\N\"\nc,3,x\\,y\n",
     0,
     {.csv.form = {.escape = '\\'}},
     "a|1|say \"hi\", \"you\"\nb|2|N\nc|3|x,y\n",
     NULL},
    {"Hive's \\x01, without a header",
     "a\x01"
     "1\x01x\n",
     0,
     {.csv.form = {.delimiter = "\x01", .has_no_quotes = true}, .names = three_names},
     "a|1|x\n",
     NULL},
    {"a delimiter of several bytes",
     "id||Weight (kg)||t\na||1||x|y\n\"b||\"||2||\"|\"\nc||3|||\n",
     0,
     {.csv.form.delimiter = "||"},
     "a|1|x|y\nb|||2||\nc|3||\n",
     NULL},
    {"names for some columns alone", "a,0,0,1,x\n", 0, {.names = no_name_twice}, "a|1|x\n", NULL},
    {"a preamble and comments",
     "Report of \"today\n\n" HEADER "# nothing\na,1,x\n#\nb,2,#y\n",
     0,
     {.csv = {.skip_lines = 2, .form.comment = '#'}},
     "a|1|x\nb|2|#y\n",
     NULL},
    {"CR alone", "id,Weight (kg),t\ra,1,\"two\rlines\"\rb,2,\"two\nlines\"\r\rc,3,z", 0, PLAIN,
     "a|1|two\rlines\nb|2|two\nlines\nc|3|z\n", NULL},
    {"CR alone, and bad records", "id,Weight (kg),t\ra,1\rb,2,\"y\"z\rc,many,z\r", 0, PLAIN,
     "!2: has 2 fields, the header names 3\n!3: text follows\n!4: field n: not a number: 'many'\n",
     NULL},
    {"UTF-16 by its mark",
     "\xff\xfei\0d\0,\0W\0e\0i\0g\0h\0t\0 \0(\0k\0g\0)\0,\0t\0\n\0a\0,\0\x31\0,\0\xfc\0\n\0",
     46,
     {.csv.encoding = "UTF-16"},
     "a|1|\xc3\xbc\n",
     NULL},
    {"Latin-1",
     HEADER "a,1,gr\xf6\xdf"
            "e\n",
     0,
     {.csv.encoding = "ISO-8859-1"},
     "a|1|gr\xc3\xb6\xc3\x9f"
     "e\n",
     NULL},
    {"quoted empty is a text",
     HEADER "a,1,\"\"\nb,2,\nc,\"\",x\n",
     0,
     {.has_quoted_empty = true},
     "a|1|\nb|2|~\nc|~|x\n",
     NULL},
    {"decimal commas",
     "id;Weight (kg);t\na;12,5;1,5\nb;-1,5e3;x\nc;1.234;x\nd;1,234,5;x\ne;7;x\n",
     0,
     {.csv.form.delimiter = ";", .has_decimal_comma = true},
     "a|12.5|1,5\nb|-1500|x\n!4: field n: not a number with a decimal comma: '1.234'\n"
     "!5: field n: not a number: '1.234,5'\ne|7|x\n",
     NULL},
    {"a null text", HEADER "a,-,-\n", 0, {.null_texts = dashes}, "a|~|~\n", NULL},
    {"headers further down", HEADER "a,1,x\n" HEADER "\xef\xbb\xbf" HEADER "b,2,y\n", 0, PLAIN,
     "a|1|x\nb|2|y\n",
     "FILE: 2 lines like the header were passed over; --keep-headers takes them for records"},
    {"headers that are records",
     "id\nid\na\n",
     0,
     {.keeps_headers = true, .may_miss = true},
     "id|~|~\na|~|~\n",
     NULL},
    {"a stray quote and what it takes along", HEADER "a,1,\"x" LINES9 "\nb,2,y\n\"\nc,3,z\n", 0,
     PLAIN, "a|1|x" LINES9 "\nb,2,y\n\nc|3|z\n",
     "FILE: 1 quoted field goes over more than 10 lines, the longest over 12 from line 2: if a "
     "quote there is only text, --quote none reads it so"},
};

/* One file while it is read. */
typedef struct {
  MappingCase mapping;
  char *path; /* owned */
  GString *found;
  CsvTotals totals;
  CsvFindings findings;
} Reading;

static void
note_record(Reading *self, const FileCase *one, const CsvFile *file, const CsvRecord *record)
{
  const int *columns = csv_columns_of_fields(csv_file_columns(file));
  g_auto(Bytes) scratch = {0};
  g_autoptr(GError) error = NULL;
  size_t length = 0;
  const char *const *fields = mapping_fields(self->mapping.mapping, &length);
  Value values[3];
  bool good = csv_columns_fit(csv_file_columns(file), record->length, &error);

  for (size_t i = 0; good && i < length; i++) {
    const CsvField none = {.is_null = true};

    values[i] =
        csv_reading_value(&one->reading, columns[i] < 0 ? &none : &record->fields[columns[i]]);
  }
  good =
      good && mapping_parse_texts(self->mapping.mapping, one->reading.has_decimal_comma ? ',' : '.',
                                  values, &scratch, &error);
  if (!good) {
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_string_append_printf(self->found, "!%d: %s\n", (int)record->line, error->message);
  }
  for (size_t i = 0; good && i < length; i++) {
    uint8_t number[TEXT_NUMBER_BYTES];
    Slice text = convert_to_text(&values[i], number);

    g_assert_nonnull(fields[i]);
    if (values[i].kind == VALUE_MISSING)
      g_string_append_c(self->found, '~');
    g_string_append_len(self->found, (const char *)text.data, (gssize)text.len);
    g_string_append_c(self->found, i + 1 < length ? '|' : '\n');
  }
}

static void
read_file(Reading *self, const FileCase *one, CsvFile *file)
{
  CsvRecord record = {.length = 1};
  g_autoptr(GError) error = NULL;

  g_assert_true(csv_file_open(file, &error));
  while (record.length > 0) {
    g_autoptr(GError) fault = NULL;

    if (csv_file_next(file, &record, &fault)) {
      if (record.length > 0)
        note_record(self, one, file, &record);
      continue;
    }
    g_assert_error(fault, FAULT, FAULT_RECORD);
    /* "line 3: text follows ..." */
    g_string_append_printf(self->found, "!%.15s\n", fault->message + strlen("line "));
    record.length = 1;
  }
  csv_file_close(file, &self->totals);
}

static void
check(const FileCase *one, size_t buffer_bytes)
{
  Reading self = {.mapping = mapping_case_load(schema, NULL, mapping), .found = g_string_new(NULL)};
  FileCase with_buffer = *one;
  g_autoptr(CsvFile) file = NULL;

  g_assert_nonnull(self.mapping.mapping);
  self.path = g_build_filename(self.mapping.folder, "case.csv", NULL);
  g_assert_true(g_file_set_contents(self.path, one->text,
                                    one->len > 0 ? (gssize)one->len : (gssize)-1, NULL));
  with_buffer.reading.csv.buffer_bytes = buffer_bytes;
  file = csv_file_new(self.path, self.mapping.mapping, &with_buffer.reading, &self.findings);
  for (size_t i = 0; i < fault_list_length(&self.findings.faults); i++)
    g_test_message("%s", fault_list_get(&self.findings.faults, i));
  g_assert_nonnull(file);
  read_file(&self, &with_buffer, file);
  g_assert_cmpstr(self.found->str, ==, one->wanted);
  g_assert_cmpint(fault_list_length(&self.totals.warnings), ==, one->warning != NULL);
  if (one->warning != NULL) {
    g_auto(GStrv) parts = g_strsplit(fault_list_get(&self.totals.warnings, 0), self.path, -1);
    g_autofree char *warning = g_strjoinv("FILE", parts);

    g_assert_cmpstr(warning, ==, one->warning);
  }
  g_unlink(self.path);
  g_free(self.path);
  g_string_free(self.found, TRUE);
  csv_totals_clear(&self.totals);
  csv_findings_clear(&self.findings);
  mapping_case_clear(&self.mapping);
}

static void
every_form_is_read_as_it_is_meant(void)
{
  const size_t buffers[] = {1, 7, 65536};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(buffers); j++) {
      g_test_message("%s, in chunks of %zu", cases[i].name, buffers[j]);
      check(&cases[i], buffers[j]);
    }
}

static void
what_cannot_be_read_is_named(void)
{
  static const struct {
    const char *text;
    size_t len;
    CsvReading reading;
    const char *fault;
  } faults[] = {
      {"\xfe\xff\0i", 4, PLAIN, "/case.csv: the text is UTF-16; say so: --encoding UTF-16"},
      {"i\0d\0", 4, PLAIN,
       "/case.csv: its header has a NUL byte: is the text UTF-16 without a mark?"},
      {"id\n", 3, {.csv.encoding = "UTF-99"}, "unknown encoding 'UTF-99'; 'iconv --list' names"},
      {HEADER "a,1,\xff\n", 0, {.csv.encoding = "UTF-8"}, NULL},
      {"\xff\xfei\0d",
       5,
       {.csv.encoding = "UTF-16"},
       "/case.csv: not UTF-16: it ends within a "
       "character behind byte 4"},
      {"id;t\n", 5, PLAIN, "is the header line missing (--columns names them), or the delimiter"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
    g_auto(MappingCase) loaded = mapping_case_load(schema, NULL, mapping);
    g_autofree char *path = g_build_filename(loaded.folder, "case.csv", NULL);
    g_auto(CsvFindings) findings = {0};
    g_autoptr(CsvFile) file = NULL;

    g_assert_true(g_file_set_contents(
        path, faults[i].text, faults[i].len > 0 ? (gssize)faults[i].len : (gssize)-1, NULL));
    file = csv_file_new(path, loaded.mapping, &faults[i].reading, &findings);
    if (faults[i].fault == NULL) {
      g_autoptr(GError) error = NULL;
      CsvRecord record;

      /* The header may be whole where what follows is not. */
      if (file != NULL && csv_file_open(file, &error))
        g_assert_false(csv_file_next(file, &record, &error));
      g_unlink(path);
      continue;
    }
    g_assert_null(file);
    g_test_message("%s", fault_list_get(&findings.faults, 0));
    g_assert_nonnull(strstr(fault_list_get(&findings.faults, 0), faults[i].fault));
    g_unlink(path);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/csv/forms", every_form_is_read_as_it_is_meant);
  g_test_add_func("/csv/faults", what_cannot_be_read_is_named);
  return g_test_run();
}
