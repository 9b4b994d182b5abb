/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* How the blocks of an object container file are packed.
 * https://avro.apache.org/docs/1.11.1/specification/#object-container-files */
typedef enum {
  CONTAINER_NULL,
  CONTAINER_DEFLATE,   /* RFC 1951, without a zlib header */
  CONTAINER_SNAPPY,    /* and behind it the CRC-32 of what was packed, big-endian */
  CONTAINER_ZSTANDARD, /* frames */
} ContainerCodec;

/* A block may be this large, packed and unpacked: writers cut theirs at some kilobytes. */
enum { CONTAINER_BLOCK_BYTES = 64 << 20 };

const char *container_codec_name(ContainerCodec codec);
/* The codec of a file's header; FAULT_SETUP says which ones are read. */
bool container_codec_find(Slice name, ContainerCodec *out_codec, GError **error);

/* `out` is a slice of `packed` or of `scratch`. FAULT_RECORD says what is wrong with the bytes. */
bool container_unpack(ContainerCodec codec, Slice packed, Bytes *scratch, Slice *out,
                      GError **error);

/* Appends the packed block. CONTAINER_NULL and CONTAINER_DEFLATE alone. */
void container_pack(ContainerCodec codec, Slice block, Bytes *out);
