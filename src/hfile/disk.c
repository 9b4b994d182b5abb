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
  FILE_MODE = 0644,
  ALIGNMENT = 4096,
  PIECE_BYTES = 512 * 1024,
  CACHED_BYTES = 128 * 1024,
  WRITE_BACK_BYTES = 8 * 1024 * 1024,
};

struct HfileDisk {
  char *path; /* owned */
  int fd;     /* -1: closed */
  bool is_direct;
  uint8_t *piece; /* owned, PIECE_BYTES */
  size_t filled;
  uint64_t written;
  uint64_t written_back; /* up to here the disk was told to begin */
};

static bool
fail(GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s%s", path, what, g_strerror(code),
              code == ENOSPC || code == EDQUOT ? "; free some space and run again" : "");
  return false;
}

HfileDisk *
hfile_disk_new(const char *path, GError **error)
{
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  int fd = open(path, flags | O_DIRECT, FILE_MODE);
  bool is_direct = fd >= 0;

  if (!is_direct && errno == EINVAL)
    fd = open(path, flags, FILE_MODE);
  if (fd < 0) {
    fail(error, path, "cannot create");
    return NULL;
  }

  HfileDisk *self = g_new0(HfileDisk, 1);

  self->path = g_strdup(path);
  self->fd = fd;
  self->is_direct = is_direct;
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
  if (self->fd >= 0)
    close(self->fd);
  free(self->piece);
  g_free(self->path);
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
      return fail(error, self->path, "cannot write");

    ssize_t done =
        write(self->fd, self->piece + at, self->is_direct ? left : MIN(left, (size_t)CACHED_BYTES));

    if (done < 0 && may_try_again(self))
      continue;
    if (done < 0)
      return fail(error, self->path, "cannot write");
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
  if (!write_piece(self, error))
    return false;
  if (fsync(self->fd) != 0)
    return fail(error, self->path, "cannot sync");
  if (close(g_steal_fd(&self->fd)) != 0)
    return fail(error, self->path, "cannot close");
  return true;
}
