/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/cells.h"

/* How the cells of a data block are written: a family's DATA_BLOCK_ENCODING.
 * org.apache.hadoop.hbase.io.encoding. */
typedef enum {
  HFILE_ENCODING_NONE,
  HFILE_ENCODING_PREFIX,
  HFILE_ENCODING_DIFF,
  HFILE_ENCODING_FAST_DIFF,
  HFILE_ENCODING_ROW_INDEX,
} HfileEncoding;

enum { HFILE_ENCODINGS = HFILE_ENCODING_ROW_INDEX + 1 };

/* What an encoded block begins with: the encoding's number, and of all but the row index the bytes
 * of its cells without encoding. */
enum { HFILE_ENCODING_NUMBER_BYTES = 2, HFILE_ENCODING_SIZE_BYTES = 4 };

/* "NONE", "FAST_DIFF", "ROW_INDEX_V1" … as HBase spells them. */
const char *hfile_encoding_name(HfileEncoding encoding);
bool hfile_encoding_find(Slice name, HfileEncoding *out_encoding);
/* As it stands in a block. */
uint16_t hfile_encoding_number(HfileEncoding encoding);

/* A data block while it is filled. One thread owns it. */
typedef struct HfileEncoder HfileEncoder;

/* With has_sequence_ids each cell ends in a sequence id, 0. */
HfileEncoder *hfile_encoder_new(HfileEncoding encoding, bool has_sequence_ids);
void hfile_encoder_free(HfileEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileEncoder, hfile_encoder_free)

/* Cells of one family come in key order, each key within HBase's limits. */
void hfile_encoder_append(HfileEncoder *self, const Cell *cell);
/* By what HBase ends blocks: the bytes of its cells, encoded or not, whichever are more. */
size_t hfile_encoder_bytes(const HfileEncoder *self);
/* The block's payload; the next append begins another block. */
Slice hfile_encoder_finish(HfileEncoder *self);

/* What is needed to read blocks back. */
typedef struct {
  HfileEncoding encoding;
  HfileCellForm form;
  bool has_packed_tags; /* by a dictionary of those that came before in the block */
} HfileDecoding;

/* Appends the cells of an encoded block as an unencoded block has them. FAULT_RECORD says what is
 * wrong with the payload; no size in it is believed. */
bool hfile_decode(const HfileDecoding *decoding, Slice payload, Bytes *out, GError **error);
