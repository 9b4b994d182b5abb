/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/output.h"

#include "hfile/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct HfileOutput {
  char *path;            /* owned */
  char *unfinished_path; /* owned; NULL once committed */
  HfileDisk *disk;       /* owned */
  HfileCodecKind kind;
  HfileCodec *codec; /* owned */
  uint64_t offset;
  Bytes packed;
  Bytes checksums;
  int64_t previous_offset[HFILE_BLOCK_TYPES];
  HfileTotal totals[HFILE_BLOCK_TYPES];
};

static bool
fail(GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", path, what, g_strerror(code));
  return false;
}

static char *
unfinished_path_of(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  g_autofree char *name = g_path_get_basename(path);

  return g_strdup_printf("%s/_%s.unfinished", folder, name);
}

HfileOutput *
hfile_output_new(const char *path, HfileCodecKind codec, GError **error)
{
  g_autofree char *unfinished_path = unfinished_path_of(path);
  g_autoptr(HfileDisk) disk = hfile_disk_new(unfinished_path, error);

  if (disk == NULL)
    return NULL;

  HfileOutput *self = g_new0(HfileOutput, 1);

  self->path = g_strdup(path);
  self->unfinished_path = g_steal_pointer(&unfinished_path);
  self->disk = g_steal_pointer(&disk);
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
  if (self->unfinished_path != NULL)
    unlink(self->unfinished_path);
  hfile_codec_free(self->codec);
  bytes_clear(&self->packed);
  bytes_clear(&self->checksums);
  g_free(self->unfinished_path);
  g_free(self->path);
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

/* A rename is on disk only once its folder is. */
static bool
sync_folder(const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = fd >= 0 && fsync(fd) == 0;

  if (!synced)
    fail(error, folder, "cannot sync");
  if (fd >= 0)
    close(fd);
  return synced;
}

bool
hfile_output_commit(HfileOutput *self, GError **error)
{
  if (!hfile_disk_finish(self->disk, error))
    return false;
  if (rename(self->unfinished_path, self->path) != 0)
    return fail(error, self->path, "cannot rename the finished file to this");
  g_clear_pointer(&self->unfinished_path, g_free);
  if (sync_folder(self->path, error))
    return true;
  unlink(self->path);
  return false;
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
