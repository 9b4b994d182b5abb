/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/writer.h"

#include "hfile/index.h"
#include "hfile/info.h"
#include "hfile/order.h"
#include "hfile/statistics.h"
#include "hfile/trailer.h"

struct HfileWriter {
  HfileOptions options; /* family and bulkload_task are borrowed from order and task */
  char *task;           /* owned */
  HfileOutput *output;  /* owned */
  HfileIndex *index;    /* owned */
  HfileBloom *bloom;    /* owned; NULL: the family has none */
  HfileBloom *deletes;  /* owned; NULL: not beside a filter of columns */
  HfileOrder order;
  HfileEncoder *block; /* owned */
  Bytes block_key;     /* the index entry of the block that is being filled, */
  Bytes next_key;      /* and of the one behind it */
  HfileBlockAt first_data;
  HfileBlockAt last_data;
  HfileStatistics statistics;
};

HfileWriter *
hfile_writer_new(const char *path, const HfileOptions *options, GError **error)
{
  g_autoptr(HfileOutput) output = hfile_output_new(path, options->codec, options->pool, error);

  if (output == NULL)
    return NULL;

  HfileWriter *self = g_new0(HfileWriter, 1);

  self->options = *options;
  self->task = g_strdup(options->bulkload_task);
  self->options.bulkload_task = self->task;
  if (self->options.block_bytes == 0)
    self->options.block_bytes = HFILE_DATA_BLOCK_BYTES;
  if (self->options.index_chunk_bytes == 0)
    self->options.index_chunk_bytes = HFILE_INDEX_CHUNK_BYTES;
  g_assert(self->options.block_bytes <= HFILE_DATA_BLOCK_MOST_BYTES);
  self->output = g_steal_pointer(&output);
  self->index = hfile_index_new(self->options.index_chunk_bytes);
  if (options->bloom != BLOOM_NONE)
    self->bloom = hfile_bloom_new(options->bloom, options->bloom_prefix_bytes);
  if (options->bloom != BLOOM_ROWCOL)
    self->deletes = hfile_bloom_new(BLOOM_ROW, 0);
  self->block = hfile_encoder_new(options->encoding, options->has_sequence_ids);
  hfile_order_init(&self->order, options->family);
  self->options.family = bytes_slice(&self->order.family);
  hfile_statistics_init(&self->statistics);
  return self;
}

void
hfile_writer_free(HfileWriter *self)
{
  if (self == NULL)
    return;
  hfile_output_free(self->output);
  hfile_index_free(self->index);
  hfile_bloom_free(self->bloom);
  hfile_bloom_free(self->deletes);
  hfile_order_clear(&self->order);
  hfile_encoder_free(self->block);
  bytes_clear(&self->block_key);
  bytes_clear(&self->next_key);
  hfile_statistics_clear(&self->statistics);
  g_free(self->task);
  g_free(self);
}

static void
add_to_index(HfileWriter *self, HfileBlockAt at, Slice key)
{
  hfile_index_add(self->index, at, key);
  if (at.offset == 0)
    self->first_data = at;
  self->last_data = at;
}

/* Writes the first of the blocks that were pushed, and the leaf of the index that it fills. */
static bool
write_pushed(HfileWriter *self, GError **error)
{
  HfileBlockAt at;
  Slice key;

  if (!hfile_output_write_first(self->output, &at, &key, error))
    return false;
  add_to_index(self, at, key);
  return hfile_index_write_leaf(self->index, self->output, false, error);
}

static bool
write_all_pushed(HfileWriter *self, GError **error)
{
  while (hfile_output_pending(self->output) > 0)
    if (!write_pushed(self, error))
      return false;
  return true;
}

/* What goes between data blocks goes in HBase's order: leaf index, Bloom chunk, chunk of deletes.
 */
static bool
write_inline_blocks(HfileWriter *self, bool is_last, GError **error)
{
  if (!hfile_index_write_leaf(self->index, self->output, is_last, error))
    return false;
  if (self->bloom != NULL && !hfile_bloom_write_chunk(self->bloom, self->output, is_last, error))
    return false;
  return self->deletes == NULL ||
         hfile_bloom_write_chunk(self->deletes, self->output, is_last, error);
}

static HfileBlockType
data_type(const HfileWriter *self)
{
  return self->options.encoding == HFILE_ENCODING_NONE ? HFILE_DATA : HFILE_ENCODED_DATA;
}

static bool
write_data_block(HfileWriter *self, Slice block, GError **error)
{
  HfileBlockAt at;

  if (!write_all_pushed(self, error) ||
      !hfile_output_write_block(self->output, data_type(self), block, &at, error))
    return false;
  add_to_index(self, at, bytes_slice(&self->block_key));
  return true;
}

static bool
are_bloom_chunks_due(const HfileWriter *self)
{
  return (self->bloom != NULL && hfile_bloom_is_due(self->bloom)) ||
         (self->deletes != NULL && hfile_bloom_is_due(self->deletes));
}

/* Ends a block that is not the last. Pushed, it is written when others need its slot, or when
 * something else has its place behind it. */
static bool
end_data_block(HfileWriter *self, GError **error)
{
  Slice block = hfile_encoder_finish(self->block);

  while (!hfile_output_takes(self->output, block.len) && hfile_output_pending(self->output) > 0)
    if (!write_pushed(self, error))
      return false;
  if (!hfile_output_takes(self->output, block.len))
    return write_data_block(self, block, error) && write_inline_blocks(self, false, error);
  hfile_output_push(self->output, data_type(self), block, bytes_slice(&self->block_key));
  return !are_bloom_chunks_due(self) ||
         (write_all_pushed(self, error) && write_inline_blocks(self, false, error));
}

/* The first block's entry is its real first key, from which a server takes the file's first row;
 * a later one's separates it from the block before. */
static void
make_next_key(HfileWriter *self, const HfileKey *key)
{
  HfileKey last = hfile_order_last(&self->order);

  bytes_reset(&self->next_key);
  if (self->statistics.cells == 0)
    hfile_key_append(key, &self->next_key);
  else
    hfile_key_append_between(&last, key, &self->next_key);
}

static bool
begin_block(HfileWriter *self, GError **error)
{
  Bytes key = self->block_key;

  if (hfile_encoder_bytes(self->block) > 0 && !end_data_block(self, error))
    return false;
  self->block_key = self->next_key;
  self->next_key = key;
  return true;
}

bool
hfile_writer_append(HfileWriter *self, const Cell *cell, GError **error)
{
  HfileKey key = hfile_key_of(cell);
  size_t bytes = hfile_encoder_bytes(self->block);
  bool begins_block = bytes == 0 || bytes >= self->options.block_bytes;

  /* Now, because the order forgets the last cell when it accepts the next. */
  if (begins_block)
    make_next_key(self, &key);
  if (!hfile_order_accepts(&self->order, cell, error))
    return false;
  if (self->bloom != NULL && (self->order.is_new_row || self->options.bloom == BLOOM_ROWCOL))
    hfile_bloom_add(self->bloom, cell);
  if (self->deletes != NULL && hfile_is_family_delete((uint8_t)cell->type))
    hfile_bloom_add(self->deletes, cell);
  if (begins_block && !begin_block(self, error))
    return false;
  hfile_encoder_append(self->block, cell);
  hfile_statistics_count(&self->statistics, &key, cell->value.len);
  return true;
}

static void
fill_info(const HfileWriter *self, HfileInfo *info)
{
  const HfileStatistics *statistics = &self->statistics;
  HfileKey last = hfile_order_last(&self->order);
  g_auto(Bytes) last_key = {0};
  uint8_t range[2 * sizeof(int64_t)];

  hfile_key_append(&last, &last_key);
  put_be64(range, (uint64_t)statistics->least_timestamp);
  put_be64(range + sizeof(int64_t), (uint64_t)statistics->most_timestamp);
  hfile_info_set(info, HFILE_INFO_LAST_KEY, bytes_slice(&last_key));
  hfile_info_set_int(info, HFILE_INFO_AVG_KEY_LEN,
                     (uint32_t)(statistics->key_bytes / statistics->cells));
  hfile_info_set_int(info, HFILE_INFO_AVG_VALUE_LEN,
                     (uint32_t)(statistics->value_bytes / statistics->cells));
  hfile_info_set_long(info, HFILE_INFO_CREATE_TIME, self->options.create_time_ms);
  hfile_info_set(info, HFILE_INFO_BIGGEST_KEY, bytes_slice(&statistics->biggest_key));
  hfile_info_set_long(info, HFILE_INFO_BIGGEST_LEN, (int64_t)statistics->biggest_bytes);
  hfile_info_set(info, HFILE_INFO_TIMERANGE, slice(range, sizeof range));
  hfile_info_set_long(info, HFILE_INFO_EARLIEST_PUT, statistics->earliest_put);
  hfile_info_set_long(info, HFILE_INFO_DELETE_FAMILY_COUNT, (int64_t)statistics->family_deletes);
  hfile_info_set_bool(info, HFILE_INFO_MAJOR_COMPACTION, true);
  hfile_info_set_bool(info, HFILE_INFO_NO_MINOR_COMPACTION, false);
  hfile_info_set_bool(info, HFILE_INFO_HISTORICAL, false);
}

static void
fill_optional_info(const HfileWriter *self, HfileInfo *info)
{
  uint8_t prefix[sizeof(uint32_t)];

  if (self->options.has_sequence_ids) {
    hfile_info_set_int(info, HFILE_INFO_KEY_VALUE_VERSION, 1);
    hfile_info_set_long(info, HFILE_INFO_MAX_SEQUENCE_ID, 0);
  }
  if (self->task != NULL) {
    hfile_info_set_long(info, HFILE_INFO_BULKLOAD_TIME, self->options.bulkload_time_ms);
    hfile_info_set(info, HFILE_INFO_BULKLOAD_TASK, slice_text(self->task));
  }
  if (self->options.encoding != HFILE_ENCODING_NONE)
    hfile_info_set(info, HFILE_INFO_BLOCK_ENCODING,
                   slice_text(hfile_encoding_name(self->options.encoding)));
  if (self->bloom == NULL)
    return;
  hfile_info_set(info, HFILE_INFO_BLOOM_TYPE, slice_text(hfile_bloom_name(self->options.bloom)));
  hfile_info_set(info, HFILE_INFO_LAST_BLOOM_KEY, hfile_bloom_last_key(self->bloom));
  if (self->options.bloom == BLOOM_ROWPREFIX) {
    put_be32(prefix, self->options.bloom_prefix_bytes);
    hfile_info_set(info, HFILE_INFO_BLOOM_PARAM, slice(prefix, sizeof prefix));
  }
}

static bool
write_info(HfileWriter *self, HfileBlockAt *out_at, GError **error)
{
  g_autoptr(HfileInfo) info = hfile_info_new();
  g_auto(Bytes) payload = {0};

  fill_info(self, info);
  fill_optional_info(self, info);
  hfile_info_append(info, &payload);
  return hfile_output_write_block(self->output, HFILE_FILE_INFO, bytes_slice(&payload), out_at,
                                  error);
}

static bool
write_bloom_meta(HfileWriter *self, GError **error)
{
  if (self->bloom != NULL &&
      !hfile_bloom_write_meta(self->bloom, self->output, HFILE_BLOOM_META, error))
    return false;
  return self->deletes == NULL ||
         hfile_bloom_write_meta(self->deletes, self->output, HFILE_DELETE_FAMILY_BLOOM_META, error);
}

/* HBase counts every block but the data index above its leaves. */
static uint64_t
total_raw_bytes(const HfileWriter *self)
{
  static const HfileBlockType counted[] = {HFILE_DATA,
                                           HFILE_ENCODED_DATA,
                                           HFILE_LEAF_INDEX,
                                           HFILE_BLOOM_CHUNK,
                                           HFILE_FILE_INFO,
                                           HFILE_BLOOM_META,
                                           HFILE_DELETE_FAMILY_BLOOM_META};
  /* The trailer, and the header of the meta index, which has no payload. */
  uint64_t bytes = HFILE_TRAILER_BYTES + HFILE_BLOCK_HEADER_BYTES;

  for (size_t i = 0; i < G_N_ELEMENTS(counted); i++) {
    HfileTotal total = hfile_output_total(self->output, counted[i]);

    bytes += total.blocks * HFILE_BLOCK_HEADER_BYTES + total.raw_bytes;
  }
  return bytes;
}

static bool
write_trailer(HfileWriter *self, const HfileIndexRoot *root, HfileBlockAt info, GError **error)
{
  g_auto(Bytes) bytes = {0};
  HfileTrailer trailer = {
      .info_offset = info.offset,
      .load_offset = root->at.offset,
      .total_raw_bytes = total_raw_bytes(self),
      .root_entries = root->entries,
      .cells = self->statistics.cells,
      .index_levels = root->levels,
      .first_data_offset = self->first_data.offset,
      .last_data_offset = self->last_data.offset,
      .codec = self->options.codec,
  };

  for (HfileBlockType type = HFILE_LEAF_INDEX; type <= HFILE_ROOT_INDEX; type++)
    trailer.index_raw_bytes += hfile_output_total(self->output, type).raw_bytes;
  hfile_trailer_append(&trailer, &bytes);
  return hfile_output_write_bytes(self->output, bytes_slice(&bytes), error);
}

bool
hfile_writer_finish(HfileWriter *self, GError **error)
{
  HfileIndexRoot root;
  HfileBlockAt meta_root;
  HfileBlockAt info;

  g_assert(self->statistics.cells > 0);
  return write_data_block(self, hfile_encoder_finish(self->block), error) &&
         write_inline_blocks(self, true, error) &&
         hfile_index_write_intermediate(self->index, self->output, error) &&
         hfile_index_write_root(self->index, self->output, &root, error) &&
         hfile_output_write_block(self->output, HFILE_ROOT_INDEX, SLICE_EMPTY, &meta_root, error) &&
         write_info(self, &info, error) && write_bloom_meta(self, error) &&
         write_trailer(self, &root, info, error) && hfile_output_commit(self->output, error);
}

uint64_t
hfile_writer_cells(const HfileWriter *self)
{
  return self->statistics.cells;
}

uint64_t
hfile_writer_bytes(const HfileWriter *self)
{
  return hfile_output_offset(self->output);
}

bool
hfile_writer_is_full(HfileWriter *self, uint64_t most_bytes, bool *out_is_full, GError **error)
{
  /* A leaf of the index is written with the block that fills it. */
  uint64_t leaf_most = (uint64_t)self->options.index_chunk_bytes + HFILE_DATA_BLOCK_MOST_BYTES;

  if (hfile_output_pending(self->output) > 0 &&
      hfile_output_most_bytes(self->output) + leaf_most >= most_bytes &&
      !write_all_pushed(self, error))
    return false;
  *out_is_full = hfile_output_offset(self->output) >= most_bytes;
  return true;
}
