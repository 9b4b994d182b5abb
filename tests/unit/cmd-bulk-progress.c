/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/progress.h"

static const struct {
  CmdBulkProgress progress;
  const char *text;
} cases[] = {
    {{BULK_READING, 0, 0, 0, 0}, "reading"},
    {{BULK_READING, 0, 1000, 0, 0}, "reading done=0%"},
    {{BULK_READING, 250, 1000, 600, 2}, "reading done=25% rows=600 per_second=300 left=6s"},
    /* The size of standard input is not known, nor when it ends. */
    {{BULK_READING, 250, 0, 600, 2}, "reading rows=600 per_second=300"},
    /* Too early to tell when it will be done. */
    {{BULK_WRITING, 500, 1000, 500, 1}, "writing done=50% rows=500 per_second=500"},
    {{BULK_WRITING, 9, 1000, 9, 3}, "writing done=1% rows=9 per_second=3"},
    {{BULK_WRITING, 1000, 1000, 1000, 4}, "writing done=100% rows=1000 per_second=250 left=0s"},
    /* Bytes, where there are no rows. */
    {{BULK_LOADING, 4096, 8192, 0, 2}, "loading done=50% rate=2.0\xc2\xa0KiB/s left=2s"},
    {{BULK_PLACING, 0, 8192, 0, 2}, "placing done=0%"},
};

static void
the_line_tells_phase_share_rate_and_what_is_left(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = cmd_bulkprogress_describe(&cases[i].progress);

    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bulk-progress/line", the_line_tells_phase_share_rate_and_what_is_left);
  return g_test_run();
}
