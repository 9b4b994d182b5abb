/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/codec.h"

#include "base/cursor.h"

#include "pack/pack.h"

/* Hadoop's decoders hold 256 KiB of raw bytes at most; a chunk that packs badly must fit too. */
enum { FRAME_CHUNK_BYTES = 200 * 1024 };

struct HfileCodec {
  HfileCodecKind kind;
  Pack *pack; /* owned; NULL: NONE */
};

typedef struct {
  const char *name;
  uint32_t number;
  bool is_stock;
  PackKind pack;
} Kind;

static const Kind kinds[HFILE_CODECS] = {
    [HFILE_CODEC_NONE] = {.name = "NONE", .number = 2, .is_stock = true},
    [HFILE_CODEC_GZ] = {.name = "GZ", .number = 1, .is_stock = true, .pack = PACK_GZIP},
    [HFILE_CODEC_SNAPPY] = {.name = "SNAPPY", .number = 3, .pack = PACK_SNAPPY},
    [HFILE_CODEC_LZ4] = {.name = "LZ4", .number = 4, .pack = PACK_LZ4},
    [HFILE_CODEC_ZSTD] = {.name = "ZSTD", .number = 6, .pack = PACK_ZSTD},
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
  self->pack = kind == HFILE_CODEC_NONE ? NULL : pack_new(kinds[kind].pack, 0);
  return self;
}

void
hfile_codec_free(HfileCodec *self)
{
  if (self == NULL)
    return;
  pack_free(self->pack);
  g_free(self);
}

HfileCodecKind
hfile_codec_kind(const HfileCodec *self)
{
  return self->kind;
}

static bool
refuse(GError **error, HfileCodecKind kind, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "%s: %s", kinds[kind].name, what);
  return false;
}

static bool
gzip_unpack(HfileCodec *self, Slice packed, size_t raw_bytes, Bytes *out, GError **error)
{
  size_t end = out->len + raw_bytes;

  switch (pack_unpack(self->pack, &packed, raw_bytes, out)) {
  case PACK_LARGE:
    return refuse(error, self->kind, "holds more than the block header says");
  case PACK_DAMAGED:
    return refuse(error, self->kind, pack_reason(self->pack));
  case PACK_MORE:
  case PACK_SHORT:
    return refuse(error, self->kind, "not one whole gzip member");
  case PACK_WHOLE:
    break;
  }
  if (packed.len > 0)
    return refuse(error, self->kind, "not one whole gzip member");
  return out->len == end || refuse(error, self->kind, "holds less than the block header says");
}

/* Hadoop's BlockCompressorStream: the raw length of all, then packed chunks with their lengths. */
static bool
frame_pack(HfileCodec *self, Slice raw, Bytes *out, GError **error)
{
  bytes_append_be32(out, (uint32_t)raw.len);
  for (size_t at = 0; at < raw.len;) {
    Slice chunk = slice(raw.data + at, MIN(raw.len - at, (size_t)FRAME_CHUNK_BYTES));
    size_t head = out->len;

    bytes_append_be32(out, 0);
    if (!pack_append(self->pack, chunk, out, error))
      return false;
    put_be32(out->data + head, (uint32_t)(out->len - head - sizeof(uint32_t)));
    at += chunk.len;
  }
  return true;
}

static bool
frame_unpack_chunk(HfileCodec *self, Cursor *cursor, size_t raw_most, Bytes *out)
{
  uint32_t packed_bytes = 0;
  Slice packed = SLICE_EMPTY;
  size_t before = out->len;

  return cursor_take_be32(cursor, &packed_bytes) &&
         cursor_take_slice(cursor, packed_bytes, &packed) && packed.len > 0 &&
         pack_unpack(self->pack, &packed, raw_most, out) == PACK_WHOLE && packed.len == 0 &&
         out->len > before;
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
  return self->kind == HFILE_CODEC_GZ ? pack_append(self->pack, raw, out, error)
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
