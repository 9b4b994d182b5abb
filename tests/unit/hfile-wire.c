/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/wire.h"

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

    HfileCursor cursor = hfile_cursor(bytes_slice(&out));

    g_assert_true(hfile_take_vint(&cursor, &back));
    g_assert_cmpint(back, ==, vints[i].value);
    g_assert_cmpuint(hfile_cursor_left(&cursor), ==, 0);
  }
}

static void
a_vint_that_is_cut_is_not_taken(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(vints); i++)
    for (size_t len = 0; len < vints[i].len; len++) {
      HfileCursor cursor = hfile_cursor(slice(vints[i].bytes, len));
      int64_t value = 0;

      g_assert_false(hfile_take_vint(&cursor, &value));
      g_assert_cmpuint(hfile_cursor_left(&cursor), ==, len);
    }
}

static void
fields_are_protobufs(void)
{
  const uint8_t wanted[] = {0x08, 0xac, 0x02, 0x12, 0x02, 'h', 'i', 0x6a, 0x00};
  const uint8_t fixed[] = {0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8};
  g_auto(Bytes) out = {0};
  HfileField field;

  hfile_append_varint_field(&out, 1, 300);
  hfile_append_bytes_field(&out, 2, slice_text("hi"));
  hfile_append_bytes_field(&out, 13, SLICE_EMPTY);
  g_assert_cmpmem(out.data, out.len, wanted, sizeof wanted);

  HfileCursor cursor = hfile_cursor(bytes_slice(&out));

  g_assert_true(hfile_take_field(&cursor, &field));
  g_assert_cmpuint(field.number, ==, 1);
  g_assert_cmpuint(field.varint, ==, 300);
  g_assert_true(hfile_take_field(&cursor, &field));
  g_assert_cmpmem(field.bytes.data, field.bytes.len, "hi", 2);
  g_assert_true(hfile_take_field(&cursor, &field));
  g_assert_false(hfile_take_field(&cursor, &field));
  cursor = hfile_cursor(slice(fixed, sizeof fixed));
  g_assert_true(hfile_take_field(&cursor, &field));
  g_assert_cmpuint(field.bytes.len, ==, 4);
  g_assert_true(hfile_take_field(&cursor, &field));
  g_assert_cmpuint(field.bytes.len, ==, 8);
}

static void
malformed_fields_are_not_taken(void)
{
  const struct {
    const char *bytes;
    size_t len;
  } cases[] = {
      {"\x08", 1},                                          /* a number without its varint */
      {"\x12\x05hi", 4},                                    /* bytes beyond the end */
      {"\x0b", 1},                                          /* a group */
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a varint of eleven bytes */
      {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a length of 2^64-1 */
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    HfileCursor cursor = hfile_cursor(slice(cases[i].bytes, cases[i].len));
    HfileField field;

    g_assert_false(hfile_take_field(&cursor, &field));
    g_assert_cmpuint(hfile_cursor_left(&cursor), ==, cases[i].len);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/wire/vint", vints_are_hadoops);
  g_test_add_func("/wire/vint/cut", a_vint_that_is_cut_is_not_taken);
  g_test_add_func("/wire/field", fields_are_protobufs);
  g_test_add_func("/wire/field/malformed", malformed_fields_are_not_taken);
  return g_test_run();
}
