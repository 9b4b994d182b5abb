/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/split.h"

enum { FIRST_CAPACITY = 32 };

void
csv_split_init(CsvSplit *self, const CsvForm *form)
{
  *self = (CsvSplit){
      .delimiter = slice_text(form->delimiter != NULL ? form->delimiter : ","),
      .quote = (uint8_t)(form->quote != '\0' ? form->quote : '"'),
      .has_quotes = !form->has_no_quotes,
      .escape = (uint8_t)form->escape,
      .has_escape = form->escape != '\0',
      .line_end = (uint8_t)(form->line_end != '\0' ? form->line_end : '\n'),
  };
  self->is_special[self->delimiter.data[0]] = true;
  self->is_special[self->line_end] = true;
  if (self->has_escape)
    self->is_special[self->escape] = true;
}

void
csv_split_clear(CsvSplit *self)
{
  g_free(self->fields);
  self->fields = NULL;
}

static void
add(CsvSplit *self, const uint8_t *start, const uint8_t *end, CsvField field)
{
  if (self->length == self->capacity) {
    self->capacity = MAX(2 * self->capacity, (size_t)FIRST_CAPACITY);
    self->fields = g_renew(CsvField, self->fields, self->capacity);
  }
  field.text = slice(start, (size_t)(end - start));
  self->fields[self->length++] = field;
}

/* How a field ended. */
typedef enum {
  FIELD_FOLLOWS,  /* by a delimiter */
  FIELD_WAS_LAST, /* by the end of its record */
  FIELD_CUT,
  FIELD_MALFORMED,
} FieldEnd;

/* Where a split stands. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
  bool is_last;
  const char *what;
} Scan;

static FieldEnd
refuse(Scan *scan, const uint8_t *at, const char *what)
{
  scan->at = at;
  scan->what = what;
  return FIELD_MALFORMED;
}

typedef enum { DELIMITER_NO, DELIMITER_YES, DELIMITER_CUT } Delimiter;

/* Whether a delimiter begins at `at`. */
static Delimiter
find_delimiter(const CsvSplit *self, const Scan *scan, const uint8_t *at)
{
  size_t left = (size_t)(scan->end - at);

  if (left == 0 || *at != self->delimiter.data[0])
    return DELIMITER_NO;
  if (memcmp(at, self->delimiter.data, MIN(left, self->delimiter.len)) != 0)
    return DELIMITER_NO;
  if (left >= self->delimiter.len)
    return DELIMITER_YES;
  return scan->is_last ? DELIMITER_NO : DELIMITER_CUT;
}

/* Behind the closing quote of a field: a delimiter, a line end, or the text's end. */
static FieldEnd
end_quoted(const CsvSplit *self, Scan *scan, const uint8_t *at)
{
  bool has_return = at < scan->end && *at == '\r' && self->line_end == '\n';
  const uint8_t *behind = has_return ? at + 1 : at;
  Delimiter delimiter = find_delimiter(self, scan, at);

  if (behind == scan->end) {
    scan->at = behind;
    return scan->is_last ? FIELD_WAS_LAST : FIELD_CUT;
  }
  if (*behind == self->line_end) {
    scan->at = behind + 1;
    return FIELD_WAS_LAST;
  }
  if (delimiter == DELIMITER_CUT)
    return FIELD_CUT;
  if (delimiter == DELIMITER_YES) {
    scan->at = at + self->delimiter.len;
    return FIELD_FOLLOWS;
  }
  return refuse(scan, behind + 1,
                "text follows the closing quote of a field: a quote in a quoted field is written "
                "twice");
}

/* The next quote or escape, or NULL. */
static const uint8_t *
find_mark(const CsvSplit *self, const uint8_t *at, const uint8_t *end)
{
  if (!self->has_escape)
    return memchr(at, self->quote, (size_t)(end - at));
  while (at < end && *at != self->quote && *at != self->escape)
    at++;
  return at < end ? at : NULL;
}

static FieldEnd
take_quoted(CsvSplit *self, Scan *scan)
{
  const uint8_t *start = scan->at + 1;
  const uint8_t *at = start;
  CsvField field = {.is_quoted = true};

  for (;;) {
    at = find_mark(self, at, scan->end);
    if (at == NULL)
      return scan->is_last ? refuse(scan, scan->end, "a quote is never closed") : FIELD_CUT;
    if (at + 1 == scan->end && !scan->is_last)
      return FIELD_CUT;

    bool is_escape = self->has_escape && *at == self->escape;

    if (!is_escape && (at + 1 == scan->end || at[1] != self->quote))
      break;
    field.has_escapes |= is_escape;
    field.has_doubled_quotes |= !is_escape;
    at += at + 1 == scan->end ? 1 : 2;
  }
  add(self, start, at, field);
  return end_quoted(self, scan, at + 1);
}

static FieldEnd
take_plain(CsvSplit *self, Scan *scan)
{
  const uint8_t *start = scan->at;
  const uint8_t *at = start;
  CsvField field = {0};
  Delimiter delimiter;

  for (;;) {
    /* The line end behind the text ends the run at the latest. */
    while (!self->is_special[*at])
      at++;
    if (self->has_escape && at < scan->end && *at == self->escape) {
      if (at + 1 == scan->end && !scan->is_last)
        return FIELD_CUT;
      field.has_escapes = true;
      at += at + 1 == scan->end ? 1 : 2;
      continue;
    }
    delimiter = find_delimiter(self, scan, at);
    if (delimiter == DELIMITER_CUT || (at == scan->end && !scan->is_last))
      return FIELD_CUT;
    if (delimiter == DELIMITER_YES || at == scan->end || *at == self->line_end)
      break;
    at++; /* only like the delimiter's beginning */
  }
  if (delimiter == DELIMITER_YES)
    scan->at = at + self->delimiter.len;
  else
    scan->at = at == scan->end ? at : at + 1;
  if (delimiter == DELIMITER_NO && self->line_end == '\n' && at > start && at[-1] == '\r')
    at--;
  add(self, start, at, field);
  return delimiter == DELIMITER_YES ? FIELD_FOLLOWS : FIELD_WAS_LAST;
}

CsvSplitResult
csv_split_record(CsvSplit *self, Slice text, bool is_last, const uint8_t **out_end,
                 const char **out_what)
{
  Scan scan = {.at = text.data, .end = text.data + text.len, .is_last = is_last};
  FieldEnd end = FIELD_FOLLOWS;

  self->length = 0;
  while (end == FIELD_FOLLOWS) {
    if (self->length == CSV_FIELDS_MOST)
      end = refuse(&scan, scan.at, "more than 65536 fields");
    else if (self->has_quotes && scan.at < scan.end && *scan.at == self->quote)
      end = take_quoted(self, &scan);
    else
      end = take_plain(self, &scan);
  }
  *out_end = scan.at;
  if (end == FIELD_CUT)
    return CSV_SPLIT_CUT;
  if (end == FIELD_WAS_LAST)
    return CSV_SPLIT_WHOLE;
  *out_what = scan.what;
  return CSV_SPLIT_MALFORMED;
}

/* Every pair of quotes leaves one: what lies between pairs moves forward. */
static size_t
make_single(uint8_t *text, size_t len, uint8_t mark)
{
  uint8_t *to = text;
  const uint8_t *from = text;
  const uint8_t *end = text + len;

  while (from < end) {
    const uint8_t *quote = memchr(from, mark, (size_t)(end - from));
    size_t run = (size_t)((quote == NULL ? end : quote + 1) - from);

    memmove(to, from, run);
    to += run;
    from += quote == NULL ? run : run + 1;
  }
  return (size_t)(to - text);
}

static uint8_t
unescaped(uint8_t letter)
{
  static const char letters[] = "ntrbfv";
  static const char meanings[] = "\n\t\r\b\f\v";
  const char *found = letter == '\0' ? NULL : strchr(letters, letter);

  if (letter == '0')
    return '\0';
  return found == NULL ? letter : (uint8_t)meanings[found - letters];
}

/* The same of escapes, and of the doubled quotes among them. */
static size_t
take_escapes_out(const CsvSplit *self, const CsvField *field)
{
  uint8_t *text = (uint8_t *)(uintptr_t)field->text.data;
  size_t to = 0;

  for (size_t from = 0; from < field->text.len; from++) {
    bool has_next = from + 1 < field->text.len;

    if (text[from] == self->escape && has_next)
      text[to++] = unescaped(text[++from]);
    else if (field->has_doubled_quotes && text[from] == self->quote && has_next)
      text[to++] = text[++from];
    else
      text[to++] = text[from];
  }
  return to;
}

void
csv_split_finish(CsvSplit *self)
{
  for (size_t i = 0; i < self->length; i++) {
    CsvField *field = &self->fields[i];

    if (field->has_escapes) {
      field->is_null = !field->is_quoted && field->text.len == 2 && field->text.data[1] == 'N';
      field->text.len = take_escapes_out(self, field);
    } else if (field->has_doubled_quotes) {
      field->text.len =
          make_single((uint8_t *)(uintptr_t)field->text.data, field->text.len, self->quote);
    }
    field->has_doubled_quotes = field->has_escapes = false;
  }
}
