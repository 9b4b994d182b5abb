/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/batch_pool.h"

static const StreamBatchLimits limits = {.rows = 10, .bytes = 4096, .frame_max_bytes = 1 << 20};

typedef struct {
  Column column;
  FramePlan *plans[2];
  KafkaPartition *partition;
  StreamBatchPool batch_pool;
} Fixture;

static void
fixture_init(Fixture *self)
{
  *self = (Fixture){.column = {.family = slice_text("f"), .qualifier = slice_text("q")}};
  for (size_t i = 0; i < G_N_ELEMENTS(self->plans); i++)
    self->plans[i] = frame_plan_new(WIRE_BINARY, i == 0 ? "one" : "two", &self->column, 1);
  self->partition = kafka_partition_new("t", 0, 0);
}

static void
fixture_clear(Fixture *self)
{
  stream_batch_pool_clear(&self->batch_pool);
  for (size_t i = 0; i < G_N_ELEMENTS(self->plans); i++)
    frame_plan_free(self->plans[i]);
  kafka_partition_unref(self->partition);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* A batch with one row of so many bytes. */
static StreamBatch *
filled(Fixture *self, size_t value_bytes)
{
  StreamBatch *batch = stream_batch_pool_take(&self->batch_pool, self->plans[0], &limits);
  g_autofree char *value = g_strnfill(value_bytes, 'v');
  RowCell cell = {.column = &self->column, .value = slice_text(value)};
  KafkaMessage message = {.partition = self->partition, .offset = 1};
  Row row = {
      .kind = ROW_PUT, .key = slice_text("k"), .timestamp = 1, .cells = &cell, .cells_length = 1};

  g_assert_cmpint(stream_batch_add(batch, &message, &row), ==, STREAM_TAKEN);
  return batch;
}

static void
the_memory_of_one_table_serves_another(void)
{
  g_auto(Fixture) fixture = {0};
  StreamBatch *batch;
  StreamBatch *again;

  fixture_init(&fixture);
  batch = filled(&fixture, 100);
  stream_batch_pool_give(&fixture.batch_pool, batch, 0);
  g_assert_cmpuint(stream_batch_pool_bytes(&fixture.batch_pool), >=, 100);

  again = stream_batch_pool_take(&fixture.batch_pool, fixture.plans[1], &limits);
  g_assert_true(again == batch);
  g_assert_true(stream_batch_is_empty(again));
  g_assert_true(stream_batch_plan(again) == fixture.plans[1]);
  g_assert_cmpuint(stream_batch_pool_bytes(&fixture.batch_pool), ==, 0);
  stream_batch_free(again);
}

static void
what_is_kept_is_bounded(void)
{
  const struct {
    size_t value_bytes;
    size_t batches;
    size_t kept;
  } cases[] = {{100, 1, 1}, {100, 3, 3}, {100, 5, 3}, {100000, 1, 0}, {100000, 5, 0}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture = {0};
    StreamBatch *batches[5];

    fixture_init(&fixture);
    for (size_t j = 0; j < cases[i].batches; j++)
      batches[j] = filled(&fixture, cases[i].value_bytes);
    for (size_t j = 0; j < cases[i].batches; j++)
      stream_batch_pool_give(&fixture.batch_pool, batches[j], 0);
    g_assert_cmpuint(fixture.batch_pool.length, ==, cases[i].kept);
  }
}

static void
memory_goes_back_after_a_second_without_use(void)
{
  const struct {
    int64_t now_us;
    size_t kept;
  } cases[] = {{5000000, 1}, {5999999, 1}, {6000000, 0}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture = {0};

    fixture_init(&fixture);
    stream_batch_pool_give(&fixture.batch_pool, filled(&fixture, 100), 5000000);
    stream_batch_pool_rest(&fixture.batch_pool, cases[i].now_us);
    g_assert_cmpuint(fixture.batch_pool.length, ==, cases[i].kept);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/batch-pool/another-table", the_memory_of_one_table_serves_another);
  g_test_add_func("/batch-pool/bounded", what_is_kept_is_bounded);
  g_test_add_func("/batch-pool/rest", memory_goes_back_after_a_second_without_use);
  return g_test_run();
}
