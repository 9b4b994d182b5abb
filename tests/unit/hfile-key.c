/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/key.h"

static HfileKey
key_of(const char *row, const char *family, const char *qualifier, int64_t timestamp, uint8_t type)
{
  return (HfileKey){slice_text(row), slice_text(family), slice_text(qualifier), timestamp, type};
}

static void
keys_order_as_hbase_orders_them(void)
{
  /* Ascending. */
  const HfileKey keys[] = {
      key_of("a", "f", "", 5, CELL_DELETE_FAMILY), key_of("a", "f", "", 5, CELL_PUT),
      key_of("a", "f", "", 4, CELL_DELETE_FAMILY), key_of("a", "f", "q", 9, CELL_PUT),
      key_of("a", "f", "q", 8, CELL_DELETE),       key_of("a", "f", "q", 8, CELL_PUT),
      key_of("a", "f", "q", 0, CELL_PUT),          key_of("a", "f", "qq", 9, CELL_PUT),
      key_of("a", "f", "\x80", 9, CELL_PUT),       key_of("a", "g", "", 9, CELL_PUT),
      key_of("aa", "f", "", 9, CELL_PUT),          key_of("\xff", "f", "", 9, CELL_PUT),
  };

  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(keys); j++) {
      int order = hfile_key_compare(&keys[i], &keys[j]);

      g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
    }
}

static void
a_key_survives_its_bytes(void)
{
  HfileKey key = key_of("row", "f1", "q", INT64_C(1700000000000), CELL_PUT);
  const uint8_t wanted[] = {0, 3, 'r',  'o',  'w',  2,    'f',  '1',  'q',
                            0, 0, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00, 4};
  g_auto(Bytes) bytes = {0};
  HfileKey back;

  hfile_key_append(&key, &bytes);
  g_assert_cmpmem(bytes.data, bytes.len, wanted, sizeof wanted);
  g_assert_cmpuint(hfile_key_bytes(&key), ==, bytes.len);
  g_assert_true(hfile_key_parse(bytes_slice(&bytes), &back));
  g_assert_cmpint(hfile_key_compare(&key, &back), ==, 0);
}

static void
bytes_that_are_no_key_do_not_parse(void)
{
  HfileKey key = key_of("row", "f1", "", 1, CELL_PUT);
  g_auto(Bytes) bytes = {0};
  HfileKey back;

  hfile_key_append(&key, &bytes);
  for (size_t len = 0; len < bytes.len; len++)
    g_assert_false(hfile_key_parse(slice(bytes.data, len), &back));
  bytes.data[0] = 0x80;
  g_assert_false(hfile_key_parse(bytes_slice(&bytes), &back));
}

/* HFileWriterImpl.getMidpoint */
static void
the_key_between_is_the_shortest(void)
{
  const struct {
    HfileKey left;
    HfileKey right;
    HfileKey between;
  } cases[] = {
      {key_of("bbb", "f", "q", 5, CELL_PUT), key_of("bbd", "f", "q", 5, CELL_PUT),
       key_of("bbc", "", "", INT64_MAX, 255)},
      {key_of("bbbbbbb", "f", "q", 5, CELL_PUT), key_of("bbdzzzz", "f", "q", 5, CELL_PUT),
       key_of("bbc", "", "", INT64_MAX, 255)},
      {key_of("a", "f", "q", 5, CELL_PUT),
       key_of("a\x01", "f", "q", 5, CELL_PUT),
       {slice("a\0", 2), SLICE_EMPTY, SLICE_EMPTY, INT64_MAX, 255}},
      {key_of("a", "f", "qa", 5, CELL_PUT), key_of("a", "f", "qd", 5, CELL_PUT),
       key_of("a", "f", "qb", INT64_MAX, 255)},
      {key_of("a", "f", "q", 5, CELL_PUT), key_of("a", "f", "q", 4, CELL_PUT),
       key_of("a", "f", "q", 4, CELL_PUT)},
      {key_of("a", "f", "q", 5, CELL_PUT), key_of("a", "h", "q", 4, CELL_PUT),
       key_of("a", "g", "", INT64_MAX, 255)},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Bytes) between = {0};
    g_auto(Bytes) wanted = {0};

    hfile_key_append_between(&cases[i].left, &cases[i].right, &between);
    hfile_key_append(&cases[i].between, &wanted);
    g_assert_cmpmem(between.data, between.len, wanted.data, wanted.len);
    g_assert_cmpint(hfile_key_compare(&cases[i].left, &cases[i].between), <, 0);
    g_assert_cmpint(hfile_key_compare(&cases[i].between, &cases[i].right), <=, 0);
  }
}

static void
a_quoted_key_shows_its_parts(void)
{
  HfileKey key = key_of("r\x01", "f", "q", 7, CELL_DELETE_COLUMN);
  g_autofree char *quoted = hfile_key_quote(&key);

  g_assert_cmpstr(quoted, ==, "r\\x01/f:q/7/DeleteColumn");
}

/* As org.apache.hadoop.hbase.TestCellComparator has them for hbase:meta. */
static void
rows_of_meta_go_by_table_start_and_id(void)
{
  static const char *const rows[] = {"TestScanMultipleVersions",
                                     "TestScanMultipleVersions,,99999999999999",
                                     "TestScanMultipleVersions,row_0500,1236020145502",
                                     "a",
                                     "a,",
                                     "a,,1",
                                     "a,b,1",
                                     "a,b,10",
                                     "a,b,2",
                                     "a,b,c,1",
                                     "a,b-,1",
                                     "ab,a,1"};

  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(rows); j++) {
      HfileKey a = {.row = slice_text(rows[i])};
      HfileKey b = {.row = slice_text(rows[j])};
      int order = hfile_key_compare_by(HFILE_ORDER_META, &a, &b);

      g_test_message("%s %s", rows[i], rows[j]);
      g_assert_cmpint((order > 0) - (order < 0), ==, (i > j) - (i < j));
    }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/key/order", keys_order_as_hbase_orders_them);
  g_test_add_func("/key/bytes", a_key_survives_its_bytes);
  g_test_add_func("/key/malformed", bytes_that_are_no_key_do_not_parse);
  g_test_add_func("/key/between", the_key_between_is_the_shortest);
  g_test_add_func("/key/quote", a_quoted_key_shows_its_parts);
  g_test_add_func("/key/meta", rows_of_meta_go_by_table_start_and_id);
  return g_test_run();
}
