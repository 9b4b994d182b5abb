/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/writer.h"

#include "base/whole_file.h"

enum { BUFFER_BYTES = 256 * 1024, FILE_MODE = 0666 };

struct CsvWriter {
  WholeFile *file; /* owned */
  CsvForm form;
  size_t row_start; /* in buffer */
  bool has_fields;  /* this row has one */
  Bytes buffer;     /* owned */
};

CsvWriter *
csv_writer_new(const char *path, const CsvForm *form, GError **error)
{
  g_autoptr(WholeFile) file = whole_file_new(path, "", FILE_MODE, error);

  if (file == NULL)
    return NULL;

  CsvWriter *self = g_new0(CsvWriter, 1);

  self->file = g_steal_pointer(&file);
  if (form != NULL)
    self->form = *form;
  return self;
}

void
csv_writer_free(CsvWriter *self)
{
  if (self == NULL)
    return;
  whole_file_free(self->file);
  bytes_clear(&self->buffer);
  g_free(self);
}

static const char *
delimiter_of(const CsvForm *form)
{
  return form->delimiter != NULL ? form->delimiter : ",";
}

static uint8_t
quote_of(const CsvForm *form)
{
  return (uint8_t)(form->quote != '\0' ? form->quote : '"');
}

/* Nothing else holds a delimiter where there is no escape. */
static bool
uses_quotes(const CsvForm *form)
{
  return !form->has_no_quotes || form->escape == '\0';
}

/* Whether the byte, as it is, could be taken for something else: of a delimiter of several bytes
 * any, since the text and the delimiter behind it might make another. */
static bool
is_special(const CsvForm *form, uint8_t c)
{
  return c == '\n' || c == '\r' || (form->escape != '\0' && c == (uint8_t)form->escape) ||
         (uses_quotes(form) && c == quote_of(form)) ||
         (c != '\0' && strchr(delimiter_of(form), c) != NULL);
}

static bool
needs_care(const CsvForm *form, Slice text)
{
  if (text.len > 0 && form->comment != '\0' && text.data[0] == (uint8_t)form->comment)
    return true;
  for (size_t i = 0; i < text.len; i++)
    if (is_special(form, text.data[i]))
      return true;
  return false;
}

static void
put_quoted(Bytes *buffer, Slice text, const CsvForm *form)
{
  uint8_t *at = bytes_reserve(buffer, 2 * text.len + 2);
  uint8_t *start = at;
  uint8_t quote = quote_of(form);

  *at++ = quote;
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == quote)
      *at++ = quote;
    else if (form->escape != '\0' && text.data[i] == (uint8_t)form->escape)
      *at++ = (uint8_t)form->escape;
    *at++ = text.data[i];
  }
  *at++ = quote;
  buffer->len += (size_t)(at - start);
}

static void
put_escaped(Bytes *buffer, Slice text, const CsvForm *form)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];
    bool is_comment = i == 0 && form->comment != '\0' && c == (uint8_t)form->comment;

    if (!is_special(form, c) && !is_comment) {
      bytes_append_u8(buffer, c);
      continue;
    }
    bytes_append_u8(buffer, (uint8_t)form->escape);
    bytes_append_u8(buffer, c == '\n' ? 'n' : c == '\r' ? 'r' : c);
  }
}

void
csv_append_delimiter(Bytes *out, const CsvForm *form)
{
  bytes_append_slice(out, slice_text(delimiter_of(form)));
}

void
csv_append_field(Bytes *out, const CsvField *field, const CsvForm *form)
{
  if (field->is_null) {
    bytes_append_u8(out, (uint8_t)form->escape);
    bytes_append_u8(out, 'N');
  } else if (uses_quotes(form) &&
             (needs_care(form, field->text) || (field->is_quoted && field->text.len == 0))) {
    put_quoted(out, field->text, form);
  } else if (needs_care(form, field->text)) {
    put_escaped(out, field->text, form);
  } else {
    bytes_append_slice(out, field->text);
  }
}

void
csv_writer_put(CsvWriter *self, const CsvField *field)
{
  if (self->has_fields)
    csv_append_delimiter(&self->buffer, &self->form);
  self->has_fields = true;
  csv_append_field(&self->buffer, field, &self->form);
}

void
csv_writer_field(CsvWriter *self, Slice text)
{
  csv_writer_put(self, &(CsvField){.text = text});
}

static bool
flush(CsvWriter *self, GError **error)
{
  if (!whole_file_write(self->file, bytes_slice(&self->buffer), error))
    return false;
  bytes_reset(&self->buffer);
  return true;
}

/* A row of one empty field would be an empty line, which readers pass over. */
bool
csv_writer_end_row(CsvWriter *self, GError **error)
{
  if (self->buffer.len == self->row_start && uses_quotes(&self->form))
    put_quoted(&self->buffer, SLICE_EMPTY, &self->form);
  bytes_append(&self->buffer, "\r\n", 2);
  self->has_fields = false;
  if (self->buffer.len >= BUFFER_BYTES && !flush(self, error))
    return false;
  self->row_start = self->buffer.len;
  return true;
}

bool
csv_writer_finish(CsvWriter *self, GError **error)
{
  return flush(self, error) && whole_file_finish(self->file, error);
}
