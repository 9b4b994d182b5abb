/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 256 * 1024 };

struct CsvWriter {
  char *path;       /* owned: what it will be called */
  char *unfinished; /* owned: what it is called until then; NULL: it is no file, but a device or
                       pipe */
  CsvForm form;
  int fd; /* -1: closed */
  bool is_finished;
  size_t row_start; /* in buffer */
  bool has_fields;  /* this row has one */
  Bytes buffer;     /* owned */
};

static const char *
name_now(const CsvWriter *self)
{
  return self->unfinished != NULL ? self->unfinished : self->path;
}

static void
set_error(GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", path, what, g_strerror(code));
}

/* What a link leads to is replaced, not the link. */
static char *
target_of(const char *path)
{
  char *target = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? realpath(path, NULL) : NULL;

  return target != NULL ? target : g_strdup(path);
}

/* A device or a pipe would be gone if a file took its name. */
static bool
is_replaceable(const char *path)
{
  struct stat status;

  return g_stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static bool
open_file(CsvWriter *self, const char *path, GError **error)
{
  bool is_replaced = is_replaceable(path);

  self->path = is_replaced ? target_of(path) : g_strdup(path);
  self->unfinished = is_replaced ? g_strconcat(self->path, ".unfinished", NULL) : NULL;
  self->fd =
      g_open(name_now(self),
             is_replaced ? O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC : O_WRONLY | O_CLOEXEC, 0666);
  if (self->fd < 0)
    set_error(error, name_now(self), is_replaced ? "cannot be created" : "cannot be written");
  return self->fd >= 0;
}

CsvWriter *
csv_writer_new(const char *path, const CsvForm *form, GError **error)
{
  CsvWriter *self = g_new0(CsvWriter, 1);

  if (form != NULL)
    self->form = *form;
  if (open_file(self, path, error))
    return self;
  csv_writer_free(self);
  return NULL;
}

void
csv_writer_free(CsvWriter *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  if (!self->is_finished && self->unfinished != NULL)
    g_unlink(self->unfinished);
  bytes_clear(&self->buffer);
  g_free(self->unfinished);
  g_free(self->path);
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
  const uint8_t *at = self->buffer.data;
  size_t left = self->buffer.len;

  while (left > 0) {
    ssize_t written = write(self->fd, at, left);

    if (written < 0 && errno != EINTR) {
      set_error(error, name_now(self), "cannot be written");
      return false;
    }
    if (written > 0) {
      at += written;
      left -= (size_t)written;
    }
  }
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
  if (!flush(self, error))
    return false;

  bool is_synced = self->unfinished == NULL || fsync(self->fd) == 0;
  bool is_closed = close(self->fd) == 0;

  self->fd = -1;
  if (!is_synced || !is_closed) {
    set_error(error, name_now(self), "cannot be written");
    return false;
  }
  if (self->unfinished != NULL && g_rename(self->unfinished, self->path) != 0) {
    set_error(error, self->unfinished, "cannot be renamed");
    return false;
  }
  self->is_finished = true;
  return true;
}
