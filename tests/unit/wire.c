/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/extent.h"

#include "hbase/autoptr.h"
#include "hbase/memory.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

static void
write_field(ThriftProtocol *protocol, ThriftType type, gint16 id)
{
  thrift_protocol_write_field_begin(protocol, "", type, id, NULL);
}

static void
write_containers(ThriftProtocol *protocol)
{
  write_field(protocol, T_LIST, 10);
  thrift_protocol_write_list_begin(protocol, T_BOOL, 3, NULL);
  for (int i = 0; i < 3; i++)
    thrift_protocol_write_bool(protocol, i & 1, NULL);
  write_field(protocol, T_SET, 11);
  thrift_protocol_write_set_begin(protocol, T_I64, 20, NULL);
  for (gint64 i = 0; i < 20; i++)
    thrift_protocol_write_i64(protocol, i * 1000, NULL);
  write_field(protocol, T_MAP, 12);
  thrift_protocol_write_map_begin(protocol, T_I32, T_LIST, 2, NULL);
  for (gint32 i = 0; i < 2; i++) {
    thrift_protocol_write_i32(protocol, i, NULL);
    thrift_protocol_write_list_begin(protocol, T_STRING, 1, NULL);
    thrift_protocol_write_string(protocol, "item", NULL);
  }
  write_field(protocol, T_MAP, 13);
  thrift_protocol_write_map_begin(protocol, T_STRING, T_STRING, 0, NULL);
  write_field(protocol, T_LIST, 14);
  thrift_protocol_write_list_begin(protocol, T_STRUCT, 2, NULL);
  for (int i = 0; i < 2; i++) {
    thrift_protocol_write_struct_begin(protocol, "", NULL);
    write_field(protocol, T_STRUCT, 1);
    thrift_protocol_write_struct_begin(protocol, "", NULL);
    thrift_protocol_write_field_stop(protocol, NULL);
    thrift_protocol_write_struct_end(protocol, NULL);
    thrift_protocol_write_field_stop(protocol, NULL);
    thrift_protocol_write_struct_end(protocol, NULL);
  }
}

/* A message with every type, as Thrift's own library writes it; field 300 comes last. */
static void
write_message(WireProtocol wire, Bytes *out)
{
  GType type = wire == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
  g_autoptr(ThriftTransport) transport = memory_transport_new();
  g_autoptr(ThriftProtocol) protocol = g_object_new(type, "transport", transport, NULL);

  thrift_protocol_write_message_begin(protocol, "method", T_REPLY, 123456, NULL);
  thrift_protocol_write_struct_begin(protocol, "", NULL);
  write_field(protocol, T_BOOL, 1);
  thrift_protocol_write_bool(protocol, TRUE, NULL);
  write_field(protocol, T_BOOL, 2);
  thrift_protocol_write_bool(protocol, FALSE, NULL);
  write_field(protocol, T_BYTE, 3);
  thrift_protocol_write_byte(protocol, -3, NULL);
  write_field(protocol, T_I16, 4);
  thrift_protocol_write_i16(protocol, -300, NULL);
  write_field(protocol, T_I32, 5);
  thrift_protocol_write_i32(protocol, G_MININT32, NULL);
  write_field(protocol, T_I64, 6);
  thrift_protocol_write_i64(protocol, G_MAXINT64, NULL);
  write_field(protocol, T_DOUBLE, 7);
  thrift_protocol_write_double(protocol, 2.5, NULL);
  write_field(protocol, T_STRING, 8);
  thrift_protocol_write_string(protocol, "text", NULL);
  write_containers(protocol);
  write_field(protocol, T_I32, 300);
  thrift_protocol_write_i32(protocol, 42, NULL);
  thrift_protocol_write_field_stop(protocol, NULL);
  thrift_protocol_write_struct_end(protocol, NULL);
  bytes_append_slice(out, memory_transport_written(transport));
}

static void
check_field(WireReader *reader, const WireField *field)
{
  bool truth;
  int32_t i32;
  int64_t i64;
  Slice text;

  switch (field->id) {
  case 1:
  case 2:
    g_assert_true(wire_read_bool(reader, field, &truth));
    g_assert_cmpint(truth, ==, field->id == 1);
    break;
  case 5:
  case 300:
    g_assert_true(wire_read_i32(reader, &i32));
    g_assert_cmpint(i32, ==, field->id == 5 ? G_MININT32 : 42);
    break;
  case 6:
    g_assert_true(wire_read_i64(reader, &i64));
    g_assert_cmpint(i64, ==, G_MAXINT64);
    break;
  case 8:
    g_assert_true(wire_read_binary(reader, &text));
    g_assert_true(slice_equal(text, slice_text("text")));
    break;
  default:
    g_assert_true(extent_skip(reader, field));
  }
}

static void
every_type_is_read_or_skipped(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
    g_auto(Bytes) message = {0};
    WireHeader header;
    WireField field = {0};
    int fields = 0;

    write_message(wire, &message);

    WireReader reader = wire_reader(wire, bytes_slice(&message));

    g_assert_true(wire_read_header(&reader, &header));
    g_assert_cmpint(header.type, ==, WIRE_REPLY);
    g_assert_cmpint(header.sequence, ==, 123456);
    g_assert_true(slice_equal(header.name, slice_text("method")));
    for (; wire_next_field(&reader, &field); fields++)
      check_field(&reader, &field);
    g_assert_cmpint(reader.verdict, ==, WIRE_WHOLE);
    g_assert_cmpint(fields, ==, 14);
    g_assert_cmpint(field.id, ==, 300);
    g_assert_cmpuint(reader.rest.len, ==, 0);
  }
}

static void
a_message_is_followed_to_its_end_byte_by_byte(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
    g_auto(Bytes) message = {0};
    Extent extent;

    write_message(wire, &message);

    size_t whole = message.len;

    bytes_append(&message, "next", 4);
    extent_init(&extent, wire);
    for (size_t len = 0; len < whole; len++) {
      g_autofree uint8_t *copy = g_memdup2(message.data, len);

      g_assert_cmpint(extent_follow(&extent, slice(copy, len)), ==, WIRE_SHORT);
    }
    g_assert_cmpint(extent_follow(&extent, bytes_slice(&message)), ==, WIRE_WHOLE);
    g_assert_cmpuint(extent.at, ==, whole);
  }
}

static void
what_no_message_may_hold_is_bad(void)
{
#define BINARY "\x80\x01\x00\x02\x00\x00\x00\x01m\x00\x00\x00\x00"
#define COMPACT "\x82\x41\x00\x01m"
  static const struct {
    WireProtocol protocol;
    Slice bytes;
  } cases[] = {
#define CASE(protocol, text)                                                                       \
  {                                                                                                \
    protocol,                                                                                      \
    {                                                                                              \
      (const uint8_t *)(text), sizeof(text) - 1                                                    \
    }                                                                                              \
  }
      CASE(WIRE_BINARY, "\x00\x00\x00\x01m"),                       /* no version */
      CASE(WIRE_BINARY, "\x80\x01\x00\x02\xff\xff\xff\xff"),        /* a name of -1 bytes */
      CASE(WIRE_BINARY, BINARY "\x05\x00\x01"),                     /* no such type */
      CASE(WIRE_BINARY, BINARY "\x10\x00\x01"),                     /* no such type */
      CASE(WIRE_BINARY, BINARY "\x0b\x00\x01\x80\x00\x00\x00"),     /* a negative length */
      CASE(WIRE_BINARY, BINARY "\x0f\x00\x01\x00\x00\x00\x00\x01"), /* a list of stops */
      CASE(WIRE_BINARY, BINARY "\x0d\x00\x01\x0b\x01\x00\x00\x00\x01"),
      CASE(WIRE_COMPACT, "\x80\x01\x00\x02"),
      CASE(WIRE_COMPACT, "\x82\x42\x00\x01m"), /* version 2 */
      CASE(WIRE_COMPACT, COMPACT "\x1d"),      /* no such type */
      CASE(WIRE_COMPACT, COMPACT "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
      CASE(WIRE_COMPACT, COMPACT "\x18\x80\x80\x80\x80\x08"), /* 2^31 bytes */
      CASE(WIRE_COMPACT, COMPACT "\x19\x1e"),                 /* a list of no such type */
      CASE(WIRE_COMPACT, COMPACT "\x05\x80\x80\x80\x80\x10"), /* field id 2^31 */
      CASE(WIRE_COMPACT, COMPACT "\x1b\x01\x0d"),
#undef CASE
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Extent extent;

    extent_init(&extent, cases[i].protocol);
    g_assert_cmpint(extent_follow(&extent, cases[i].bytes), ==, WIRE_BAD);
  }
}

static void
depth_has_an_end(void)
{
  g_auto(Bytes) message = {0};
  Extent extent;

  bytes_append(&message, BINARY, sizeof BINARY - 1);
  for (int i = 0; i < EXTENT_DEPTH; i++)
    bytes_append(&message, "\x0c\x00\x01", 3);
  extent_init(&extent, WIRE_BINARY);
  g_assert_cmpint(extent_follow(&extent, bytes_slice(&message)), ==, WIRE_BAD);
}

/* 2^31-1 of the smallest things there are: claimed, not there. */
static void
a_giant_list_costs_no_more_than_its_bytes(void)
{
  static const char *const lists[] = {
      BINARY "\x0f\x00\x01\x0c\x7f\xff\xff\xff",
      BINARY "\x0f\x00\x01\x0a\x7f\xff\xff\xff",
      BINARY "\x0d\x00\x01\x02\x0c\x7f\xff\xff\xff",
  };
  const size_t lengths[] = {21, 21, 22};

  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
    Extent extent;

    extent_init(&extent, WIRE_BINARY);
    g_assert_cmpint(extent_follow(&extent, slice(lists[i], lengths[i])), ==, WIRE_SHORT);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/wire/types", every_type_is_read_or_skipped);
  g_test_add_func("/wire/extent", a_message_is_followed_to_its_end_byte_by_byte);
  g_test_add_func("/wire/bad", what_no_message_may_hold_is_bad);
  g_test_add_func("/wire/depth", depth_has_an_end);
  g_test_add_func("/wire/giant", a_giant_list_costs_no_more_than_its_bytes);
  return g_test_run();
}
