/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/bloom.h"
#include "hfile/reader.h"

/* A Bloom filter as a server would use it: asked key after key in file order, which is how a check
 * asks, it loads each chunk once. */
typedef struct HfileFilter HfileFilter;

typedef struct {
  uint32_t hashes;
  uint32_t chunks;
  uint64_t bytes; /* of all chunks */
  uint64_t keys;
  uint64_t keys_most;
} HfileFilterSize;

/* `meta` is the block of the filter's list of chunks, which is copied; `reader` is borrowed.
 * `prefix_bytes` is for BLOOM_ROWPREFIX. */
HfileFilter *hfile_filter_new(HfileReader *reader, Bloom kind, uint32_t prefix_bytes,
                              const HfileBlock *meta, GError **error);
void hfile_filter_free(HfileFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileFilter, hfile_filter_free)

/* Whether a get of the key would look into the file: must be true for every key that is in it.
 * Keys come in ascending order. */
bool hfile_filter_ask(HfileFilter *self, const HfileKey *key, bool *out_may_contain,
                      GError **error);

const HfileFilterSize *hfile_filter_size(const HfileFilter *self);
/* Different keys asked for so far, and the last of them. */
uint64_t hfile_filter_asked(const HfileFilter *self);
Slice hfile_filter_last_key(const HfileFilter *self);
