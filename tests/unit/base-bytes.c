/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/fault.h"

static void
slices_order_as_unsigned_bytes_with_prefixes_first(void)
{
  const struct {
    const char *a;
    const char *b;
    int order;
  } cases[] = {
      {"", "", 0}, {"", "a", -1}, {"a", "a", 0}, {"a", "ab", -1}, {"\xff", "a", 1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int order = slice_compare(slice_text(cases[i].a), slice_text(cases[i].b));

    g_assert_cmpint((order > 0) - (order < 0), ==, cases[i].order);
    g_assert_cmpint(slice_equal(slice_text(cases[i].a), slice_text(cases[i].b)), ==,
                    cases[i].order == 0);
  }
}

static void
quoting_shows_every_byte_and_cuts_long_text(void)
{
  g_autofree char *short_text = slice_quote(slice("a\n\xff\\", 4));
  uint8_t zeros[100] = {0};
  g_autofree char *long_text = slice_quote(slice(zeros, sizeof zeros));

  g_assert_cmpstr(short_text, ==, "a\\x0a\\xff\\x5c");
  g_assert_true(g_str_has_suffix(long_text, "\\x00... (100 bytes)"));
}

static void
appended_numbers_are_big_endian(void)
{
  g_auto(Bytes) bytes = {0};
  const uint8_t wanted[] = {9, 1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8};

  bytes_append_u8(&bytes, 9);
  bytes_append_be16(&bytes, 0x0102);
  bytes_append_be32(&bytes, 0x01020304);
  bytes_append_be64(&bytes, 0x0102030405060708);
  g_assert_cmpmem(bytes.data, bytes.len, wanted, sizeof wanted);
}

static void
the_nearest_word_is_offered_only_when_it_is_near(void)
{
  const char *const words[] = {"gateway.endpoints", "gateway.protocol", "ingest.memory", "http",
                               NULL};

  g_assert_cmpstr(fault_nearest("gateway.endpoint", words), ==, "gateway.endpoints");
  g_assert_cmpstr(fault_nearest("INGEST.memry", words), ==, "ingest.memory");
  g_assert_cmpstr(fault_nearest("htpt", words), ==, "http");
  g_assert_null(fault_nearest("ptth", words));
  g_assert_null(fault_nearest("colour", words));
}

static void
a_fault_list_becomes_one_error(void)
{
  g_auto(FaultList) faults = {0};

  fault_list_add(&faults, "a: %d", 1);
  fault_list_take_error(&faults, g_error_new_literal(FAULT, FAULT_PEER, "b"));

  g_autoptr(GError) error = fault_list_to_error(&faults);

  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_cmpstr(error->message, ==, "a: 1\nb");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/slice/order", slices_order_as_unsigned_bytes_with_prefixes_first);
  g_test_add_func("/slice/quote", quoting_shows_every_byte_and_cuts_long_text);
  g_test_add_func("/bytes/big-endian", appended_numbers_are_big_endian);
  g_test_add_func("/fault/nearest", the_nearest_word_is_offered_only_when_it_is_near);
  g_test_add_func("/fault/list", a_fault_list_becomes_one_error);
  return g_test_run();
}
