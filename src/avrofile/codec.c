/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/codec.h"

#include "pack/pack.h"

enum { CRC_BYTES = 4 };

static const char *const names[] = {
    [AVROFILE_NULL] = "null",
    [AVROFILE_DEFLATE] = "deflate",
    [AVROFILE_SNAPPY] = "snappy",
    [AVROFILE_ZSTANDARD] = "zstandard",
};

const char *
avrofile_codec_name(AvrofileCodec codec)
{
  return names[codec];
}

bool
avrofile_codec_find(Slice name, AvrofileCodec *out_codec, GError **error)
{
  for (unsigned codec = 0; codec < G_N_ELEMENTS(names); codec++) {
    if (slice_equal(name, slice_text(names[codec]))) {
      *out_codec = codec;
      return true;
    }
  }

  g_autofree char *quoted = slice_quote(name);

  g_set_error(error, FAULT, FAULT_SETUP,
              "its blocks are packed with codec '%s', which is not read: write the file with null, "
              "deflate, snappy or zstandard",
              quoted);
  return false;
}

static bool
refuse(GError **error, const char *what)
{
  g_set_error_literal(error, FAULT, FAULT_RECORD, what);
  return false;
}

/* `early` is what is said of bytes that end too soon. */
static bool
unpack(PackKind kind, Slice *packed, Bytes *scratch, const char *early, GError **error)
{
  g_autoptr(Pack) pack = pack_new(kind, 0);

  switch (pack_unpack(pack, packed, AVROFILE_BLOCK_BYTES - scratch->len, scratch)) {
  case PACK_WHOLE:
    return true;
  case PACK_LARGE:
    g_set_error(error, FAULT, FAULT_RECORD,
                "it is larger than %d MiB when it is unpacked: write the file with smaller blocks",
                AVROFILE_BLOCK_BYTES >> 20);
    return false;
  case PACK_MORE:
  case PACK_SHORT:
    return refuse(error, early);
  case PACK_DAMAGED:
    break;
  }
  g_set_error(error, FAULT, FAULT_RECORD, "its bytes are damaged: %s", pack_reason(pack));
  return false;
}

static bool
unpack_snappy(Slice packed, Bytes *scratch, GError **error)
{
  uint32_t crc;

  if (packed.len < CRC_BYTES)
    return refuse(error, "it is shorter than its checksum");
  packed.len -= CRC_BYTES;
  memcpy(&crc, packed.data + packed.len, sizeof crc);
  if (!unpack(PACK_SNAPPY, &packed, scratch, NULL, error))
    return false;
  return GUINT32_FROM_BE(crc) == pack_crc32(0, bytes_slice(scratch)) ||
         refuse(error, "its checksum is not that of its data");
}

static bool
unpack_zstandard(Slice packed, Bytes *scratch, GError **error)
{
  while (packed.len > 0)
    if (!unpack(PACK_ZSTD, &packed, scratch, "its zstandard frame ends early", error))
      return false;
  return true;
}

bool
avrofile_unpack(AvrofileCodec codec, Slice packed, Bytes *scratch, Slice *out, GError **error)
{
  bool is_right = true;

  bytes_reset(scratch);
  switch (codec) {
  case AVROFILE_NULL:
    *out = packed;
    return true;
  case AVROFILE_DEFLATE: /* fastavro leaves part of a zlib checksum behind it */
    is_right = unpack(PACK_DEFLATE, &packed, scratch, "its deflated bytes end early", error);
    break;
  case AVROFILE_SNAPPY:
    is_right = unpack_snappy(packed, scratch, error);
    break;
  case AVROFILE_ZSTANDARD:
    is_right = unpack_zstandard(packed, scratch, error);
    break;
  }
  if (is_right)
    *out = bytes_slice(scratch);
  return is_right;
}

bool
avrofile_pack(AvrofileCodec codec, Slice block, Bytes *out, GError **error)
{
  g_autoptr(Pack) pack = pack_new(PACK_DEFLATE, 0);

  g_assert(codec == AVROFILE_NULL || codec == AVROFILE_DEFLATE);
  if (codec == AVROFILE_DEFLATE)
    return pack_append(pack, block, out, error);
  bytes_append_slice(out, block);
  return true;
}
