/* SPDX-License-Identifier: Apache-2.0 */
#include "base/protobuf.h"

static void
fields_are_protobufs(void)
{
  const uint8_t wanted[] = {0x08, 0xac, 0x02, 0x12, 0x02, 'h', 'i', 0x6a, 0x00};
  const uint8_t fixed[] = {0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8};
  g_auto(Bytes) out = {0};
  ProtobufField field;

  protobuf_append_varint_field(&out, 1, 300);
  protobuf_append_bytes_field(&out, 2, slice_text("hi"));
  protobuf_append_bytes_field(&out, 13, SLICE_EMPTY);
  g_assert_cmpmem(out.data, out.len, wanted, sizeof wanted);

  Cursor cursor = cursor_of(bytes_slice(&out));

  g_assert_true(protobuf_take_field(&cursor, &field));
  g_assert_cmpuint(field.number, ==, 1);
  g_assert_cmpuint(field.varint, ==, 300);
  g_assert_true(protobuf_take_field(&cursor, &field));
  g_assert_cmpmem(field.bytes.data, field.bytes.len, "hi", 2);
  g_assert_true(protobuf_take_field(&cursor, &field));
  g_assert_false(protobuf_take_field(&cursor, &field));
  cursor = cursor_of(slice(fixed, sizeof fixed));
  g_assert_true(protobuf_take_field(&cursor, &field));
  g_assert_cmpuint(field.bytes.len, ==, 4);
  g_assert_true(protobuf_take_field(&cursor, &field));
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
      {"\x00\x05", 2},                                      /* field 0 */
      {"\x0b", 1},                                          /* a group */
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a varint of eleven bytes */
      {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a length of 2^64-1 */
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Cursor cursor = cursor_of(slice(cases[i].bytes, cases[i].len));
    ProtobufField field;

    g_assert_false(protobuf_take_field(&cursor, &field));
    g_assert_cmpuint(cursor_left(&cursor), ==, cases[i].len);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/protobuf/field", fields_are_protobufs);
  g_test_add_func("/protobuf/field/malformed", malformed_fields_are_not_taken);
  return g_test_run();
}
