/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/block.h"
#include "hfile/codec.h"

/* A payload packed, and the checksums of its block but for the first chunk's: that one covers the
 * header, which tells of the blocks before. Zeroed is empty; reused from block to block. */
typedef struct {
  size_t raw_bytes;
  Slice payload; /* in `packed`, or the raw one where nothing packs it */
  Bytes packed;
  Bytes checksums;
} HfilePacked;

void hfile_packed_clear(HfilePacked *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfilePacked, hfile_packed_clear)

/* The payload's part of the first chunk. */
enum { HFILE_FIRST_CHUNK_BYTES = HFILE_CHECKSUM_CHUNK_BYTES - HFILE_BLOCK_HEADER_BYTES };

bool hfile_pack(HfileCodec *codec, Slice raw, HfilePacked *out, GError **error);

/* Threads that pack blocks of any number of files. Threads share it. */
typedef struct HfilePool HfilePool;

/* A block on its way through a pool: its owner's but while it is there. Zeroed is empty; reused. */
typedef struct {
  HfileCodecKind codec;
  Bytes raw;
  HfilePacked packed;
  GError *error; /* owned */
  bool is_done;  /* under the pool's lock */
} HfileTask;

void hfile_task_clear(HfileTask *self);

HfilePool *hfile_pool_new(unsigned threads);
/* Every task must have been waited for. */
void hfile_pool_free(HfilePool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfilePool, hfile_pool_free)

/* How many blocks one file should have on their way, so that no thread waits for it. */
size_t hfile_pool_depth(const HfilePool *self);
void hfile_pool_push(HfilePool *self, HfileTask *task);
/* Waits until the task is packed, or has failed. */
void hfile_pool_await(HfilePool *self, HfileTask *task);
