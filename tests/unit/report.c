/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "support/output.h"

#include <math.h>

/* Tells about a load that never was. */
static void
tell(Report *report)
{
  const char *const words[] = {"a", "b\n\"c\""};
  g_auto(FaultList) warnings = {0};

  fault_list_add(&warnings, "line 3: odd");
  fault_list_add(&warnings, "line 4: odd");
  report_text(report, "table", "orders");
  report_text(report, "group", NULL);
  report_count(report, "rows", 1);
  report_count(report, "cells", G_MAXUINT64);
  report_number(report, "least", G_MININT64);
  report_claim(report, "whole", true);
  report_say(report, "table {table} group {group}: {rows} row{rows:s}, {cells} cell{cells:s}\n");
  report_list(report, "regions");
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    report_object(report, NULL);
    report_text(report, "start", words[i]);
    report_count(report, "bytes", 1536 << 10 * i);
    report_say(report, "  {bytes:size} of {table} from '{start}', {bytes}\n");
    report_end(report);
  }
  report_end(report);
  report_sentences(report, "warnings", &warnings, "warning {}\n");
  report_object(report, "seconds");
  report_real(report, "read", 0.1);
  report_real(report, "wait", NAN);
  report_say(report, "{seconds}{read:.2} {}\n");
  report_end(report);
}

static void
both_forms_have_the_same_fields(void)
{
  const struct {
    bool is_json;
    const char *text;
  } cases[] = {
      {false, "table orders group -: 1 row, 18446744073709551615 cells\n"
              "  1.5\302\240KiB of orders from 'a', 1536\n"
              "  1.5\302\240MiB of orders from 'b\n\"c\"', 1572864\n"
              "warning line 3: odd\n"
              "warning line 4: odd\n"
              "{seconds}0.10 null\n"},
      {true, "{\"table\":\"orders\",\"group\":null,\"rows\":1,\"cells\":18446744073709551615,"
             "\"least\":-9223372036854775808,\"whole\":true,"
             "\"regions\":[{\"start\":\"a\",\"bytes\":1536},"
             "{\"start\":\"b\\n\\\"c\\\"\",\"bytes\":1572864}],"
             "\"warnings\":[\"line 3: odd\",\"line 4: odd\"],"
             "\"seconds\":{\"read\":0.1,\"wait\":null}}\n"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Report) report = report_new(cases[i].is_json);
    TestOutput output = test_output_begin();
    g_autofree char *text = NULL;

    tell(report);
    report_end_all(report);
    text = test_output_take(&output);
    g_assert_cmpstr(text, ==, cases[i].text);
    g_assert_true(report_is_json(report) == cases[i].is_json);
  }
}

static void
an_object_begins_where_one_ended(void)
{
  g_autoptr(Report) report = report_new(true);
  TestOutput output = test_output_begin();
  g_autofree char *text = NULL;

  report_list(report, "letters");
  report_object(report, NULL);
  report_end_all(report);
  report_claim(report, "sound", false);
  report_flush(report);
  report_end_all(report);
  text = test_output_take(&output);
  g_assert_cmpstr(text, ==, "{\"letters\":[{}]}\n{\"sound\":false}\n");
}

static void
a_list_is_taken_when_it_is_whole(void)
{
  for (int is_json = 0; is_json < 2; is_json++) {
    g_autoptr(Report) report = report_new(is_json);
    Report *list = report_new_list(report);
    TestOutput output = test_output_begin();
    g_autofree char *text = NULL;

    report_count(report, "faults", 0);
    for (uint64_t i = 1; i < 3; i++) {
      report_count(list, NULL, i);
      report_say(list, "sample {}\n");
      report_say(report, "fine\n");
    }
    report_take_list(report, "samples", list);
    report_end_all(report);
    text = test_output_take(&output);
    g_assert_cmpstr(text, ==,
                    is_json ? "{\"faults\":0,\"samples\":[1,2]}\n"
                            : "fine\nfine\nsample 1\nsample 2\n");
  }
}

/* What a line shows of a number, a time, a text. */
static void
a_field_is_shown_as_the_line_asks(void)
{
  static const struct {
    const char *line;
    const char *text;
  } cases[] = {
      {"[{count:8}] [{count:-8}] [{count:2}]", "[    1234] [1234    ] [1234]"},
      {"[{real:8.1}] [{real:-7.2}] [{real}]", "[    12.2] [12.25  ] [12.25]"},
      {"[{word:-4}] [{word:4}]", "[\xC3\xBC   ] [   \xC3\xBC]"},
      {"[{broken:4}]", "[  \xC3(]"},
      {"{kind:-11words}.", "extra row  ."},
      {"{time:date} {before:date} {never:date}", "2023-11-14T22:13:20.017Z -1 9223372036854775807"},
      {"{time:time} {never:time}", "1700000000017 (2023-11-14T22:13:20.017Z) 9223372036854775807"},
      {"{lines:line}.{broken:line}", "a b  c.\xEF\xBF\xBD("},
      {"{one:s}{count:s}{zero:s}", "ss"},
      {"{count:size} {zero:size}", "1.2\302\240KiB 0 bytes"},
      {"{.} is {}; {absent} {absent:4}{", "never is 9223372036854775807; {absent} {absent:4}{"},
      {"{word:absent}", "\xC3\xBC"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Report) report = report_new(false);
    TestOutput output;
    g_autofree char *text = NULL;

    report_count(report, "count", 1234);
    report_count(report, "one", 1);
    report_count(report, "zero", 0);
    report_real(report, "real", 12.25);
    report_text(report, "word", "\xC3\xBC");
    report_text(report, "broken", "\xC3(");
    report_text(report, "kind", "extra_row");
    report_text(report, "lines", "a\nb\r\tc");
    report_number(report, "time", G_GINT64_CONSTANT(1700000000017));
    report_number(report, "before", -1);
    report_number(report, "never", G_MAXINT64);
    report_say(report, cases[i].line);
    output = test_output_begin();
    report_flush(report);
    text = test_output_take(&output);
    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

static void
a_line_breaks_where_it_may(void)
{
  g_autoptr(Report) report = report_new(false);
  TestOutput output = test_output_begin();
  g_autofree char *text = NULL;

  report_text(report, "long", "0123456789012345678901234567890123456789|{x}");
  report_say(report, "head  |{long},|{long},|0123456789012345678901234567890123456\n|a|{long}\n");
  report_say(report, "plain\n");
  report_end_all(report);
  text = test_output_take(&output);
  g_assert_cmpstr(text, ==,
                  "head  0123456789012345678901234567890123456789|{x},\n"
                  "      0123456789012345678901234567890123456789|{x},\n"
                  "      0123456789012345678901234567890123456\n"
                  " a 0123456789012345678901234567890123456789|{x}\n"
                  "plain\n");
}

static void
what_is_no_utf_8_is_made_so_in_json(void)
{
  for (int is_json = 0; is_json < 2; is_json++) {
    g_autoptr(Report) report = report_new(is_json);
    TestOutput output = test_output_begin();
    g_autofree char *text = NULL;

    report_text(report, "a\xFF", "b\xFF");
    report_say(report, "{}\n");
    report_end_all(report);
    text = test_output_take(&output);
    g_assert_cmpstr(text, ==, is_json ? "{\"a\xEF\xBF\xBD\":\"b\xEF\xBF\xBD\"}\n" : "b\xFF\n");
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/report/forms", both_forms_have_the_same_fields);
  g_test_add_func("/report/again", an_object_begins_where_one_ended);
  g_test_add_func("/report/list", a_list_is_taken_when_it_is_whole);
  g_test_add_func("/report/field", a_field_is_shown_as_the_line_asks);
  g_test_add_func("/report/break", a_line_breaks_where_it_may);
  g_test_add_func("/report/utf-8", what_is_no_utf_8_is_made_so_in_json);
  return g_test_run();
}
