/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <lz4.h>
#include <stdlib.h>
#include <unistd.h>

/* A run is a sequence of these, each followed by packed_bytes. */
typedef struct {
  uint32_t raw_bytes;
  uint32_t packed_bytes;
} BlockHead;

typedef struct {
  uint64_t start;
  uint64_t end;
} Extent;

struct BulkSpill {
  char *folder; /* owned */
  int fd;
  GArray *runs; /* owned, of Extent */
  uint64_t run_start;
  uint64_t end;
  Bytes raw;
  Bytes packed;
};

struct BulkRun {
  const BulkSpill *spill; /* borrowed */
  uint64_t at;
  uint64_t end;
  size_t raw_at;
  Bytes raw;
  Bytes packed;
};

static bool
fail(const char *folder, const char *what, GError **error)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s%s", folder, what, g_strerror(code),
              code == ENOSPC || code == EDQUOT
                  ? "; free some space, name another folder in [bulkload] temp, or give the sort "
                    "more --memory"
                  : "");
  return false;
}

/* A file without a name, or where the file system has none such, one that loses its name at once.
 */
static int
open_nameless(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, "sluice-spill-XXXXXX", NULL);
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;
  fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0)
    unlink(path);
  return fd;
}

BulkSpill *
bulk_spill_new(const char *folder, GError **error)
{
  int fd = open_nameless(folder);

  if (fd < 0) {
    fail(folder, "cannot make a file to sort in", error);
    return NULL;
  }

  BulkSpill *self = g_new0(BulkSpill, 1);

  self->folder = g_strdup(folder);
  self->fd = fd;
  self->runs = g_array_new(FALSE, FALSE, sizeof(Extent));
  return self;
}

void
bulk_spill_free(BulkSpill *self)
{
  if (self == NULL)
    return;
  close(self->fd);
  g_array_unref(self->runs);
  bytes_clear(&self->raw);
  bytes_clear(&self->packed);
  g_free(self->folder);
  g_free(self);
}

static bool
write_all(BulkSpill *self, Slice bytes, GError **error)
{
  while (bytes.len > 0) {
    ssize_t done = pwrite(self->fd, bytes.data, bytes.len, (off_t)self->end);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return fail(self->folder, "cannot write to the file to sort in", error);
    self->end += (uint64_t)done;
    bytes = slice(bytes.data + done, bytes.len - (size_t)done);
  }
  return true;
}

static bool
write_block(BulkSpill *self, GError **error)
{
  int room = LZ4_compressBound((int)self->raw.len);
  BlockHead head = {.raw_bytes = (uint32_t)self->raw.len};

  if (self->raw.len == 0)
    return true;
  bytes_reset(&self->packed);

  uint8_t *to = bytes_reserve(&self->packed, sizeof head + (size_t)room);

  head.packed_bytes = (uint32_t)LZ4_compress_default(
      (const char *)self->raw.data, (char *)to + sizeof head, (int)self->raw.len, room);
  memcpy(to, &head, sizeof head);
  self->packed.len = sizeof head + head.packed_bytes;
  bytes_reset(&self->raw);
  return write_all(self, bytes_slice(&self->packed), error);
}

bool
bulk_spill_append(BulkSpill *self, Slice packed, GError **error)
{
  if (self->raw.len > 0 && self->raw.len + packed.len > BULK_SPILL_BLOCK_BYTES &&
      !write_block(self, error))
    return false;
  bytes_append_slice(&self->raw, packed);
  return true;
}

bool
bulk_spill_end_run(BulkSpill *self, GError **error)
{
  if (!write_block(self, error))
    return false;

  Extent run = {self->run_start, self->end};

  g_array_append_val(self->runs, run);
  self->run_start = self->end;
  return true;
}

size_t
bulk_spill_runs(const BulkSpill *self)
{
  return self->runs->len;
}

uint64_t
bulk_spill_bytes(const BulkSpill *self)
{
  return self->end;
}

BulkRun *
bulk_run_new(const BulkSpill *spill, size_t i)
{
  const Extent *extent = &g_array_index(spill->runs, Extent, i);
  BulkRun *self = g_new0(BulkRun, 1);

  self->spill = spill;
  self->at = extent->start;
  self->end = extent->end;
  return self;
}

void
bulk_run_free(BulkRun *self)
{
  if (self == NULL)
    return;
  bytes_clear(&self->raw);
  bytes_clear(&self->packed);
  g_free(self);
}

static bool
read_all(BulkRun *self, uint8_t *to, size_t len, GError **error)
{
  while (len > 0) {
    ssize_t done = pread(self->spill->fd, to, len, (off_t)self->at);

    if (done < 0 && errno == EINTR)
      continue;
    if (done == 0)
      errno = EIO;
    if (done <= 0)
      return fail(self->spill->folder, "cannot read the file to sort in", error);
    to += done;
    len -= (size_t)done;
    self->at += (uint64_t)done;
  }
  return true;
}

static bool
read_block(BulkRun *self, GError **error)
{
  BlockHead head;

  if (!read_all(self, (uint8_t *)&head, sizeof head, error))
    return false;
  bytes_reset(&self->packed);
  if (!read_all(self, bytes_reserve(&self->packed, head.packed_bytes), head.packed_bytes, error))
    return false;
  bytes_reset(&self->raw);
  self->raw_at = 0;
  if (LZ4_decompress_safe((const char *)self->packed.data,
                          (char *)bytes_reserve(&self->raw, head.raw_bytes), (int)head.packed_bytes,
                          (int)head.raw_bytes) == (int)head.raw_bytes) {
    self->raw.len = head.raw_bytes;
    return true;
  }
  errno = EIO;
  return fail(self->spill->folder, "the file to sort in came back damaged", error);
}

bool
bulk_run_next(BulkRun *self, const uint8_t **out_packed, GError **error)
{
  if (self->raw_at == self->raw.len) {
    if (self->at == self->end) {
      *out_packed = NULL;
      return true;
    }
    if (!read_block(self, error))
      return false;
  }
  *out_packed = self->raw.data + self->raw_at;
  self->raw_at += bulk_row_bytes(*out_packed);
  return true;
}
