/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/writer.h"

#include "base/whole_file.h"
#include "text/md5.h"

enum { SYNC_BYTES = 16, BLOCK_BYTES = 64 * 1024, LONG_BYTES = 10, FILE_MODE = 0666 };

struct AvrofileWriter {
  WholeFile *file; /* owned */
  AvrofileCodec codec;
  uint8_t sync[SYNC_BYTES];
  uint64_t records; /* of the block */
  Bytes block;      /* owned: their datums */
  Bytes packed;     /* owned */
  Bytes out;        /* owned: bytes for the file */
};

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

  self->codec = codec;
  self->file = whole_file_new(path, "", FILE_MODE, error);
  if (self->file == NULL)
    return NULL;
  put_header(self, schema_text);
  return g_steal_pointer(&self);
}

void
avrofile_writer_free(AvrofileWriter *self)
{
  if (self == NULL)
    return;
  whole_file_free(self->file);
  bytes_clear(&self->block);
  bytes_clear(&self->packed);
  bytes_clear(&self->out);
  g_free(self);
}

static bool
flush(AvrofileWriter *self, GError **error)
{
  if (!whole_file_write(self->file, bytes_slice(&self->out), error))
    return false;
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
  return end_block(self, error) && whole_file_finish(self->file, error);
}
