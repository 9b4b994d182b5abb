/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/batch.h"

#include "stream/memory.h"

enum { NO_ROW = -1 };

typedef enum { ENTRY_ROW, ENTRY_SKIPPED, ENTRY_REJECTED, ENTRY_END } EntryKind;

typedef struct {
  KafkaMessage message; /* owned */
  EntryKind kind;
  bool is_tombstone;
  int32_t rows[2]; /* by FrameKind: the row it made; NO_ROW */
  size_t key_at;   /* the row's key in keys */
  size_t key_len;
  int64_t timestamp;
} Entry;

/* A put by row key and timestamp. */
typedef struct {
  uint32_t hash;
  uint32_t entry; /* its number from 1; 0: free */
} Slot;

struct StreamBatch {
  const FramePlan *plan; /* borrowed */
  StreamBatchLimits limits;
  FrameRows rows[2];  /* by FrameKind */
  GArray *entries;    /* owned, of Entry, in the order of arrival */
  GPtrArray *rejects; /* owned, of owned StreamReject */
  Bytes keys;         /* owned: row keys, back to back */
  Slot *slots;        /* owned: an open-addressed table, twice as large as may be needed */
  size_t slots_mask;
  size_t kept_bytes; /* records and their overhead */
  bool is_cut;       /* all rows are pieces of the only record's */
};

void
stream_batch_rededicate(StreamBatch *self, const FramePlan *plan, const StreamBatchLimits *limits)
{
  size_t slots = 2;

  while (slots < 2 * limits->rows)
    slots *= 2;
  self->plan = plan;
  self->limits = *limits;
  if (slots == self->slots_mask + 1)
    return;
  g_free(self->slots);
  self->slots = g_new0(Slot, slots);
  self->slots_mask = slots - 1;
}

StreamBatch *
stream_batch_new(const FramePlan *plan, const StreamBatchLimits *limits)
{
  StreamBatch *self = g_new0(StreamBatch, 1);

  self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  self->rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  stream_batch_rededicate(self, plan, limits);
  return self;
}

void
stream_batch_free(StreamBatch *self)
{
  if (self == NULL)
    return;
  stream_batch_reset(self);
  frame_rows_clear(&self->rows[FRAME_PUT]);
  frame_rows_clear(&self->rows[FRAME_DELETE]);
  g_array_unref(self->entries);
  g_ptr_array_unref(self->rejects);
  bytes_clear(&self->keys);
  g_free(self->slots);
  g_free(self);
}

static Entry *
entry_at(const StreamBatch *self, size_t i)
{
  return &g_array_index(self->entries, Entry, i);
}

void
stream_batch_reset(StreamBatch *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    kafka_message_release(&entry_at(self, i)->message);
  g_array_set_size(self->entries, 0);
  g_ptr_array_set_size(self->rejects, 0);
  frame_rows_reset(&self->rows[FRAME_PUT]);
  frame_rows_reset(&self->rows[FRAME_DELETE]);
  bytes_reset(&self->keys);
  memset(self->slots, 0, (self->slots_mask + 1) * sizeof *self->slots);
  self->kept_bytes = 0;
  self->is_cut = false;
}

static size_t
kept_by(const KafkaMessage *message)
{
  return message->key.len + message->value.len + STREAM_RECORD_BYTES;
}

static Entry *
add_entry(StreamBatch *self, const KafkaMessage *message, EntryKind kind)
{
  g_array_set_size(self->entries, self->entries->len + 1);

  Entry *entry = entry_at(self, self->entries->len - 1);

  *entry = (Entry){.message = *message, .kind = kind, .rows = {NO_ROW, NO_ROW}};
  self->kept_bytes += kept_by(message);
  return entry;
}

static uint32_t
hash_row(const Row *row)
{
  const uint64_t odd = 0x9e3779b97f4a7c15u;
  uint64_t hash = (uint64_t)row->timestamp * odd;
  Slice rest = row->key;
  uint64_t word;

  for (; rest.len >= sizeof word; rest = slice(rest.data + sizeof word, rest.len - sizeof word)) {
    memcpy(&word, rest.data, sizeof word);
    hash = (hash ^ word) * odd;
    hash ^= hash >> 32;
  }
  word = rest.len;
  if (rest.len > 0)
    memcpy(&word, rest.data, rest.len);
  hash = (hash ^ word ^ row->key.len) * odd;
  return (uint32_t)(hash >> 32);
}

/* The slot of the put with this row and timestamp, or the free one where it belongs. */
static Slot *
find_slot(StreamBatch *self, const Row *row, uint32_t hash)
{
  for (size_t i = hash & self->slots_mask;; i = (i + 1) & self->slots_mask) {
    Slot *slot = &self->slots[i];

    if (slot->entry == 0)
      return slot;

    const Entry *entry = entry_at(self, slot->entry - 1);

    if (slot->hash == hash && entry->timestamp == row->timestamp &&
        slice_equal(slice(self->keys.data + entry->key_at, entry->key_len), row->key))
      return slot;
  }
}

static void
drop_last_row(FrameRows *rows)
{
  guint last = rows->offsets->len - 1;

  rows->rows.len = g_array_index(rows->offsets, size_t, last);
  g_array_set_size(rows->offsets, last);
}

static size_t
filled_bytes(const StreamBatch *self)
{
  return self->kept_bytes + self->rows[FRAME_PUT].rows.len + self->rows[FRAME_DELETE].rows.len;
}

static bool
has_room(const StreamBatch *self, const KafkaMessage *message, size_t row_bytes)
{
  size_t call_bytes = frame_overhead_bytes(self->plan) + row_bytes;

  for (size_t kind = 0; kind < G_N_ELEMENTS(self->rows); kind++) {
    if (self->rows[kind].rows.len + call_bytes > self->limits.frame_max_bytes)
      return false;
  }
  return self->entries->len == 0 ||
         filled_bytes(self) + kept_by(message) + row_bytes <= self->limits.bytes;
}

/* The number of the put, be it new or made one with one that is there; NO_ROW: it has no cells;
 * false: it differs from one that is there and cannot be made one with it. */
static bool
put_row(StreamBatch *self, const Row *row, const FrameSize *size, int32_t *out_row)
{
  FrameRows *puts = &self->rows[FRAME_PUT];
  uint32_t hash = hash_row(row);
  Slot *slot = find_slot(self, row, hash);
  size_t last = frame_rows_length(puts);
  size_t there;
  bool is_copy;

  *out_row = NO_ROW;
  if (!frame_rows_append(puts, self->plan, FRAME_PUT, row, size))
    return true;

  *out_row = (int32_t)last;
  if (slot->entry == 0) {
    *slot = (Slot){.hash = hash, .entry = self->entries->len + 1};
    return true;
  }

  *out_row = entry_at(self, slot->entry - 1)->rows[FRAME_PUT];
  there = (size_t)*out_row;
  is_copy = slice_equal(frame_rows_slice(puts, there, 1), frame_rows_slice(puts, last, 1));
  drop_last_row(puts);
  return is_copy || frame_rows_merge(puts, self->plan, there, row);
}

/* The entry for the rows that were made of it; NO_ROW: none of the kind. */
static inline Entry *
add_row_entry(StreamBatch *self, KafkaMessage *message, const Row *row)
{
  Entry *entry = add_entry(self, message, ENTRY_ROW);

  kafka_message_forget(message); /* the batch owns it now */
  entry->is_tombstone = row->kind == ROW_DELETE;
  entry->timestamp = row->timestamp;
  entry->key_at = self->keys.len;
  entry->key_len = row->key.len;
  bytes_append_slice(&self->keys, row->key);
  return entry;
}

/* A row that no call can hold as a whole, by itself in a batch: several rows with as many cells
 * each as a call takes. */
static StreamTaking
add_in_pieces(StreamBatch *self, KafkaMessage *message, const Row *row)
{
  const char *table = frame_plan_table(self->plan);
  size_t frame_max = self->limits.frame_max_bytes;
  Row piece = *row;
  Entry *entry;

  if (row->cells_length == 0 || frame_cell_too_large(table, row, frame_max) < row->cells_length)
    return STREAM_TOO_LARGE;
  if (self->entries->len > 0)
    return STREAM_FULL;
  for (size_t i = 0; i < row->cells_length; i += piece.cells_length) {
    FrameSize size;

    piece.cells = row->cells + i;
    piece.cells_length = frame_cells_fitting(table, row, i, frame_max);
    size = frame_row_size(&piece);
    for (size_t kind = 0; kind < G_N_ELEMENTS(self->rows); kind++)
      frame_rows_append(&self->rows[kind], self->plan, (FrameKind)kind, &piece, &size);
  }
  entry = add_row_entry(self, message, row);
  for (size_t kind = 0; kind < G_N_ELEMENTS(self->rows); kind++)
    entry->rows[kind] = frame_rows_length(&self->rows[kind]) > 0 ? 0 : NO_ROW;
  self->is_cut = true;
  return STREAM_TAKEN;
}

StreamTaking
stream_batch_add(StreamBatch *self, KafkaMessage *message, const Row *row)
{
  FrameSize size = frame_row_size(row);
  int32_t put = NO_ROW;

  if (frame_overhead_bytes(self->plan) + size.bytes > self->limits.frame_max_bytes)
    return add_in_pieces(self, message, row);
  if (stream_batch_is_full(self) || !has_room(self, message, size.bytes) ||
      !put_row(self, row, &size, &put))
    return STREAM_FULL;

  Entry *entry = add_row_entry(self, message, row);

  entry->rows[FRAME_PUT] = put;
  if (frame_rows_append(&self->rows[FRAME_DELETE], self->plan, FRAME_DELETE, row, &size))
    entry->rows[FRAME_DELETE] = (int32_t)frame_rows_length(&self->rows[FRAME_DELETE]) - 1;
  if (put == NO_ROW && entry->rows[FRAME_DELETE] == NO_ROW)
    entry->kind = ENTRY_SKIPPED;
  return STREAM_TAKEN;
}

/* Of this record nothing is wanted any more but where it was. */
void
stream_batch_add_skipped(StreamBatch *self, KafkaMessage *message)
{
  const KafkaMessage place = {.partition = message->partition,
                              .offset = message->offset,
                              .timestamp_ms = message->timestamp_ms};

  kafka_message_release(message);
  add_entry(self, &place, ENTRY_SKIPPED);
}

void
stream_batch_add_end(StreamBatch *self, const KafkaMessage *end)
{
  add_entry(self, end, ENTRY_END);
}

void
stream_batch_add_reject(StreamBatch *self, StreamReject *reject)
{
  Entry *entry = add_entry(self, &reject->message, ENTRY_REJECTED);

  kafka_message_forget(&entry->message); /* stays with the reject */
  g_ptr_array_add(self->rejects, reject);
}

bool
stream_batch_is_empty(const StreamBatch *self)
{
  return self->entries->len == 0;
}

bool
stream_batch_is_full(const StreamBatch *self)
{
  return self->entries->len >= self->limits.rows || filled_bytes(self) >= self->limits.bytes;
}

size_t
stream_batch_bytes(const StreamBatch *self)
{
  return self->kept_bytes + self->rows[FRAME_PUT].rows.capacity +
         self->rows[FRAME_DELETE].rows.capacity + self->keys.capacity;
}

size_t
stream_batch_most_bytes(const StreamBatch *self)
{
  return self->limits.bytes;
}

const FramePlan *
stream_batch_plan(const StreamBatch *self)
{
  return self->plan;
}

const FrameRows *
stream_batch_rows(const StreamBatch *self, FrameKind kind)
{
  return &self->rows[kind];
}

size_t
stream_batch_fitting(const StreamBatch *self, FrameKind kind, size_t first)
{
  const FrameRows *rows = &self->rows[kind];
  size_t length = frame_rows_length(rows);
  size_t room = self->limits.frame_max_bytes - frame_overhead_bytes(self->plan);
  size_t count = length - first;

  while (count > 1 && frame_rows_slice(rows, first, count).len > room)
    count--;
  return count;
}

void
stream_batch_reject_row(StreamBatch *self, FrameKind kind, size_t row, const GError *error,
                        unsigned attempts)
{
  for (guint i = 0; i < self->entries->len; i++) {
    Entry *entry = entry_at(self, i);

    if (entry->kind != ENTRY_ROW || (entry->rows[kind] != (int32_t)row && !self->is_cut))
      continue;

    StreamReject *reject = stream_reject_new(&entry->message, STREAM_PUT, error);

    bytes_append(&reject->key, self->keys.data + entry->key_at, entry->key_len);
    reject->attempts = attempts;
    entry->kind = ENTRY_REJECTED;
    g_ptr_array_add(self->rejects, reject);
  }
}

StreamTally
stream_batch_tally(const StreamBatch *self)
{
  StreamTally tally = {0};

  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = entry_at(self, i);

    tally.records += entry->kind != ENTRY_END;
    tally.written += entry->kind == ENTRY_ROW;
    tally.skipped += entry->kind == ENTRY_SKIPPED;
    tally.rejected += entry->kind == ENTRY_REJECTED;
    tally.tombstones += entry->kind == ENTRY_ROW && entry->is_tombstone;
  }
  return tally;
}

void
stream_batch_age(const StreamBatch *self, int64_t now_ms, Histogram *ages)
{
  uint64_t counts[HISTOGRAM_BOUNDS + 1] = {0};
  uint64_t sum = 0;
  size_t bucket = 0;

  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = entry_at(self, i);
    uint64_t age = (uint64_t)MAX(now_ms - entry->message.timestamp_ms, 0);

    if (entry->kind != ENTRY_ROW || entry->message.timestamp_ms < 0)
      continue;
    bucket = histogram_bucket(ages->scale, age, bucket);
    counts[bucket]++;
    sum += age;
  }
  histogram_merge(ages, counts, sum);
}

void
stream_batch_touch(const StreamBatch *self, size_t reader, GPtrArray *touched)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const Entry *entry = entry_at(self, i);
    KafkaPartition *partition = entry->message.partition;
    KafkaProgress *progress = &partition->readers[reader];

    progress->done = entry->message.offset + (entry->kind != ENTRY_END);
    progress->done_ms = entry->message.timestamp_ms;
    if (!progress->is_touched)
      g_ptr_array_add(touched, partition);
    progress->is_touched = true;
  }
}

void
stream_batch_take_rejects(StreamBatch *self, GPtrArray *list)
{
  for (guint i = 0; i < self->rejects->len; i++)
    g_ptr_array_add(list, self->rejects->pdata[i]);
  g_free(g_ptr_array_steal(self->rejects, NULL)); /* the list owns them now */
}
