/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/instant.h"

static void
every_form_of_a_time_is_read(void)
{
  const struct {
    const char *text;
    int64_t ms;
  } cases[] = {
      {"1970-01-01", 0},
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T00:00", 0},
      {"1970-01-01t00:00:00z", 0},
      {"1969-12-31T23:59:59.999Z", -1},
      {"2018-07-29T15:22:01.458193Z", 1532877721458},
      {"2018-07-29 15:22:01.458193", 1532877721458},
      {"2018-07-29T15:22:01,4Z", 1532877721400},
      {"2018-07-29T15:22:01.45Z", 1532877721450},
      {"2018-07-29T15:22:01.123456789Z", 1532877721123},
      {"2018-07-29T22:22:01+07:00", 1532877721000},
      {"2018-07-29T22:22:01.5+0700", 1532877721500},
      {"2018-07-29T22:22+07", 1532877720000},
      {"2018-07-29T11:52:01-03:30", 1532877721000},
      {"2000-02-29", 951782400000},
      {"2024-02-29T23:59:59Z", 1709251199000},
      {"9999-12-31T23:59:59.999Z", 253402300799999},
      {"0001-01-01", -62135596800000},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t ms = -99;

    g_test_message("%s", cases[i].text);
    g_assert_true(instant_parse(slice_text(cases[i].text), &ms));
    g_assert_cmpint(ms, ==, cases[i].ms);
  }
}

static void
anything_else_is_refused(void)
{
  const char *const cases[] = {
      "",
      "nan",
      "2018",
      "2018-07",
      "2018-7-29",
      "18-07-29",
      "+2018-07-29",
      "2018-07-29T",
      "2018-07-29T15",
      "2018-07-29T15:22:",
      "2018-07-29T15:22:01.",
      "2018-07-29T15:22:01.1234567890Z",
      "2018-07-29T24:00:00Z",
      "2018-07-29T15:60:00Z",
      "2018-07-29T15:22:60Z",
      "2018-07-29T15:22:01+24:00",
      "2018-07-29T15:22:01+07:60",
      "2018-07-29T15:22:01+7",
      "2018-07-29T15:22:01+07:",
      "2018-07-29T15:22:01ZZ",
      "2018-07-29T15:22:01 Z",
      "2018-07-29_15:22:01",
      " 2018-07-29",
      "2018-07-29 ",
      "2018-02-29",
      "1900-02-29",
      "2018-00-10",
      "2018-13-10",
      "2018-04-31",
      "2018-04-00",
      "0000-01-01",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t ms = -99;

    g_test_message("%s", cases[i]);
    g_assert_false(instant_parse(slice_text(cases[i]), &ms));
    g_assert_cmpint(ms, ==, -99);
  }
}

static void
every_day_of_eight_centuries_agrees_with_glib(void)
{
  g_autoptr(GDateTime) day = g_date_time_new_utc(1600, 1, 1, 12, 34, 56);

  while (g_date_time_get_year(day) < 2400) {
    g_autofree char *text = g_date_time_format(day, "%Y-%m-%dT%H:%M:%SZ");
    g_autoptr(GDateTime) today = g_steal_pointer(&day);
    int64_t ms = 0;

    g_assert_true(instant_parse(slice_text(text), &ms));
    g_assert_cmpint(ms, ==, g_date_time_to_unix(today) * 1000);
    day = g_date_time_add_days(today, 1);
  }
}

static void
an_exact_time_keeps_every_digit(void)
{
  int64_t seconds = 0, ns = 0;

  g_assert_true(instant_parse_exact(slice_text("2018-07-29T15:22:01.123456789Z"), &seconds, &ns));
  g_assert_cmpint(seconds, ==, 1532877721);
  g_assert_cmpint(ns, ==, 123456789);
  g_assert_true(instant_parse_exact(slice_text("1969-12-31T23:59:59.5Z"), &seconds, &ns));
  g_assert_cmpint(seconds, ==, -1);
  g_assert_cmpint(ns, ==, 500000000);
}

static void
a_time_of_day_has_no_date_and_no_offset(void)
{
  int64_t ns = 0;

  g_assert_true(instant_parse_clock(slice_text("16:05"), &ns));
  g_assert_cmpint(ns, ==, INT64_C(57900000000000));
  g_assert_true(instant_parse_clock(slice_text("23:59:59.000000001"), &ns));
  g_assert_cmpint(ns, ==, INT64_C(86399000000001));
  g_assert_true(instant_parse_clock(slice_text("838:59:59"), &ns));
  g_assert_cmpint(ns, ==, INT64_C(3020399000000000));
  g_assert_true(instant_parse_clock(slice_text("-00:00:00.5"), &ns));
  g_assert_cmpint(ns, ==, -500000000);
  g_assert_false(instant_parse_clock(slice_text("1:30"), &ns));
  g_assert_false(instant_parse_clock(slice_text("1000000:00"), &ns));
  g_assert_false(instant_parse_clock(slice_text("-"), &ns));
  g_assert_false(instant_parse_clock(slice_text("16:05Z"), &ns));
  g_assert_false(instant_parse_clock(slice_text("2018-07-29"), &ns));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/instant/forms", every_form_of_a_time_is_read);
  g_test_add_func("/instant/refused", anything_else_is_refused);
  g_test_add_func("/instant/calendar", every_day_of_eight_centuries_agrees_with_glib);
  g_test_add_func("/instant/exact", an_exact_time_keeps_every_digit);
  g_test_add_func("/instant/clock", a_time_of_day_has_no_date_and_no_offset);
  return g_test_run();
}
