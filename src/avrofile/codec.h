/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* How the blocks of an object container file are packed.
 * https://avro.apache.org/docs/1.11.1/specification/#object-container-files */
typedef enum {
  AVROFILE_NULL,
  AVROFILE_DEFLATE,   /* RFC 1951, without a zlib header */
  AVROFILE_SNAPPY,    /* and behind it the CRC-32 of what was packed, big-endian */
  AVROFILE_ZSTANDARD, /* frames */
} AvrofileCodec;

/* A block may be this large, packed and unpacked: writers cut theirs at some kilobytes. */
enum { AVROFILE_BLOCK_BYTES = 64 << 20 };

const char *avrofile_codec_name(AvrofileCodec codec);
/* The codec of a file's header; FAULT_SETUP says which ones are read. */
bool avrofile_codec_find(Slice name, AvrofileCodec *out_codec, GError **error);

/* `out` is a slice of `packed` or of `scratch`. FAULT_RECORD says what is wrong with the bytes. */
bool avrofile_unpack(AvrofileCodec codec, Slice packed, Bytes *scratch, Slice *out, GError **error);

/* Appends the packed block. AVROFILE_NULL and AVROFILE_DEFLATE alone. */
bool avrofile_pack(AvrofileCodec codec, Slice block, Bytes *out, GError **error);
