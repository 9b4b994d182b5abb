/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/readable.h"

/* What Python's own types reach is held by tests/golden/datum; this is what lies beyond them. */

static void
assert_text(const Bytes *got, const char *wanted)
{
  g_autofree char *text =
      got->len == 0 ? g_strdup("") : g_strndup((const char *)got->data, got->len);

  g_assert_cmpstr(text, ==, wanted);
}

static void
times_reach_as_far_as_their_integers(void)
{
  const struct {
    SchemaLogical logical;
    int64_t value;
    const char *text;
  } cases[] = {
      {LOGICAL_DATE, 0, "1970-01-01"},
      {LOGICAL_DATE, 2932896, "9999-12-31"},
      {LOGICAL_DATE, 2932897, "+10000-01-01"},
      {LOGICAL_DATE, -719162, "0001-01-01"},
      {LOGICAL_DATE, -719163, "0000-12-31"},
      {LOGICAL_DATE, -719528, "0000-01-01"},
      {LOGICAL_DATE, -719529, "-0001-12-31"},
      {LOGICAL_DATE, INT32_MAX, "+5881580-07-11"},
      {LOGICAL_DATE, INT32_MIN, "-5877641-06-23"},
      /* Java's Instant.ofEpochMilli(Long.MAX_VALUE) and (Long.MIN_VALUE) */
      {LOGICAL_TIMESTAMP_MILLIS, INT64_MAX, "+292278994-08-17T07:12:55.807Z"},
      {LOGICAL_TIMESTAMP_MILLIS, INT64_MIN, "-292275055-05-16T16:47:04.192Z"},
      {LOGICAL_TIMESTAMP_MICROS, -1, "1969-12-31T23:59:59.999999Z"},
      {LOGICAL_TIMESTAMP_NANOS, INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
      {LOGICAL_TIMESTAMP_NANOS, INT64_MIN, "1677-09-21T00:12:43.145224192Z"},
      {LOGICAL_LOCAL_TIMESTAMP_NANOS, 1, "1970-01-01T00:00:00.000000001"},
      {LOGICAL_LOCAL_TIMESTAMP_MILLIS, -1, "1969-12-31T23:59:59.999"},
      {LOGICAL_TIME_MILLIS, 86399999, "23:59:59.999"},
      /* MySQL's TIME goes from -838:59:59 to 838:59:59, and connectors write it so */
      {LOGICAL_TIME_MILLIS, 86400000, "24:00:00.000"},
      {LOGICAL_TIME_MILLIS, 3020399000, "838:59:59.000"},
      {LOGICAL_TIME_MILLIS, -1, "-00:00:00.001"},
      {LOGICAL_TIME_MICROS, -3020399000000, "-838:59:59.000000"},
      {LOGICAL_TIME_MICROS, INT64_MAX, "2562047788:00:54.775807"},
      {LOGICAL_TIME_MICROS, INT64_MIN, "-2562047788:00:54.775808"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Bytes) out = {0};

    readable_integer(&out, cases[i].logical, cases[i].value);
    assert_text(&out, cases[i].text);
  }
}

#define BYTES(text) slice(text, sizeof text - 1)

static void
decimals_of_any_length_and_scale(void)
{
  const struct {
    Slice unscaled;
    uint32_t scale;
    const char *text;
  } cases[] = {
      {BYTES(""), 2, "0.00"},
      {BYTES("\x00"), 0, "0"},
      {BYTES("\xff"), 0, "-1"},
      {BYTES("\xff\xff\xff\xff\xff\xff"), 3, "-0.001"},
      {BYTES("\x00\x00\x00\x00\x00\x05"), 1, "0.5"},
      {BYTES("\x80"), 0, "-128"},
      {BYTES("\x7f\xff"), 4, "3.2767"},
      {BYTES("\x80\x00\x00\x00"), 0, "-2147483648"},
      {BYTES("\xff\x00\x00\x00\x00"), 0, "-4294967296"},
      {BYTES("\x01\x00\x00\x00\x00"), 0, "4294967296"},
      {BYTES("\x80\x00\x00\x00\x00\x00\x00\x00"), 0, "-9223372036854775808"},
      {BYTES("\x00\xff\xff\xff\xff\xff\xff\xff\xff"), 0, "18446744073709551615"},
      {BYTES("\x3b\x9a\xca\x00"), 9, "1.000000000"},
      {BYTES("\x0d\xe0\xb6\xb3\xa7\x64\x00\x00"), 0, "1000000000000000000"},
      {BYTES("\x07"), 10, "0.0000000007"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Bytes) out = {0};

    g_assert_true(readable_decimal(&out, cases[i].unscaled, cases[i].scale));
    assert_text(&out, cases[i].text);
  }
}

/* 2^8191 - 1, and one byte more. */
static void
the_largest_decimal_is_read_and_a_longer_one_is_not(void)
{
  g_autofree uint8_t *number = g_malloc(READABLE_BYTES + 1);
  g_auto(Bytes) out = {0};

  memset(number, 0xFF, READABLE_BYTES + 1);
  number[0] = 0x7F;
  g_assert_true(readable_decimal(&out, slice(number, READABLE_BYTES), 0));
  g_assert_cmpuint(out.len, ==, 2466);
  g_assert_cmpmem(out.data, 8, "54537406", 8); /* as Python has 2**8191 - 1 */
  g_assert_false(readable_decimal(&out, slice(number, READABLE_BYTES + 1), 0));
  g_assert_cmpuint(out.len, ==, 2466);
}

static void
durations_leave_out_what_is_zero(void)
{
  const struct {
    Slice twelve;
    const char *text;
  } cases[] = {
      {BYTES("\0\0\0\0\0\0\0\0\0\0\0\0"), "PT0S"},
      {BYTES("\1\0\0\0\2\0\0\0\xbc\x0b\0\0"), "P1M2DT3.004S"},
      {BYTES("\0\0\0\0\0\0\0\0\xb8\x0b\0\0"), "PT3S"},
      {BYTES("\x0e\0\0\0\0\0\0\0\0\0\0\0"), "P14M"},
      {BYTES("\0\0\0\0\x01\0\0\0\x01\0\0\0"), "P1DT0.001S"},
      {BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
       "P4294967295M4294967295DT4294967.295S"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Bytes) out = {0};

    readable_duration(&out, cases[i].twelve.data);
    assert_text(&out, cases[i].text);
  }
}

static void
a_uuid_has_its_hyphens(void)
{
  g_auto(Bytes) out = {0};

  readable_uuid(&out, (const uint8_t *)"\xf8\x1d\x4f\xae\x7d\xec\x11\xd0\xa7\x65\x00\xa0\xc9\x1e"
                                       "\x6b\xf6");
  assert_text(&out, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/readable/times", times_reach_as_far_as_their_integers);
  g_test_add_func("/readable/decimals", decimals_of_any_length_and_scale);
  g_test_add_func("/readable/largest-decimal", the_largest_decimal_is_read_and_a_longer_one_is_not);
  g_test_add_func("/readable/durations", durations_leave_out_what_is_zero);
  g_test_add_func("/readable/uuid", a_uuid_has_its_hyphens);
  return g_test_run();
}
