/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/batch.h"

#include "support/memory-sink.h"

static const StreamBatchLimits roomy = {.rows = 100, .bytes = 1 << 20, .frame_max_bytes = 1 << 20};

typedef struct {
  MemorySink sink;
  KafkaPartition *partition; /* owned */
  StreamBatch *batch;        /* owned */
  int64_t offset;
} Fixture;

static void
fixture_init(Fixture *self, const StreamBatchLimits *limits)
{
  *self = (Fixture){0};
  memory_sink_init(&self->sink);
  self->partition = kafka_partition_new("topic", 0, 3);
  self->batch = stream_batch_new(self->sink.plan, limits);
}

static void
fixture_clear(Fixture *self)
{
  stream_batch_free(self->batch);
  kafka_partition_unref(self->partition);
  memory_sink_clear(&self->sink);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static KafkaMessage
next_message(Fixture *self)
{
  return (KafkaMessage){
      .partition = self->partition, .offset = self->offset++, .value = slice_text("0123456789")};
}

static StreamTaking
add(Fixture *self, const char *key, const char *value, int64_t timestamp)
{
  RowCell cell;
  Row row = memory_sink_row(&self->sink, &cell, key, value, timestamp);
  KafkaMessage message = next_message(self);

  return stream_batch_add(self->batch, &message, &row);
}

static size_t
count_rows(const Fixture *self, FrameKind kind)
{
  return frame_rows_length(stream_batch_rows(self->batch, kind));
}

static void
one_row_and_time_is_put_once(void)
{
  const struct {
    const char *key;
    const char *value;
    int64_t timestamp;
    StreamTaking taking;
    size_t rows;
  } cases[] = {
      {"a", "1", 10, STREAM_TAKEN, 1},  {"a", "1", 11, STREAM_TAKEN, 2}, /* another version */
      {"b", "1", 10, STREAM_TAKEN, 3},  {"a", "1", 10, STREAM_TAKEN, 3}, /* a copy */
      {"a", "2", 10, STREAM_TAKEN, 3},                                   /* a later offset */
      {"a", "1", 10, STREAM_TAKEN, 3},  {"ab", "1", 10, STREAM_TAKEN, 4},
      {"a", "22", 11, STREAM_TAKEN, 4}, {"c", "2", 10, STREAM_TAKEN, 5},
  };
  g_auto(Fixture) fixture;
  size_t taken = 0;

  fixture_init(&fixture, &roomy);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpint(add(&fixture, cases[i].key, cases[i].value, cases[i].timestamp), ==,
                    cases[i].taking);
    g_assert_cmpuint(count_rows(&fixture, FRAME_PUT), ==, cases[i].rows);
    taken += cases[i].taking == STREAM_TAKEN;
  }
  g_assert_cmpuint(stream_batch_tally(fixture.batch).written, ==, taken);
}

/* Two puts that are large: it is not for one to take the other's record with it if it is refused.
 */
static void
what_is_too_large_to_be_made_one_begins_a_batch(void)
{
  g_autofree char *large = g_strnfill(40000, 'x');
  g_auto(Fixture) fixture;

  fixture_init(&fixture, &roomy);
  g_assert_cmpint(add(&fixture, "a", large, 1), ==, STREAM_TAKEN);
  g_assert_cmpint(add(&fixture, "a", large, 1), ==, STREAM_TAKEN); /* a copy is none */
  large[0] = 'y';
  g_assert_cmpint(add(&fixture, "a", large, 1), ==, STREAM_FULL);
  g_assert_cmpint(add(&fixture, "a", "small", 1), ==, STREAM_TAKEN);
  g_assert_cmpuint(count_rows(&fixture, FRAME_PUT), ==, 1);
}

static void
many_rows_are_told_apart(void)
{
  const StreamBatchLimits limits = {.rows = 5000, .bytes = 1 << 24, .frame_max_bytes = 1 << 24};
  g_auto(Fixture) fixture;

  fixture_init(&fixture, &limits);
  for (size_t i = 0; i < 4000; i++) {
    g_autofree char *key = g_strdup_printf("key-%zu", i % 2000);

    g_assert_cmpint(add(&fixture, key, "v", i < 2000 ? 7 : (int64_t)(i % 3) + 6), ==, STREAM_TAKEN);
  }
  /* Of the second 2000 a third has the first's timestamp and is a copy. */
  g_assert_cmpuint(count_rows(&fixture, FRAME_PUT), ==, 4000 - 2000 / 3);
}

static void
a_batch_ends_by_rows_bytes_or_frame(void)
{
  const struct {
    StreamBatchLimits limits;
    size_t value_bytes;
    size_t fits;
  } cases[] = {
      {{.rows = 3, .bytes = 1 << 20, .frame_max_bytes = 1 << 20}, 10, 3},
      {{.rows = 100, .bytes = 5000, .frame_max_bytes = 1 << 20}, 500, 4},
      {{.rows = 100, .bytes = 1 << 20, .frame_max_bytes = 5000}, 1000, 4},
      {{.rows = 100, .bytes = 10, .frame_max_bytes = 1 << 20}, 10, 1}, /* one always */
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture;
    g_autofree char *value = g_strnfill(cases[i].value_bytes, 'x');
    const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    size_t taken = 0;

    fixture_init(&fixture, &cases[i].limits);
    while (add(&fixture, keys[taken], value, 1) == STREAM_TAKEN)
      taken++;
    g_assert_cmpuint(taken, ==, cases[i].fits);
    g_assert_cmpuint(stream_batch_rows(fixture.batch, FRAME_PUT)->rows.len +
                         frame_overhead_bytes(fixture.sink.plan),
                     <=, cases[i].limits.frame_max_bytes);
  }
}

static void
a_row_that_fits_no_frame_is_told_from_a_full_batch(void)
{
  const StreamBatchLimits limits = {.rows = 9, .bytes = 1 << 20, .frame_max_bytes = 500};
  g_auto(Fixture) fixture;
  g_autofree char *value = g_strnfill(600, 'x');

  fixture_init(&fixture, &limits);
  g_assert_cmpint(add(&fixture, "a", value, 1), ==, STREAM_TOO_LARGE);
  g_assert_true(stream_batch_is_empty(fixture.batch));
}

/* Its cells fit one by one: each piece is a row for HBase, and all are one record's. */
static void
a_row_that_fits_no_frame_is_cut_into_pieces_that_do(void)
{
  const StreamBatchLimits limits = {.rows = 9, .bytes = 1 << 20, .frame_max_bytes = 1000};
  g_auto(Fixture) fixture;
  g_autofree char *value = g_strnfill(300, 'x');
  g_autoptr(GError) error = g_error_new_literal(FAULT, FAULT_RECORD, "because");
  g_autoptr(GPtrArray) rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  RowCell cells[7];
  Row row;
  KafkaMessage message;

  fixture_init(&fixture, &limits);
  for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
    row = memory_sink_row(&fixture.sink, &cells[i], "wide", value, 1);
  row.cells = cells;
  row.cells_length = G_N_ELEMENTS(cells);
  message = next_message(&fixture);
  g_assert_cmpint(add(&fixture, "a", "1", 1), ==, STREAM_TAKEN);
  g_assert_cmpint(stream_batch_add(fixture.batch, &message, &row), ==, STREAM_FULL);
  stream_batch_reset(fixture.batch);

  g_assert_cmpint(stream_batch_add(fixture.batch, &message, &row), ==, STREAM_TAKEN);
  g_assert_cmpuint(count_rows(&fixture, FRAME_PUT), >, 1);
  for (size_t first = 0; first < count_rows(&fixture, FRAME_PUT);) {
    const FrameRows *rows = stream_batch_rows(fixture.batch, FRAME_PUT);
    size_t count = stream_batch_fitting(fixture.batch, FRAME_PUT, first);

    g_assert_cmpuint(count, >, 0);
    g_assert_cmpuint(frame_rows_slice(rows, first, count).len +
                         frame_overhead_bytes(fixture.sink.plan),
                     <=, limits.frame_max_bytes);
    first += count;
  }
  g_assert_cmpint(add(&fixture, "b", "1", 1), ==, STREAM_FULL);
  g_assert_cmpuint(stream_batch_tally(fixture.batch).written, ==, 1);

  stream_batch_reject_row(fixture.batch, FRAME_PUT, 1, error, 3);
  stream_batch_reject_row(fixture.batch, FRAME_PUT, 2, error, 3);
  stream_batch_take_rejects(fixture.batch, rejects);
  g_assert_cmpuint(rejects->len, ==, 1);
  g_assert_cmpuint(stream_batch_tally(fixture.batch).written, ==, 0);
}

static void
a_refused_row_rejects_every_record_it_was_made_of(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = g_error_new_literal(FAULT, FAULT_RECORD, "because");
  g_autoptr(GPtrArray) rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);

  fixture_init(&fixture, &roomy);
  add(&fixture, "a", "1", 10);
  add(&fixture, "b", "1", 10);
  add(&fixture, "b", "1", 10);
  stream_batch_reject_row(fixture.batch, FRAME_PUT, 1, error, 3);
  stream_batch_reject_row(fixture.batch, FRAME_PUT, 1, error, 4);
  stream_batch_take_rejects(fixture.batch, rejects);

  g_assert_cmpuint(rejects->len, ==, 2);
  for (guint i = 0; i < rejects->len; i++) {
    const StreamReject *reject = rejects->pdata[i];

    g_assert_cmpint(reject->message.offset, ==, i + 1);
    g_assert_cmpint(reject->stage, ==, STREAM_PUT);
    g_assert_cmpstr(reject->reason, ==, "because");
    g_assert_cmpuint(reject->attempts, ==, 3);
    g_assert_cmpmem(reject->key.data, reject->key.len, "b", 1);
  }
  g_assert_cmpuint(stream_batch_tally(fixture.batch).rejected, ==, 2);
  g_assert_cmpuint(stream_batch_tally(fixture.batch).written, ==, 1);
}

static void
every_record_is_counted_once_and_moves_its_partition_on(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GPtrArray) touched = g_ptr_array_new();
  Row nothing = {.key = slice_text("n"), .timestamp = 1};
  Row tombstone = memory_sink_tombstone("gone", 1);
  g_autoptr(GError) bad = g_error_new_literal(FAULT, FAULT_RECORD, "bad");
  StreamTally tally;

  fixture_init(&fixture, &roomy);
  add(&fixture, "a", "1", 10);

  KafkaMessage messages[5];

  for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
    messages[i] = next_message(&fixture);
  stream_batch_add(fixture.batch, &messages[0], &nothing);
  stream_batch_add(fixture.batch, &messages[1], &tombstone);
  stream_batch_add_skipped(fixture.batch, &messages[2]);
  stream_batch_add_reject(fixture.batch, stream_reject_new(&messages[3], STREAM_DECODE, bad));
  messages[4].offset = 9;
  messages[4].is_end = true;
  stream_batch_add_end(fixture.batch, &messages[4]);

  tally = stream_batch_tally(fixture.batch);
  g_assert_cmpuint(tally.records, ==, 5);
  g_assert_cmpuint(tally.written, ==, 2);
  g_assert_cmpuint(tally.skipped, ==, 2);
  g_assert_cmpuint(tally.rejected, ==, 1);
  g_assert_cmpuint(tally.tombstones, ==, 1);
  g_assert_cmpuint(count_rows(&fixture, FRAME_DELETE), ==, 1);

  stream_batch_touch(fixture.batch, 0, touched);
  g_assert_cmpuint(touched->len, ==, 1);
  g_assert_cmpint(fixture.partition->readers[0].done, ==, 9);

  stream_batch_reset(fixture.batch);
  g_assert_true(stream_batch_is_empty(fixture.batch));
  g_assert_cmpint(add(&fixture, "a", "2", 10), ==, STREAM_TAKEN);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/batch/same-row", one_row_and_time_is_put_once);
  g_test_add_func("/batch/large", what_is_too_large_to_be_made_one_begins_a_batch);
  g_test_add_func("/batch/many-rows", many_rows_are_told_apart);
  g_test_add_func("/batch/limits", a_batch_ends_by_rows_bytes_or_frame);
  g_test_add_func("/batch/too-large", a_row_that_fits_no_frame_is_told_from_a_full_batch);
  g_test_add_func("/batch/pieces", a_row_that_fits_no_frame_is_cut_into_pieces_that_do);
  g_test_add_func("/batch/reject-row", a_refused_row_rejects_every_record_it_was_made_of);
  g_test_add_func("/batch/tally", every_record_is_counted_once_and_moves_its_partition_on);
  return g_test_run();
}
