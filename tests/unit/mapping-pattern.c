/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/instant.h"

#include "support/mapping-case.h"

/* What strptime() and Python's zoneinfo make of the same. */
typedef struct {
  const char *pattern, *zone, *text;
  int64_t ms; /* -1: refused */
} Case;

static const Case cases[] = {
    {"%Y-%m-%d %H:%M:%S UTC", NULL, "2019-10-01 00:00:00 UTC", 1569888000000},
    {"%Y-%m-%d %H:%M:%S %Z", NULL, "2019-10-01 00:00:00 GMT", 1569888000000},
    {"%Y-%m-%d %H:%M:%S %Z", NULL, "2019-10-01 00:00:00 CET", -1},
    {"%m/%d/%Y", NULL, "11/8/2016", 1478563200000},
    {"%m/%d/%Y", NULL, "11/08/2016", 1478563200000},
    {"%m/%d/%Y", NULL, "8/31/2016 ", -1},
    {"%m/%d/%Y", NULL, "13/1/2016", -1},
    {"%m/%d/%Y", NULL, "2/30/2016", -1},
    {"%m/%d/%Y", NULL, "2/29/2015", -1},
    {"%m/%d/%Y %H:%M", NULL, "12/1/2010 8:26", 1291191960000},
    {"%m/%d/%Y %H:%M", NULL, "12/1/2010 8:6", 1291190760000},
    {"%d.%m.%y", NULL, "31.12.68", 3124137600000},
    {"%d.%m.%y", NULL, "31.12.99", 946598400000},
    {"%d.%m.%y", NULL, "1.1.69", -1}, /* before 1970 */
    {"%Y%m%d%H%M%S", NULL, "20180729152201", 1532877721000},
    {"%Y%m%d%H%M%S", NULL, "2018729152201", -1},
    {"%Y-%j", NULL, "2020-366", 1609372800000},
    {"%Y-%j", NULL, "2019-366", -1},
    {"%a %b %d %H:%M:%S %z %Y", NULL, "Wed Oct 10 20:19:24 +0000 2018", 1539202764000},
    {"%a %b %d %H:%M:%S %z %Y", NULL, "Thu Oct 10 20:19:24 +0000 2018",
     -1}, /* it was a Wednesday */
    {"%A, %d %B %Y", NULL, "wednesday, 10 OCTOBER 2018", 1539129600000},
    {"%d/%b/%Y:%H:%M:%S %z", NULL, "10/Oct/2000:13:55:36 -0700", 971211336000},
    {"%Y-%m-%d %H:%M:%S%z", NULL, "2018-07-29 22:22:01+07:00", 1532877721000},
    {"%Y-%m-%d %H:%M:%S%z", NULL, "2018-07-29 15:22:01Z", 1532877721000},
    {"%I:%M %p %d %b %Y", NULL, "12:05 AM 1 Jan 2020", 1577837100000},
    {"%I:%M %p %d %b %Y", NULL, "12:05 pm 1 Jan 2020", 1577880300000},
    {"%I:%M %p %d %b %Y", NULL, "13:05 pm 1 Jan 2020", -1},
    {"%Y-%m-%d %H:%M:%S", NULL, "2018-07-29 15:22:01.458193", 1532877721458},
    {"%Y-%m-%d %H:%M:%S", NULL, "2018-07-29 15:22:01,4", 1532877721400},
    {"%Y-%m-%d %H:%M:%S", NULL, "2018-07-29 15:22:01.", -1},
    {"%Y-%m-%d %H:%M:%S", NULL, "2018-07-29 15:22:60", -1},
    {"%Y-%m-%d %H:%M:%S", NULL, "2018-07-29 24:00:00", -1},
    {"%Y-%m-%d %H:%M:%S", NULL, "", -1},
    {"%H:%M:%S:%f %d-%m-%Y", NULL, "15:22:01:5 29-07-2018", 1532877721500},
    {"100%% %Y-%m-%d", NULL, "100% 2018-07-29", 1532822400000},
    {"%d/%m/%Y", NULL, "0/1/2020", -1},
    {"%Y-%m-%d", NULL, "218-07-29", -1},
    /* zones */
    {"%Y-%m-%d %H:%M:%S", "Asia/Ho_Chi_Minh", "2020-05-17 6:34:28", 1589672068000},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "1.1.2020 0:00", 1577833200000},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "29.3.2020 1:59", 1585443540000},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "29.3.2020 2:00", -1}, /* clocks went from 2 to 3 */
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "29.3.2020 2:59", -1},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "29.3.2020 3:00", 1585443600000},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "25.10.2020 2:30", 1603585800000}, /* the first of two */
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "25.10.2020 3:00", 1603591200000},
    {"%d.%m.%Y %H:%M", "Europe/Berlin", "1.7.2097 0:00", 4023468000000},
    {"%Y-%m-%d %H:%M", "Australia/Lord_Howe", "2021-10-03 02:15", -1}, /* half an hour */
    {"%Y-%m-%d %H:%M", "Pacific/Apia", "2011-12-30 12:00", -1},        /* a day that was not */
    {"%Y-%m-%d", "+07:00", "2020-01-01", 1577811600000},
    {NULL, "America/New_York", "2020-07-01T12:00:00", 1593619200000}, /* ISO 8601 */
    {NULL, "America/New_York", "2020-07-01T12:00:00Z", 1593604800000},
    {NULL, "America/New_York", "2020-07-01", 1593576000000},
};

static bool
read_case(const Case *one, int64_t *out_ms)
{
  InstantForm form = {.format = one->pattern == NULL ? INSTANT_ISO8601 : INSTANT_PATTERN,
                      .text = (char *)one->pattern};
  g_autoptr(GError) error = NULL;
  g_autoptr(InstantPattern) pattern =
      one->pattern == NULL ? NULL : pattern_parse(one->pattern, &error);
  g_autoptr(Zone) zone = one->zone == NULL ? NULL : zone_new(one->zone, &error);
  const Value value = {.kind = VALUE_TEXT, .text = slice_text(one->text)};
  bool is_read;

  g_assert_no_error(error);
  form.pattern = pattern;
  form.zone = zone;
  is_read = instant_of_value(&value, &form, out_ms, &error);
  g_assert_cmpint(is_read, ==, error == NULL);
  return is_read;
}

static void
times_are_read_as_the_pattern_says(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t ms = -1;
    bool is_read = read_case(&cases[i], &ms);

    g_test_message("%s: %s", cases[i].pattern, cases[i].text);
    g_assert_cmpint(is_read ? ms : -1, ==, cases[i].ms);
  }
}

static void
what_is_no_pattern_is_a_fault(void)
{
  static const char *const wrong[] = {
      "%m/%d",          "%H:%M",          "%Y-%m",       "%Y-%m-%d %Y",   "%Y-%m-%d %q",
      "%Y-%m-%d %",     "%Y-%j-%d",       "%Y-%m-%d %I", "%Y-%m-%d %H%p", "%Y-%m-%d %M",
      "%Y-%m-%d %H:%S", "%Y-%m-%d %H %f", "%y-%Y-%m-%d", "%m-%b-%d-%Y",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(pattern_parse(wrong[i], &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
  }
}

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"                           \
  "{'name':'at','type':'string'},{'name':'n','type':'long'},"                                      \
  "{'name':'l','type':{'type':'long','logicalType':'timestamp-millis'}}]}"
#define MAPPING(key, timestamp, column)                                                            \
  "{'table':'t','topic':'t','tombstone':'skip','record':{'schema':'value.avsc'},"                  \
  "'key':{'parts':['id'," key "]},'timestamp':" timestamp ",'families':{'f':{'columns':[" column   \
  "]}}}"
#define IN_KEY "{'field':'at','reverse':true,'format':'%d.%m.%Y %H:%M','zone':'Europe/Berlin'}"
#define IN_TIME "{'field':'at','format':'%d.%m.%Y %H:%M','zone':'Europe/Berlin'}"
#define IN_COLUMN "{'field':'at','type':'long','format':'%d.%m.%Y %H:%M','zone':'UTC'}"

static void
all_places_of_a_mapping_take_a_pattern(void)
{
  g_auto(MappingCase) made = mapping_case_load(SCHEMA, NULL, MAPPING(IN_KEY, IN_TIME, IN_COLUMN));
  Value values[4] = {0};
  const Origin origin = {.topic = "t", .timestamp_ms = 1};
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  Row row = {0};

  g_assert_nonnull(made.mapping);
  values[mapping_case_field(made.mapping, "id")] =
      (Value){.kind = VALUE_TEXT, .text = slice_text("a")};
  values[mapping_case_field(made.mapping, "at")] =
      (Value){.kind = VALUE_TEXT, .text = slice_text("1.1.2020 0:00")};
  g_assert_true(mapping_apply(made.mapping, &origin, values, &row, &error));
  text = mapping_case_row(&row);
  g_assert_cmpstr(text, ==,
                  "a#9223370459021575807@1577833200000\nf:at=\\x00\\x00\\x01o^f\\xe8\\x00");
  values[mapping_case_field(made.mapping, "at")].text = slice_text("2020-01-01");
  g_assert_false(mapping_apply(made.mapping, &origin, values, &row, &error));
  g_assert_nonnull(strstr(error->message,
                          "not a time as '%d.%m.%Y %H:%M in Europe/Berlin' has it: '2020-01-01'"));
  row_clear(&row);
}

static void
wrong_forms_are_faults_that_say_what_to_do(void)
{
  const struct {
    const char *timestamp, *says;
  } faults[] = {
      {"{'field':'at','format':'iso8602'}", "did you mean 'iso8601'?"},
      {"{'field':'at','format':'dd/MM/yyyy'}", "%Y-%m-%d %H:%M:%S"},
      {"{'field':'at','format':'%d/%m'}", "$.timestamp.format: the pattern has no year"},
      {"{'field':'at','zone':'Europe/Berlinn'}", "did you mean Europe/Berlin?"},
      {"{'field':'at','format':'ms','zone':'UTC'}", "$.timestamp.zone: a number since 1970"},
      {"{'field':'at','format':'%Y-%m-%d %z','zone':'UTC'}", "say their offset themselves"},
      {"{'field':'n','format':'%Y%m%d'}", "'n' is of type long"},
      {"{'field':'l','format':'%Y%m%d'}", "'l' is of type timestamp-millis"},
      {"{'field':'at','time_zone':'UTC'}", "unknown key"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
    g_autofree char *mapping = g_strdup_printf(MAPPING("'at'", "%s", "'id'"), faults[i].timestamp);
    g_auto(MappingCase) made = mapping_case_load(SCHEMA, NULL, mapping);

    g_assert_cmpuint(fault_list_length(&made.faults), >=, 1);
    g_test_message("%s", fault_list_get(&made.faults, 0));
    g_assert_nonnull(strstr(fault_list_get(&made.faults, 0), faults[i].says));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pattern/read", times_are_read_as_the_pattern_says);
  g_test_add_func("/pattern/wrong", what_is_no_pattern_is_a_fault);
  g_test_add_func("/pattern/places", all_places_of_a_mapping_take_a_pattern);
  g_test_add_func("/pattern/faults", wrong_forms_are_faults_that_say_what_to_do);
  return g_test_run();
}
