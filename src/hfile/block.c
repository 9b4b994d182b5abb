/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/block.h"

#include "base/cursor.h"

/* org.apache.hadoop.hbase.io.hfile.BlockType */
static const struct {
  const char *magic;
  const char *name;
} types[HFILE_BLOCK_TYPES] = {
    [HFILE_DATA] = {"DATABLK*", "data"},
    [HFILE_ENCODED_DATA] = {"DATABLKE", "encoded data"},
    [HFILE_LEAF_INDEX] = {"IDXLEAF2", "leaf index"},
    [HFILE_INTERMEDIATE_INDEX] = {"IDXINTE2", "intermediate index"},
    [HFILE_ROOT_INDEX] = {"IDXROOT2", "root index"},
    [HFILE_META] = {"METABLKc", "meta"},
    [HFILE_FILE_INFO] = {"FILEINF2", "file info"},
    [HFILE_BLOOM_CHUNK] = {"BLMFBLK2", "Bloom chunk"},
    [HFILE_BLOOM_META] = {"BLMFMET2", "Bloom meta"},
    [HFILE_DELETE_FAMILY_BLOOM_META] = {"DFBLMET2", "delete-family Bloom meta"},
};

const char *
hfile_block_type_name(HfileBlockType type)
{
  return types[type].name;
}

void
hfile_block_header_put(const HfileBlockHeader *self, uint8_t *at)
{
  memcpy(at, types[self->type].magic, HFILE_MAGIC_BYTES);
  put_be32(at + 8, self->payload_bytes + self->checksums_bytes);
  put_be32(at + 12, self->raw_bytes);
  put_be64(at + 16, (uint64_t)self->previous_offset);
  at[24] = (uint8_t)self->checksum;
  put_be32(at + 25, self->checksum_chunk_bytes);
  put_be32(at + 29, HFILE_BLOCK_HEADER_BYTES + self->payload_bytes);
}

static bool
find_type(Slice magic, HfileBlockType *out_type)
{
  for (size_t i = 0; i < HFILE_BLOCK_TYPES; i++)
    if (memcmp(magic.data, types[i].magic, HFILE_MAGIC_BYTES) == 0) {
      *out_type = (HfileBlockType)i;
      return true;
    }
  return false;
}

static bool
refuse_header(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "block header: %s", what);
  return false;
}

/* Both sizes as they stand in the header: the first without it, the second with it. */
static bool
split_sizes(HfileBlockHeader *header, uint32_t without_header, uint32_t with_header)
{
  if (with_header < HFILE_BLOCK_HEADER_BYTES || without_header > INT32_MAX ||
      with_header - HFILE_BLOCK_HEADER_BYTES > without_header)
    return false;
  header->payload_bytes = with_header - HFILE_BLOCK_HEADER_BYTES;
  header->checksums_bytes = without_header - header->payload_bytes;
  return true;
}

bool
hfile_block_header_parse(const uint8_t *at, HfileBlockHeader *out_header, GError **error)
{
  Cursor cursor = cursor_of(slice(at, HFILE_BLOCK_HEADER_BYTES));
  HfileBlockHeader header = {0};
  Slice magic = SLICE_EMPTY;
  uint32_t without_header = 0;
  uint32_t with_header = 0;
  uint64_t previous_offset = 0;
  uint8_t checksum = 0;

  (void)(cursor_take_slice(&cursor, HFILE_MAGIC_BYTES, &magic) &&
         cursor_take_be32(&cursor, &without_header) &&
         cursor_take_be32(&cursor, &header.raw_bytes) &&
         cursor_take_be64(&cursor, &previous_offset) && cursor_take_u8(&cursor, &checksum) &&
         cursor_take_be32(&cursor, &header.checksum_chunk_bytes) &&
         cursor_take_be32(&cursor, &with_header));
  if (!find_type(magic, &header.type)) {
    g_autofree char *quoted = slice_quote(magic);

    g_set_error(error, FAULT, FAULT_RECORD, "block header: unknown magic '%s'", quoted);
    return false;
  }
  if (!split_sizes(&header, without_header, with_header) || header.raw_bytes > INT32_MAX)
    return refuse_header(error, "its sizes contradict each other");
  if (checksum > HFILE_CHECKSUM_CRC32C)
    return refuse_header(error, "unknown checksum type");
  header.checksum = (HfileChecksum)checksum;
  if (checksum != HFILE_CHECKSUM_NONE && (header.checksum_chunk_bytes < HFILE_BLOCK_HEADER_BYTES ||
                                          header.checksum_chunk_bytes > INT32_MAX))
    return refuse_header(error, "checksum chunks of a size that HBase cannot read");
  if (header.checksums_bytes != hfile_checksum_bytes(with_header, header.checksum_chunk_bytes))
    return refuse_header(error, "room for checksums does not fit the block's size");
  header.previous_offset = (int64_t)previous_offset;
  *out_header = header;
  return true;
}
