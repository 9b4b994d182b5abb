/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "text/md5.h"

enum { SYNC_BYTES = 16, BLOCK_BYTES = 64 * 1024, LONG_BYTES = 10 };

struct AvrofileWriter {
  char *path;       /* owned: what it will be called */
  char *unfinished; /* owned: what it is called until then */
  int fd;           /* -1: closed */
  bool is_finished;
  AvrofileCodec codec;
  uint8_t sync[SYNC_BYTES];
  uint64_t records; /* of the block */
  Bytes block;      /* owned: their datums */
  Bytes packed;     /* owned */
  Bytes out;        /* owned: bytes for the file */
};

static bool
fail(const AvrofileWriter *self, const char *what, GError **error)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", self->unfinished, what, g_strerror(errno));
  return false;
}

static void
put_long(Bytes *out, uint64_t value)
{
  uint8_t *at = bytes_reserve(out, LONG_BYTES);

  for (value <<= 1; value > 0x7f; value >>= 7) { /* zigzag of what is not negative */
    *at++ = (uint8_t)(value | 0x80);
    out->len++;
  }
  *at = (uint8_t)value;
  out->len++;
}

static void
put_text(Bytes *out, Slice text)
{
  put_long(out, text.len);
  bytes_append_slice(out, text);
}

/* The sync marker is the header's hash, so that the same records give the same file. */
static void
put_header(AvrofileWriter *self, Slice schema_text)
{
  bytes_append(&self->out, "Obj\001", 4);
  put_long(&self->out, 2);
  put_text(&self->out, slice_text("avro.schema"));
  put_text(&self->out, schema_text);
  put_text(&self->out, slice_text("avro.codec"));
  put_text(&self->out, slice_text(avrofile_codec_name(self->codec)));
  put_long(&self->out, 0);
  md5(bytes_slice(&self->out), self->sync);
  bytes_append(&self->out, self->sync, SYNC_BYTES);
}

AvrofileWriter *
avrofile_writer_new(const char *path, Slice schema_text, AvrofileCodec codec, GError **error)
{
  g_autoptr(AvrofileWriter) self = g_new0(AvrofileWriter, 1);

  self->path = g_strdup(path);
  self->unfinished = g_strconcat(path, ".unfinished", NULL);
  self->codec = codec;
  self->fd = g_open(self->unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (self->fd < 0) {
    self->is_finished = true; /* there is nothing to remove */
    fail(self, "cannot be created", error);
    return NULL;
  }
  put_header(self, schema_text);
  return g_steal_pointer(&self);
}

void
avrofile_writer_free(AvrofileWriter *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  if (!self->is_finished)
    g_unlink(self->unfinished);
  bytes_clear(&self->block);
  bytes_clear(&self->packed);
  bytes_clear(&self->out);
  g_free(self->unfinished);
  g_free(self->path);
  g_free(self);
}

static bool
flush(AvrofileWriter *self, GError **error)
{
  const uint8_t *at = self->out.data;
  size_t left = self->out.len;

  while (left > 0) {
    ssize_t written = write(self->fd, at, left);

    if (written < 0 && errno != EINTR)
      return fail(self, "cannot be written", error);
    if (written > 0) {
      at += written;
      left -= (size_t)written;
    }
  }
  bytes_reset(&self->out);
  return true;
}

static bool
end_block(AvrofileWriter *self, GError **error)
{
  if (self->records > 0) {
    bytes_reset(&self->packed);
    if (!avrofile_pack(self->codec, bytes_slice(&self->block), &self->packed, error))
      return false;
    put_long(&self->out, self->records);
    put_text(&self->out, bytes_slice(&self->packed));
    bytes_append(&self->out, self->sync, SYNC_BYTES);
    bytes_reset(&self->block);
    self->records = 0;
  }
  return flush(self, error);
}

bool
avrofile_writer_append(AvrofileWriter *self, Slice datum, GError **error)
{
  bytes_append_slice(&self->block, datum);
  self->records++;
  return self->block.len < BLOCK_BYTES || end_block(self, error);
}

bool
avrofile_writer_finish(AvrofileWriter *self, GError **error)
{
  if (!end_block(self, error))
    return false;

  bool is_synced = fsync(self->fd) == 0;
  bool is_closed = close(self->fd) == 0;

  self->fd = -1;
  if (!is_synced || !is_closed)
    return fail(self, "cannot be written", error);
  if (g_rename(self->unfinished, self->path) != 0)
    return fail(self, "cannot be renamed", error);
  self->is_finished = true;
  return true;
}
