/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/window.h"

#include <glib.h>

enum { SECOND_US = 1000 * 1000 };

typedef struct {
  uint64_t seen;
  uint64_t bad;
  int64_t after_s; /* since the step before */
} Step;

static void
a_window_is_judged_by_size_or_age(void)
{
  const struct {
    const char *name;
    Step steps[4];
    bool is_due;
    bool is_guilty;
    bool is_suspect;
  } cases[] = {
      {"closed while all is well", {{5000, 0, 60}}, false, false, false},
      {"open, too young and too small", {{500, 460, 0}}, false, true, false},
      {"full and bad", {{500, 450, 0}, {500, 470, 1}}, true, true, false},
      {"full and at the limit", {{1000, 900, 0}}, true, false, false},
      {"full, mostly good", {{500, 1, 0}, {600, 0, 0}}, true, false, false},
      {"what came before it opened does not count",
       {{9000, 0, 0}, {1000, 950, 0}},
       true,
       true,
       false},
      {"old", {{100, 100, 0}, {1, 1, 10}}, true, true, false},
      {"old, but too few to tell", {{50, 50, 0}, {49, 49, 10}}, true, false, true},
      {"few, and mostly good", {{99, 89, 0}}, false, false, false},
      {"few, and nearly all bad", {{1, 1, 0}}, false, false, true},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    StreamWindow window = {.limits = {.limit = 0.9, .records = 1000}};
    int64_t now_us = 77;

    g_test_message("%s", cases[i].name);
    for (const Step *step = cases[i].steps; step->seen > 0; step++) {
      now_us += step->after_s * SECOND_US;
      stream_window_add(&window, step->seen, step->bad, now_us);
    }
    g_assert_cmpint(stream_window_is_due(&window, now_us), ==, cases[i].is_due);
    g_assert_cmpint(stream_window_is_guilty(&window), ==, cases[i].is_guilty);
    g_assert_cmpint(stream_window_is_suspect(&window), ==, cases[i].is_suspect);
  }
}

static void
a_closed_window_begins_anew(void)
{
  StreamWindow window = {.limits = {.limit = 0.5, .records = 1000}};

  stream_window_add(&window, 1000, 400, 5);
  stream_window_close(&window, true);
  g_assert_false(window.is_open);
  g_assert_cmpint(stream_window_due_us(&window), ==, INT64_MAX);
  g_assert_cmpuint(window.seen, ==, 0);
  stream_window_add(&window, 10, 1, 7 * SECOND_US);
  g_assert_cmpint(stream_window_due_us(&window), ==, 17 * SECOND_US);
}

static void
large_bad_records_get_no_further_than_small_ones(void)
{
  StreamWindow window = {.limits = {.limit = 0.5, .records = 1000}};
  size_t passed = 0;

  /* Each time one record alone fills the memory there is for bad ones. */
  for (;; passed++) {
    stream_window_add(&window, 1, 1, 5);
    if (stream_window_is_guilty(&window))
      break;
    stream_window_close(&window, true);
  }
  g_assert_cmpuint(passed, ==, 99);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/window/judged", a_window_is_judged_by_size_or_age);
  g_test_add_func("/window/anew", a_closed_window_begins_anew);
  g_test_add_func("/window/large", large_bad_records_get_no_further_than_small_ones);
  return g_test_run();
}
