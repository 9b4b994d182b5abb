/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

enum { RECORD_MOST_BYTES = 16 * 1024 * 1024, BUFFER_BYTES = 1024 * 1024 };

/* The buffer:
 *
 *   | given out | text that is not yet looked at | '\n' | room
 *   0           at                               end
 *
 * A record that the text cuts is looked at anew, from its beginning, once there is more text: so
 * nothing is remembered of half a record, and where a chunk ends cannot matter. */
struct CsvReader {
  CsvSource *source; /* owned */
  size_t record_most_bytes;
  size_t buffer_bytes;
  uint8_t *buffer; /* owned */
  size_t capacity;
  size_t at;
  size_t end;
  bool at_end; /* nothing follows the text */
  bool has_begun;
  bool is_skipping; /* the rest of a line that was too long */
  uint64_t line;    /* of the text at `at` */
  CsvSplit split;
  Slice malformed;
  uint64_t malformed_line;
};

CsvReader *
csv_reader_new(CsvSource *source, const CsvOptions *options)
{
  CsvReader *self = g_new0(CsvReader, 1);

  self->source = source;
  self->record_most_bytes =
      options->record_most_bytes > 0 ? options->record_most_bytes : RECORD_MOST_BYTES;
  self->buffer_bytes = options->buffer_bytes > 0 ? options->buffer_bytes : BUFFER_BYTES;
  self->line = 1;
  csv_split_init(&self->split, options->delimiter);
  return self;
}

void
csv_reader_free(CsvReader *self)
{
  if (self == NULL)
    return;
  csv_source_free(self->source);
  csv_split_clear(&self->split);
  g_free(self->buffer);
  g_free(self);
}

/* Drops what was given out and reads more behind the text. */
static bool
fill(CsvReader *self, GError **error)
{
  size_t left = self->end - self->at;
  size_t len = 0;

  if (self->at > 0 && left > 0)
    memmove(self->buffer, self->buffer + self->at, left);
  self->at = 0;
  self->end = left;
  if (self->capacity < left + self->buffer_bytes) {
    self->capacity = MAX(left + self->buffer_bytes, left * 2);
    self->buffer = g_realloc(self->buffer, self->capacity + 1); /* the line feed behind the text */
  }

  size_t room = MIN(self->capacity - left, self->buffer_bytes);

  if (!csv_source_read(self->source, self->buffer + left, room, &len, error))
    return false;
  self->end += len;
  self->buffer[self->end] = '\n';
  self->at_end = len == 0;
  return true;
}

static bool
starts_with(const CsvReader *self, const char *mark, size_t len)
{
  return self->end - self->at >= len && memcmp(self->buffer + self->at, mark, len) == 0;
}

static bool
begin(CsvReader *self, GError **error)
{
  enum { MARK_BYTES = 3 };

  while (self->end - self->at < MARK_BYTES && !self->at_end)
    if (!fill(self, error))
      return false;
  self->has_begun = true;
  if (starts_with(self, "\xff\xfe", 2) || starts_with(self, "\xfe\xff", 2)) {
    g_set_error(error, FAULT, FAULT_SETUP, "the text is UTF-16; convert it to UTF-8");
    return false;
  }
  if (starts_with(self, "\xef\xbb\xbf", MARK_BYTES))
    self->at += MARK_BYTES;
  return true;
}

/* Passes over the rest of a line that was too long to be held. */
static bool
skip_line(CsvReader *self, GError **error)
{
  while (self->is_skipping) {
    const uint8_t *start = self->buffer + self->at;
    const uint8_t *feed = memchr(start, '\n', self->end - self->at);

    self->at = feed != NULL ? (size_t)(feed + 1 - self->buffer) : self->end;
    self->line += feed != NULL;
    self->is_skipping = feed == NULL && !self->at_end;
    if (self->is_skipping && !fill(self, error))
      return false;
  }
  return true;
}

/* What stands at `at`: a blank line's bytes, 0 for text, or -1 while the next byte decides. */
static int
blank_line_bytes(const CsvReader *self)
{
  size_t left = self->end - self->at;
  const uint8_t *text = self->buffer + self->at;
  size_t returns = left > 0 && text[0] == '\r' ? 1 : 0;

  if (left == returns)
    return self->at_end ? (int)returns : -1;
  return text[returns] == '\n' ? (int)returns + 1 : 0;
}

/* True once a record, or the end of all, stands at `at`. */
static bool
skip_blank_lines(CsvReader *self, GError **error)
{
  int bytes;

  while ((bytes = blank_line_bytes(self)) != 0) {
    if (bytes < 0 && !fill(self, error))
      return false;
    if (bytes > 0) {
      self->at += (size_t)bytes;
      self->line++;
    }
  }
  return true;
}

static uint64_t
count_lines(const uint8_t *text, const uint8_t *end)
{
  uint64_t lines = 0;

  while (text < end && (text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
    lines++;
    text++;
  }
  return lines;
}

/* Makes sure that the line at `at` is there whole, or as much of it as the limit allows. */
static bool
fill_line(CsvReader *self, GError **error)
{
  while (!self->at_end && self->end - self->at <= self->record_most_bytes &&
         memchr(self->buffer + self->at, '\n', self->end - self->at) == NULL)
    if (!fill(self, error))
      return false;
  return true;
}

/* Goes on behind the first line of the record. */
static bool
refuse(CsvReader *self, const char *what, GError **error)
{
  if (!fill_line(self, error))
    return false;

  const uint8_t *start = self->buffer + self->at;
  size_t left = self->end - self->at;
  const uint8_t *feed = memchr(start, '\n', left);
  size_t len = feed != NULL ? (size_t)(feed - start) : left;

  self->malformed_line = self->line;
  self->malformed = slice(start, MIN(len, self->record_most_bytes));
  self->is_skipping = feed == NULL && !self->at_end;
  self->at += feed != NULL ? len + 1 : len;
  self->line += feed != NULL;
  g_set_error(error, FAULT, FAULT_RECORD, "line %" G_GUINT64_FORMAT ": %s", self->malformed_line,
              what);
  return false;
}

static bool
refuse_length(CsvReader *self, GError **error)
{
  g_autofree char *what = g_strdup_printf(
      "a record longer than %zu bytes, or a quote that is never closed", self->record_most_bytes);

  return refuse(self, what, error);
}

static void
give_out(CsvReader *self, const uint8_t *end, CsvRecord *out_record)
{
  const uint8_t *start = self->buffer + self->at;

  *out_record = (CsvRecord){self->split.fields, self->split.length, self->line};
  self->line += count_lines(start, end);
  self->at = (size_t)(end - self->buffer);
  csv_split_unquote(&self->split);
}

static bool
read_record(CsvReader *self, CsvRecord *out_record, GError **error)
{
  for (;;) {
    Slice text = slice(self->buffer + self->at, self->end - self->at);
    const uint8_t *end = NULL;
    const char *what = NULL;
    CsvSplitResult result = csv_split_record(&self->split, text, self->at_end, &end, &what);
    size_t seen = result == CSV_SPLIT_CUT ? text.len : (size_t)(end - text.data);

    if (seen > self->record_most_bytes)
      return refuse_length(self, error);
    if (result == CSV_SPLIT_MALFORMED)
      return refuse(self, what, error);
    if (result == CSV_SPLIT_WHOLE) {
      give_out(self, end, out_record);
      return true;
    }
    if (!fill(self, error))
      return false;
  }
}

bool
csv_reader_next(CsvReader *self, CsvRecord *out_record, GError **error)
{
  if ((!self->has_begun && !begin(self, error)) || !skip_line(self, error) ||
      !skip_blank_lines(self, error))
    return false;
  if (self->at < self->end)
    return read_record(self, out_record, error);
  *out_record = (CsvRecord){.line = self->line};
  return true;
}

Slice
csv_reader_malformed(const CsvReader *self, uint64_t *out_line)
{
  *out_line = self->malformed_line;
  return self->malformed;
}

const CsvSource *
csv_reader_source(const CsvReader *self)
{
  return self->source;
}
