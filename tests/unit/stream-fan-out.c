/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writer.h"

#include <stdio.h>

#include "support/writer-case.h"

/* One topic, two tables: "t" by the first line of the writer and "u" by the second. */

static WriterSettings
settings_of_two(void)
{
  WriterSettings settings = writer_case_plain;

  settings.fans_out = true;
  return settings;
}

static void
assert_line(const WriterCase *self, int line, size_t written, size_t skipped, size_t dead_lettered)
{
  g_assert_cmpuint(metrics_counters_sum(self->counters, line, COUNTER_WRITTEN), ==, written);
  g_assert_cmpuint(metrics_counters_sum(self->counters, line, COUNTER_SKIPPED), ==, skipped);
  g_assert_cmpuint(metrics_counters_sum(self->counters, line, COUNTER_DEAD_LETTERED), ==,
                   dead_lettered);
  g_assert_cmpuint(metrics_counters_sum(self->counters, line, COUNTER_READ), ==,
                   metrics_counters_consumed(self->counters, line));
}

/* Every store of the log, in its order, as "0:2 0:3 ". */
static char *
stores_of(const WriterCase *self)
{
  GString *stores = g_string_new(NULL);
  g_auto(GStrv) steps = g_strsplit(self->sink.calls->str, ";", -1);

  for (char **step = steps; *step != NULL; step++)
    if (g_str_has_prefix(*step, "store "))
      g_string_append_printf(stores, "%s ", *step + strlen("store "));
  return g_string_free(stores, FALSE);
}

static void
each_table_gets_every_record(void)
{
  WriterSettings settings = settings_of_two();
  g_auto(WriterCase) fixture;

  writer_case_init(&fixture, &settings);
  memory_source_add(&fixture.source, 0, "a=1 b=1 -c .");
  memory_source_add(&fixture.source, 1, "d=1");
  writer_case_run(&fixture);
  g_assert_no_error(fixture.failure);
  assert_line(&fixture, 0, 4, 0, 0);
  assert_line(&fixture, 1, 4, 0, 0);
  g_assert_cmpint(writer_case_stored(&fixture, 0), ==, 3);
  g_assert_cmpint(writer_case_stored(&fixture, 1), ==, 1);
}

static void
the_offset_stored_is_the_least(void)
{
  /* Of the calls: t's first, u's first, t's second is cut off. */
  static const char *const answers[] = {"P", ".P", "..P", "p", ".p", "S", ".S", "..B", NULL};

  for (size_t i = 0; answers[i] != NULL; i++) {
    WriterSettings settings = settings_of_two();
    g_auto(WriterCase) fixture;
    g_autofree char *stores = NULL;
    int last = 0;

    g_test_message("%s", answers[i]);
    writer_case_init(&fixture, &settings);
    fixture.sink.answers = answers[i];
    memory_source_add(&fixture.source, 0, "a=1 b=1 c=1 d=1 e=1");
    writer_case_run(&fixture);
    g_assert_no_error(fixture.failure);
    assert_line(&fixture, 0, 5, 0, 0);
    assert_line(&fixture, 1, 5, 0, 0);

    /* Never back, and to the end. */
    stores = stores_of(&fixture);

    g_auto(GStrv) list = g_strsplit(g_strchomp(stores), " ", -1);

    for (char **store = list; *store != NULL; store++) {
      int now = 0;

      g_assert_cmpint(sscanf(*store, "0:%d", &now), ==, 1);
      g_assert_cmpint(now, >=, last);
      last = now;
    }
    g_assert_cmpint(last, ==, 5);
  }
}

static void
nothing_is_stored_while_one_table_is_gone(void)
{
  WriterSettings settings = settings_of_two();
  g_auto(WriterCase) fixture;

  writer_case_init(&fixture, &settings);
  fixture.source.exhausted = NULL;
  fixture.sink.missing = "u";
  memory_source_add(&fixture.source, 0, "a=1 b=1 c=1 d=1");
  stream_writer_start(fixture.writer);
  writer_case_await_waiting(&fixture);
  while (metrics_counters_sum(fixture.counters, 0, COUNTER_WRITTEN) < 2)
    g_thread_yield();
  g_assert_cmpint(writer_case_stored(&fixture, 0), <, 1);

  g_mutex_lock(&fixture.sink.lock);
  g_assert_null(strstr(fixture.sink.calls->str, "store 0:1"));
  fixture.sink.missing = NULL;
  g_mutex_unlock(&fixture.sink.lock);
  stream_writer_stop(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  g_assert_no_error(fixture.failure);
  assert_line(&fixture, 0, 4, 0, 0);
  assert_line(&fixture, 1, 4, 0, 0);
  g_assert_cmpint(writer_case_stored(&fixture, 0), ==, 4);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  g_test_add_func("/fan-out/each", each_table_gets_every_record);
  g_test_add_func("/fan-out/least", the_offset_stored_is_the_least);
  g_test_add_func("/fan-out/gone", nothing_is_stored_while_one_table_is_gone);
  return g_test_run();
}
