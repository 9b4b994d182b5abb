/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/convert.h"

#include <math.h>

#define TEXT(string)                                                                               \
  {                                                                                                \
    .kind = VALUE_TEXT, .text = {(const uint8_t *)(string), sizeof(string) - 1 }                   \
  }
#define BYTES(string)                                                                              \
  {                                                                                                \
    .kind = VALUE_BYTES, .text = {(const uint8_t *)(string), sizeof(string) - 1 }                  \
  }
#define INT(value)                                                                                 \
  {                                                                                                \
    .kind = VALUE_INT, .integer = (value)                                                          \
  }
#define DOUBLE(value)                                                                              \
  {                                                                                                \
    .kind = VALUE_DOUBLE, .number = (value)                                                        \
  }
#define FLOAT(value)                                                                               \
  {                                                                                                \
    .kind = VALUE_FLOAT, .single = (value)                                                         \
  }
#define BOOLEAN(value)                                                                             \
  {                                                                                                \
    .kind = VALUE_BOOLEAN, .boolean = (value)                                                      \
  }

typedef struct {
  Value value;
  ColumnType type;
  const char *hex;     /* NULL: refused */
  const char *refusal; /* the sentence */
} ConvertCase;

static void
check(const ConvertCase *one)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  g_autoptr(GString) hex = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  Slice cell = SLICE_EMPTY;
  bool good = convert_to_cell(&one->value, one->type, scratch, &cell, &error);

  if (one->hex == NULL) {
    g_assert_false(good);
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_cmpstr(error->message, ==, one->refusal);
    return;
  }
  g_assert_no_error(error);
  for (size_t i = 0; i < cell.len; i++)
    g_string_append_printf(hex, "%02x", cell.data[i]);
  g_assert_cmpstr(hex->str, ==, one->hex);
}

static void
values_take_hbases_form_of_their_type(void)
{
  static const ConvertCase cases[] = {
      {TEXT("a b"), COLUMN_TEXT, "612062", NULL},
      {TEXT("12.0"), COLUMN_TEXT, "31322e30", NULL},
      {BYTES("\x00\xff"), COLUMN_TEXT, "00ff", NULL},
      {INT(-7), COLUMN_TEXT, "2d37", NULL},
      {DOUBLE(2012.0), COLUMN_TEXT, "32303132", NULL},
      {FLOAT(0.1f), COLUMN_TEXT, "302e31", NULL},
      {BOOLEAN(true), COLUMN_TEXT, "74727565", NULL},
      {BOOLEAN(false), COLUMN_TEXT, "66616c7365", NULL},
      {INT(1), COLUMN_LONG, "0000000000000001", NULL},
      {INT(-1), COLUMN_LONG, "ffffffffffffffff", NULL},
      {DOUBLE(5868.0), COLUMN_LONG, "00000000000016ec", NULL},
      {FLOAT(3.0f), COLUMN_LONG, "0000000000000003", NULL},
      {TEXT("-2"), COLUMN_LONG, "fffffffffffffffe", NULL},
      {TEXT("1234567890123456789.0"), COLUMN_LONG, "112210f47de98115", NULL},
      {TEXT("12.0"), COLUMN_LONG, "000000000000000c", NULL},
      {INT(INT32_MAX), COLUMN_INT, "7fffffff", NULL},
      {TEXT("-2147483648"), COLUMN_INT, "80000000", NULL},
      {DOUBLE(0.1), COLUMN_DOUBLE, "3fb999999999999a", NULL},
      {DOUBLE(-0.0), COLUMN_DOUBLE, "8000000000000000", NULL},
      {DOUBLE((double)INFINITY), COLUMN_DOUBLE, "7ff0000000000000", NULL},
      {FLOAT(0.5f), COLUMN_DOUBLE, "3fe0000000000000", NULL},
      {INT(3), COLUMN_DOUBLE, "4008000000000000", NULL},
      {TEXT("1e3"), COLUMN_DOUBLE, "408f400000000000", NULL},
      {BOOLEAN(true), COLUMN_BOOLEAN, "ff", NULL},
      {TEXT("False"), COLUMN_BOOLEAN, "00", NULL},
      {TEXT("1"), COLUMN_BOOLEAN, "ff", NULL},
      {INT(0), COLUMN_BOOLEAN, "00", NULL},
      {INT(-2), COLUMN_SHORT, "fffe", NULL},
      {TEXT("32767.0"), COLUMN_SHORT, "7fff", NULL},
      {FLOAT(0.1f), COLUMN_FLOAT, "3dcccccd", NULL},
      {TEXT("0.1"), COLUMN_FLOAT, "3dcccccd", NULL},
      {DOUBLE(-2.5), COLUMN_FLOAT, "c0200000", NULL},
      {INT(-1), COLUMN_ORDERED_INT, "7fffffff", NULL},
      {INT(1), COLUMN_ORDERED_INT, "80000001", NULL},
      {INT(INT64_MIN), COLUMN_ORDERED_LONG, "0000000000000000", NULL},
      {TEXT("12.30"), COLUMN_DECIMAL, "0000000204ce", NULL},
      {TEXT("-12.30"), COLUMN_DECIMAL, "00000002fb32", NULL},
      {TEXT("0"), COLUMN_DECIMAL, "0000000000", NULL},
      {TEXT("1e3"), COLUMN_DECIMAL, "fffffffd01", NULL},
      {TEXT("128"), COLUMN_DECIMAL, "000000000080", NULL},
      {TEXT("-128"), COLUMN_DECIMAL, "0000000080", NULL},
      {TEXT("0.05"), COLUMN_DECIMAL, "0000000205", NULL},
      {DOUBLE(2012.0), COLUMN_DECIMAL, "0000000007dc", NULL},
      {TEXT("9999999999999999999999999999999999999999999999999999999999999999"), COLUMN_DECIMAL,
       "00000000184f03e93ff9f4daa797ed6e38ed64bf6a1f00ffffffffffffffff", NULL},
      {BYTES("\x80"), COLUMN_BYTES, "80", NULL},
      {TEXT("x"), COLUMN_BYTES, "78", NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("case %zu", i);
    check(&cases[i]);
  }
}

static void
what_does_not_fit_the_type_is_refused(void)
{
  static const ConvertCase cases[] = {
      {TEXT("abc"), COLUMN_LONG, NULL, "not a whole number of 64 bits: 'abc'"},
      {TEXT("12x"), COLUMN_LONG, NULL, "not a whole number of 64 bits: '12x'"},
      {DOUBLE(1.5), COLUMN_LONG, NULL, "not a whole number of 64 bits: '1.5'"},
      {DOUBLE(0x1p63), COLUMN_LONG, NULL, "not a whole number of 64 bits: '9.223372036854776e+18'"},
      {TEXT("9223372036854775808"), COLUMN_LONG, NULL,
       "not a whole number of 64 bits: '9223372036854775808'"},
      {BYTES("12"), COLUMN_LONG, NULL, "not a whole number of 64 bits: '12'"},
      {BOOLEAN(true), COLUMN_LONG, NULL, "not a whole number of 64 bits: 'true'"},
      {INT(INT64_C(2147483648)), COLUMN_INT, NULL, "not a whole number of 32 bits: '2147483648'"},
      {TEXT("x"), COLUMN_INT, NULL, "not a whole number of 32 bits: 'x'"},
      {TEXT("1,5"), COLUMN_DOUBLE, NULL, "not a number: '1,5'"},
      {TEXT("1e999"), COLUMN_DOUBLE, NULL, "not a number that a double holds exactly: '1e999'"},
      {TEXT("9007199254740993"), COLUMN_DOUBLE, NULL,
       "not a number that a double holds exactly: '9007199254740993'"},
      {TEXT("1234567890123456789.5"), COLUMN_LONG, NULL,
       "not a whole number of 64 bits: '1234567890123456789.5'"},
      {TEXT("-9223372036854775809.0"), COLUMN_LONG, NULL,
       "not a whole number of 64 bits: '-9223372036854775809.0'"},
      {INT(INT64_C(9007199254740993)), COLUMN_DOUBLE, NULL,
       "not a number that a double holds exactly: '9007199254740993'"},
      {INT(INT64_MAX), COLUMN_DOUBLE, NULL,
       "not a number that a double holds exactly: '9223372036854775807'"},
      {BOOLEAN(true), COLUMN_DOUBLE, NULL, "not a number: 'true'"},
      {TEXT("yes"), COLUMN_BOOLEAN, NULL, "not true or false: 'yes'"},
      {INT(2), COLUMN_BOOLEAN, NULL, "not true or false: '2'"},
      {DOUBLE(1), COLUMN_BOOLEAN, NULL, "not true or false: '1'"},
      {INT(2), COLUMN_BYTES, NULL, "not text or bytes: '2'"},
      {INT(32768), COLUMN_SHORT, NULL, "not a whole number of 16 bits: '32768'"},
      {DOUBLE(0.1), COLUMN_FLOAT, NULL, "not a number that a float holds exactly: '0.1'"},
      {INT(16777217), COLUMN_FLOAT, NULL, "not a number that a float holds exactly: '16777217'"},
      {TEXT("12,5"), COLUMN_DECIMAL, NULL, "not a decimal number: '12,5'"},
      {BOOLEAN(true), COLUMN_DECIMAL, NULL, "not a decimal number: 'true'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("case %zu", i);
    check(&cases[i]);
  }
}

static ColumnType
type_of(const char *name)
{
  static const char *const names[] = {"text", "int", "long", "double", "boolean"};

  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i], name) == 0)
      return i;
  g_error("no type %s", name);
}

/* The value's text, as a field of type string holds it, becomes the bytes of Bytes.toBytes(). */
static void
texts_become_the_bytes_that_hbase_makes(void)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "bytes", "vectors.txt", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  GError *error = NULL;

  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  lines = g_strsplit(g_strchomp(text), "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), >, 100);
  for (size_t i = 0; lines[i] != NULL; i++) {
    g_auto(GStrv) words = g_strsplit(lines[i], " ", 3);
    ConvertCase one = {
        .value = {.kind = VALUE_TEXT, .text = slice_text(words[1])},
        .type = type_of(words[0]),
        .hex = words[2],
    };

    g_test_message("%s", lines[i]);
    check(&one);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/convert/forms", values_take_hbases_form_of_their_type);
  g_test_add_func("/convert/refused", what_does_not_fit_the_type_is_refused);
  g_test_add_func("/convert/golden", texts_become_the_bytes_that_hbase_makes);
  return g_test_run();
}
