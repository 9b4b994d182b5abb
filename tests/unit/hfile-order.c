/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/order.h"

static Cell
cell_of(const char *row, const char *qualifier, int64_t timestamp, CellType type)
{
  return (Cell){.row = slice_text(row),
                .family = slice_text("f"),
                .qualifier = slice_text(qualifier),
                .value = slice_text("v"),
                .timestamp = timestamp,
                .type = type};
}

static void
a_cell_that_does_not_ascend_is_refused_and_forgotten(void)
{
  const Cell last = cell_of("b", "q", 5, CELL_DELETE);
  const struct {
    Cell cell;
    bool accepted;
  } cases[] = {
      {cell_of("b", "q", 5, CELL_PUT), true},
      {cell_of("b", "q", 4, CELL_PUT), true},
      {cell_of("b", "r", 9, CELL_PUT), true},
      {cell_of("ba", "", 0, CELL_PUT), true},
      {cell_of("b", "q", 5, CELL_DELETE), false},
      {cell_of("b", "q", 6, CELL_PUT), false},
      {cell_of("b", "p", 5, CELL_PUT), false},
      {cell_of("a", "z", 5, CELL_PUT), false},
      {cell_of("b", "q", 5, CELL_DELETE_COLUMN), false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(HfileOrder) order;
    g_autoptr(GError) error = NULL;

    hfile_order_init(&order, slice_text("f"));
    g_assert_true(hfile_order_accepts(&order, &last, NULL));
    g_assert_cmpint(hfile_order_accepts(&order, &cases[i].cell, &error), ==, cases[i].accepted);
    if (cases[i].accepted)
      continue;
    g_assert_error(error, FAULT, FAULT_RECORD);

    HfileKey kept = hfile_order_last(&order);
    HfileKey wanted = hfile_key_of(&last);

    g_assert_cmpint(hfile_key_compare(&kept, &wanted), ==, 0);
  }
}

static void
a_refusal_names_both_cells(void)
{
  g_auto(HfileOrder) order;
  g_autoptr(GError) error = NULL;
  Cell b = cell_of("b", "q", 5, CELL_PUT);
  Cell a = cell_of("a", "q", 5, CELL_PUT);

  hfile_order_init(&order, slice_text("f"));
  g_assert_true(hfile_order_accepts(&order, &b, NULL));
  g_assert_false(hfile_order_accepts(&order, &a, &error));
  g_assert_cmpstr(error->message, ==,
                  "cell a/f:q/5/Put: sorts before b/f:q/5/Put, which came before it");
  g_clear_error(&error);
  g_assert_false(hfile_order_accepts(&order, &b, &error));
  g_assert_cmpstr(error->message, ==, "cell b/f:q/5/Put: comes twice");
}

static void
cells_beyond_hbases_limits_are_refused(void)
{
  g_autofree char *long_row = g_strnfill(HFILE_ROW_MOST_BYTES + 1, 'r');
  Cell cases[8];
  size_t n = 0;

  cases[n++] = cell_of("", "q", 5, CELL_PUT);
  cases[n++] = cell_of(long_row, "q", 5, CELL_PUT);
  cases[n++] = cell_of("r", "q", -1, CELL_PUT);
  cases[n++] = cell_of("r", "q", INT64_MAX, CELL_PUT);
  cases[n++] = cell_of("r", "q", 5, (CellType)255);
  cases[n] = cell_of("r", "q", 5, CELL_PUT);
  cases[n++].family = slice_text("g");
  cases[n] = cell_of("r", "q", 5, CELL_PUT);
  cases[n++].value.len = HFILE_CELL_MOST_BYTES;
  cases[n] = cell_of("r", "q", 5, CELL_PUT);
  cases[n++].qualifier = slice(long_row, SIZE_MAX);

  for (size_t i = 0; i < n; i++) {
    g_auto(HfileOrder) order;
    g_autoptr(GError) error = NULL;

    hfile_order_init(&order, slice_text("f"));
    g_assert_false(hfile_order_accepts(&order, &cases[i], &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
  }
}

static void
the_longest_row_is_accepted(void)
{
  g_autofree char *row = g_strnfill(HFILE_ROW_MOST_BYTES, 'r');
  g_auto(HfileOrder) order;
  Cell cell = cell_of(row, "q", INT64_MAX - 1, CELL_PUT);

  hfile_order_init(&order, slice_text("f"));
  g_assert_true(hfile_order_accepts(&order, &cell, NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/order/ascending", a_cell_that_does_not_ascend_is_refused_and_forgotten);
  g_test_add_func("/order/message", a_refusal_names_both_cells);
  g_test_add_func("/order/limits", cells_beyond_hbases_limits_are_refused);
  g_test_add_func("/order/longest", the_longest_row_is_accepted);
  return g_test_run();
}
