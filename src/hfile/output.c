/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILE_MODE = 0644, WRITE_BACK_BYTES = 8 * 1024 * 1024 };

struct HfileOutput {
  char *path;            /* owned */
  char *unfinished_path; /* owned; NULL once committed */
  int fd;                /* -1: none */
  HfileCodecKind kind;
  HfileCodec *codec; /* owned */
  uint64_t offset;
  uint64_t written_back; /* up to here the disk was told to write */
  Bytes packed;
  Bytes checksums;
  int64_t previous_offset[HFILE_BLOCK_TYPES];
  HfileTotal totals[HFILE_BLOCK_TYPES];
};

static bool
fail(GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s%s", path, what, g_strerror(code),
              code == ENOSPC || code == EDQUOT ? "; free some space and run again" : "");
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
  int fd = open(unfinished_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);

  if (fd < 0) {
    fail(error, unfinished_path, "cannot create");
    return NULL;
  }

  HfileOutput *self = g_new0(HfileOutput, 1);

  self->path = g_strdup(path);
  self->unfinished_path = g_steal_pointer(&unfinished_path);
  self->fd = fd;
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
  if (self->fd >= 0)
    close(self->fd);
  if (self->unfinished_path != NULL)
    unlink(self->unfinished_path);
  hfile_codec_free(self->codec);
  bytes_clear(&self->packed);
  bytes_clear(&self->checksums);
  g_free(self->unfinished_path);
  g_free(self->path);
  g_free(self);
}

/* Drops the `done` first bytes of the parts. */
static void
advance(struct iovec *parts, size_t count, size_t done)
{
  for (size_t i = 0; i < count; i++) {
    size_t taken = MIN(done, parts[i].iov_len);

    parts[i].iov_base = (uint8_t *)parts[i].iov_base + taken;
    parts[i].iov_len -= taken;
    done -= taken;
  }
}

/* Lets the disk begin early, so that the sync at the end waits for little. */
static void
start_writing_back(HfileOutput *self)
{
  if (self->offset - self->written_back < WRITE_BACK_BYTES)
    return;
  sync_file_range(self->fd, (off_t)self->written_back, (off_t)(self->offset - self->written_back),
                  SYNC_FILE_RANGE_WRITE);
  self->written_back = self->offset;
}

static bool
write_parts(HfileOutput *self, struct iovec *parts, size_t count, GError **error)
{
  size_t left = 0;

  for (size_t i = 0; i < count; i++)
    left += parts[i].iov_len;
  while (left > 0) {
    ssize_t done = writev(self->fd, parts, (int)count);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return fail(error, self->unfinished_path, "cannot write");
    advance(parts, count, (size_t)done);
    left -= (size_t)done;
    self->offset += (uint64_t)done;
  }
  start_writing_back(self);
  return true;
}

static struct iovec
part_of(Slice bytes)
{
  return (struct iovec){.iov_base = (void *)(uintptr_t)bytes.data, .iov_len = bytes.len};
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
      .checksums_bytes = (uint32_t)hfile_checksum_bytes(
          HFILE_CHECKSUM_CRC32C, sizeof head + payload.len, HFILE_CHECKSUM_CHUNK_BYTES),
      .raw_bytes = (uint32_t)raw.len,
      .previous_offset = self->previous_offset[type],
      .checksum = HFILE_CHECKSUM_CRC32C,
      .checksum_chunk_bytes = HFILE_CHECKSUM_CHUNK_BYTES,
  };
  HfileBlockAt at = {self->offset, (uint32_t)hfile_block_disk_bytes(&header)};

  hfile_block_header_put(&header, head);
  hfile_checksum_append(&self->checksums, slice(head, sizeof head), payload);

  struct iovec parts[] = {part_of(slice(head, sizeof head)), part_of(payload),
                          part_of(bytes_slice(&self->checksums))};

  if (!write_parts(self, parts, G_N_ELEMENTS(parts), error))
    return false;
  self->previous_offset[type] = (int64_t)at.offset;
  self->totals[type].blocks++;
  self->totals[type].raw_bytes += raw.len;
  *out_at = at;
  return true;
}

bool
hfile_output_write_bytes(HfileOutput *self, Slice bytes, GError **error)
{
  struct iovec part = part_of(bytes);

  return write_parts(self, &part, 1, error);
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
  if (fsync(self->fd) != 0)
    return fail(error, self->unfinished_path, "cannot sync");
  if (close(g_steal_fd(&self->fd)) != 0)
    return fail(error, self->unfinished_path, "cannot close");
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
