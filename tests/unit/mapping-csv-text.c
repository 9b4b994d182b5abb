/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/decoder.h"
#include "support/mapping-case.h"

#include <math.h>

/* CSV and Avro of one record must give the same bytes. Random records are written both ways here,
 * by hand, and read by the two roads. */

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':["                                                         \
  "{'name':'id','type':'string'},{'name':'d','type':'double'},{'name':'f','type':'float'},"        \
  "{'name':'i','type':'int'},{'name':'l','type':'long'},{'name':'b','type':'boolean'},"            \
  "{'name':'u','type':['null','double']},"                                                         \
  "{'name':'t','type':{'type':'long','logicalType':'timestamp-millis'}},"                          \
  "{'name':'day','type':{'type':'int','logicalType':'date'}},"                                     \
  "{'name':'m','type':{'type':'bytes','logicalType':'decimal','precision':18,'scale':2}}]}"

#define MAPPING                                                                                    \
  "{'table':'t','topic':'t','record':{'schema':'value.avsc'},"                                     \
  "'key':{'parts':['id',{'field':'t','reverse':true}]},'timestamp':{'field':'t'},"                 \
  "'nulls':['','nan','7'],"                                                                        \
  "'families':{'f':{'columns':['d','f','i','l','b','u','t','day','m',"                             \
  "{'field':'d','qualifier':'d8','type':'double'},{'field':'l','qualifier':'l8','type':'long'}]}}" \
  "}"

enum { FIELDS = 10, RECORDS = 5000 };

static void
put_long(Bytes *out, int64_t value)
{
  uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

  for (; zigzag >= 0x80; zigzag >>= 7)
    bytes_append_u8(out, (uint8_t)(zigzag | 0x80));
  bytes_append_u8(out, (uint8_t)zigzag);
}

static void
put_little_endian(Bytes *out, uint64_t bits, size_t len)
{
  for (size_t i = 0; i < len; i++)
    bytes_append_u8(out, (uint8_t)(bits >> (8 * i)));
}

static void
put_double(Bytes *out, double number)
{
  uint64_t bits;

  memcpy(&bits, &number, sizeof bits);
  put_little_endian(out, bits, sizeof bits);
}

static void
put_float(Bytes *out, float number)
{
  uint32_t bits;

  memcpy(&bits, &number, sizeof bits);
  put_little_endian(out, bits, sizeof bits);
}

/* One record while it is written both ways. */
typedef struct {
  GRand *random;
  Bytes datum;
  char *texts[FIELDS]; /* owned */
} Pair;

static double
random_number(GRand *random)
{
  switch (g_rand_int_range(random, 0, 4)) {
  case 0:
    return g_rand_int_range(random, -10, 100000);
  case 1:
    return g_rand_int_range(random, -1000000, 1000000) / 100.0;
  case 2:
    return g_rand_double_range(random, -1e18, 1e18);
  default:
    return ldexp(g_rand_double(random), g_rand_int_range(random, -1000, 1000));
  }
}

static int64_t
random_long(GRand *random)
{
  int64_t value = (int64_t)((uint64_t)g_rand_int(random) << 32 | g_rand_int(random));

  return value >> g_rand_int_range(random, 0, 63);
}

/* A double's text as exports write it: with a point, with many digits, or in short. */
static char *
spell_double(GRand *random, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan(number))
    return g_strdup(g_rand_boolean(random) ? "nan" : "NaN");
  if (number == floor(number) && fabs(number) < 1e15 && g_rand_boolean(random))
    return g_strdup_printf("%.0f.0", number);
  return g_strdup(g_ascii_formatd(text, sizeof text, "%.17g", number));
}

static void
add_numbers(Pair *pair)
{
  double number =
      g_rand_int_range(pair->random, 0, 10) == 0 ? (double)NAN : random_number(pair->random);
  float single = (float)g_rand_double_range(pair->random, -1e6, 1e6);
  int32_t narrow = (int32_t)random_long(pair->random);
  int64_t wide = random_long(pair->random);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  put_double(&pair->datum, number);
  pair->texts[1] = spell_double(pair->random, number);
  put_float(&pair->datum, single);
  pair->texts[2] = g_strdup(g_ascii_formatd(text, sizeof text, "%.9g", (double)single));
  put_long(&pair->datum, narrow);
  pair->texts[3] = g_strdup_printf("%d%s", narrow, g_rand_boolean(pair->random) ? ".0" : "");
  put_long(&pair->datum, wide);
  pair->texts[4] = g_strdup_printf("%" G_GINT64_FORMAT, wide);
}

static void
add_union(Pair *pair)
{
  bool is_null = g_rand_boolean(pair->random);
  double number = random_number(pair->random);

  put_long(&pair->datum, is_null ? 0 : 1);
  if (!is_null)
    put_double(&pair->datum, number);
  pair->texts[6] = is_null ? g_strdup("") : spell_double(pair->random, number);
}

static void
add_times(Pair *pair)
{
  int64_t ms = random_long(pair->random) & ((INT64_C(1) << 42) - 1);
  int32_t days = g_rand_int_range(pair->random, -100000, 100000);
  g_autoptr(GDateTime) epoch = g_date_time_new_utc(1970, 1, 1, 0, 0, 0);
  g_autoptr(GDateTime) moment = g_date_time_add_seconds(epoch, (double)(ms / 1000));
  g_autoptr(GDateTime) day = g_date_time_add_days(epoch, days);
  g_autofree char *seconds = g_date_time_format(moment, "%Y-%m-%d %H:%M:%S");

  put_long(&pair->datum, ms);
  pair->texts[7] = g_rand_boolean(pair->random)
                       ? g_strdup_printf("%" G_GINT64_FORMAT, ms)
                       : g_strdup_printf("%s.%03d", seconds, (int)(ms % 1000));
  put_long(&pair->datum, days);
  pair->texts[8] = g_date_time_format(day, "%Y-%m-%d");
}

/* Eight bytes of two's complement; trailing zeros left out as often as not. */
static void
add_decimal(Pair *pair)
{
  int64_t cents = random_long(pair->random) / 16;
  uint64_t size = (uint64_t)(cents < 0 ? -cents : cents);
  const char *sign = cents < 0 ? "-" : "";

  put_long(&pair->datum, 8);
  bytes_append_be64(&pair->datum, (uint64_t)cents);
  if (size % 10 == 0 && g_rand_boolean(pair->random))
    pair->texts[9] =
        g_strdup_printf("%s%" G_GUINT64_FORMAT ".%d", sign, size / 100, (int)(size % 100 / 10));
  else
    pair->texts[9] =
        g_strdup_printf("%s%" G_GUINT64_FORMAT ".%02d", sign, size / 100, (int)(size % 100));
}

static void
pair_fill(Pair *pair, size_t i)
{
  bool flag = g_rand_boolean(pair->random);

  pair->texts[0] = g_strdup_printf("id-%zu", i);
  put_long(&pair->datum, (int64_t)strlen(pair->texts[0]));
  bytes_append_slice(&pair->datum, slice_text(pair->texts[0]));
  add_numbers(pair);
  bytes_append_u8(&pair->datum, flag ? 1 : 0);
  pair->texts[5] = g_strdup(flag ? "True" : "false");
  add_union(pair);
  add_times(pair);
  add_decimal(pair);
}

static void
pair_clear(Pair *pair)
{
  bytes_clear(&pair->datum);
  for (size_t i = 0; i < FIELDS; i++)
    g_free(pair->texts[i]);
}

static char *
avro_row(const Mapping *mapping, Decoder *decoder, const Pair *pair)
{
  g_auto(Row) row = {0};
  Origin origin = {.topic = "t"};
  GError *error = NULL;
  const Value *values = decoder_decode(decoder, bytes_slice(&pair->datum), &error);

  g_assert_no_error(error);
  mapping_apply(mapping, &origin, values, &row, &error);
  g_assert_no_error(error);
  return mapping_case_row(&row);
}

static char *
csv_row(const Mapping *mapping, const Pair *pair, Bytes *scratch)
{
  static const char *const names[FIELDS] = {"id", "d", "f", "i", "l", "b", "u", "t", "day", "m"};
  g_auto(Row) row = {0};
  Origin origin = {.topic = "t"};
  GError *error = NULL;
  Value values[FIELDS] = {0};

  for (size_t i = 0; i < FIELDS; i++)
    values[mapping_case_field(mapping, names[i])] =
        (Value){.kind = VALUE_TEXT, .text = slice_text(pair->texts[i])};
  mapping_parse_texts(mapping, '.', values, scratch, &error);
  g_assert_no_error(error);
  mapping_apply(mapping, &origin, values, &row, &error);
  g_assert_no_error(error);
  return mapping_case_row(&row);
}

static void
csv_and_avro_of_one_record_give_the_same_row(void)
{
  g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, MAPPING);
  GError *error = NULL;
  g_autoptr(Decoder) decoder = decoder_new(loaded.mapping, NULL, &error);
  g_autoptr(GRand) random = g_rand_new_with_seed(12);
  g_auto(Bytes) scratch = {0};

  g_assert_no_error(error);
  for (size_t i = 0; i < RECORDS; i++) {
    Pair pair = {.random = random};
    g_autofree char *from_avro = NULL;
    g_autofree char *from_csv = NULL;

    pair_fill(&pair, i);
    from_avro = avro_row(loaded.mapping, decoder, &pair);
    from_csv = csv_row(loaded.mapping, &pair, &scratch);
    g_assert_cmpstr(from_csv, ==, from_avro);
    pair_clear(&pair);
  }
}

static void
a_bad_text_names_its_field(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("transactions");
  g_auto(Bytes) scratch = {0};
  g_autoptr(GError) error = NULL;
  Value values[14] = {0};

  values[mapping_case_field(mapping, "total_amount")] =
      (Value){.kind = VALUE_TEXT, .text = slice_text("12,50")};
  g_assert_false(mapping_parse_texts(mapping, '.', values, &scratch, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpstr(error->message, ==, "field total_amount: not a number: '12,50'");
}

static void
null_texts_and_absent_columns_are_missing(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("product");
  g_auto(Bytes) scratch = {0};
  GError *error = NULL;
  Value values[10] = {0};
  size_t year = mapping_case_field(mapping, "year");
  size_t season = mapping_case_field(mapping, "season");

  values[year] = (Value){.kind = VALUE_TEXT, .text = slice_text("nan")};
  values[season] = (Value){.kind = VALUE_TEXT, .text = slice_text("")};
  mapping_parse_texts(mapping, '.', values, &scratch, &error);
  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
    g_assert_cmpint(values[i].kind, ==, VALUE_MISSING);
}

static void
a_big_decimal_keeps_the_scale_that_is_written(void)
{
  static const char schema[] =
      "{'type':'record','name':'R','fields':[{'name':'n','type':{'type':'bytes',"
      "'logicalType':'big-decimal'}}]}";
  static const char mapping[] =
      "{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':{'parts':['n']},"
      "'families':{'f':{'columns':['n',{'field':'n','qualifier':'d','type':'decimal'}]}}}";
  static const char *const cases[][2] = {
      {"12.30", "12.30"},     {" 1e3", "1000"}, {".5", "0.5"},     {"-0.0", "0.0"},
      {"0E-8", "0.00000000"}, {"1.5e1", "15"},  {"1e-3", "0.001"}, {"-012.5", "-12.5"},
      {"abc", NULL},          {"1e2001", NULL},
  };
  g_auto(MappingCase) made = mapping_case_load(schema, NULL, mapping);
  g_auto(Bytes) scratch = {0};

  g_assert_nonnull(made.mapping);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Value value = {.kind = VALUE_TEXT, .text = slice_text(cases[i][0])};
    bool is_read = mapping_parse_texts(made.mapping, '.', &value, &scratch, NULL);

    g_test_message("%s", cases[i][0]);
    g_assert_cmpint(is_read, ==, cases[i][1] != NULL);
    if (is_read)
      g_assert_cmpmem(value.text.data, value.text.len, cases[i][1], strlen(cases[i][1]));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/text/parity", csv_and_avro_of_one_record_give_the_same_row);
  g_test_add_func("/mapping/text/bad", a_bad_text_names_its_field);
  g_test_add_func("/mapping/text/missing", null_texts_and_absent_columns_are_missing);
  g_test_add_func("/csv-text/big-decimal", a_big_decimal_keeps_the_scale_that_is_written);
  return g_test_run();
}
