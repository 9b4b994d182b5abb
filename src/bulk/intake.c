/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/intake.h"

/* Batches that are filled ahead of each mapper. */
enum { BATCHES_A_JOB = 3 };

typedef struct {
  BulkBatch batch;
  bool is_under_way; /* main thread's: it was given to a mapper */
  bool is_done;      /* under the lock: the mapper gave it back */
} Slot;

struct BulkIntake {
  BulkIntakeOptions options;
  GPtrArray *mappers; /* owned, of BulkMapper */
  GPtrArray *threads; /* of GThread, one a mapper; empty with one job */
  GAsyncQueue *todo;  /* owned, of Slot, and of the mark that ends a thread */
  GMutex lock;
  GCond done;
  Slot *slots; /* owned: a ring */
  size_t slots_length;
  size_t next; /* the slot that is filled, or will be */
  uint64_t records;
  CsvTotals totals;
  uint64_t bytes_before; /* of the files already read */
  uint64_t bytes_total;  /* of all files; 0: nobody knows */
  bool is_read;          /* all of them: mappers may finish sorting */
};

BulkIntake *
bulk_intake_new(const BulkIntakeOptions *options)
{
  BulkIntake *self = g_new0(BulkIntake, 1);

  self->options = *options;
  self->mappers = g_ptr_array_new_with_free_func((GDestroyNotify)bulk_mapper_free);
  self->threads = g_ptr_array_new();
  self->todo = g_async_queue_new();
  g_mutex_init(&self->lock);
  g_cond_init(&self->done);
  self->slots_length = options->jobs > 1 ? (size_t)options->jobs * BATCHES_A_JOB : 1;
  self->slots = g_new0(Slot, self->slots_length);
  for (size_t i = 0; i < self->slots_length; i++)
    bulk_batch_init(&self->slots[i].batch);
  for (unsigned i = 0; i < options->jobs; i++) {
    Sort *sort =
        sort_new(&bulk_row_order, options->temp_folder, options->memory_bytes / options->jobs);

    sort_set_stop(sort, options->watch->cancellable);
    g_ptr_array_add(self->mappers, bulk_mapper_new(&options->mapper, sort));
  }
  return self;
}

void
bulk_intake_free(BulkIntake *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->mappers);
  g_ptr_array_unref(self->threads);
  g_async_queue_unref(self->todo);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->done);
  for (size_t i = 0; i < self->slots_length; i++)
    bulk_batch_clear(&self->slots[i].batch);
  g_free(self->slots);
  csv_totals_clear(&self->totals);
  g_free(self);
}

/* A mapper's thread: it owns the mapper, and each batch while it is under way. */
typedef struct {
  BulkIntake *intake;
  BulkMapper *mapper;
} Worker;

/* Returns the error of the last sort, owned, or NULL. */
static gpointer
work(gpointer data)
{
  g_autofree Worker *self = data;
  BulkIntake *intake = self->intake;
  GError *error = NULL;

  for (;;) {
    Slot *slot = g_async_queue_pop(intake->todo);

    if ((gpointer)slot == (gpointer)intake) { /* the mark */
      if (intake->is_read)
        sort_finish(bulk_mapper_sort(self->mapper), &error);
      return error;
    }
    bulk_mapper_map(self->mapper, &slot->batch);
    g_mutex_lock(&intake->lock);
    slot->is_done = true;
    g_cond_signal(&intake->done);
    g_mutex_unlock(&intake->lock);
  }
}

static void
start_threads(BulkIntake *self)
{
  for (guint i = 0; self->options.jobs > 1 && i < self->mappers->len; i++) {
    Worker *worker = g_new(Worker, 1);

    *worker = (Worker){self, self->mappers->pdata[i]};
    g_ptr_array_add(self->threads, g_thread_new("map", work, worker));
  }
}

static void
keep_first_error(GError **kept, GError *error)
{
  if (*kept == NULL)
    *kept = error;
  else
    g_clear_error(&error);
}

/* Returns the first error of the mappers' last sorts, or NULL. */
static GError *
stop_threads(BulkIntake *self)
{
  GError *kept = NULL;

  for (guint i = 0; i < self->threads->len; i++)
    g_async_queue_push(self->todo, self);
  for (guint i = 0; i < self->threads->len; i++)
    keep_first_error(&kept, g_thread_join(self->threads->pdata[i]));
  if (self->threads->len == 0 && self->is_read)
    sort_finish(bulk_mapper_sort(self->mappers->pdata[0]), &kept);
  g_ptr_array_set_size(self->threads, 0);
  return kept;
}

static void
send_batch(BulkIntake *self)
{
  Slot *slot = &self->slots[self->next];

  self->next = (self->next + 1) % self->slots_length;
  slot->is_under_way = true;
  slot->is_done = self->threads->len == 0;
  if (slot->is_done)
    bulk_mapper_map(self->mappers->pdata[0], &slot->batch);
  else
    g_async_queue_push(self->todo, slot);
}

/* Waits for the slot to come back, and takes what it rejected: slots go round in order. */
static bool
collect(BulkIntake *self, Slot *slot, BulkRejects *rejects, GError **error)
{
  if (!slot->is_under_way)
    return true;
  g_mutex_lock(&self->lock);
  while (!slot->is_done)
    g_cond_wait(&self->done, &self->lock);
  g_mutex_unlock(&self->lock);
  slot->is_under_way = false;
  if (!bulk_rejects_take(rejects, &slot->batch, error))
    return false;
  if (slot->batch.failure == NULL)
    return true;
  g_propagate_error(error, g_steal_pointer(&slot->batch.failure));
  return false;
}

static bool
collect_all(BulkIntake *self, BulkRejects *rejects, GError **error)
{
  for (size_t i = 0; i < self->slots_length; i++)
    if (!collect(self, &self->slots[(self->next + i) % self->slots_length], rejects, error))
      return false;
  return true;
}

static bool
add_record(BulkIntake *self, CsvFile *file, BulkBatch *batch, bool *out_at_end, GError **error)
{
  g_autoptr(GError) problem = NULL;
  CsvRecord record = {0};

  if (csv_file_next(file, &record, &problem)) {
    *out_at_end = record.length == 0;
    if (record.length > 0)
      bulk_batch_add(batch, &record, self->records++);
    return true;
  }
  if (!g_error_matches(problem, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
  }

  BulkRecord where = {.number = self->records++};
  Slice line = csv_reader_malformed(csv_file_reader(file), &where.line);

  bulk_batch_add_malformed(batch, line, &where, csv_reader_malformed_reason(csv_file_reader(file)));
  return true;
}

static void
tell_progress(const BulkIntake *self, const CsvFile *file)
{
  uint64_t position = csv_source_position(csv_reader_source(csv_file_reader(file)));

  bulk_watch_progress(self->options.watch, BULK_READING, self->bytes_before + position,
                      self->bytes_total, self->records);
}

static bool
read_input(BulkIntake *self, CsvFile *input, BulkRejects *rejects, GError **error)
{
  bool at_end = false;

  if (!csv_file_open(input, error))
    return false;
  while (!at_end) {
    Slot *slot = &self->slots[self->next];

    if (!bulk_watch_goes_on(self->options.watch, error) || !collect(self, slot, rejects, error))
      return false;
    bulk_batch_begin(&slot->batch, csv_file_path(input), csv_file_columns(input));
    while (!at_end && !bulk_batch_is_full(&slot->batch))
      if (!add_record(self, input, &slot->batch, &at_end, error))
        return false;
    send_batch(self);
    tell_progress(self, input);
  }
  self->bytes_before += csv_file_size(input);
  csv_file_close(input, &self->totals);
  return true;
}

static bool
read_all(BulkIntake *self, const GPtrArray *inputs, BulkRejects *rejects, GError **error)
{
  for (guint i = 0; i < inputs->len; i++)
    self->bytes_total += csv_file_size(inputs->pdata[i]);
  for (guint i = 0; i < inputs->len; i++)
    if (!read_input(self, inputs->pdata[i], rejects, error))
      return false;
  return collect_all(self, rejects, error);
}

/* HBase takes such cells and no reader ever sees them. */
static void
warn_of_expired(BulkIntake *self)
{
  BulkAmount amount = bulk_intake_counts(self).amount;

  if (amount.expired > 0)
    fault_list_add(&self->totals.warnings,
                   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                   " cells are older than the TTL of their family: HBase drops them, and nobody "
                   "will read them",
                   amount.expired, amount.cells);
}

bool
bulk_intake_run(BulkIntake *self, const GPtrArray *inputs, BulkRejects *rejects, GError **error)
{
  GError *failure;

  start_threads(self);
  self->is_read = read_all(self, inputs, rejects, error);
  if (self->is_read)
    bulk_watch_progress(self->options.watch, BULK_SORTING, 0, 0, self->records);
  failure = stop_threads(self); /* the queue's lock carries is_read to the threads */
  warn_of_expired(self);
  if (failure == NULL)
    return self->is_read;
  g_propagate_error(error, failure);
  return false;
}

bool
bulk_intake_run_feed(BulkIntake *self, const BulkFeed *feed, GError **error)
{
  GError *failure;

  self->is_read = feed->read(feed->self, self->mappers->pdata[0], error);
  self->records = feed->counts(feed->self).records;
  if (self->is_read)
    bulk_watch_progress(self->options.watch, BULK_SORTING, 0, 0, self->records);
  failure = stop_threads(self);
  warn_of_expired(self);
  if (failure == NULL)
    return self->is_read;
  g_propagate_error(error, failure);
  return false;
}

SortMerge *
bulk_intake_merge(const BulkIntake *self)
{
  SortMerge *merge = sort_merge_new(&bulk_row_order);

  for (guint i = 0; i < self->mappers->len; i++)
    sort_join(bulk_mapper_sort(self->mappers->pdata[i]), merge);
  return merge;
}

BulkIntakeCounts
bulk_intake_counts(const BulkIntake *self)
{
  BulkIntakeCounts counts = {.records = self->records, .headers = self->totals.headers};

  for (guint i = 0; i < self->mappers->len; i++) {
    BulkMapper *mapper = self->mappers->pdata[i];
    BulkAmount amount = bulk_mapper_amount(mapper);

    bulk_amount_add(&counts.amount, &amount);
    counts.spilled_bytes += sort_spilled_bytes(bulk_mapper_sort(mapper));
  }
  return counts;
}

const FaultList *
bulk_intake_warnings(const BulkIntake *self)
{
  return &self->totals.warnings;
}

uint64_t
bulk_intake_family(const BulkIntake *self, size_t family)
{
  uint64_t bytes = 0;

  for (guint i = 0; i < self->mappers->len; i++)
    bytes += bulk_mapper_by_family(self->mappers->pdata[i])[family];
  return bytes;
}

BulkAmount
bulk_intake_region(const BulkIntake *self, size_t region)
{
  BulkAmount amount = {0};

  for (guint i = 0; i < self->mappers->len; i++)
    bulk_amount_add(&amount, &bulk_mapper_by_region(self->mappers->pdata[i])[region]);
  return amount;
}
