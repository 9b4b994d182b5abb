/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/row.h"

#include "support/bulk-case.h"

static void
rows_of_one_key_have_the_newest_first_and_of_one_time_the_last(void)
{
  static const struct {
    const char *key;
    int64_t timestamp;
    uint64_t sequence;
  } rows[] = {{"k", 9, 0}, {"k", 7, 5}, {"k", 7, 4}, {"k", 0, 9}, {"k\xff", 9, 0}, {"l", 3, 0}};
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autoptr(GPtrArray) packed = g_ptr_array_new_with_free_func(g_free);
  BulkPacker packer;

  bulk_packer_init(&packer, bulk.plan);
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    Row row = {.key = slice_text(rows[i].key), .timestamp = rows[i].timestamp};
    Slice one;

    g_assert_true(bulk_packer_pack(&packer, &row, rows[i].sequence, &one, NULL));
    g_ptr_array_add(packed, g_memdup2(one.data, one.len));
  }
  for (guint i = 1; i < packed->len; i++) {
    g_assert_cmpint(sort_entry_compare(&bulk_row_order, packed->pdata[i - 1], packed->pdata[i]), <,
                    0);
    g_assert_cmpint(sort_entry_compare(&bulk_row_order, packed->pdata[i], packed->pdata[i - 1]), >,
                    0);
  }
  bulk_packer_clear(&packer);
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
  g_test_add_func("/row/order", rows_of_one_key_have_the_newest_first_and_of_one_time_the_last);
  g_test_add_func("/row/packed", a_packed_row_opens_as_it_was);
  g_test_add_func("/row/limits", a_key_that_hbase_cannot_hold_is_refused);
  return g_test_run();
}
