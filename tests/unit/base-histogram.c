/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

#include <glib.h>

static const HistogramScale scale = {.bounds = {10, 20, 50}, .length = 3};

static void
a_value_lies_below_the_first_bound_that_holds_it(void)
{
  const struct {
    uint64_t value;
    size_t bucket;
  } cases[] = {{0, 0}, {10, 0}, {11, 1}, {20, 1}, {21, 2}, {50, 2}, {51, 3}, {G_MAXUINT64, 3}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (size_t near = 0; near <= scale.length; near++)
      g_assert_cmpuint(histogram_bucket(&scale, cases[i].value, near), ==, cases[i].bucket);
}

static void
what_is_added_and_what_is_merged_is_counted_alike(void)
{
  Histogram self = {.scale = &scale};
  const uint64_t counts[HISTOGRAM_BOUNDS + 1] = {2, 0, 1, 4};

  histogram_add(&self, 15);
  histogram_add(&self, 1000);
  histogram_merge(&self, counts, 300);

  g_assert_cmpuint(atomic_load(&self.counts[0]), ==, 2);
  g_assert_cmpuint(atomic_load(&self.counts[1]), ==, 1);
  g_assert_cmpuint(atomic_load(&self.counts[2]), ==, 1);
  g_assert_cmpuint(atomic_load(&self.counts[3]), ==, 5);
  g_assert_cmpuint(atomic_load(&self.sum), ==, 1315);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/histogram/bucket", a_value_lies_below_the_first_bound_that_holds_it);
  g_test_add_func("/histogram/sums", what_is_added_and_what_is_merged_is_counted_alike);
  return g_test_run();
}
