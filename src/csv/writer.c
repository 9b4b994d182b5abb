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
  char delimiter;
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
csv_writer_new(const char *path, char delimiter, GError **error)
{
  CsvWriter *self = g_new0(CsvWriter, 1);

  self->delimiter = (char)(delimiter == 0 ? ',' : delimiter);
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

static bool
needs_quotes(Slice text, char delimiter)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.data[i];

    if (c == (uint8_t)delimiter || c == '"' || c == '\n' || c == '\r')
      return true;
  }
  return false;
}

static void
put_quoted(Bytes *buffer, Slice text)
{
  uint8_t *at = bytes_reserve(buffer, 2 * text.len + 2);
  uint8_t *start = at;

  *at++ = '"';
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '"')
      *at++ = '"';
    *at++ = text.data[i];
  }
  *at++ = '"';
  buffer->len += (size_t)(at - start);
}

void
csv_append_field(Bytes *out, Slice text, char delimiter)
{
  if (needs_quotes(text, delimiter))
    put_quoted(out, text);
  else
    bytes_append_slice(out, text);
}

void
csv_writer_field(CsvWriter *self, Slice text)
{
  if (self->has_fields)
    bytes_append_u8(&self->buffer, (uint8_t)self->delimiter);
  self->has_fields = true;
  csv_append_field(&self->buffer, text, self->delimiter);
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
  if (self->buffer.len == self->row_start)
    bytes_append(&self->buffer, "\"\"", 2);
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
