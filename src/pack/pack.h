/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* Bytes packed and unpacked by zlib, snappy, LZ4 and zstd, which nobody else calls. */
typedef enum {
  PACK_DEFLATE, /* RFC 1951, without a header */
  PACK_GZIP,    /* one member, with the header that HBase's own writer gives it */
  PACK_SNAPPY,  /* a block, as those of LZ4 */
  PACK_LZ4,
  PACK_ZSTD, /* a frame */
} PackKind;

/* What unpacking came to. */
typedef enum {
  PACK_WHOLE,
  PACK_MORE,    /* pack_step() wants more packed bytes, or more room */
  PACK_LARGE,   /* it unpacks to more than was asked for */
  PACK_SHORT,   /* the packed bytes end early */
  PACK_DAMAGED, /* pack_reason() says how */
} PackState;

/* One kind, and what it keeps from call to call. One thread owns it. */
typedef struct Pack Pack;

/* `level` 0 is the library's own; for LZ4 it is the acceleration. */
Pack *pack_new(PackKind kind, int level);
void pack_free(Pack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)

/* Appends the packed form of raw, which is below 2 GiB. FAULT_SETUP: the library has no memory. */
bool pack_append(Pack *self, Slice raw, Bytes *out, GError **error);

/* Appends what one member, frame or block unpacks to, and moves `packed` behind it; a block is all
 * of `packed`. Never allocates for more than the packed bytes could hold, or for more than `most`
 * bytes and some. */
PackState pack_unpack(Pack *self, Slice *packed, size_t most, Bytes *out);

/* The same piece by piece, for PACK_DEFLATE, PACK_GZIP and PACK_ZSTD: takes packed bytes and writes
 * at most `room`. Behind PACK_WHOLE the next member or frame begins. */
PackState pack_step(Pack *self, Slice *packed, uint8_t *to, size_t room, size_t *out_len);

/* Behind PACK_DAMAGED, static. */
const char *pack_reason(const Pack *self);

/* The CRC-32 of zlib, gzip and Avro; begins with 0. */
uint32_t pack_crc32(uint32_t crc, Slice bytes);
