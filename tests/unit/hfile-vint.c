/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/vint.h"

static const struct {
  int64_t value;
  uint8_t bytes[HFILE_VINT_MOST_BYTES];
  size_t len;
} vints[] = {
    {0, {0x00}, 1},
    {127, {0x7f}, 1},
    {128, {0x8f, 0x80}, 2},
    {255, {0x8f, 0xff}, 2},
    {256, {0x8e, 0x01, 0x00}, 3},
    {-1, {0xff}, 1},
    {-112, {0x90}, 1},
    {-113, {0x87, 0x70}, 2},
    {INT64_C(1) << 33, {0x8b, 0x02, 0, 0, 0, 0}, 6},
    {INT64_MAX, {0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9},
    {INT64_MIN, {0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9},
};

static void
vints_are_hadoops(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(vints); i++) {
    g_auto(Bytes) out = {0};
    int64_t back = 0;

    hfile_append_vint(&out, vints[i].value);
    g_assert_cmpmem(out.data, out.len, vints[i].bytes, vints[i].len);
    g_assert_cmpuint(hfile_vint_bytes(vints[i].value), ==, vints[i].len);

    Cursor cursor = cursor_of(bytes_slice(&out));

    g_assert_true(hfile_take_vint(&cursor, &back));
    g_assert_cmpint(back, ==, vints[i].value);
    g_assert_cmpuint(cursor_left(&cursor), ==, 0);
  }
}

static void
a_vint_that_is_cut_is_not_taken(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(vints); i++)
    for (size_t len = 0; len < vints[i].len; len++) {
      Cursor cursor = cursor_of(slice(vints[i].bytes, len));
      int64_t value = 0;

      g_assert_false(hfile_take_vint(&cursor, &value));
      g_assert_cmpuint(cursor_left(&cursor), ==, len);
    }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/vint/values", vints_are_hadoops);
  g_test_add_func("/vint/cut", a_vint_that_is_cut_is_not_taken);
  return g_test_run();
}
