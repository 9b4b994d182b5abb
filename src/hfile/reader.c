/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct HfileReader {
  int fd;
  uint64_t bytes;
  HfileTrailer trailer;
  HfileCodec *codec; /* owned */
  HfileInfo *info;   /* owned */
  HfileDecoding decoding;
};

void
hfile_block_clear(HfileBlock *self)
{
  bytes_clear(&self->disk);
  bytes_clear(&self->raw);
}

void
hfile_reader_free(HfileReader *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  hfile_codec_free(self->codec);
  hfile_info_free(self->info);
  g_free(self);
}

static bool
fail(GError **error, Fault fault, const char *what)
{
  g_set_error_literal(error, FAULT, fault, what);
  return false;
}

static bool
read_at(const HfileReader *self, uint64_t offset, uint8_t *to, size_t len, GError **error)
{
  while (len > 0) {
    ssize_t done = pread(self->fd, to, len, (off_t)offset);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return fail(error, FAULT_SETUP, g_strerror(errno));
    if (done == 0)
      return fail(error, FAULT_SETUP, "the file became shorter while it was read");
    to += done;
    offset += (uint64_t)done;
    len -= (size_t)done;
  }
  return true;
}

static bool
unpack(HfileReader *self, HfileBlock *block, GError **error)
{
  Slice packed = slice(block->disk.data + HFILE_BLOCK_HEADER_BYTES, block->header.payload_bytes);

  if (self->trailer.codec == HFILE_CODEC_NONE && packed.len == block->header.raw_bytes) {
    block->payload = packed;
    return true;
  }
  bytes_reset(&block->raw);
  if (!hfile_codec_unpack(self->codec, packed, block->header.raw_bytes, &block->raw, error))
    return false;
  block->payload = bytes_slice(&block->raw);
  return true;
}

static bool
read_block(HfileReader *self, uint64_t offset, HfileBlock *block, GError **error)
{
  uint64_t end = hfile_reader_end(self);

  if (offset > end || end - offset < HFILE_BLOCK_HEADER_BYTES)
    return fail(error, FAULT_RECORD, "no room for a block");
  bytes_reset(&block->disk);
  if (!read_at(self, offset, bytes_reserve(&block->disk, HFILE_BLOCK_HEADER_BYTES),
               HFILE_BLOCK_HEADER_BYTES, error) ||
      !hfile_block_header_parse(block->disk.data, &block->header, error))
    return false;

  const HfileBlockHeader *header = &block->header;
  uint64_t bytes = hfile_block_disk_bytes(header);

  if (bytes > end - offset)
    return fail(error, FAULT_RECORD, "reaches beyond the file");
  if (bytes > HFILE_BLOCK_MOST_BYTES || header->raw_bytes > HFILE_BLOCK_MOST_BYTES)
    return fail(error, FAULT_RECORD, "larger than 256 MiB");
  block->disk.len = HFILE_BLOCK_HEADER_BYTES;
  if (!read_at(self, offset + HFILE_BLOCK_HEADER_BYTES,
               bytes_reserve(&block->disk, (size_t)bytes - HFILE_BLOCK_HEADER_BYTES),
               (size_t)bytes - HFILE_BLOCK_HEADER_BYTES, error))
    return false;

  size_t covered = HFILE_BLOCK_HEADER_BYTES + header->payload_bytes;

  block->offset = offset;
  block->is_sound = hfile_checksum_holds(
      header->checksum, slice(block->disk.data, covered), header->checksum_chunk_bytes,
      slice(block->disk.data + covered, header->checksums_bytes), &block->first_unsound);
  return unpack(self, block, error);
}

bool
hfile_reader_read(HfileReader *self, uint64_t offset, HfileBlock *block, GError **error)
{
  if (read_block(self, offset, block, error))
    return true;
  g_prefix_error(error, "block at %" G_GUINT64_FORMAT ": ", offset);
  return false;
}

static bool
read_trailer(HfileReader *self, GError **error)
{
  uint8_t bytes[HFILE_TRAILER_BYTES];

  if (self->bytes < HFILE_TRAILER_BYTES)
    return fail(error, FAULT_RECORD, "too short for an HFile");
  return read_at(self, self->bytes - HFILE_TRAILER_BYTES, bytes, sizeof bytes, error) &&
         hfile_trailer_parse(bytes, &self->trailer, error);
}

/* `setting` is the name both of an entry and of the family's setting that it comes from. */
static bool
not_supported(const char *what, Slice encoding, const char *setting, GError **error)
{
  g_autofree char *quoted = slice_quote(encoding);

  g_set_error(error, FAULT, FAULT_SETUP,
              "its %s encoded with %s, which is not supported: set %s to another in the family, "
              "and compact it",
              what, quoted, setting);
  return false;
}

static bool
read_encodings(HfileReader *self, GError **error)
{
  HfileEncoding index = HFILE_ENCODING_NONE;
  Slice name;

  if (hfile_info_get(self->info, HFILE_INFO_BLOCK_ENCODING, &name) &&
      !hfile_encoding_find(name, &self->decoding.encoding))
    return not_supported("data blocks are", name, HFILE_INFO_BLOCK_ENCODING, error);
  if (hfile_info_get(self->info, HFILE_INFO_INDEX_ENCODING, &name) &&
      (!hfile_encoding_find(name, &index) || index != HFILE_ENCODING_NONE))
    return not_supported("index is", name, HFILE_INFO_INDEX_ENCODING, error);
  return true;
}

static bool
read_info(HfileReader *self, GError **error)
{
  g_auto(HfileBlock) block = {0};
  uint32_t version = 0;
  uint32_t most_tags = 0;
  Slice packed;

  if (!hfile_reader_read(self, self->trailer.info_offset, &block, error))
    return false;
  if (block.header.type != HFILE_FILE_INFO)
    return fail(error, FAULT_RECORD, "trailer: no file info where it says");
  self->info = hfile_info_parse(block.payload, error);
  if (self->info == NULL)
    return false;
  if (!read_encodings(self, error))
    return false;
  self->decoding.form = (HfileCellForm){
      .has_tags = hfile_info_get_int(self->info, HFILE_INFO_MAX_TAGS_LEN, &most_tags),
      .has_sequence_ids =
          hfile_info_get_int(self->info, HFILE_INFO_KEY_VALUE_VERSION, &version) && version == 1,
  };
  self->decoding.has_packed_tags =
      hfile_info_get(self->info, HFILE_INFO_TAGS_COMPRESSED, &packed) && packed.len == 1 &&
      packed.data[0] != 0;
  return true;
}

static bool
open_file(HfileReader *self, const char *path, GError **error)
{
  struct stat status;

  self->fd = open(path, O_RDONLY | O_CLOEXEC);
  if (self->fd < 0 || fstat(self->fd, &status) != 0)
    return fail(error, FAULT_SETUP, g_strerror(errno));
  if (!S_ISREG(status.st_mode))
    return fail(error, FAULT_SETUP, "not a regular file");
  self->bytes = (uint64_t)status.st_size;
  return true;
}

static bool
open_reader(HfileReader *self, const char *path, GError **error)
{
  if (!open_file(self, path, error) || !read_trailer(self, error))
    return false;
  self->codec = hfile_codec_new(self->trailer.codec);
  return read_info(self, error);
}

HfileReader *
hfile_reader_open(const char *path, GError **error)
{
  HfileReader *self = g_new0(HfileReader, 1);

  if (open_reader(self, path, error))
    return self;
  hfile_reader_free(self);
  return NULL;
}

uint64_t
hfile_reader_bytes(const HfileReader *self)
{
  return self->bytes;
}

uint64_t
hfile_reader_end(const HfileReader *self)
{
  return self->bytes - HFILE_TRAILER_BYTES;
}

const HfileTrailer *
hfile_reader_trailer(const HfileReader *self)
{
  return &self->trailer;
}

const HfileInfo *
hfile_reader_info(const HfileReader *self)
{
  return self->info;
}

const HfileDecoding *
hfile_reader_decoding(const HfileReader *self)
{
  return &self->decoding;
}
