/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sorter.h"

#include "support/bulk-case.h"

enum { ROWS = 3000, LONG_VALUE = 100000 };

/* Packed rows of one column, drawn so that keys agree often and in long prefixes. */
static GPtrArray *
draw_rows(const BulkPlan *plan)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(11);
  g_autofree char *long_text = g_strnfill(LONG_VALUE, 'v');
  GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
  BulkPacker packer;

  bulk_packer_init(&packer, plan);
  for (int i = 0; i < ROWS; i++) {
    g_autofree char *key = g_strdup_printf("common-prefix-%d%s", g_rand_int_range(random, 0, 500),
                                           i % 3 == 0   ? ""
                                           : i % 3 == 1 ? "\xff"
                                                        : "-tail");
    RowCell cell = {.column = plan->by_rank[0],
                    .value = slice(long_text, i % 1000 == 7 ? LONG_VALUE : (size_t)(i % 40))};
    Row row = {.key = slice_text(key),
               .timestamp = g_rand_int_range(random, 0, 3),
               .cells = &cell,
               .cells_length = 1};
    Slice packed;

    g_assert_true(bulk_packer_pack(&packer, &row, (uint64_t)i, &packed, NULL));
    g_ptr_array_add(rows, g_memdup2(packed.data, packed.len));
  }
  bulk_packer_clear(&packer);
  return rows;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
  return bulk_row_compare(*(const uint8_t *const *)a, *(const uint8_t *const *)b);
}

static void
expect_all(const Sorter *sorter, const GPtrArray *sorted)
{
  g_autoptr(SortMerge) merge = sort_merge_new();
  const uint8_t *row = NULL;
  GError *error = NULL;

  sorter_join(sorter, merge);
  for (guint i = 0; i < sorted->len; i++) {
    sort_merge_next(merge, &row, &error);
    g_assert_no_error(error);
    g_assert_nonnull(row);
    g_assert_cmpmem(row, bulk_row_bytes(row), sorted->pdata[i], bulk_row_bytes(sorted->pdata[i]));
  }
  g_assert_true(sort_merge_next(merge, &row, &error));
  g_assert_null(row);
}

static void
rows_come_out_in_order_however_little_memory_there_is(void)
{
  static const struct {
    size_t memory_bytes;
    size_t runs_most;
    bool spills;
  } cases[] = {{1 << 24, 8, false}, {1 << 16, 100, true}, {1 << 16, 2, true},
               {4000, 3, true},     {100, 16, true},      {16, 500, true}};
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autoptr(GPtrArray) rows = draw_rows(bulk.plan);
  g_autoptr(GPtrArray) sorted = g_ptr_array_copy(rows, NULL, NULL);

  g_ptr_array_set_free_func(sorted, NULL);
  g_ptr_array_sort(sorted, compare);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Sorter) sorter = sorter_new(bulk.folder, cases[i].memory_bytes);

    for (guint j = 0; j < rows->len; j++)
      g_assert_true(
          sorter_add(sorter, slice(rows->pdata[j], bulk_row_bytes(rows->pdata[j])), NULL));
    g_assert_true(sorter_finish(sorter, cases[i].runs_most, NULL));
    g_assert_cmpint(sorter_spilled_bytes(sorter) > 0, ==, cases[i].spills);
    expect_all(sorter, sorted);
    expect_all(sorter, sorted); /* once more: it can be read any number of times */
    g_assert_cmpuint(bulk_case_files(&bulk), ==, 0); /* spilled runs have no name */
  }
}

/* Orders that are hard for a quicksort: all alike, rising, falling, organ pipes. */
static void
no_order_of_the_input_is_too_hard(void)
{
  enum { MANY = 20000, ORDERS = 4 };
  g_auto(BulkCase) bulk = bulk_case_make();
  BulkPacker packer;

  bulk_packer_init(&packer, bulk.plan);
  for (int order = 0; order < ORDERS; order++) {
    g_autoptr(SortArena) arena = sort_arena_new(1 << 22);

    for (int i = 0; i < MANY; i++) {
      const int keys[ORDERS] = {0, i, MANY - i, i < MANY / 2 ? i : MANY - i};
      g_autofree char *key = g_strdup_printf("%08d", keys[order]);
      Row row = {.key = slice_text(key)};
      Slice packed;

      g_assert_true(bulk_packer_pack(&packer, &row, (uint64_t)i, &packed, NULL));
      g_assert_true(sort_arena_add(arena, packed));
    }
    sort_arena_sort(arena);
    for (size_t i = 1; i < sort_arena_length(arena); i++)
      g_assert_cmpint(bulk_row_compare(sort_arena_get(arena, i - 1), sort_arena_get(arena, i)), <,
                      0);
  }
  bulk_packer_clear(&packer);
}

static void
a_folder_to_spill_to_that_is_not_there_is_told(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autoptr(GPtrArray) rows = draw_rows(bulk.plan);
  g_autoptr(Sorter) sorter = sorter_new("/not/there", 16);
  g_autoptr(GError) error = NULL;

  g_assert_false(
      sorter_add(sorter, slice(rows->pdata[0], bulk_row_bytes(rows->pdata[0])), &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_true(g_str_has_prefix(error->message, "/not/there: cannot make a file to sort in"));
}

static void
a_packed_row_opens_as_it_was(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  size_t columns = 0;
  const Column *column = mapping_columns(bulk.mapping.mapping, &columns);
  RowCell cells[] = {{.column = &column[0], .value = slice_text("of z")},
                     {.column = &column[1], .is_delete = true},
                     {.column = &column[3], .value = slice_text("")}};
  Row row = {.key = slice("k\0y", 3), .timestamp = 77, .cells = cells, .cells_length = 3};
  const struct {
    const char *qualifier;
    const char *value;
    bool is_delete;
  } wanted[] = {{"b", "", true}, {"z", "of z", false}, {"t", "", false}};
  BulkPacker packer;
  BulkCell cell;
  Slice packed;

  bulk_packer_init(&packer, bulk.plan);
  g_assert_true(bulk_packer_pack(&packer, &row, 5, &packed, NULL));

  BulkRow opened = bulk_row_open(packed.data);

  g_assert_cmpmem(opened.key.data, opened.key.len, "k\0y", 3);
  g_assert_cmpint(opened.timestamp, ==, 77);
  g_assert_cmpuint(opened.sequence, ==, 5);
  for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
    g_assert_true(bulk_row_next(&opened, &cell));
    g_assert_true(
        slice_equal(bulk.plan->by_rank[cell.rank]->qualifier, slice_text(wanted[i].qualifier)));
    g_assert_true(slice_equal(cell.value, slice_text(wanted[i].value)));
    g_assert_cmpint(cell.is_delete, ==, wanted[i].is_delete);
  }
  g_assert_false(bulk_row_next(&opened, &cell));
  bulk_packer_clear(&packer);
}

static void
a_key_that_hbase_cannot_hold_is_refused(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autofree char *key = g_strnfill(32768, 'k');
  const struct {
    size_t len;
    bool fits;
  } keys[] = {{0, false}, {1, true}, {32767, true}, {32768, false}};
  BulkPacker packer;

  bulk_packer_init(&packer, bulk.plan);
  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    Row row = {.key = slice(key, keys[i].len)};
    Slice packed;

    g_assert_cmpint(bulk_packer_pack(&packer, &row, 0, &packed, NULL), ==, keys[i].fits);
  }
  bulk_packer_clear(&packer);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sorter/order", rows_come_out_in_order_however_little_memory_there_is);
  g_test_add_func("/sorter/hard", no_order_of_the_input_is_too_hard);
  g_test_add_func("/sorter/folder", a_folder_to_spill_to_that_is_not_there_is_told);
  g_test_add_func("/row/packed", a_packed_row_opens_as_it_was);
  g_test_add_func("/row/limits", a_key_that_hbase_cannot_hold_is_refused);
  return g_test_run();
}
