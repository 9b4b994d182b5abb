/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/form.h"

#include "suggest/field.h"

#include <string.h>

enum { RECORDS = 200, LOOK_BYTES = 256 * 1024 };

/* What a way of reading makes of the beginning. */
typedef struct {
  double share;       /* of the records that have as many fields as most have */
  size_t fields;      /* so many */
  uint64_t first;     /* the line of the first such record */
  uint64_t comments;  /* records of another length that begin with # */
  double apostrophes; /* share of fields that stand between two ' */
} Trial;

static const char *const delimiters[] = {"\t", "\x01", "|", ";", ","};

/* In order of preference: a later one must be better. */
static const struct {
  char quote; /* '\0': none */
  char escape;
} marks[] = {{'"', '\0'}, {'\'', '\0'}, {'\0', '\0'}, {'"', '\\'}};

const char *
form_encoding(Slice text)
{
  size_t zeros[2] = {0}, controls = 0;
  const char *end;

  if (text.len >= 2 &&
      (memcmp(text.data, "\xff\xfe", 2) == 0 || memcmp(text.data, "\xfe\xff", 2) == 0))
    return "UTF-16";
  for (size_t i = 0; i < text.len; i++) {
    zeros[i % 2] += text.data[i] == 0;
    controls += text.data[i] >= 0x80 && text.data[i] < 0xa0;
  }
  if (zeros[0] + zeros[1] > text.len / 4)
    return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
  /* The last character may be cut. */
  if (g_utf8_validate((const char *)text.data, (gssize)text.len, &end) || zeros[0] + zeros[1] > 0 ||
      (size_t)(end - (const char *)text.data) + 4 > text.len)
    return NULL;
  return controls > 0 ? "WINDOWS-1252" : "ISO-8859-1";
}

static bool
look_at_bytes(const char *path, const char **out_encoding, GError **error)
{
  g_autoptr(CsvSource) source = csv_source_open(path, NULL, error);
  g_auto(Bytes) text = {0};
  size_t len = 1;

  while (source != NULL && len > 0 && text.len < LOOK_BYTES) {
    if (!csv_source_read(source, bytes_reserve(&text, LOOK_BYTES - text.len), LOOK_BYTES - text.len,
                         &len, error))
      return false;
    text.len += len;
  }
  if (source != NULL)
    *out_encoding = form_encoding(bytes_slice(&text));
  return source != NULL;
}

static CsvReader *
open_reader(const char *path, const CsvReading *reading, GError **error)
{
  CsvSource *source = csv_source_open(path, reading->csv.stop, error);

  return source == NULL ? NULL : csv_reader_new(source, &reading->csv, error);
}

/* The number that stands there most often; the larger of two. */
static size_t
find_mode(const GArray *lengths)
{
  size_t best = 0, best_count = 0;

  for (guint i = 0; i < lengths->len; i++) {
    size_t length = g_array_index(lengths, size_t, i), count = 0;

    for (guint j = 0; j < lengths->len; j++)
      count += g_array_index(lengths, size_t, j) == length;
    if (count > best_count || (count == best_count && length > best)) {
      best = length;
      best_count = count;
    }
  }
  return best;
}

static double
share_of_apostrophes(const CsvRecord *record)
{
  size_t length = 0;

  for (size_t i = 0; i < record->length; i++) {
    Slice text = record->fields[i].text;

    length += text.len > 1 && text.data[0] == '\'' && text.data[text.len - 1] == '\'';
  }
  return (double)length / (double)record->length;
}

static bool
is_comment(const CsvRecord *record)
{
  return record->fields[0].text.len > 0 && record->fields[0].text.data[0] == '#';
}

static bool
try_form(const char *path, const CsvReading *reading, Trial *out, GError **error)
{
  g_autoptr(CsvReader) reader = open_reader(path, reading, error);
  g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(size_t));
  g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  g_autoptr(GArray) are_comments = g_array_new(FALSE, FALSE, sizeof(bool));
  size_t malformed = 0, good = 0;

  if (reader == NULL)
    return false;
  while (lengths->len + malformed < RECORDS) {
    g_autoptr(GError) fault = NULL;
    CsvRecord record = {0};
    bool comment;

    if (!csv_reader_next(reader, &record, &fault)) {
      malformed++;
      if (g_error_matches(fault, FAULT, FAULT_RECORD))
        continue;
      g_propagate_error(error, g_steal_pointer(&fault));
      return false;
    }
    if (record.length == 0)
      break;
    comment = is_comment(&record);
    g_array_append_val(lengths, record.length);
    g_array_append_val(lines, record.line);
    g_array_append_val(are_comments, comment);
    out->apostrophes += share_of_apostrophes(&record);
  }
  out->fields = find_mode(lengths);
  for (guint i = 0; i < lengths->len; i++) {
    bool fits = g_array_index(lengths, size_t, i) == out->fields;

    if (fits && good++ == 0)
      out->first = g_array_index(lines, uint64_t, i);
    out->comments += !fits && g_array_index(are_comments, bool, i);
  }
  out->share = (double)good / (double)MAX(lengths->len + malformed, 1);
  out->apostrophes /= (double)MAX(lengths->len, 1);
  return true;
}

static void
set_marks(CsvForm *form, size_t i)
{
  form->quote = marks[i].quote;
  form->has_no_quotes = marks[i].quote == '\0';
  form->escape = marks[i].escape;
}

/* Every delimiter and mark that was not said. */
static bool
find_form(const char *path, CsvReading *reading, Trial *out_best, GError **error)
{
  CsvReading trial_reading = *reading, best_reading = *reading;
  CsvForm *form = &trial_reading.csv.form;
  bool has_delimiter = form->delimiter != NULL;
  bool has_marks = form->quote != '\0' || form->has_no_quotes || form->escape != '\0';

  for (size_t i = 0; i < (has_delimiter ? 1 : G_N_ELEMENTS(delimiters)); i++)
    for (size_t j = 0; j < (has_marks ? 1 : G_N_ELEMENTS(marks)); j++) {
      Trial trial = {0};

      if (!has_delimiter)
        form->delimiter = delimiters[i];
      if (!has_marks)
        set_marks(form, j);
      if (!try_form(path, &trial_reading, &trial, error))
        return false;
      if (!has_delimiter && trial.fields < 2)
        continue;
      /* Whoever writes '...' around most fields means them as quotes. */
      if (!has_marks && trial.apostrophes > 0.5 && form->quote == '"')
        trial.share /= 2;
      if (trial.share > out_best->share) {
        *out_best = trial;
        best_reading = trial_reading;
      }
    }
  if (out_best->share >= 0.5 || has_delimiter) {
    *reading = best_reading;
    return true;
  }
  /* One column, then, which the standard form reads. */
  *out_best = (Trial){0};
  return try_form(path, reading, out_best, error);
}

/* By column: what the records behind the first hold. */
typedef struct {
  uint64_t values, typed;
  bool is_first_typed, is_first_empty;
} Look;

static bool
is_typed(const Times *times, Slice text)
{
  int64_t ms;

  return suggest_class(text, '.') != SUGGEST_TEXT || suggest_class(text, ',') != SUGGEST_TEXT ||
         times_forms(times, text, &ms) != 0;
}

static void
look_at(Look *looks, const Times *times, const CsvRecord *record, bool is_first)
{
  for (size_t i = 0; i < record->length; i++) {
    Slice text = record->fields[i].text;

    if (is_first) {
      looks[i].is_first_typed = is_typed(times, text);
      looks[i].is_first_empty = text.len == 0;
    } else {
      looks[i].values += text.len > 0;
      looks[i].typed += is_typed(times, text);
    }
  }
}

/* A header's names are no numbers and no times, in columns that hold such. */
static bool
is_headless(const Look *looks, size_t length)
{
  size_t headers = 0, records = 0;

  for (size_t i = 0; i < length; i++) {
    if (looks[i].values == 0 || looks[i].typed * 10 < looks[i].values * 9)
      continue;
    headers += !looks[i].is_first_typed && !looks[i].is_first_empty;
    records += looks[i].is_first_typed;
  }
  return records > headers;
}

static bool
find_header(const char *path, const Times *times, const CsvReading *reading, bool *out_is_headless,
            GError **error)
{
  g_autoptr(CsvReader) reader = open_reader(path, reading, error);
  g_autofree Look *looks = NULL;
  size_t length = 0;
  CsvRecord record = {0};

  if (reader == NULL)
    return false;
  for (unsigned i = 0; i < RECORDS; i++) {
    if (!csv_reader_next(reader, &record, NULL))
      continue;
    if (record.length == 0)
      break;
    if (looks == NULL)
      looks = g_new0(Look, length = record.length);
    if (record.length == length)
      look_at(looks, times, &record, i == 0);
  }
  *out_is_headless = looks != NULL && is_headless(looks, length);
  return true;
}

bool
form_find(const char *path, const Times *times, CsvReading *reading, bool *out_is_headless,
          GError **error)
{
  Trial best = {0};

  if (reading->csv.encoding == NULL && !look_at_bytes(path, &reading->csv.encoding, error))
    return false;
  if (!find_form(path, reading, &best, error))
    return false;
  if (reading->csv.skip_lines == 0 && reading->csv.form.comment == '\0' && best.comments > 0) {
    best = (Trial){0};
    reading->csv.form.comment = '#';
    if (!try_form(path, reading, &best, error))
      return false;
  }
  if (reading->csv.skip_lines == 0 && best.first > 1 && best.fields > 1)
    reading->csv.skip_lines = (unsigned)best.first - 1;
  *out_is_headless = false;
  return reading->names != NULL || find_header(path, times, reading, out_is_headless, error);
}

/* As --delimiter takes it. */
static char *
delimiter_word(const char *delimiter)
{
  g_autoptr(GString) word = g_string_new(NULL);

  if (strcmp(delimiter, "\t") == 0)
    return g_strdup("tab");
  for (; *delimiter != '\0'; delimiter++) {
    if (g_ascii_iscntrl(*delimiter))
      g_string_append_printf(word, "\\x%02X", (unsigned char)*delimiter);
    else
      g_string_append(word, *delimiter == '\\' ? "\\\\" : (char[]){*delimiter, '\0'});
  }
  return g_string_free(g_steal_pointer(&word), FALSE);
}

static void
put_option(GString *out, const char *option, const char *value)
{
  g_autofree char *quoted =
      value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-,/")] ==
              '\0'
          ? g_strdup(value)
          : g_shell_quote(value);

  g_string_append_printf(out, " --%s %s", option, quoted);
}

void
form_put_options(GString *out, const CsvReading *reading)
{
  const CsvForm *form = &reading->csv.form;
  g_autofree char *delimiter = form->delimiter == NULL ? NULL : delimiter_word(form->delimiter);
  bool is_tab = g_strcmp0(delimiter, "tab") == 0;
  g_autofree char *names = NULL;

  if (delimiter != NULL && strcmp(delimiter, ",") != 0)
    put_option(out, "delimiter", delimiter);
  if (form->has_no_quotes && !is_tab)
    put_option(out, "quote", "none");
  else if (!form->has_no_quotes && (is_tab || (form->quote != '\0' && form->quote != '"')))
    put_option(out, "quote", (form->quote == '\0' ? "\"" : (char[]){form->quote, '\0'}));
  if (form->escape != '\0')
    put_option(out, "escape", (char[]){form->escape, '\0'});
  if (form->comment != '\0')
    put_option(out, "comment", (char[]){form->comment, '\0'});
  if (reading->csv.encoding != NULL)
    put_option(out, "encoding", reading->csv.encoding);
  if (reading->csv.skip_lines > 0)
    g_string_append_printf(out, " --skip-lines %u", reading->csv.skip_lines);
  for (const char *const *null = reading->null_texts; null != NULL && *null != NULL; null++)
    put_option(out, "null", *null);
  if (reading->has_quoted_empty)
    g_string_append(out, " --quoted-empty");
  if (reading->has_decimal_comma)
    g_string_append(out, " --decimal-comma");
  if (reading->may_miss)
    g_string_append(out, " --allow-missing-columns");
  if (reading->keeps_headers)
    g_string_append(out, " --keep-headers");
  if (reading->names != NULL) {
    names = g_strjoinv(",", (char **)reading->names);
    put_option(out, "columns", names);
  }
}

char *
form_sentence(const char *path, const CsvReading *reading, bool is_headless)
{
  const CsvForm *form = &reading->csv.form;
  g_autofree char *delimiter = delimiter_word(form->delimiter == NULL ? "," : form->delimiter);
  const char mark[] = {form->quote, '\0'};
  const char *quote = form->quote == '\0' ? "\"" : mark;

  return g_strdup_printf("%s: %s, fields by %s%s, %s%s", path,
                         reading->csv.encoding == NULL ? "UTF-8" : reading->csv.encoding, delimiter,
                         form->escape != '\0' ? ", escapes" : "",
                         form->has_no_quotes ? "no quotes" : quote,
                         is_headless ? ", no header line" : "");
}
