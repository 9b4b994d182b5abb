/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/nulls.h"

#include <math.h>

static void
add_all(Nulls *nulls, const char *const *texts)
{
  for (; *texts != NULL; texts++)
    nulls_add(nulls, slice_text(*texts));
}

static Value
text_value(const char *text)
{
  return (Value){.kind = VALUE_TEXT, .text = slice_text(text)};
}

static void
texts_mean_missing_as_a_whole(void)
{
  static const char *const texts[] = {"", "nan", "N/A", NULL};
  const struct {
    const char *text;
    bool missing;
  } cases[] = {
      {"", true},   {"nan", true},   {"N/A", true},   {"NaN", false},
      {"n", false}, {"nan ", false}, {"nana", false}, {"0", false},
  };
  Nulls nulls = {0};

  add_all(&nulls, texts);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Value value = text_value(cases[i].text);

    g_assert_cmpint(nulls_hold(&nulls, &value), ==, cases[i].missing);
    value.kind = VALUE_BYTES;
    g_assert_cmpint(nulls_hold(&nulls, &value), ==, cases[i].missing);
  }
  nulls_clear(&nulls);
}

static void
nan_and_null_are_missing_whatever_the_texts(void)
{
  const Value missing[] = {
      {.kind = VALUE_MISSING},
      {.kind = VALUE_DOUBLE, .number = (double)NAN},
      {.kind = VALUE_FLOAT, .single = (float)NAN},
  };
  const Value present[] = {
      {.kind = VALUE_INT, .integer = 0},  {.kind = VALUE_DOUBLE, .number = 0},
      {.kind = VALUE_FLOAT, .single = 0}, {.kind = VALUE_BOOLEAN, .boolean = false},
      {.kind = VALUE_TEXT, .text = {0}},
  };
  Nulls nulls = {0};

  for (size_t i = 0; i < G_N_ELEMENTS(missing); i++)
    g_assert_true(nulls_hold(&nulls, &missing[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(present); i++)
    g_assert_false(nulls_hold(&nulls, &present[i]));
  nulls_clear(&nulls);
}

static void
a_number_among_the_texts_is_the_number_in_any_form(void)
{
  static const char *const texts[] = {"-1.50", "007", "false", NULL};
  const struct {
    Value value;
    bool missing;
  } cases[] = {
      {{.kind = VALUE_DOUBLE, .number = -1.5}, true},
      {{.kind = VALUE_FLOAT, .single = -1.5f}, true},
      {{.kind = VALUE_INT, .integer = 7}, true},
      {{.kind = VALUE_DOUBLE, .number = 7}, true},
      {{.kind = VALUE_BOOLEAN, .boolean = false}, true},
      {{.kind = VALUE_BOOLEAN, .boolean = true}, false},
      {{.kind = VALUE_INT, .integer = 8}, false},
  };
  Nulls nulls = {0};

  add_all(&nulls, texts);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(nulls_hold(&nulls, &cases[i].value), ==, cases[i].missing);
  g_assert_true(nulls_hold_text(&nulls, slice_text("-1.50")));
  nulls_clear(&nulls);
}

static void
long_texts_are_told_apart(void)
{
  g_autofree char *sixty_three = g_strnfill(63, 'x');
  g_autofree char *hundred = g_strnfill(100, 'x');
  Nulls nulls = {0};

  nulls_add(&nulls, slice_text(hundred));
  g_assert_true(nulls_hold_text(&nulls, slice_text(hundred)));
  g_assert_false(nulls_hold_text(&nulls, slice_text(sixty_three)));
  nulls_clear(&nulls);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/nulls/texts", texts_mean_missing_as_a_whole);
  g_test_add_func("/nulls/nan", nan_and_null_are_missing_whatever_the_texts);
  g_test_add_func("/nulls/numbers", a_number_among_the_texts_is_the_number_in_any_form);
  g_test_add_func("/nulls/long", long_texts_are_told_apart);
  return g_test_run();
}
