/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/spill.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lz4.h>
#include <unistd.h>

/* A block in the file: u32 bytes of entries, u32 bytes packed, the packed bytes. */
enum { BLOCK_HEAD_BYTES = 8 };

typedef struct {
  uint64_t begin;
  uint64_t end;
} Extent;

struct SortSpill {
  char *folder; /* owned */
  int fd;
  uint64_t length;
  GArray *runs;   /* owned, of Extent */
  uint64_t begun; /* where the run that is being written begins */
  Bytes block;    /* entries that are not written yet */
  Bytes packed;
};

struct SortRun {
  const SortSpill *spill; /* borrowed */
  Extent left;
  Bytes block;
  size_t at;
  Bytes packed;
};

static bool
fail(const SortSpill *self, const char *what, int code, GError **error)
{
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s: cannot %s a spill file: %s; another folder is set by bulkload.temp or $TMPDIR",
              self->folder, what, code == 0 ? "it ends too early" : g_strerror(code));
  return false;
}

SortSpill *
sort_spill_new(const char *folder, GError **error)
{
  g_autoptr(SortSpill) self = g_new0(SortSpill, 1);
  g_autofree char *path = g_build_filename(folder, "sluice-sort-XXXXXX", NULL);

  self->folder = g_strdup(folder);
  self->runs = g_array_new(FALSE, FALSE, sizeof(Extent));
  self->fd = g_mkstemp(path);
  if (self->fd < 0) {
    fail(self, "make", errno, error);
    return NULL;
  }
  g_unlink(path);
  return g_steal_pointer(&self);
}

void
sort_spill_free(SortSpill *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  g_array_unref(self->runs);
  bytes_clear(&self->block);
  bytes_clear(&self->packed);
  g_free(self->folder);
  g_free(self);
}

static bool
write_all(SortSpill *self, Slice bytes, GError **error)
{
  while (bytes.len > 0) {
    ssize_t written = write(self->fd, bytes.data, bytes.len);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail(self, "write", errno, error);
    bytes = slice(bytes.data + written, bytes.len - (size_t)written);
    self->length += (uint64_t)written;
  }
  return true;
}

static bool
write_block(SortSpill *self, GError **error)
{
  size_t bound = (size_t)LZ4_compressBound((int)self->block.len);
  uint32_t lengths[2] = {(uint32_t)self->block.len, 0};
  uint8_t *at;

  if (self->block.len == 0)
    return true;
  bytes_reset(&self->packed);
  at = bytes_reserve(&self->packed, BLOCK_HEAD_BYTES + bound);
  lengths[1] =
      (uint32_t)LZ4_compress_default((const char *)self->block.data, (char *)at + BLOCK_HEAD_BYTES,
                                     (int)self->block.len, (int)bound);
  g_assert(lengths[1] > 0); /* the bound leaves room */
  memcpy(at, lengths, sizeof lengths);
  bytes_reset(&self->block);
  return write_all(self, slice(at, BLOCK_HEAD_BYTES + lengths[1]), error);
}

bool
sort_spill_append(SortSpill *self, const uint8_t *entry, GError **error)
{
  size_t bytes = sort_entry_bytes(entry);

  if (self->block.len > 0 && self->block.len + bytes > SORT_BLOCK_BYTES &&
      !write_block(self, error))
    return false;
  bytes_append(&self->block, entry, bytes);
  return true;
}

bool
sort_spill_end_run(SortSpill *self, GError **error)
{
  Extent run = {.begin = self->begun};

  if (!write_block(self, error))
    return false;
  run.end = self->begun = self->length;
  g_array_append_val(self->runs, run);
  return true;
}

size_t
sort_spill_runs(const SortSpill *self)
{
  return self->runs->len;
}

SortRun *
sort_run_new(const SortSpill *spill, size_t i)
{
  SortRun *self = g_new0(SortRun, 1);

  self->spill = spill;
  self->left = g_array_index(spill->runs, Extent, i);
  return self;
}

void
sort_run_free(SortRun *self)
{
  if (self == NULL)
    return;
  bytes_clear(&self->block);
  bytes_clear(&self->packed);
  g_free(self);
}

/* The next `len` bytes of the run. */
static bool
read_all(SortRun *self, uint8_t *to, size_t len, GError **error)
{
  while (len > 0) {
    ssize_t got = pread(self->spill->fd, to, len, (off_t)self->left.begin);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return fail(self->spill, "read", got < 0 ? errno : 0, error);
    self->left.begin += (uint64_t)got;
    to += got;
    len -= (size_t)got;
  }
  return true;
}

static bool
read_block(SortRun *self, GError **error)
{
  uint32_t lengths[2];

  if (!read_all(self, (uint8_t *)lengths, sizeof lengths, error))
    return false;
  bytes_reset(&self->packed);
  bytes_reset(&self->block);
  if (!read_all(self, bytes_reserve(&self->packed, lengths[1]), lengths[1], error))
    return false;
  if (LZ4_decompress_safe((const char *)self->packed.data,
                          (char *)bytes_reserve(&self->block, lengths[0]), (int)lengths[1],
                          (int)lengths[0]) != (int)lengths[0])
    return fail(self->spill, "read", EIO, error);
  self->block.len = lengths[0];
  self->at = 0;
  return true;
}

bool
sort_run_next(SortRun *self, const uint8_t **out_entry, GError **error)
{
  if (self->at == self->block.len) {
    if (self->left.begin == self->left.end) {
      *out_entry = NULL;
      return true;
    }
    if (!read_block(self, error))
      return false;
  }
  *out_entry = self->block.data + self->at;
  self->at += sort_entry_bytes(*out_entry);
  return true;
}
