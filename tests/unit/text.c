/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text.h"

#include <locale.h>
#include <math.h>

static char *
double_text(double value)
{
  uint8_t text[TEXT_NUMBER_BYTES];

  return g_strndup((const char *)text, text_put_double(text, value));
}

static char *
float_text(float value)
{
  uint8_t text[TEXT_NUMBER_BYTES];

  return g_strndup((const char *)text, text_put_float(text, value));
}

static char **
golden_lines(const char *name)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden", "numbers", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  return g_strsplit(g_strchomp(text), "\n", -1);
}

static void
integers_print_every_digit(void)
{
  const struct {
    int64_t value;
    const char *text;
  } cases[] = {
      {0, "0"},
      {7, "7"},
      {-7, "-7"},
      {99, "99"},
      {100, "100"},
      {1234567, "1234567"},
      {INT64_MAX, "9223372036854775807"},
      {INT64_MIN, "-9223372036854775808"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t text[TEXT_NUMBER_BYTES];
    size_t len = text_put_integer(text, cases[i].value);

    g_assert_cmpmem(text, len, cases[i].text, strlen(cases[i].text));
  }
}

static void
padding_fills_up_with_zeros(void)
{
  uint8_t text[19];

  text_put_padded(text, 123, sizeof text);
  g_assert_cmpmem(text, sizeof text, "0000000000000000123", 19);
  text_put_padded(text, INT64_MAX, sizeof text);
  g_assert_cmpmem(text, sizeof text, "9223372036854775807", 19);
  text_put_padded(text, 0, 2);
  g_assert_cmpmem(text, 2, "00", 2);
}

static void
doubles_print_as_documented(void)
{
  const struct {
    double value;
    const char *text;
  } cases[] = {
      {123.0, "123"},
      {-0.0, "0"},
      {0.1, "0.1"},
      {-12.34, "-12.34"},
      {2.5e-05, "2.5e-05"},
      {0.0001, "0.0001"},
      {1e300, "1e+300"},
      {9007199254740991.0, "9007199254740991"},
      {9007199254740992.0, "9007199254740992.0"},
      {1e16, "1e+16"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {(double)INFINITY, "inf"},
      {(double)-INFINITY, "-inf"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = double_text(cases[i].value);

    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

static void
floats_print_with_a_floats_digits(void)
{
  const struct {
    float value;
    const char *text;
  } cases[] = {
      {0.1f, "0.1"},     {16777216.0f, "16777216"},        {-2.5e-5f, "-2.5e-05"},
      {1e20f, "1e+20"},  {3.4028235e38f, "3.4028235e+38"}, {(float)-INFINITY, "-inf"},
      {1e-45f, "1e-45"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = float_text(cases[i].value);

    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

static void
doubles_print_as_python_does(void)
{
  g_auto(GStrv) lines = golden_lines("doubles.txt");

  for (size_t i = 0; lines[i] != NULL; i++) {
    uint64_t bits = g_ascii_strtoull(lines[i], NULL, 16);
    double value;

    memcpy(&value, &bits, sizeof value);

    g_autofree char *text = double_text(value);

    g_assert_cmpstr(text, ==, strchr(lines[i], ' ') + 1);
  }
}

static void
floats_print_the_fewest_digits(void)
{
  g_auto(GStrv) lines = golden_lines("floats.txt");

  for (size_t i = 0; lines[i] != NULL; i++) {
    uint32_t bits = (uint32_t)g_ascii_strtoull(lines[i], NULL, 16);
    float value;

    memcpy(&value, &bits, sizeof value);

    g_autofree char *text = float_text(value);

    g_assert_cmpstr(text, ==, strchr(lines[i], ' ') + 1);
  }
}

static double
random_double(GRand *random)
{
  uint64_t bits = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
  double value;

  memcpy(&value, &bits, sizeof value);
  return value;
}

static void
a_doubles_text_reads_back_as_the_same_double(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(11);

  for (size_t i = 0; i < 100000; i++) {
    double value = random_double(random);
    double back;

    if (isnan(value))
      continue;

    g_autofree char *text = double_text(value);

    g_assert_true(text_parse_double(slice_text(text), &back));
    g_assert_true(back == value);
    g_assert_cmpfloat(g_ascii_strtod(text, NULL), ==, value);
  }
}

static void
a_locale_changes_no_digit(void)
{
  const char *names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
  double back;

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    setlocale(LC_ALL, names[i]);

    g_autofree char *text = double_text(1234.5678901234567);

    g_assert_cmpstr(text, ==, "1234.5678901234567");
    g_assert_true(text_parse_double(slice_text("0.12345678901234567"), &back));
    g_assert_cmpfloat(back, ==, 0.12345678901234567);
  }
  setlocale(LC_ALL, "C");
}

static void
integers_are_read_whole_or_not_at_all(void)
{
  const struct {
    const char *text;
    bool good;
    int64_t value;
  } cases[] = {
      {"0", true, 0},
      {"-12", true, -12},
      {"+12", true, 12},
      {" 12\t", true, 12},
      {"007", true, 7},
      {"9223372036854775807", true, INT64_MAX},
      {"-9223372036854775808", true, INT64_MIN},
      {"9223372036854775808", false, 0},
      {"-9223372036854775809", false, 0},
      {"99999999999999999999999", false, 0},
      {"", false, 0},
      {"-", false, 0},
      {"1 2", false, 0},
      {"12.0", false, 0},
      {"0x10", false, 0},
      {"1_000", false, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t value = 0;

    g_test_message("%s", cases[i].text);
    g_assert_cmpint(text_parse_integer(slice_text(cases[i].text), &value), ==, cases[i].good);
    g_assert_cmpint(value, ==, cases[i].value);
  }
}

static void
doubles_are_read_whole_or_not_at_all(void)
{
  const struct {
    const char *text;
    bool good;
    double value;
  } cases[] = {
      {"12.34", true, 12.34},
      {"2012.0", true, 2012},
      {"-.5", true, -0.5},
      {"5.", true, 5},
      {"1e22", true, 1e22},
      {"1E+2", true, 100},
      {"123456789012345678901234567890", false, 0},
      {"1.2345678901234568e+29", true, 123456789012345678901234567890.0},
      {"9.9999999999999992e22", true, 1e23},
      {"1e23", true, 1e23},
      {"1e300", true, 1e300},
      {"1152921504606846976", true, 0x1p60},
      {"1152921504606846977", false, 0},
      {"9007199254740992", true, 9007199254740992.0},
      {"9007199254740992.00", true, 9007199254740992.0},
      {"9007199254740992.5", false, 0},
      {"9007199254740991.5", false, 0},
      {"90071992547409910e0", false, 0},
      {"0.000000000000000000000000000001", true, 1e-30},
      {"9007199254740993", false, 0},
      {"2.2250738585072011e-308", true, 2.2250738585072011e-308},
      {"1e-99999999999", true, 0},
      {" 1 ", true, 1},
      {"-Infinity", true, (double)-INFINITY},
      {"inf", true, (double)INFINITY},
      {"1e999", false, 0},
      {"1e99999999999", false, 0},
      {"nan", false, 0},
      {"", false, 0},
      {".", false, 0},
      {"e5", false, 0},
      {"1e", false, 0},
      {"1e+", false, 0},
      {"1,5", false, 0},
      {"0x1p3", false, 0},
      {"1 2", false, 0},
      {"--1", false, 0},
      {"infinit", false, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    double value = 0;

    g_test_message("%s", cases[i].text);
    g_assert_cmpint(text_parse_double(slice_text(cases[i].text), &value), ==, cases[i].good);
    g_assert_cmpfloat(value, ==, cases[i].value);
  }
}

static void
floats_are_read_whole_or_not_at_all(void)
{
  const struct {
    const char *text;
    bool good;
    float value;
  } cases[] = {
      {"0.1", true, 0.1f},
      {"16777216", true, 16777216},
      {"16777217", false, 0},
      {"-16777217.0", false, 0},
      {"16777218", true, 16777218},
      {"3.4028235e38", true, 3.4028235e38f},
      {"1e38", true, 1e38f},
      {"1e39", false, 0},
      {"-inf", true, (float)-INFINITY},
      {"x", false, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    float value = 0;

    g_test_message("%s", cases[i].text);
    g_assert_cmpint(text_parse_float(slice_text(cases[i].text), &value), ==, cases[i].good);
    g_assert_cmpfloat(value, ==, cases[i].value);
  }
}

/* tests/unit/number-cases.py has many more, worked out by other means. */
static void
whole_numbers_are_worked_out_on_their_digits(void)
{
  const struct {
    const char *text;
    int power;
    TextRounding rounding;
    bool good;
    int64_t value;
  } cases[] = {
      {"1234567890123456789.0", 0, TEXT_EXACT, true, INT64_C(1234567890123456789)},
      {"9007199254740993.0", 0, TEXT_EXACT, true, INT64_C(9007199254740993)},
      {"-9223372036854775808.000", 0, TEXT_EXACT, true, INT64_MIN},
      {"-9223372036854775809", 0, TEXT_EXACT, false, 0},
      {"9223372036854775807e0", 0, TEXT_EXACT, true, INT64_MAX},
      {"9223372036854775808.0", 0, TEXT_EXACT, false, 0},
      {"9223372036854775807.4", 0, TEXT_NEAREST, true, INT64_MAX},
      {"9223372036854775807.5", 0, TEXT_NEAREST, false, 0},
      {"0.0000000001e10", 0, TEXT_EXACT, true, 1},
      {"1000000e-6", 0, TEXT_EXACT, true, 1},
      {"1.5", 0, TEXT_EXACT, false, 0},
      {"0e99999999999999999999", 0, TEXT_EXACT, true, 0},
      {"1e99999999999999999999", 0, TEXT_EXACT, false, 0},
      {"1e-99999999999999999999", 0, TEXT_EXACT, false, 0},
      {"-1e-99999999999999999999", 0, TEXT_FLOOR, true, -1},
      {"-0.0e-9", 0, TEXT_FLOOR, true, 0},
      {"1.0005", 3, TEXT_NEAREST, true, 1001},
      {"1.00049", 3, TEXT_NEAREST, true, 1000},
      {"0.0004", 3, TEXT_NEAREST, true, 0},
      {"1532877721458193", -3, TEXT_FLOOR, true, INT64_C(1532877721458)},
      {"-1", -3, TEXT_FLOOR, true, -1},
      {"", 0, TEXT_EXACT, false, 0},
      {".", 0, TEXT_EXACT, false, 0},
      {"1e", 0, TEXT_EXACT, false, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t value = 0;

    g_test_message("%s", cases[i].text);
    g_assert_cmpint(
        text_parse_scaled(slice_text(cases[i].text), cases[i].power, cases[i].rounding, &value), ==,
        cases[i].good);
    g_assert_cmpint(value, ==, cases[i].value);
  }
}

static void
a_whole_double_fits_64_bits_or_is_refused(void)
{
  int64_t whole = 0;

  g_assert_true(text_whole(-0x1p63, &whole));
  g_assert_cmpint(whole, ==, INT64_MIN);
  g_assert_false(text_whole(0x1p63, &whole));
  g_assert_false(text_whole(0.5, &whole));
  g_assert_false(text_whole((double)NAN, &whole));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text/integers", integers_print_every_digit);
  g_test_add_func("/text/padding", padding_fills_up_with_zeros);
  g_test_add_func("/text/doubles", doubles_print_as_documented);
  g_test_add_func("/text/floats", floats_print_with_a_floats_digits);
  g_test_add_func("/text/doubles-golden", doubles_print_as_python_does);
  g_test_add_func("/text/floats-golden", floats_print_the_fewest_digits);
  g_test_add_func("/text/round-trip", a_doubles_text_reads_back_as_the_same_double);
  g_test_add_func("/text/locale", a_locale_changes_no_digit);
  g_test_add_func("/text/parse-integer", integers_are_read_whole_or_not_at_all);
  g_test_add_func("/text/parse-double", doubles_are_read_whole_or_not_at_all);
  g_test_add_func("/text/parse-float", floats_are_read_whole_or_not_at_all);
  g_test_add_func("/text/parse-scaled", whole_numbers_are_worked_out_on_their_digits);
  g_test_add_func("/text/whole", a_whole_double_fits_64_bits_or_is_refused);
  return g_test_run();
}
