/* SPDX-License-Identifier: Apache-2.0 */
#include "console/typed.h"

#include <math.h>

/* Whatever is written by a type is read by it. */
static void
what_a_column_writes_is_read_back(void)
{
  const struct {
    ColumnType type;
    Value value;
    const char *text; /* NULL: none */
  } cases[] = {
      {COLUMN_INT, {.kind = VALUE_INT, .integer = -7}, "-7"},
      {COLUMN_INT, {.kind = VALUE_INT, .integer = G_MAXINT32}, "2147483647"},
      {COLUMN_LONG, {.kind = VALUE_INT, .integer = G_MININT64}, "-9223372036854775808"},
      {COLUMN_LONG, {.kind = VALUE_INT, .integer = 0}, "0"},
      {COLUMN_SHORT, {.kind = VALUE_INT, .integer = -32768}, "-32768"},
      {COLUMN_DOUBLE, {.kind = VALUE_DOUBLE, .number = -2.5}, "-2.5"},
      {COLUMN_DOUBLE, {.kind = VALUE_DOUBLE, .number = -INFINITY}, "-inf"},
      {COLUMN_FLOAT, {.kind = VALUE_FLOAT, .single = 0.1F}, "0.1"},
      {COLUMN_BOOLEAN, {.kind = VALUE_BOOLEAN, .boolean = true}, "true"},
      {COLUMN_BOOLEAN, {.kind = VALUE_BOOLEAN, .boolean = false}, "false"},
      {COLUMN_ORDERED_INT, {.kind = VALUE_INT, .integer = -1}, "-1"},
      {COLUMN_ORDERED_LONG, {.kind = VALUE_INT, .integer = 1}, "1"},
      {COLUMN_TEXT, {.kind = VALUE_INT, .integer = 1}, NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t scratch[64];
    Slice bytes;
    g_auto(Bytes) text = {0};
    g_autoptr(GError) error = NULL;

    g_test_message("case %zu", i);
    convert_to_cell(&cases[i].value, cases[i].type, scratch, &bytes, &error);
    g_assert_no_error(error);
    g_assert_cmpint(console_typed(&text, cases[i].type, bytes), ==, cases[i].text != NULL);
    if (cases[i].text != NULL)
      g_assert_true(slice_equal(bytes_slice(&text), slice_text(cases[i].text)));
  }
}

static void
bytes_of_another_type_are_not_read(void)
{
  const uint8_t bytes[32] = {0, 0, 0, 2, 0xfb, 0x2e}; /* a decimal of scale 2: -12.34 */
  const ColumnType types[] = {COLUMN_INT,         COLUMN_LONG,        COLUMN_DOUBLE, COLUMN_BOOLEAN,
                              COLUMN_BYTES,       COLUMN_SHORT,       COLUMN_FLOAT,  COLUMN_TEXT,
                              COLUMN_ORDERED_INT, COLUMN_ORDERED_LONG};
  const uint8_t wild[] = {0x7f, 0xff, 0xff, 0xff, 1};
  g_auto(Bytes) text = {0};

  for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
    g_assert_false(console_typed(&text, types[i], slice(bytes, 3)));
    g_assert_false(console_typed(&text, types[i], SLICE_EMPTY));
  }
  g_assert_cmpuint(text.len, ==, 0);
  g_assert_true(console_typed(&text, COLUMN_DECIMAL, slice(bytes, 6)));
  g_assert_true(slice_equal(bytes_slice(&text), slice_text("-12.34")));
  g_assert_false(console_typed(&text, COLUMN_DECIMAL, slice(bytes, 4)));
  g_assert_false(console_typed(&text, COLUMN_DECIMAL, slice(wild, sizeof wild)));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/typed/back", what_a_column_writes_is_read_back);
  g_test_add_func("/typed/others", bytes_of_another_type_are_not_read);
  return g_test_run();
}
