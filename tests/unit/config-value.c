/* SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

typedef struct {
  const char *text;
  bool is_good;
  double number;
} Case;

/* Every parser behind one shape, so that all cases stand in one table. */
static bool
parse_bytes(const char *text, double *out, GError **error)
{
  uint64_t bytes = 0;
  bool is_good = value_parse_bytes(text, &bytes, error);

  *out = (double)bytes;
  return is_good;
}

static bool
parse_duration(const char *text, double *out, GError **error)
{
  int64_t ms = 0;
  bool is_good = value_parse_duration(text, &ms, error);

  *out = (double)ms;
  return is_good;
}

static bool
parse_flag(const char *text, double *out, GError **error)
{
  bool flag = false;
  bool is_good = value_parse_flag(text, &flag, error);

  *out = flag;
  return is_good;
}

static bool
parse_count(const char *text, double *out, GError **error)
{
  uint32_t count = 0;
  bool is_good = value_parse_count(text, 2, 100, &count, error);

  *out = count;
  return is_good;
}

typedef struct {
  bool (*parse)(const char *text, double *out, GError **error);
  const Case *cases; /* ended by a textless one */
} Table;

static const Table byte_table = {
    parse_bytes,
    (const Case[]){
        {"0", true, 0},           {"512", true, 512},
        {"512B", true, 512},      {"1K", true, 1024},
        {"32M", true, 33554432},  {"32 MiB", true, 33554432},
        {"32mb", true, 33554432}, {"8388607T", true, 9223370937343148032.0},
        {"8388608T", false, 0},   {"", false, 0},
        {"M", false, 0},          {"B", false, 0},
        {"1.5M", false, 0},       {"-1", false, 0},
        {"32X", false, 0},        {"32Mi", true, 33554432},
        {"iB", false, 0},         {"18446744073709551616", false, 0},
        {NULL, false, 0},
    },
};

static const Table duration_table = {
    parse_duration,
    (const Case[]){
        {"0", true, 0},
        {"250ms", true, 250},
        {"5s", true, 5000},
        {"5 s", true, 5000},
        {"1m", true, 60000},
        {"2h", true, 7200000},
        {"24d", true, 2073600000},
        {"25d", false, 0},
        {"5", false, 0},
        {"5 minutes", false, 0},
        {"-5s", false, 0},
        {"", false, 0},
        {NULL, false, 0},
    },
};

static const Table share_table = {
    value_parse_share,
    (const Case[]){
        {"0", true, 0},
        {"0.5", true, 0.5},
        {"50%", true, 0.5},
        {"100%", true, 1},
        {"1", true, 1},
        {"2", false, 0},
        {"101%", false, 0},
        {"-1%", false, 0},
        {"nan", false, 0},
        {"half", false, 0},
        {"", false, 0},
        {NULL, false, 0},
    },
};

static const Table flag_table = {
    parse_flag,
    (const Case[]){
        {"yes", true, 1},
        {"No", true, 0},
        {"TRUE", true, 1},
        {"off", true, 0},
        {"1", true, 1},
        {"2", false, 0},
        {"", false, 0},
        {NULL, false, 0},
    },
};

static const Table count_table = {
    parse_count,
    (const Case[]){
        {"2", true, 2},
        {"100", true, 100},
        {"1", false, 0},
        {"101", false, 0},
        {"4294967298", false, 0},
        {"7x", false, 0},
        {" 7", false, 0},
        {"", false, 0},
        {NULL, false, 0},
    },
};

static void
texts_are_numbers_or_refused_by_what_is_right(gconstpointer data)
{
  const Table *table = data;

  for (const Case *row = table->cases; row->text != NULL; row++) {
    g_autoptr(GError) error = NULL;
    double number = -1;
    bool is_good = table->parse(row->text, &number, &error);

    g_test_message("'%s'", row->text);
    g_assert_cmpint(is_good, ==, row->is_good);
    if (is_good)
      g_assert_cmpfloat(number, ==, row->number);
    else
      g_assert_error(error, FAULT, FAULT_SETUP);
  }
}

typedef bool (*ParseList)(const char *text, char ***out_parts, GError **error);

static void
lists_are_split_and_each_part_is_checked(void)
{
  const struct {
    ParseList parse;
    const char *text;
    const char *parts; /* joined with |; NULL: refused */
  } cases[] = {
      {value_parse_list, "", ""},
      {value_parse_list, " a , b ", "a|b"},
      {value_parse_list, "a,,b", NULL},
      {value_parse_list, "a,", NULL},
      {value_parse_endpoints, "a:1, [::1]:9090,b,10.0.0.1:2", "a:1|[::1]:9090|b|10.0.0.1:2"},
      {value_parse_endpoints, "https://proxy:8080/hbase", "https://proxy:8080/hbase"},
      {value_parse_endpoints, "", NULL},
      {value_parse_endpoints, "a:0x1", NULL},
      {value_parse_endpoints, "a:70000", NULL},
      {value_parse_endpoints, "a b:1", NULL},
      {value_parse_endpoints, ":9090", NULL},
      {value_parse_endpoints, "user@a:1", NULL},
      {value_parse_endpoints, "ftp://a", NULL},
      {value_parse_urls, "", ""},
      {value_parse_urls, "http://a:8081,https://b/x", "http://a:8081|https://b/x"},
      {value_parse_urls, "a:8081", NULL},
      {value_parse_urls, "http://", NULL},
      {value_parse_urls, "http://me:secret@a", NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) parts = NULL;
    bool is_good = cases[i].parse(cases[i].text, &parts, &error);
    g_autofree char *joined = is_good ? g_strjoinv("|", parts) : NULL;

    g_test_message("%s", cases[i].text);
    g_assert_cmpstr(joined, ==, cases[i].parts);
    if (!is_good)
      g_assert_error(error, FAULT, FAULT_SETUP);
  }
}

static void
a_password_in_a_url_is_not_repeated(void)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) parts = NULL;

  g_assert_false(value_parse_urls("http://me:hunter2@a", &parts, &error));
  g_assert_null(strstr(error->message, "hunter2"));
}

static void
words_are_found_whatever_their_case_and_the_nearest_is_offered(void)
{
  const char *const words[] = {"framed", "buffered", NULL};
  g_autoptr(GError) error = NULL;
  unsigned index = 0;

  g_assert_true(value_parse_word("Buffered", words, &index, &error));
  g_assert_cmpuint(index, ==, 1);
  g_assert_false(value_parse_word("frame", words, &index, &error));
  g_assert_cmpstr(error->message, ==,
                  "'frame' is not one of framed, buffered; did you mean framed?");
}

static void
listening_needs_a_port_or_is_off(void)
{
  const struct {
    const char *text;
    bool is_good;
    const char *address;
  } cases[] = {
      {"off", true, NULL},
      {"", true, NULL},
      {"127.0.0.1:9187", true, "127.0.0.1:9187"},
      {"[::]:9187", true, "[::]:9187"},
      {"127.0.0.1", false, NULL},
      {"9187", false, NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *address = NULL;

    g_test_message("%s", cases[i].text);
    g_assert_cmpint(value_parse_listen(cases[i].text, &address, &error), ==, cases[i].is_good);
    g_assert_cmpstr(address, ==, cases[i].address);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/value/bytes", &byte_table, texts_are_numbers_or_refused_by_what_is_right);
  g_test_add_data_func("/value/duration", &duration_table,
                       texts_are_numbers_or_refused_by_what_is_right);
  g_test_add_data_func("/value/share", &share_table, texts_are_numbers_or_refused_by_what_is_right);
  g_test_add_data_func("/value/flag", &flag_table, texts_are_numbers_or_refused_by_what_is_right);
  g_test_add_data_func("/value/count", &count_table, texts_are_numbers_or_refused_by_what_is_right);
  g_test_add_func("/value/lists", lists_are_split_and_each_part_is_checked);
  g_test_add_func("/value/url-password", a_password_in_a_url_is_not_repeated);
  g_test_add_func("/value/words", words_are_found_whatever_their_case_and_the_nearest_is_offered);
  g_test_add_func("/value/listen", listening_needs_a_port_or_is_off);
  return g_test_run();
}
