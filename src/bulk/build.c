/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/build.h"

#include "hfile/pool.h"

enum { PARCEL_BYTES = 1024 * 1024, PARCELS = 6 };

/* Packed rows, all of each key. Every writer reads it; the last one gives it back. */
typedef struct {
  Bytes rows;
  gatomicrefcount readers;
} Parcel;

/* A thread with some of the families. */
typedef struct {
  struct Build *build;
  GPtrArray *stores;  /* owned, of BulkStore */
  BulkCell *cells;    /* owned: scratch, for a row of every column */
  GAsyncQueue *queue; /* owned, of Parcel, and of the mark that ends the thread */
  GThread *thread;    /* NULL: the merge's own thread writes */
  GError *error;      /* owned: of the first failure; parcels are only given back then */
  uint64_t load;      /* bytes of its families, about */
} Writer;

typedef struct Build {
  const BulkBuildOptions *options;
  HfilePool *pool; /* owned; NULL: there is none */
  Parcel parcels[PARCELS];
  GAsyncQueue *free; /* owned, of Parcel */
  Parcel *parcel;    /* the one being filled */
  size_t last_row;   /* in it: the last row */
  bool has_last;
  bool is_group;    /* the last key has more than one row */
  BulkGroup *group; /* owned */
  Writer *writers;  /* owned */
  unsigned writers_length;
  gint has_failed; /* atomic: some writer did */
  BulkBuildCounts counts;
} Build;

/* The usual case, a row alone, is taken apart once for all families. */
static bool
add_single(Writer *self, const uint8_t *packed, GError **error)
{
  BulkRow row = bulk_row_open(packed);
  BulkRow rest = row;
  size_t length = 0;

  while (bulk_row_next(&rest, &self->cells[length]))
    length++;
  for (guint i = 0; i < self->stores->len; i++)
    if (!bulk_store_add(self->stores->pdata[i], &row, &(BulkCells){self->cells, length}, error))
      return false;
  return true;
}

static bool
add_group(Writer *self, const uint8_t *rows, size_t length, GError **error)
{
  for (guint i = 0; i < self->stores->len; i++)
    if (!bulk_store_add_group(self->stores->pdata[i], rows, length, error))
      return false;
  return true;
}

static bool
add_parcel(Writer *self, const Parcel *parcel, GError **error)
{
  const uint8_t *at = parcel->rows.data;
  const uint8_t *end = at + parcel->rows.len;

  while (at < end) {
    const uint8_t *next = at + sort_entry_bytes(at);
    size_t length = 1;

    for (; next < end && slice_equal(bulk_row_key(at), bulk_row_key(next)); length++)
      next += sort_entry_bytes(next);
    if (!(length == 1 ? add_single(self, at, error) : add_group(self, at, length, error)))
      return false;
    at = next;
  }
  return true;
}

static void
write_parcel(Writer *self, Parcel *parcel)
{
  Build *build = self->build;

  if (self->error == NULL && !add_parcel(self, parcel, &self->error))
    g_atomic_int_set(&build->has_failed, 1);
  if (g_atomic_ref_count_dec(&parcel->readers))
    g_async_queue_push(build->free, parcel);
}

/* Finishes the files, unless some writer failed. */
static void
end_writer(Writer *self)
{
  bool is_good = g_atomic_int_get(&self->build->has_failed) == 0;

  for (guint i = 0; is_good && i < self->stores->len; i++)
    is_good = bulk_store_finish(self->stores->pdata[i], &self->error);
}

static gpointer
work(gpointer data)
{
  Writer *self = data;

  for (;;) {
    Parcel *parcel = g_async_queue_pop(self->queue);

    if ((gpointer)parcel == (gpointer)self) { /* the mark */
      end_writer(self);
      return NULL;
    }
    write_parcel(self, parcel);
  }
}

static void
send_parcel(Build *self)
{
  Parcel *parcel = g_steal_pointer(&self->parcel);

  self->has_last = false;
  g_atomic_ref_count_init(&parcel->readers);
  for (unsigned i = 1; i < self->writers_length; i++)
    g_atomic_ref_count_inc(&parcel->readers);
  for (unsigned i = 0; i < self->writers_length; i++)
    if (self->writers[i].thread == NULL)
      write_parcel(&self->writers[i], parcel);
    else
      g_async_queue_push(self->writers[i].queue, parcel);
  bulk_watch_progress(self->options->watch, BULK_WRITING,
                      self->counts.rows + self->counts.duplicates, self->options->rows_total,
                      self->counts.rows);
}

static const uint8_t *
last_row(const Build *self)
{
  return self->parcel->rows.data + self->last_row;
}

/* True if the row has the last one's key and is hidden by what came before it. */
static bool
is_hidden(Build *self, const uint8_t *row)
{
  self->counts.duplicates++;
  if (!self->is_group) {
    bulk_group_begin(self->group);
    bulk_group_admits_row(self->group, last_row(self));
    self->is_group = true;
  }
  return !bulk_group_admits_row(self->group, row);
}

static void
add_row(Build *self, const uint8_t *row)
{
  bool is_same = self->has_last && slice_equal(bulk_row_key(last_row(self)), bulk_row_key(row));

  if (is_same && is_hidden(self, row))
    return;
  if (!is_same) {
    self->counts.rows++;
    self->is_group = false;
    if (self->parcel != NULL && self->parcel->rows.len >= PARCEL_BYTES)
      send_parcel(self);
  }
  if (self->parcel == NULL) {
    self->parcel = g_async_queue_pop(self->free);
    bytes_reset(&self->parcel->rows);
  }
  self->last_row = self->parcel->rows.len;
  self->has_last = true;
  bytes_append(&self->parcel->rows, row, sort_entry_bytes(row));
}

/* False once a writer failed, whose error is told at the end, or somebody asked to stop. */
static bool
goes_on(const Build *self, GError **error)
{
  return g_atomic_int_get(&self->has_failed) == 0 &&
         bulk_watch_goes_on(self->options->watch, error);
}

static bool
add_rows(Build *self, SortMerge *merge, GError **error)
{
  const uint8_t *row = NULL;

  do {
    if (!sort_merge_next(merge, &row, error))
      return false;
    if (row != NULL)
      add_row(self, row);
    if (self->parcel != NULL && self->last_row == 0 && !goes_on(self, error))
      return false;
  } while (row != NULL);
  if (self->parcel != NULL)
    send_parcel(self);
  return true;
}

static void
add_store(Build *self, size_t family)
{
  Writer *least = &self->writers[0];

  for (unsigned i = 1; i < self->writers_length; i++)
    if (self->writers[i].load < least->load)
      least = &self->writers[i];
  BulkStoreOptions options = self->options->store;

  options.pool = self->pool;
  g_ptr_array_add(least->stores, bulk_store_new(&options, family));
  least->load += self->options->family_bytes[family] + 1;
}

static bool
is_heavier(const Build *self, size_t a, size_t b)
{
  const uint64_t *bytes = self->options->family_bytes;

  return bytes[a] != bytes[b] ? bytes[a] > bytes[b] : a < b;
}

/* The heaviest family first, each to the thread that has least to do. */
static void
share_out(Build *self)
{
  size_t families = self->options->store.plan->families;
  size_t last = families;

  for (size_t n = 0; n < families; n++) {
    size_t next = families;

    for (size_t i = 0; i < families; i++)
      if ((last == families || is_heavier(self, last, i)) &&
          (next == families || is_heavier(self, i, next)))
        next = i;
    add_store(self, next);
    last = next;
  }
}

/* Packing costs more than all else, so that it has threads of its own: a family has one writer. */
static bool
wants_pool(const BulkBuildOptions *options)
{
  for (size_t i = 0; options->jobs > 1 && i < options->store.plan->families; i++)
    if (options->store.hfile[i].codec != HFILE_CODEC_NONE)
      return true;
  return false;
}

static void
start(Build *self, const BulkBuildOptions *options)
{
  size_t families = options->store.plan->families;

  self->options = options;
  self->pool = wants_pool(options) ? hfile_pool_new(options->jobs) : NULL;
  self->free = g_async_queue_new();
  for (size_t i = 0; i < PARCELS; i++)
    g_async_queue_push(self->free, &self->parcels[i]);
  self->group = bulk_group_new(options->store.plan);
  self->writers_length = (unsigned)MIN(families, options->jobs);
  self->writers = g_new0(Writer, self->writers_length);
  for (unsigned i = 0; i < self->writers_length; i++) {
    Writer *writer = &self->writers[i];

    writer->build = self;
    writer->stores = g_ptr_array_new_with_free_func((GDestroyNotify)bulk_store_free);
    writer->cells = g_new(BulkCell, options->store.plan->columns + 1);
    writer->queue = g_async_queue_new();
  }
  share_out(self);
  for (unsigned i = 0; options->jobs > 1 && i < self->writers_length; i++)
    self->writers[i].thread = g_thread_new("write", work, &self->writers[i]);
}

static void
clear(Build *self)
{
  for (unsigned i = 0; i < self->writers_length; i++) {
    g_ptr_array_unref(self->writers[i].stores);
    g_free(self->writers[i].cells);
    g_async_queue_unref(self->writers[i].queue);
    g_clear_error(&self->writers[i].error);
  }
  for (size_t i = 0; i < PARCELS; i++)
    bytes_clear(&self->parcels[i].rows);
  g_async_queue_unref(self->free);
  bulk_group_free(self->group);
  hfile_pool_free(self->pool);
  g_free(self->writers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Build, clear)

/* Ends all threads; those of a whole build finish their files. */
static bool
stop(Build *self, bool is_whole, GError **error)
{
  if (!is_whole)
    g_atomic_int_set(&self->has_failed, 1);
  for (unsigned i = 0; i < self->writers_length; i++)
    if (self->writers[i].thread == NULL)
      end_writer(&self->writers[i]);
    else
      g_async_queue_push(self->writers[i].queue, &self->writers[i]);
  for (unsigned i = 0; i < self->writers_length; i++)
    if (self->writers[i].thread != NULL)
      g_thread_join(self->writers[i].thread);
  for (unsigned i = 0; i < self->writers_length; i++)
    if (self->writers[i].error != NULL && (error == NULL || *error == NULL)) {
      g_propagate_error(error, g_steal_pointer(&self->writers[i].error));
      return false;
    }
  return is_whole;
}

static void
hand_over(const Build *self, GArray *out_files)
{
  for (size_t family = 0; family < self->options->store.plan->families; family++)
    for (unsigned i = 0; i < self->writers_length; i++)
      for (guint j = 0; j < self->writers[i].stores->len; j++)
        bulk_store_hand_over(self->writers[i].stores->pdata[j], family, out_files);
}

bool
bulk_build(const BulkBuildOptions *options, SortMerge *merge, GArray *out_files,
           BulkBuildCounts *out_counts, GError **error)
{
  g_auto(Build) build = {0};
  bool is_whole;

  start(&build, options);
  is_whole = add_rows(&build, merge, error);
  if (!stop(&build, is_whole, error))
    return false;
  hand_over(&build, out_files);
  *out_counts = build.counts;
  return true;
}

static void
file_clear(gpointer data)
{
  g_free(((BulkFile *)data)->path);
}

GArray *
bulk_files_new(void)
{
  GArray *files = g_array_new(FALSE, FALSE, sizeof(BulkFile));

  g_array_set_clear_func(files, file_clear);
  return files;
}
