/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/source.h"

#include "pack/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PACKED_BYTES = 256 * 1024, MAGIC_BYTES = 10 };

struct CsvSource {
  char *path; /* owned */
  int fd;
  uint64_t size;
  uint64_t position;
  struct stat status; /* when it was opened */
  uint8_t *packed;    /* owned, PACKED_BYTES: what was read ahead */
  size_t packed_at;
  size_t packed_end;
  GCancellable *stop; /* borrowed; NULL: nobody stops it */
  bool at_end;        /* of the file */
  bool is_between;    /* two gzip members or zstd frames: the file may end here */
  PackKind kind;
  Pack *pack; /* owned; NULL: as it is */
};

static bool
fail(const CsvSource *self, GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", self->path, what);
  return false;
}

/* A file that is cut, grows or is rewritten under the reader would give records that nobody wrote:
 * the last one of half a file looks like any other. */
static bool
is_unchanged(const CsvSource *self, GError **error)
{
  struct stat status;

  if (self->size == 0 || fstat(self->fd, &status) != 0 ||
      (status.st_size == self->status.st_size &&
       status.st_mtim.tv_sec == self->status.st_mtim.tv_sec &&
       status.st_mtim.tv_nsec == self->status.st_mtim.tv_nsec))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s: it was written to while it was read: it had %" G_GUINT64_FORMAT
              " bytes and has %" G_GUINT64_FORMAT " now; read it again once it is whole",
              self->path, (uint64_t)self->status.st_size, (uint64_t)status.st_size);
  return false;
}

static bool
read_file(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error)
{
  ssize_t len;

  do {
    if (!S_ISREG(self->status.st_mode) && !wait_readable(self->fd, self->stop, error))
      return false;
    len = read(self->fd, to, room);
  } while (len < 0 && (errno == EINTR || errno == EAGAIN));
  if (len < 0)
    return fail(self, error, g_strerror(errno));
  self->at_end = len == 0;
  self->position += (uint64_t)len;
  *out_len = (size_t)len;
  return len > 0 || is_unchanged(self, error);
}

/* Makes sure that packed bytes are at hand, unless the file ends. */
static bool
read_ahead(CsvSource *self, GError **error)
{
  size_t len = 0;

  if (self->packed_at < self->packed_end || self->at_end)
    return true;
  if (!read_file(self, self->packed, PACKED_BYTES, &len, error))
    return false;
  self->packed_at = 0;
  self->packed_end = len;
  return true;
}

/* What a file's first bytes tell. */
static const struct {
  const char *magic;
  size_t len;
  bool is_packed; /* and can be unpacked here */
  PackKind kind;
  const char *name; /* else */
} kinds[] = {
    {"\x1f\x8b", 2, true, PACK_GZIP, NULL},
    {"\x28\xb5\x2f\xfd", 4, true, PACK_ZSTD, NULL},
    {"PK\x03\x04", 4, false, 0, "a ZIP archive, as .xlsx is one; unpack it, or save it as CSV"},
    {"PK\x05\x06", 4, false, 0, "a ZIP archive, and an empty one"},
    {"\xfd"
     "7zXZ",
     5, false, 0, "packed by xz; 'xz -dc FILE' unpacks it for -"},
    {"7z\xbc\xaf", 4, false, 0, "a 7-Zip archive; unpack it"},
    {"\x04\x22\x4d\x18", 4, false, 0, "packed by lz4; 'lz4 -dc FILE' unpacks it for -"},
    {"PAR1\x15", 5, false, 0, "a Parquet file; DuckDB makes CSV of it"},
    {"Obj\x01", 4, false, 0, "an Avro object container file, and no CSV"},
};

/* bzip2 begins with letters alone: only its first block's mark is sure. */
static bool
is_bzip2(Slice start)
{
  return start.len >= 10 && memcmp(start.data, "BZh", 3) == 0 &&
         (memcmp(start.data + 4, "1AY&SY", 6) == 0 ||
          memcmp(start.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* A frame of zstd's that tools may put anywhere: pzstd begins each file with one. */
static bool
is_skippable(Slice start)
{
  return start.len >= 4 && start.data[0] >> 4 == 5 &&
         memcmp(start.data + 1, "\x2a\x4d\x18", 3) == 0;
}

static bool
find_kind(CsvSource *self, GError **error)
{
  Slice start;

  while (self->packed_end < MAGIC_BYTES && !self->at_end) {
    size_t len = 0;

    if (!read_file(self, self->packed + self->packed_end, PACKED_BYTES - self->packed_end, &len,
                   error))
      return false;
    self->packed_end += len;
  }
  start = slice(self->packed, self->packed_end);
  if (is_bzip2(start))
    return fail(self, error, "it is packed by bzip2; 'bzip2 -dc FILE' unpacks it for -");
  if (is_skippable(start))
    self->pack = pack_new(self->kind = PACK_ZSTD, 0);
  for (size_t i = 0; self->pack == NULL && i < G_N_ELEMENTS(kinds); i++) {
    if (start.len < kinds[i].len || memcmp(start.data, kinds[i].magic, kinds[i].len) != 0)
      continue;
    if (!kinds[i].is_packed) {
      g_autofree char *what = g_strdup_printf("it is %s", kinds[i].name);

      return fail(self, error, what);
    }
    self->kind = kinds[i].kind;
    self->pack = pack_new(self->kind, 0);
  }
  return true;
}

static bool
open_file(CsvSource *self, GError **error)
{
  if (strcmp(self->path, "-") == 0)
    self->fd = dup(STDIN_FILENO);
  else
    self->fd = open(self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe may have no writer */
  if (self->fd < 0 || fstat(self->fd, &self->status) != 0)
    return fail(self, error, g_strerror(errno));
  if (S_ISDIR(self->status.st_mode))
    return fail(self, error, "a folder; name the files in it");
  if (S_ISREG(self->status.st_mode))
    self->size = (uint64_t)self->status.st_size;
  posix_fadvise(self->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return find_kind(self, error);
}

CsvSource *
csv_source_open(const char *path, GCancellable *stop, GError **error)
{
  CsvSource *self = g_new0(CsvSource, 1);

  self->path = g_strdup(path);
  self->stop = stop;
  self->packed = g_malloc(PACKED_BYTES);
  self->is_between = true;
  if (open_file(self, error))
    return self;
  csv_source_free(self);
  return NULL;
}

void
csv_source_free(CsvSource *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  pack_free(self->pack);
  g_free(self->packed);
  g_free(self->path);
  g_free(self);
}

/* What find_kind() read ahead, then straight from the file. */
static bool
read_plain(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error)
{
  size_t len = MIN(room, self->packed_end - self->packed_at);

  if (len == 0)
    return self->at_end ? (*out_len = 0, is_unchanged(self, error))
                        : read_file(self, to, room, out_len, error);
  memcpy(to, self->packed + self->packed_at, len);
  self->packed_at += len;
  *out_len = len;
  return true;
}

/* Takes packed bytes and writes at most `room`; keeps is_between. */
static bool
unpack(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error)
{
  Slice packed = slice(self->packed + self->packed_at, self->packed_end - self->packed_at);
  PackState state = pack_step(self->pack, &packed, to, room, out_len);

  if (state == PACK_DAMAGED)
    return fail(self, error, pack_reason(self->pack));
  self->packed_at = self->packed_end - packed.len;
  self->is_between = state == PACK_WHOLE;
  return true;
}

/* Tapes and tar fill up gzip's last block with zeros. */
static bool
skip_zeros(CsvSource *self, GError **error)
{
  bool has_zeros = false;

  while (self->packed_at < self->packed_end && self->packed[self->packed_at] == 0) {
    has_zeros = true;
    self->packed_at++;
    if (!read_ahead(self, error))
      return false;
  }
  if (!has_zeros || self->packed_at == self->packed_end)
    return true;
  return fail(self, error, "more than zeros stands behind the packed data: it is damaged");
}

static bool
read_packed(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error)
{
  *out_len = 0;
  while (*out_len == 0) {
    if (!read_ahead(self, error) ||
        (self->is_between && self->kind == PACK_GZIP && !skip_zeros(self, error)))
      return false;

    bool has_input = self->packed_at < self->packed_end;

    if (!has_input && self->is_between)
      return true;
    if (!unpack(self, to, room, out_len, error))
      return false;
    if (!has_input && *out_len == 0 && !self->is_between)
      return fail(self, error, "the packed data ends early: the file is cut short");
  }
  return true;
}

bool
csv_source_read(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error)
{
  return self->pack == NULL ? read_plain(self, to, room, out_len, error)
                            : read_packed(self, to, room, out_len, error);
}

uint64_t
csv_source_position(const CsvSource *self)
{
  return self->position - (self->packed_end - self->packed_at);
}

uint64_t
csv_source_size(const CsvSource *self)
{
  return self->size;
}

const char *
csv_source_path(const CsvSource *self)
{
  return self->path;
}
