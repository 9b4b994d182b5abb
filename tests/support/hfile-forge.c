/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hfile-forge.h"

#include "hfile/trailer.h"

void
hfile_forge_load(HfileForge *self, const char *path)
{
  g_autofree char *contents = NULL;
  GError *error = NULL;
  size_t len = 0;

  g_file_get_contents(path, &contents, &len, &error);
  g_assert_no_error(error);
  bytes_append(&self->bytes, contents, len);
}

void
hfile_forge_save(const HfileForge *self, const char *path)
{
  GError *error = NULL;

  g_file_set_contents(path, (const char *)self->bytes.data, (gssize)self->bytes.len, &error);
  g_assert_no_error(error);
}

void
hfile_forge_clear(HfileForge *self)
{
  bytes_clear(&self->bytes);
}

HfileBlockHeader
hfile_forge_header(const HfileForge *self, size_t offset)
{
  HfileBlockHeader header = {0};
  GError *error = NULL;

  hfile_block_header_parse(self->bytes.data + offset, &header, &error);
  g_assert_no_error(error);
  return header;
}

size_t
hfile_forge_find(const HfileForge *self, HfileBlockType type, size_t n)
{
  size_t offset = 0;

  while (offset < self->bytes.len - HFILE_TRAILER_BYTES) {
    HfileBlockHeader header = hfile_forge_header(self, offset);

    if (header.type == type && n-- == 0)
      return offset;
    offset += hfile_block_disk_bytes(&header);
  }
  g_error("no such block of type %s", hfile_block_type_name(type));
}

uint8_t *
hfile_forge_payload(HfileForge *self, size_t offset)
{
  return self->bytes.data + offset + HFILE_BLOCK_HEADER_BYTES;
}

void
hfile_forge_seal(HfileForge *self, size_t offset, const HfileBlockHeader *header)
{
  uint8_t *at = self->bytes.data + offset;
  g_auto(Bytes) sums = {0};

  hfile_block_header_put(header, at);
  hfile_checksum_append(&sums, slice(at, HFILE_BLOCK_HEADER_BYTES),
                        slice(at + HFILE_BLOCK_HEADER_BYTES, header->payload_bytes));
  memcpy(at + HFILE_BLOCK_HEADER_BYTES + header->payload_bytes, sums.data, sums.len);
}

void
hfile_forge_replace(HfileForge *self, size_t offset, Slice from, Slice to)
{
  HfileBlockHeader header = hfile_forge_header(self, offset);
  uint8_t *payload = hfile_forge_payload(self, offset);
  uint8_t *found = memmem(payload, header.payload_bytes, from.data, from.len);

  g_assert_nonnull(found);
  g_assert_cmpuint(from.len, ==, to.len);
  memcpy(found, to.data, to.len);
  hfile_forge_seal(self, offset, &header);
}
