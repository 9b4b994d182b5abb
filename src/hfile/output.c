/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/output.h"

#include "hfile/disk.h"

enum { FILE_MODE = 0644 };

struct HfileOutput {
  WholeFile *file; /* owned */
  HfileDisk *disk; /* owned */
  HfileCodecKind kind;
  HfileCodec *codec; /* owned */
  uint64_t offset;
  Bytes packed;
  Bytes checksums;
  int64_t previous_offset[HFILE_BLOCK_TYPES];
  HfileTotal totals[HFILE_BLOCK_TYPES];
};

HfileOutput *
hfile_output_new(const char *path, HfileCodecKind codec, GError **error)
{
  /* HBase's load tools pass over what begins with '_'. */
  g_autoptr(WholeFile) file = whole_file_new(path, "_", FILE_MODE, error);

  if (file == NULL)
    return NULL;

  HfileOutput *self = g_new0(HfileOutput, 1);

  self->disk = hfile_disk_new(file);
  self->file = g_steal_pointer(&file);
  self->kind = codec;
  self->codec = hfile_codec_new(codec);
  for (size_t i = 0; i < HFILE_BLOCK_TYPES; i++)
    self->previous_offset[i] = -1;
  return self;
}

void
hfile_output_free(HfileOutput *self)
{
  if (self == NULL)
    return;
  hfile_disk_free(self->disk);
  whole_file_free(self->file);
  hfile_codec_free(self->codec);
  bytes_clear(&self->packed);
  bytes_clear(&self->checksums);
  g_free(self);
}

bool
hfile_output_write_bytes(HfileOutput *self, Slice bytes, GError **error)
{
  self->offset += bytes.len;
  return hfile_disk_append(self->disk, bytes, error);
}

bool
hfile_output_write_block(HfileOutput *self, HfileBlockType type, Slice raw, HfileBlockAt *out_at,
                         GError **error)
{
  uint8_t head[HFILE_BLOCK_HEADER_BYTES];
  Slice payload = raw;

  bytes_reset(&self->packed);
  bytes_reset(&self->checksums);
  if (self->kind != HFILE_CODEC_NONE) {
    if (!hfile_codec_pack(self->codec, raw, &self->packed, error))
      return false;
    payload = bytes_slice(&self->packed);
  }

  HfileBlockHeader header = {
      .type = type,
      .payload_bytes = (uint32_t)payload.len,
      .checksums_bytes =
          (uint32_t)hfile_checksum_bytes(sizeof head + payload.len, HFILE_CHECKSUM_CHUNK_BYTES),
      .raw_bytes = (uint32_t)raw.len,
      .previous_offset = self->previous_offset[type],
      .checksum = HFILE_CHECKSUM_CRC32C,
      .checksum_chunk_bytes = HFILE_CHECKSUM_CHUNK_BYTES,
  };
  HfileBlockAt at = {self->offset, (uint32_t)hfile_block_disk_bytes(&header)};

  hfile_block_header_put(&header, head);
  hfile_checksum_append(&self->checksums, slice(head, sizeof head), payload);

  if (!hfile_output_write_bytes(self, slice(head, sizeof head), error) ||
      !hfile_output_write_bytes(self, payload, error) ||
      !hfile_output_write_bytes(self, bytes_slice(&self->checksums), error))
    return false;
  self->previous_offset[type] = (int64_t)at.offset;
  self->totals[type].blocks++;
  self->totals[type].raw_bytes += raw.len;
  *out_at = at;
  return true;
}

bool
hfile_output_commit(HfileOutput *self, GError **error)
{
  return hfile_disk_finish(self->disk, error) && whole_file_finish(self->file, error);
}

uint64_t
hfile_output_offset(const HfileOutput *self)
{
  return self->offset;
}

HfileTotal
hfile_output_total(const HfileOutput *self, HfileBlockType type)
{
  return self->totals[type];
}
