/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

#include "csv/encoding.h"

enum { LINE_ENDS_WITHIN = 64 * 1024 };
enum { RECORD_MOST_BYTES = 16 * 1024 * 1024, BUFFER_BYTES = 1024 * 1024 };

/* The buffer:
 *
 *   | given out | text that is not yet looked at | line end | room
 *   0           at                               end
 *
 * A record that the text cuts is looked at anew, from its beginning, once there is more text: so
 * nothing is remembered of half a record, and where a chunk ends cannot matter. */
struct CsvReader {
  CsvSource *source;     /* owned */
  CsvEncoding *encoding; /* owned; NULL: bytes are taken as they are */
  uint8_t line_end;
  unsigned skip_lines;
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
  CsvForm form;
  CsvSplit split;
  CsvOddities oddities;
  Slice malformed;
  uint64_t malformed_line;
  char *malformed_reason; /* owned */
};

CsvReader *
csv_reader_new(CsvSource *source, const CsvOptions *options, GError **error)
{
  CsvReader *self = g_new0(CsvReader, 1);

  self->source = source;
  self->record_most_bytes =
      options->record_most_bytes > 0 ? options->record_most_bytes : RECORD_MOST_BYTES;
  self->buffer_bytes = options->buffer_bytes > 0 ? options->buffer_bytes : BUFFER_BYTES;
  self->line = 1;
  self->form = options->form;
  self->line_end = '\n';
  self->skip_lines = options->skip_lines;
  if (options->encoding == NULL)
    return self;
  self->encoding = csv_encoding_new(options->encoding, error);
  if (self->encoding != NULL)
    return self;
  csv_reader_free(self);
  return NULL;
}

void
csv_reader_free(CsvReader *self)
{
  if (self == NULL)
    return;
  csv_source_free(self->source);
  csv_encoding_free(self->encoding);
  csv_split_clear(&self->split);
  g_free(self->malformed_reason);
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

  len = MIN(self->capacity - left, self->buffer_bytes);
  if (self->encoding != NULL
          ? !csv_encoding_read(self->encoding, self->source, self->buffer + left, &len, error)
          : !csv_source_read(self->source, self->buffer + left, len, &len, error))
    return false;
  self->end += len;
  self->buffer[self->end] = self->line_end;
  self->at_end = len == 0;
  return true;
}

static bool
starts_with(const CsvReader *self, const char *mark, size_t len)
{
  return self->end - self->at >= len && memcmp(self->buffer + self->at, mark, len) == 0;
}

/* Passes over a byte order mark. One of UTF-16 is a fault: its bytes would pass for text. */
static bool
skip_mark(CsvReader *self, GError **error)
{
  enum { MARK_BYTES = 3 };

  while (self->end - self->at < MARK_BYTES && !self->at_end)
    if (!fill(self, error))
      return false;
  if (starts_with(self, "\xff\xfe", 2) || starts_with(self, "\xfe\xff", 2)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: the text is UTF-16; say so: --encoding UTF-16",
                csv_source_path(self->source));
    return false;
  }
  if (starts_with(self, "\xef\xbb\xbf", MARK_BYTES))
    self->at += MARK_BYTES;
  return true;
}

typedef enum { LINES_UNKNOWN, LINES_LF, LINES_CR } LineEnds;

/* LF wherever one ends a line. CR alone counts only where none does, for it may be part of a
 * text; and neither within quotes. */
static LineEnds
look_for_line_ends(const CsvReader *self)
{
  const uint8_t *text = self->buffer + self->at;
  size_t len = MIN(self->end - self->at, (size_t)LINE_ENDS_WITHIN);
  uint8_t quote = (uint8_t)(self->form.quote != '\0' ? self->form.quote : '"');
  bool is_quoted = false, has_return = false;

  for (size_t i = 0; i < len; i++) {
    if (text[i] == quote && !self->form.has_no_quotes)
      is_quoted = !is_quoted;
    else if (text[i] == '\n' && !is_quoted)
      return LINES_LF;
    else if (text[i] == '\r' && !is_quoted)
      has_return |= i + 1 < len && text[i + 1] != '\n';
  }
  if (len < LINE_ENDS_WITHIN && !self->at_end)
    return LINES_UNKNOWN;
  return has_return ? LINES_CR : LINES_LF;
}

/* Passes over the rest of a line that is not wanted, or was too long to be held. */
static bool
skip_line(CsvReader *self, GError **error)
{
  while (self->is_skipping) {
    const uint8_t *start = self->buffer + self->at;
    const uint8_t *feed = memchr(start, self->line_end, self->end - self->at);

    self->at = feed != NULL ? (size_t)(feed + 1 - self->buffer) : self->end;
    self->line += feed != NULL;
    self->is_skipping = feed == NULL && !self->at_end;
    if (self->is_skipping && !fill(self, error))
      return false;
  }
  return true;
}

static bool
begin(CsvReader *self, GError **error)
{
  LineEnds ends;

  if (!skip_mark(self, error))
    return false;
  while ((ends = look_for_line_ends(self)) == LINES_UNKNOWN)
    if (!fill(self, error))
      return false;
  self->line_end = ends == LINES_CR ? '\r' : '\n';
  self->buffer[self->end] = self->line_end;
  self->form.line_end = (char)self->line_end;
  csv_split_init(&self->split, &self->form);
  self->has_begun = true;
  for (; self->skip_lines > 0; self->skip_lines--) {
    self->is_skipping = true;
    if (!skip_line(self, error))
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
  size_t returns = left > 0 && text[0] == '\r' && self->line_end == '\n' ? 1 : 0;

  if (left == returns)
    return self->at_end ? (int)returns : -1;
  return text[returns] == self->line_end ? (int)returns + 1 : 0;
}

/* True once a record, or the end of all, stands at `at`. */
static bool
skip_to_record(CsvReader *self, GError **error)
{
  for (;;) {
    int bytes;

    if (!skip_line(self, error))
      return false;
    bytes = blank_line_bytes(self);
    if (bytes < 0) {
      if (!fill(self, error))
        return false;
    } else if (bytes > 0) {
      self->at += (size_t)bytes;
      self->line++;
    } else if (self->form.comment != '\0' && self->at < self->end &&
               self->buffer[self->at] == (uint8_t)self->form.comment) {
      self->is_skipping = true;
    } else {
      return true;
    }
  }
}

static uint64_t
count_lines(const CsvReader *self, const uint8_t *text, const uint8_t *end)
{
  uint64_t lines = 0;

  while (text < end && (text = memchr(text, self->line_end, (size_t)(end - text))) != NULL) {
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
         memchr(self->buffer + self->at, self->line_end, self->end - self->at) == NULL)
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
  const uint8_t *feed = memchr(start, self->line_end, left);
  size_t len = feed != NULL ? (size_t)(feed - start) : left;

  g_free(self->malformed_reason);
  self->malformed_reason = g_strdup(what);
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

/* A quote that was never meant as one ends at the next such: between them lie records. */
static void
note_long_fields(CsvReader *self)
{
  for (size_t i = 0; i < self->split.length; i++) {
    const CsvField *field = &self->split.fields[i];
    const uint8_t *text = field->text.data;
    uint64_t lines = 1 + count_lines(self, text, text + field->text.len);

    if (!field->is_quoted || lines <= CSV_FEW_LINES)
      continue;
    self->oddities.long_fields++;
    if (lines > self->oddities.most_lines) {
      self->oddities.most_lines = lines;
      self->oddities.most_line = self->line;
    }
  }
}

static void
note_bare_quotes(CsvReader *self)
{
  for (size_t i = 0; i < self->split.length; i++) {
    Slice text = self->split.fields[i].text;

    self->oddities.bare_quotes +=
        text.len > 1 && text.data[0] == '"' && text.data[text.len - 1] == '"';
  }
}

static void
give_out(CsvReader *self, const uint8_t *end, CsvRecord *out_record)
{
  uint64_t lines = count_lines(self, self->buffer + self->at, end);

  *out_record = (CsvRecord){self->split.fields, self->split.length, self->line};
  if (lines > CSV_FEW_LINES)
    note_long_fields(self);
  if (self->form.has_no_quotes)
    note_bare_quotes(self);
  self->line += lines;
  self->at = (size_t)(end - self->buffer);
  csv_split_finish(&self->split);
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
  if ((!self->has_begun && !begin(self, error)) || !skip_to_record(self, error))
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

const char *
csv_reader_malformed_reason(const CsvReader *self)
{
  return self->malformed_reason;
}

CsvOddities
csv_reader_oddities(const CsvReader *self)
{
  return self->oddities;
}

bool
csv_reader_is_empty(const CsvReader *self)
{
  return self->at_end && self->line == 1 && self->at == 0 && self->end == 0;
}

const CsvSource *
csv_reader_source(const CsvReader *self)
{
  return self->source;
}
