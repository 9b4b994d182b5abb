/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/split.h"

enum { FIRST_CAPACITY = 32 };

void
csv_split_init(CsvSplit *self, char delimiter)
{
  *self = (CsvSplit){.delimiter = delimiter != '\0' ? (uint8_t)delimiter : ','};
  self->is_special[self->delimiter] = true;
  self->is_special['\n'] = true;
}

void
csv_split_clear(CsvSplit *self)
{
  g_free(self->fields);
  self->fields = NULL;
}

static void
add(CsvSplit *self, const uint8_t *start, const uint8_t *end, bool has_doubled_quotes)
{
  if (self->length == self->capacity) {
    self->capacity = MAX(2 * self->capacity, (size_t)FIRST_CAPACITY);
    self->fields = g_renew(CsvField, self->fields, self->capacity);
  }
  self->fields[self->length++] =
      (CsvField){slice(start, (size_t)(end - start)), has_doubled_quotes};
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

/* Behind the closing quote of a field: a delimiter, a line end, or the text's end. */
static FieldEnd
end_quoted(const CsvSplit *self, Scan *scan, const uint8_t *at)
{
  bool has_return = at < scan->end && *at == '\r';
  const uint8_t *behind = has_return ? at + 1 : at;

  if (behind == scan->end) {
    scan->at = behind;
    return scan->is_last ? FIELD_WAS_LAST : FIELD_CUT;
  }
  if (*behind == '\n') {
    scan->at = behind + 1;
    return FIELD_WAS_LAST;
  }
  if (*at == self->delimiter) {
    scan->at = at + 1;
    return FIELD_FOLLOWS;
  }
  return refuse(scan, behind + 1,
                "text follows the closing quote of a field: a quote in a quoted field is written "
                "twice");
}

static FieldEnd
take_quoted(CsvSplit *self, Scan *scan)
{
  const uint8_t *start = scan->at + 1;
  const uint8_t *at = start;
  bool has_doubled_quotes = false;

  for (;;) {
    at = memchr(at, '"', (size_t)(scan->end - at));
    if (at == NULL)
      return scan->is_last ? refuse(scan, scan->end, "a quote is never closed") : FIELD_CUT;
    if (at + 1 == scan->end && !scan->is_last)
      return FIELD_CUT;
    if (at + 1 == scan->end || at[1] != '"')
      break;
    has_doubled_quotes = true;
    at += 2;
  }
  add(self, start, at, has_doubled_quotes);
  return end_quoted(self, scan, at + 1);
}

static FieldEnd
take_plain(CsvSplit *self, Scan *scan)
{
  const uint8_t *start = scan->at;
  const uint8_t *at = start;

  /* The line feed behind the text ends the run at the latest. */
  while (!self->is_special[*at])
    at++;
  if (at == scan->end && !scan->is_last)
    return FIELD_CUT;

  bool follows = at < scan->end && *at == self->delimiter;

  scan->at = at == scan->end ? at : at + 1;
  if (!follows && at > start && at[-1] == '\r')
    at--;
  add(self, start, at, false);
  return follows ? FIELD_FOLLOWS : FIELD_WAS_LAST;
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
    else if (scan.at < scan.end && *scan.at == '"')
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
make_single(uint8_t *text, size_t len)
{
  uint8_t *to = text;
  const uint8_t *from = text;
  const uint8_t *end = text + len;

  while (from < end) {
    const uint8_t *quote = memchr(from, '"', (size_t)(end - from));
    size_t run = (size_t)((quote == NULL ? end : quote + 1) - from);

    memmove(to, from, run);
    to += run;
    from += quote == NULL ? run : run + 1;
  }
  return (size_t)(to - text);
}

void
csv_split_unquote(CsvSplit *self)
{
  for (size_t i = 0; i < self->length; i++) {
    CsvField *field = &self->fields[i];

    if (field->has_doubled_quotes)
      field->text.len = make_single((uint8_t *)(uintptr_t)field->text.data, field->text.len);
    field->has_doubled_quotes = false;
  }
}
