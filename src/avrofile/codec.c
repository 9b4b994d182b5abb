/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/codec.h"

#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

enum {
  RAW_DEFLATE = -15, /* zlib's window bits without its header */
  DEFLATE_MEMORY = 8,
  FIRST_ROOM = 64 * 1024,
  CRC_BYTES = 4,
  ZSTD_WINDOW_MOST = 26, /* 2^26 bytes: no window needs to be larger than a block */
};

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

static bool
refuse_size(GError **error)
{
  g_set_error(error, FAULT, FAULT_RECORD,
              "it is larger than %d MiB when it is unpacked: write the file with smaller blocks",
              AVROFILE_BLOCK_BYTES >> 20);
  return false;
}

/* Room behind what is unpacked; none once the block is as large as it may be. */
static size_t
make_room(Bytes *scratch)
{
  size_t room = MIN(MAX(scratch->len, FIRST_ROOM), AVROFILE_BLOCK_BYTES - scratch->len);

  bytes_reserve(scratch, room + 1);
  return room;
}

static bool
inflate_all(z_stream *z, Bytes *scratch, GError **error)
{
  int result = Z_OK;

  while (result == Z_OK) {
    size_t room = make_room(scratch);

    if (room == 0)
      return refuse_size(error);
    z->next_out = scratch->data + scratch->len;
    z->avail_out = (uInt)room;
    result = inflate(z, Z_NO_FLUSH);
    scratch->len += room - z->avail_out;
  }
  if (result == Z_BUF_ERROR)
    return refuse(error, "its deflated bytes end early");
  if (result != Z_STREAM_END)
    return refuse(error, z->msg != NULL ? z->msg : "its bytes are no deflated data");
  return true; /* fastavro leaves part of a zlib checksum behind it */
}

static bool
unpack_deflate(Slice packed, Bytes *scratch, GError **error)
{
  z_stream z = {.next_in = (Bytef *)packed.data, .avail_in = (uInt)packed.len};
  bool is_right;

  if (inflateInit2(&z, RAW_DEFLATE) != Z_OK)
    return refuse(error, "inflate does not start: out of memory");
  is_right = inflate_all(&z, scratch, error);
  inflateEnd(&z);
  return is_right;
}

static bool
unpack_snappy(Slice packed, Bytes *scratch, GError **error)
{
  const char *bytes = (const char *)packed.data;
  size_t len = 0;
  uint32_t crc;

  if (packed.len < CRC_BYTES)
    return refuse(error, "it is shorter than its checksum");
  packed.len -= CRC_BYTES;
  if (snappy_uncompressed_length(bytes, packed.len, &len) != SNAPPY_OK)
    return refuse(error, "its bytes are no snappy data");
  if (len > AVROFILE_BLOCK_BYTES)
    return refuse_size(error);
  bytes_reserve(scratch, len + 1);
  if (snappy_uncompress(bytes, packed.len, (char *)scratch->data, &len) != SNAPPY_OK)
    return refuse(error, "its bytes are no snappy data");
  scratch->len = len;
  memcpy(&crc, packed.data + packed.len, sizeof crc);
  return GUINT32_FROM_BE(crc) == crc32(0, scratch->data, (uInt)len) ||
         refuse(error, "its checksum is not that of its data");
}

static bool
unpack_frames(ZSTD_DCtx *zstd, Slice packed, Bytes *scratch, GError **error)
{
  ZSTD_inBuffer in = {packed.data, packed.len, 0};
  size_t left = 0;
  bool was_full = false;

  while (in.pos < in.size || was_full) {
    size_t room = make_room(scratch);
    ZSTD_outBuffer out = {scratch->data + scratch->len, room, 0};

    if (room == 0)
      return refuse_size(error);
    left = ZSTD_decompressStream(zstd, &out, &in);
    if (ZSTD_isError(left))
      return refuse(error, ZSTD_getErrorName(left));
    scratch->len += out.pos;
    was_full = left > 0 && out.pos == room;
  }
  return left == 0 || refuse(error, "its zstandard frame ends early");
}

static bool
unpack_zstandard(Slice packed, Bytes *scratch, GError **error)
{
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  bool is_right;

  ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_MOST);
  is_right = unpack_frames(zstd, packed, scratch, error);
  ZSTD_freeDCtx(zstd);
  return is_right;
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
  case AVROFILE_DEFLATE:
    is_right = unpack_deflate(packed, scratch, error);
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

void
avrofile_pack(AvrofileCodec codec, Slice block, Bytes *out)
{
  z_stream z = {.next_in = (Bytef *)block.data, .avail_in = (uInt)block.len};

  if (codec == AVROFILE_NULL) {
    bytes_append_slice(out, block);
    return;
  }
  g_assert(codec == AVROFILE_DEFLATE);
  g_assert(deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_DEFLATE, DEFLATE_MEMORY,
                        Z_DEFAULT_STRATEGY) == Z_OK);

  size_t room = deflateBound(&z, block.len);

  z.next_out = bytes_reserve(out, room);
  z.avail_out = (uInt)room;
  g_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out->len += room - z.avail_out;
  deflateEnd(&z);
}
