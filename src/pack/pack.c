/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <lz4.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

enum {
  RAW_DEFLATE = -15,      /* zlib's window bits, without its header */
  GZIP_INFLATE = 15 + 16, /* with gzip's */
  DEFLATE_MEMORY = 8,
  STEP_BYTES = 128 * 1024,
  SNAPPY_MOST_RATIO = 64,
  LZ4_MOST_RATIO = 255,
  /* A frame that asks for more memory than 2^27 bytes to be unpacked is refused; and one that asks
   * for more than all that may come of it, but 2^24 are nothing. */
  ZSTD_WINDOW_LEAST = 24,
  ZSTD_WINDOW_MOST = 27,
};

struct Pack {
  PackKind kind;
  int level;
  z_stream deflate; /* once is_deflating */
  z_stream inflate; /* once is_inflating */
  bool is_deflating;
  bool is_inflating;
  bool is_within;         /* a member or frame that pack_step() has begun */
  ZSTD_CCtx *zstd_pack;   /* owned */
  ZSTD_DCtx *zstd_unpack; /* owned */
  const char *reason;
};

Pack *
pack_new(PackKind kind, int level)
{
  Pack *self = g_new0(Pack, 1);

  self->kind = kind;
  self->level = level;
  return self;
}

void
pack_free(Pack *self)
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

uint32_t
pack_crc32(uint32_t crc, Slice bytes)
{
  return bytes.len == 0 ? crc : (uint32_t)crc32_z(crc, bytes.data, bytes.len);
}

const char *
pack_reason(const Pack *self)
{
  return self->reason;
}

static bool
pack_deflate(Pack *self, Slice raw, Bytes *out)
{
  z_stream *z = &self->deflate;
  int level = self->level == 0 ? Z_DEFAULT_COMPRESSION : self->level;

  if (self->is_deflating)
    deflateReset(z);
  else if (deflateInit2(z, level, Z_DEFLATED, RAW_DEFLATE, DEFLATE_MEMORY, Z_DEFAULT_STRATEGY) !=
           Z_OK)
    return false;
  self->is_deflating = true;

  size_t room = deflateBound(z, raw.len);

  z->next_out = bytes_reserve(out, room);
  z->avail_out = (uInt)room;
  z->next_in = (Bytef *)(uintptr_t)raw.data;
  z->avail_in = (uInt)raw.len;
  if (deflate(z, Z_FINISH) != Z_STREAM_END)
    return false;
  out->len += room - z->avail_out;
  return true;
}

static void
append_le32(Bytes *out, uint32_t value)
{
  value = GUINT32_TO_LE(value);
  bytes_append(out, &value, sizeof value);
}

/* With no name, no time and the system "unknown" (zlib would say Unix). */
static bool
pack_gzip(Pack *self, Slice raw, Bytes *out)
{
  static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};

  bytes_append(out, head, sizeof head);
  if (!pack_deflate(self, raw, out))
    return false;
  append_le32(out, pack_crc32(0, raw));
  append_le32(out, (uint32_t)raw.len);
  return true;
}

static bool
pack_snappy(Slice raw, Bytes *out)
{
  size_t len = snappy_max_compressed_length(raw.len);
  char *to = (char *)bytes_reserve(out, len);

  if (snappy_compress((const char *)raw.data, raw.len, to, &len) != SNAPPY_OK)
    return false;
  out->len += len;
  return true;
}

static bool
pack_lz4(const Pack *self, Slice raw, Bytes *out)
{
  int room = LZ4_compressBound((int)raw.len);
  char *to = (char *)bytes_reserve(out, (size_t)room);
  int len = LZ4_compress_fast((const char *)raw.data, to, (int)raw.len, room, self->level);

  out->len += (size_t)MAX(len, 0);
  return len > 0;
}

static bool
pack_zstd(Pack *self, Slice raw, Bytes *out)
{
  size_t room = ZSTD_compressBound(raw.len);
  int level = self->level == 0 ? ZSTD_CLEVEL_DEFAULT : self->level;

  if (self->zstd_pack == NULL)
    self->zstd_pack = ZSTD_createCCtx();
  if (self->zstd_pack == NULL)
    return false;

  uint8_t *to = bytes_reserve(out, room);
  size_t len = ZSTD_compressCCtx(self->zstd_pack, to, room, raw.data, raw.len, level);

  if (ZSTD_isError(len))
    return false;
  out->len += len;
  return true;
}

static bool
append(Pack *self, Slice raw, Bytes *out)
{
  switch (self->kind) {
  case PACK_DEFLATE:
    return pack_deflate(self, raw, out);
  case PACK_GZIP:
    return pack_gzip(self, raw, out);
  case PACK_SNAPPY:
    return pack_snappy(raw, out);
  case PACK_LZ4:
    return pack_lz4(self, raw, out);
  case PACK_ZSTD:
    return pack_zstd(self, raw, out);
  }
  return false;
}

bool
pack_append(Pack *self, Slice raw, Bytes *out, GError **error)
{
  g_assert(raw.len <= INT32_MAX);
  if (append(self, raw, out))
    return true;
  g_set_error_literal(error, FAULT, FAULT_SETUP, "cannot pack: there is no memory left for it");
  return false;
}

static PackState
damaged(Pack *self, const char *reason)
{
  self->is_within = false;
  self->reason = reason;
  return PACK_DAMAGED;
}

static PackState
step_inflate(Pack *self, Slice *packed, uint8_t *to, size_t room, size_t *out_len)
{
  z_stream *z = &self->inflate;
  int result;

  if (!self->is_inflating &&
      inflateInit2(z, self->kind == PACK_GZIP ? GZIP_INFLATE : RAW_DEFLATE) != Z_OK)
    return damaged(self, "inflate does not start: out of memory");
  if (self->is_inflating && !self->is_within)
    inflateReset(z);
  self->is_inflating = true;
  self->is_within = true;
  z->next_in = (Bytef *)(uintptr_t)packed->data;
  z->avail_in = (uInt)MIN(packed->len, (size_t)UINT_MAX);
  z->next_out = to;
  z->avail_out = (uInt)MIN(room, (size_t)UINT_MAX);

  size_t asked = z->avail_out;

  result = inflate(z, Z_NO_FLUSH);
  *packed = slice(z->next_in, packed->len - (size_t)(z->next_in - packed->data));
  *out_len = asked - z->avail_out;
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return damaged(self, z->msg != NULL ? z->msg : "no deflated data");
  self->is_within = result != Z_STREAM_END;
  return self->is_within ? PACK_MORE : PACK_WHOLE;
}

/* `window`: the logarithm of the memory that a frame may ask for. */
static PackState
step_zstd(Pack *self, Slice *packed, ZSTD_outBuffer *out, int window)
{
  ZSTD_inBuffer in = {packed->data, packed->len, 0};

  if (self->zstd_unpack == NULL)
    self->zstd_unpack = ZSTD_createDCtx();
  if (self->zstd_unpack == NULL)
    return damaged(self, "zstd does not start: out of memory");
  if (!self->is_within) {
    ZSTD_DCtx_reset(self->zstd_unpack, ZSTD_reset_session_only);
    ZSTD_DCtx_setParameter(self->zstd_unpack, ZSTD_d_windowLogMax, window);
  }
  self->is_within = true;

  size_t left = ZSTD_decompressStream(self->zstd_unpack, out, &in);

  *packed = slice(packed->data + in.pos, packed->len - in.pos);
  if (ZSTD_isError(left))
    return damaged(self, ZSTD_getErrorName(left));
  self->is_within = left > 0;
  return self->is_within ? PACK_MORE : PACK_WHOLE;
}

PackState
pack_step(Pack *self, Slice *packed, uint8_t *to, size_t room, size_t *out_len)
{
  ZSTD_outBuffer out = {to, room, 0};
  PackState state;

  if (self->kind != PACK_ZSTD)
    return step_inflate(self, packed, to, room, out_len);
  state = step_zstd(self, packed, &out, ZSTD_WINDOW_MOST);
  *out_len = out.pos;
  return state;
}

static PackState
unpack_snappy(Pack *self, Slice *packed, size_t most, Bytes *out)
{
  const char *from = (const char *)packed->data;
  size_t len = 0;

  if (snappy_uncompressed_length(from, packed->len, &len) != SNAPPY_OK)
    return damaged(self, "no snappy data");
  if (len > most)
    return PACK_LARGE;
  if (len > packed->len * SNAPPY_MOST_RATIO ||
      snappy_uncompress(from, packed->len, (char *)bytes_reserve(out, MAX(len, 1)), &len) !=
          SNAPPY_OK)
    return damaged(self, "no snappy data");
  out->len += len;
  *packed = slice(packed->data + packed->len, 0);
  return PACK_WHOLE;
}

/* LZ4 has no sign of its own that tells a block that is too large from one that is damaged. */
static PackState
unpack_lz4(Pack *self, Slice *packed, size_t most, Bytes *out)
{
  size_t room = MIN(MIN(most, packed->len * LZ4_MOST_RATIO), (size_t)INT32_MAX);
  char *to = (char *)bytes_reserve(out, MAX(room, 1));
  int len = packed->len > INT32_MAX
                ? -1
                : LZ4_decompress_safe((const char *)packed->data, to, (int)packed->len, (int)room);

  if (len < 0)
    return damaged(self, "no LZ4 data, or too much of it");
  out->len += (size_t)len;
  *packed = slice(packed->data + packed->len, 0);
  return PACK_WHOLE;
}

/* The room for the first step: all of a zstd frame that tells its size is unpacked at once. */
static size_t
first_room(const Pack *self, Slice packed)
{
  unsigned long long told;

  if (self->kind != PACK_ZSTD)
    return STEP_BYTES;
  told = ZSTD_getFrameContentSize(packed.data, packed.len);
  return told == ZSTD_CONTENTSIZE_ERROR || told == ZSTD_CONTENTSIZE_UNKNOWN ? STEP_BYTES
                                                                            : (size_t)MAX(told, 1);
}

static PackState
unpack_steps(Pack *self, Slice *packed, size_t most, Bytes *out)
{
  int window = CLAMP((int)g_bit_storage(most), ZSTD_WINDOW_LEAST, ZSTD_WINDOW_MOST);
  size_t left = most;
  size_t room = first_room(self, *packed);

  self->is_within = false;
  if (room > STEP_BYTES && room > most)
    return PACK_LARGE;
  for (;; room = STEP_BYTES) {
    PackState state;
    size_t made = 0;

    room = MIN(room, left + 1); /* one byte more shows that there is more */

    uint8_t *to = bytes_reserve(out, room);
    ZSTD_outBuffer within = {to, room, 0};

    if (self->kind == PACK_ZSTD) {
      state = step_zstd(self, packed, &within, window);
      made = within.pos;
    } else {
      state = step_inflate(self, packed, to, room, &made);
    }
    if (made > left)
      return PACK_LARGE;
    out->len += made;
    left -= made;
    if (state != PACK_MORE)
      return state;
    if (packed->len == 0 && made < room)
      return PACK_SHORT;
  }
}

PackState
pack_unpack(Pack *self, Slice *packed, size_t most, Bytes *out)
{
  if (self->kind == PACK_SNAPPY)
    return unpack_snappy(self, packed, most, out);
  if (self->kind == PACK_LZ4)
    return unpack_lz4(self, packed, most, out);
  return unpack_steps(self, packed, most, out);
}
