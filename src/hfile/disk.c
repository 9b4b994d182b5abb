/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Pieces begin and end at multiples of ALIGNMENT, which every disk's blocks divide; but the last.
 * The page cache is given less at once: for large pieces it looks for memory that is one piece too.
 */
enum {
  ALIGNMENT = 4096,
  PIECE_BYTES = 512 * 1024,
  CACHED_BYTES = 128 * 1024,
  WRITE_BACK_BYTES = 8 * 1024 * 1024,
};

struct HfileDisk {
  WholeFile *file; /* borrowed */
  int fd;          /* the file's */
  bool is_direct;
  uint8_t *piece; /* owned, PIECE_BYTES */
  size_t filled;
  uint64_t written;
  uint64_t written_back; /* up to here the disk was told to begin */
};

HfileDisk *
hfile_disk_new(WholeFile *file)
{
  HfileDisk *self = g_new0(HfileDisk, 1);
  int flags = fcntl(whole_file_fd(file), F_GETFL);

  self->file = file;
  self->fd = whole_file_fd(file);
  self->is_direct = flags >= 0 && fcntl(self->fd, F_SETFL, flags | O_DIRECT) == 0;
  self->piece = aligned_alloc(ALIGNMENT, PIECE_BYTES);
  if (self->piece == NULL)
    g_error("out of memory: cannot allocate %d bytes", PIECE_BYTES);
  return self;
}

void
hfile_disk_free(HfileDisk *self)
{
  if (self == NULL)
    return;
  free(self->piece);
  g_free(self);
}

static bool
use_page_cache(HfileDisk *self)
{
  int flags = fcntl(self->fd, F_GETFL);

  self->is_direct = false;
  return flags >= 0 && fcntl(self->fd, F_SETFL, flags & ~O_DIRECT) == 0;
}

/* Lets the disk begin early, so that the sync at the end waits for little. */
static void
start_writing_back(HfileDisk *self)
{
  if (self->is_direct || self->written - self->written_back < WRITE_BACK_BYTES)
    return;
  sync_file_range(self->fd, (off_t)self->written_back, (off_t)(self->written - self->written_back),
                  SYNC_FILE_RANGE_WRITE);
  self->written_back = self->written;
}

/* True if the write is worth another try: it was broken off, or it is one that this file system
 * takes through the page cache only. */
static bool
may_try_again(HfileDisk *self)
{
  return errno == EINTR || (errno == EINVAL && self->is_direct && use_page_cache(self));
}

static bool
write_piece(HfileDisk *self, GError **error)
{
  size_t at = 0;

  while (at < self->filled) {
    size_t left = self->filled - at;

    if (self->is_direct && (left % ALIGNMENT != 0 || self->written % ALIGNMENT != 0) &&
        !use_page_cache(self))
      return whole_file_fail(self->file, "cannot be written", error);

    ssize_t done =
        write(self->fd, self->piece + at, self->is_direct ? left : MIN(left, (size_t)CACHED_BYTES));

    if (done < 0 && may_try_again(self))
      continue;
    if (done < 0)
      return whole_file_fail(self->file, "cannot be written", error);
    at += (size_t)done;
    self->written += (uint64_t)done;
  }
  self->filled = 0;
  start_writing_back(self);
  return true;
}

bool
hfile_disk_append(HfileDisk *self, Slice bytes, GError **error)
{
  while (bytes.len > 0) {
    size_t len = MIN(bytes.len, PIECE_BYTES - self->filled);

    memcpy(self->piece + self->filled, bytes.data, len);
    self->filled += len;
    bytes = slice(bytes.data + len, bytes.len - len);
    if (self->filled == PIECE_BYTES && !write_piece(self, error))
      return false;
  }
  return true;
}

bool
hfile_disk_finish(HfileDisk *self, GError **error)
{
  return write_piece(self, error);
}
