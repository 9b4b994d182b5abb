/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/codec.h"

#include "base/cursor.h"

#include <lz4.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

/* Hadoop's decoders hold 256 KiB of raw bytes at most; a chunk that packs badly must fit too. */
enum { FRAME_CHUNK_BYTES = 200 * 1024, SNAPPY_MOST_RATIO = 64, LZ4_MOST_RATIO = 255 };
enum { GZIP_WINDOW = 15, GZIP_HEADER = 16, DEFLATE_MEMORY = 8, UNPACK_STEP_BYTES = 128 * 1024 };

struct HfileCodec {
  HfileCodecKind kind;
  z_stream deflate; /* GZ, once is_deflating */
  z_stream inflate; /* GZ, once is_inflating */
  bool is_deflating;
  bool is_inflating;
  ZSTD_CCtx *zstd_pack;   /* owned; ZSTD */
  ZSTD_DCtx *zstd_unpack; /* owned; ZSTD */
};

/* A codec of a Hadoop block frame works chunk by chunk. pack_chunk has packed_most() bytes of room
 * at `to`; unpack_chunk appends at most raw_most bytes. Both return how many they wrote, 0 on
 * failure. */
typedef struct {
  const char *name;
  uint32_t number;
  bool is_stock;
  size_t (*packed_most)(size_t raw_bytes);
  size_t (*pack_chunk)(HfileCodec *self, Slice raw, uint8_t *to, size_t room);
  size_t (*unpack_chunk)(HfileCodec *self, Slice packed, size_t raw_most, Bytes *out);
} Kind;

static size_t
snappy_pack(HfileCodec *self, Slice raw, uint8_t *to, size_t room)
{
  (void)self;
  return snappy_compress((const char *)raw.data, raw.len, (char *)to, &room) == SNAPPY_OK ? room
                                                                                          : 0;
}

static size_t
snappy_unpack(HfileCodec *self, Slice packed, size_t raw_most, Bytes *out)
{
  size_t len = 0;

  (void)self;
  if (snappy_uncompressed_length((const char *)packed.data, packed.len, &len) != SNAPPY_OK ||
      len > MIN(raw_most, packed.len * SNAPPY_MOST_RATIO))
    return 0;

  char *to = (char *)bytes_reserve(out, len);

  return snappy_uncompress((const char *)packed.data, packed.len, to, &len) == SNAPPY_OK ? len : 0;
}

static size_t
lz4_most(size_t raw_bytes)
{
  return (size_t)LZ4_compressBound((int)raw_bytes);
}

static size_t
lz4_pack(HfileCodec *self, Slice raw, uint8_t *to, size_t room)
{
  (void)self;
  return (size_t)LZ4_compress_default((const char *)raw.data, (char *)to, (int)raw.len, (int)room);
}

static size_t
lz4_unpack(HfileCodec *self, Slice packed, size_t raw_most, Bytes *out)
{
  size_t room = MIN(raw_most, packed.len * LZ4_MOST_RATIO);
  char *to = (char *)bytes_reserve(out, room);
  int len = LZ4_decompress_safe((const char *)packed.data, to, (int)packed.len, (int)room);

  (void)self;
  return len < 0 ? 0 : (size_t)len;
}

static size_t
zstd_pack(HfileCodec *self, Slice raw, uint8_t *to, size_t room)
{
  if (self->zstd_pack == NULL)
    self->zstd_pack = ZSTD_createCCtx();

  size_t len = ZSTD_compressCCtx(self->zstd_pack, to, room, raw.data, raw.len, ZSTD_CLEVEL_DEFAULT);

  return ZSTD_isError(len) ? 0 : len;
}

static size_t
zstd_unpack(HfileCodec *self, Slice packed, size_t raw_most, Bytes *out)
{
  unsigned long long told = ZSTD_getFrameContentSize(packed.data, packed.len);
  size_t room = raw_most;

  if (told == ZSTD_CONTENTSIZE_ERROR)
    return 0;
  if (told != ZSTD_CONTENTSIZE_UNKNOWN) {
    if (told > raw_most)
      return 0;
    room = (size_t)told;
  }
  if (self->zstd_unpack == NULL)
    self->zstd_unpack = ZSTD_createDCtx();

  uint8_t *to = bytes_reserve(out, room);
  size_t len = ZSTD_decompressDCtx(self->zstd_unpack, to, room, packed.data, packed.len);

  return ZSTD_isError(len) ? 0 : len;
}

static const Kind kinds[HFILE_CODECS] = {
    [HFILE_CODEC_NONE] = {.name = "NONE", .number = 2, .is_stock = true},
    [HFILE_CODEC_GZ] = {.name = "GZ", .number = 1, .is_stock = true},
    [HFILE_CODEC_SNAPPY] = {.name = "SNAPPY",
                            .number = 3,
                            .packed_most = snappy_max_compressed_length,
                            .pack_chunk = snappy_pack,
                            .unpack_chunk = snappy_unpack},
    [HFILE_CODEC_LZ4] = {.name = "LZ4",
                         .number = 4,
                         .packed_most = lz4_most,
                         .pack_chunk = lz4_pack,
                         .unpack_chunk = lz4_unpack},
    [HFILE_CODEC_ZSTD] = {.name = "ZSTD",
                          .number = 6,
                          .packed_most = ZSTD_compressBound,
                          .pack_chunk = zstd_pack,
                          .unpack_chunk = zstd_unpack},
};

static const struct {
  uint64_t number;
  const char *name;
} foreign[] = {{0, "LZO"}, {5, "BZIP2"}, {7, "LZMA"}, {8, "BROTLI"}};

const char *
hfile_codec_name(HfileCodecKind kind)
{
  return kinds[kind].name;
}

bool
hfile_codec_find(const char *name, HfileCodecKind *out_kind)
{
  for (size_t i = 0; i < HFILE_CODECS; i++)
    if (g_ascii_strcasecmp(name, kinds[i].name) == 0) {
      *out_kind = (HfileCodecKind)i;
      return true;
    }
  return false;
}

bool
hfile_codec_is_stock(HfileCodecKind kind)
{
  return kinds[kind].is_stock;
}

uint32_t
hfile_codec_number(HfileCodecKind kind)
{
  return kinds[kind].number;
}

bool
hfile_codec_find_number(uint64_t number, HfileCodecKind *out_kind)
{
  for (size_t i = 0; i < HFILE_CODECS; i++)
    if (kinds[i].number == number) {
      *out_kind = (HfileCodecKind)i;
      return true;
    }
  return false;
}

const char *
hfile_codec_foreign_name(uint64_t number)
{
  for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
    if (foreign[i].number == number)
      return foreign[i].name;
  return NULL;
}

HfileCodec *
hfile_codec_new(HfileCodecKind kind)
{
  HfileCodec *self = g_new0(HfileCodec, 1);

  self->kind = kind;
  return self;
}

void
hfile_codec_free(HfileCodec *self)
{
  if (self == NULL)
    return;
  if (self->is_deflating)
    deflateEnd(&self->deflate);
  if (self->is_inflating)
    inflateEnd(&self->inflate);
  ZSTD_freeCCtx(self->zstd_pack);
  ZSTD_freeDCtx(self->zstd_unpack);
  g_free(self);
}

static bool
refuse(GError **error, HfileCodecKind kind, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "%s: %s", kinds[kind].name, what);
  return false;
}

static void
append_le32(Bytes *out, uint32_t value)
{
  value = GUINT32_TO_LE(value);
  bytes_append(out, &value, sizeof value);
}

/* One gzip member with the header that HBase's own writer gives it: no name, no time, system
 * "unknown" (zlib would say Unix). */
static bool
gzip_pack(HfileCodec *self, Slice raw, Bytes *out, GError **error)
{
  static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
  z_stream *z = &self->deflate;

  if (self->is_deflating)
    deflateReset(z);
  else if (deflateInit2(z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -GZIP_WINDOW, DEFLATE_MEMORY,
                        Z_DEFAULT_STRATEGY) != Z_OK)
    return refuse(error, self->kind, "deflate does not start: out of memory");
  self->is_deflating = true;
  bytes_append(out, head, sizeof head);

  size_t room = deflateBound(z, raw.len);

  z->next_out = bytes_reserve(out, room);
  z->avail_out = (uInt)room;
  z->next_in = (Bytef *)(uintptr_t)raw.data;
  z->avail_in = (uInt)raw.len;
  if (deflate(z, Z_FINISH) != Z_STREAM_END)
    return refuse(error, self->kind, "deflate did not finish");
  out->len += room - z->avail_out;
  append_le32(out, raw.len == 0 ? 0 : (uint32_t)crc32_z(0, raw.data, raw.len));
  append_le32(out, (uint32_t)raw.len);
  return true;
}

static bool
gzip_unpack(HfileCodec *self, Slice packed, size_t raw_bytes, Bytes *out, GError **error)
{
  z_stream *z = &self->inflate;
  int result = Z_OK;
  size_t left = raw_bytes;

  if (self->is_inflating)
    inflateReset(z);
  else if (inflateInit2(z, GZIP_WINDOW + GZIP_HEADER) != Z_OK)
    return refuse(error, self->kind, "inflate does not start: out of memory");
  self->is_inflating = true;
  z->next_in = (Bytef *)(uintptr_t)packed.data;
  z->avail_in = (uInt)packed.len;
  /* The last byte of room beyond raw_bytes shows a member that holds more than it should. */
  while (result == Z_OK) {
    size_t room = MIN(left + 1, (size_t)UNPACK_STEP_BYTES);

    z->next_out = bytes_reserve(out, room);
    z->avail_out = (uInt)room;
    result = inflate(z, Z_NO_FLUSH);

    size_t made = room - z->avail_out;

    if (made > left)
      return refuse(error, self->kind, "holds more than the block header says");
    out->len += made;
    left -= made;
  }
  if (result != Z_STREAM_END || z->avail_in > 0)
    return refuse(error, self->kind, z->msg != NULL ? z->msg : "not one whole gzip member");
  if (left > 0)
    return refuse(error, self->kind, "holds less than the block header says");
  return true;
}

/* Hadoop's BlockCompressorStream: the raw length of all, then packed chunks with their lengths. */
static bool
frame_pack(HfileCodec *self, Slice raw, Bytes *out, GError **error)
{
  const Kind *kind = &kinds[self->kind];

  bytes_append_be32(out, (uint32_t)raw.len);
  for (size_t at = 0; at < raw.len;) {
    Slice chunk = slice(raw.data + at, MIN(raw.len - at, (size_t)FRAME_CHUNK_BYTES));
    size_t room = kind->packed_most(chunk.len);

    bytes_append_be32(out, 0);

    size_t len = kind->pack_chunk(self, chunk, bytes_reserve(out, room), room);

    if (len == 0)
      return refuse(error, self->kind, "the library could not pack a chunk");
    put_be32(out->data + out->len - sizeof(uint32_t), (uint32_t)len);
    out->len += len;
    at += chunk.len;
  }
  return true;
}

static bool
frame_unpack_chunk(HfileCodec *self, Cursor *cursor, size_t raw_most, Bytes *out)
{
  uint32_t packed_bytes = 0;
  Slice packed = SLICE_EMPTY;

  if (!cursor_take_be32(cursor, &packed_bytes) ||
      !cursor_take_slice(cursor, packed_bytes, &packed) || packed.len == 0 ||
      packed.len > INT32_MAX)
    return false;

  size_t len = kinds[self->kind].unpack_chunk(self, packed, raw_most, out);

  out->len += len;
  return len > 0;
}

static bool
frame_unpack(HfileCodec *self, Slice packed, size_t raw_bytes, Bytes *out, GError **error)
{
  Cursor cursor = cursor_of(packed);
  size_t end = out->len + raw_bytes;

  /* A writer whose buffer is smaller than the block makes several frames of it. */
  while (cursor_left(&cursor) > 0) {
    uint32_t frame_bytes = 0;

    if (!cursor_take_be32(&cursor, &frame_bytes) || frame_bytes > end - out->len)
      return refuse(error, self->kind, "frame holds more than the block header says");

    size_t frame_end = out->len + frame_bytes;

    while (out->len < frame_end)
      if (!frame_unpack_chunk(self, &cursor, frame_end - out->len, out))
        return refuse(error, self->kind, "damaged chunk");
  }
  if (out->len != end)
    return refuse(error, self->kind, "frame holds less than the block header says");
  return true;
}

bool
hfile_codec_pack(HfileCodec *self, Slice raw, Bytes *out, GError **error)
{
  g_assert(self->kind != HFILE_CODEC_NONE);
  return self->kind == HFILE_CODEC_GZ ? gzip_pack(self, raw, out, error)
                                      : frame_pack(self, raw, out, error);
}

bool
hfile_codec_unpack(HfileCodec *self, Slice packed, size_t raw_bytes, Bytes *out, GError **error)
{
  if (self->kind == HFILE_CODEC_GZ)
    return gzip_unpack(self, packed, raw_bytes, out, error);
  if (self->kind != HFILE_CODEC_NONE)
    return frame_unpack(self, packed, raw_bytes, out, error);
  if (packed.len != raw_bytes)
    return refuse(error, self->kind, "the block header's two sizes differ");
  bytes_append_slice(out, packed);
  return true;
}
