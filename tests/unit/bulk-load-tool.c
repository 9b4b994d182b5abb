/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/tool.h"

#include "base/fault.h"

/* It may have ended before anybody waits for it. */
static void
a_tool_that_ends_at_once_has_done_its_work(void)
{
  enum { TIMES = 100 };
  g_autoptr(GCancellable) cancellable = g_cancellable_new();

  for (unsigned i = 0; i < TIMES; i++) {
    g_autoptr(GError) error = NULL;

    g_assert_true(bulk_tool_call("true", "folder", "table", cancellable, &error));
    g_assert_no_error(error);
  }
}

static void
a_tool_that_fails_is_told(void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_autoptr(GError) error = NULL;

  g_assert_false(bulk_tool_call("false", "folder", "table", cancellable, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tool/at-once", a_tool_that_ends_at_once_has_done_its_work);
  g_test_add_func("/tool/fails", a_tool_that_fails_is_told);
  return g_test_run();
}
