/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* org.apache.hadoop.hbase.io.compress.Compression: one codec packs every payload of a file. */
typedef enum {
  HFILE_CODEC_NONE,
  HFILE_CODEC_GZ,
  HFILE_CODEC_SNAPPY,
  HFILE_CODEC_LZ4,
  HFILE_CODEC_ZSTD,
} HfileCodecKind;

enum { HFILE_CODECS = HFILE_CODEC_ZSTD + 1 };

/* "NONE", "GZ" … as HBase spells them. */
const char *hfile_codec_name(HfileCodecKind kind);
bool hfile_codec_find(const char *name, HfileCodecKind *out_kind);
/* A stock server reads it; the others want jars and settings of their own. */
bool hfile_codec_is_stock(HfileCodecKind kind);
/* The trailer's number, and back. */
uint32_t hfile_codec_number(HfileCodecKind kind);
bool hfile_codec_find_number(uint64_t number, HfileCodecKind *out_kind);
/* What a codec number that we cannot read is called: "LZO"; NULL for one nobody knows. */
const char *hfile_codec_foreign_name(uint64_t number);

/* Holds what packing and unpacking need from block to block. One thread owns it. */
typedef struct HfileCodec HfileCodec;

HfileCodec *hfile_codec_new(HfileCodecKind kind);
void hfile_codec_free(HfileCodec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileCodec, hfile_codec_free)

HfileCodecKind hfile_codec_kind(const HfileCodec *self);

/* Appends the packed form of raw to out. Not for HFILE_CODEC_NONE. */
bool hfile_codec_pack(HfileCodec *self, Slice raw, Bytes *out, GError **error);

/* Appends exactly raw_bytes to out, or fails: FAULT_RECORD says what is wrong with the packed
 * bytes. Never allocates for more than packed could hold. */
bool hfile_codec_unpack(HfileCodec *self, Slice packed, size_t raw_bytes, Bytes *out,
                        GError **error);
