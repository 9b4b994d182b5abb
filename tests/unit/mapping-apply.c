/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

#include <math.h>

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':["                                                         \
  "{'name':'id','type':'string'},{'name':'at','type':'string'},"                                   \
  "{'name':'n','type':['null','double']},{'name':'l','type':'long'},"                              \
  "{'name':'w','type':{'type':'long','logicalType':'timestamp-millis'}},"                          \
  "{'name':'text','type':['null','string']}]}"

#define MAPPING(columns, more)                                                                     \
  "{'table':'t','topic':'t','record':{'format':'avro','schema':'value.avsc'},"                     \
  "'key':{'parts':['id']},'families':{'f':{'columns':[" columns "]}}" more "}"

static Value
text_value(const char *text)
{
  return text == NULL ? (Value){.kind = VALUE_MISSING}
                      : (Value){.kind = VALUE_TEXT, .text = slice_text(text)};
}

static Value
double_value(double number)
{
  return (Value){.kind = VALUE_DOUBLE, .number = number};
}

/* Values for every field of a mapping, missing until set. */
static Value *
new_values(const Mapping *mapping)
{
  size_t length;

  mapping_fields(mapping, &length);
  return g_new0(Value, length);
}

static void
set(const Mapping *mapping, Value *values, const char *path, Value value)
{
  values[mapping_case_field(mapping, path)] = value;
}

static void
a_transaction_becomes_its_cells(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("transactions");
  g_autofree Value *values = new_values(mapping);
  g_auto(Row) row = {0};
  Origin origin = {.topic = "transactions", .timestamp_ms = -1};
  GError *error = NULL;

  set(mapping, values, "created_at", text_value("2018-07-29T15:22:01.458193Z"));
  set(mapping, values, "customer_id", double_value(5868));
  set(mapping, values, "booking_id", text_value("186e2bee"));
  set(mapping, values, "session_id", text_value("3abaa6ce"));
  set(mapping, values, "product_metadata", text_value("[{'id': 1, 'q': 2}]"));
  set(mapping, values, "payment_method", text_value("Debit Card"));
  set(mapping, values, "payment_status", text_value("nan"));
  set(mapping, values, "promo_amount", double_value(1415.5));
  set(mapping, values, "promo_code", text_value(""));
  set(mapping, values, "shipment_fee", double_value((double)NAN));
  set(mapping, values, "shipment_date_limit", text_value("2018-08-03T05:07:24.812676Z"));
  set(mapping, values, "shipment_location_lat", double_value(-8.227893));
  set(mapping, values, "shipment_location_long", double_value(111.969107));
  set(mapping, values, "total_amount", double_value(199832));
  mapping_apply(mapping, &origin, values, &row, &error);
  g_assert_no_error(error);

  g_autofree char *text = mapping_case_row(&row);

  g_assert_cmpstr(text, ==,
                  "186e2bee@1532877721458\n"
                  "transaction_details:created_at=2018-07-29T15:22:01.458193Z\n"
                  "transaction_details:customer_id=5868\n"
                  "transaction_details:session_id=3abaa6ce\n"
                  "transaction_details:product_metadata=[{'id': 1, 'q': 2}]\n"
                  "payment_info:payment_method=Debit Card\n"
                  "payment_info:promo_amount=1415.5\n"
                  "shipment_info:shipment_date_limit=2018-08-03T05:07:24.812676Z\n"
                  "shipment_info:shipment_location_lat=-8.227893\n"
                  "shipment_info:shipment_location_long=111.969107\n"
                  "transaction_summary:total_amount=199832");
}

static void
a_click_event_is_keyed_by_session_time_and_event(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("clickstream");
  g_autofree Value *values = new_values(mapping);
  g_auto(Row) row = {0};
  Origin origin = {.topic = "click_stream", .timestamp_ms = -1};
  GError *error = NULL;

  set(mapping, values, "session_id", text_value("s1"));
  set(mapping, values, "event_time", text_value("1970-01-01T00:00:01Z"));
  set(mapping, values, "event_id", text_value("e1"));
  set(mapping, values, "event_name", text_value("CLICK"));
  set(mapping, values, "traffic_source", text_value("MOBILE"));
  mapping_apply(mapping, &origin, values, &row, &error);
  g_assert_no_error(error);

  g_autofree char *text = mapping_case_row(&row);

  g_assert_cmpstr(text, ==,
                  "s1#1970-01-01T00:00:01Z#e1@1000\n"
                  "event_details:event_name=CLICK\n"
                  "event_details:event_time=1970-01-01T00:00:01Z\n"
                  "event_details:event_id=e1\n"
                  "traffic_info:traffic_source=MOBILE");
}

static void
texts_are_not_copied(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("customers");
  g_autofree Value *values = new_values(mapping);
  g_auto(Row) row = {0};
  Origin origin = {.topic = "customer", .timestamp_ms = 5};
  const char *name = "Ada";

  set(mapping, values, "customer_id", double_value(1));
  set(mapping, values, "first_name", text_value(name));
  g_assert_true(mapping_apply(mapping, &origin, values, &row, NULL));
  g_assert_cmpuint(row.cells_length, ==, 1);
  g_assert_true((const char *)row.cells[0].value.data == name);
}

static void
missing_fields_follow_their_columns_rule(void)
{
  const struct {
    const char *column;
    Value value;
    const char *cell; /* NULL: none */
  } cases[] = {
      {"'text'", {.kind = VALUE_MISSING}, NULL},
      {"{'field':'text','null':'skip'}", {.kind = VALUE_MISSING}, NULL},
      {"{'field':'text','null':'empty'}", {.kind = VALUE_MISSING}, "f:text="},
      {"{'field':'text','null':'none'}",
       {.kind = VALUE_TEXT, .text = slice("nan", 3)},
       "f:text=nan"},
      {"{'field':'text','null':'none'}", {.kind = VALUE_TEXT, .text = SLICE_EMPTY}, "f:text="},
      {"{'field':'text','null':'delete'}", {.kind = VALUE_MISSING}, "f:text=(deleted)"},
      {"{'field':'text','null':'none'}", {.kind = VALUE_MISSING}, "f:text=none"},
      {"{'field':'text','null':{'literal':'delete'}}", {.kind = VALUE_MISSING}, "f:text=delete"},
      {"{'field':'n','null':0}", {.kind = VALUE_MISSING}, "f:n=0"},
      {"{'field':'n','null':0.5}", {.kind = VALUE_DOUBLE, .number = (double)NAN}, "f:n=0.5"},
      {"{'field':'l','type':'int','null':-2}", {.kind = VALUE_MISSING}, "f:l=\\xff\\xff\\xff\\xfe"},
      {"{'field':'text','type':'boolean','null':true}", {.kind = VALUE_MISSING}, "f:text=\\xff"},
      {"{'field':'text','type':'long','format':'iso8601'}",
       {.kind = VALUE_TEXT, .text = slice("1969-12-31T23:59:59.999Z", 24)},
       "f:text=\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff"},
      {"{'field':'l','type':'ordered-long','format':'us'}",
       {.kind = VALUE_INT, .integer = 1999},
       "f:l=\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x01"},
      {"{'field':'w','type':'long','format':'iso8601'}",
       {.kind = VALUE_TEXT, .text = slice("1970-01-01T00:00:00.002Z", 24)},
       "f:w=\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02"},
  };
  Origin origin = {.topic = "t", .timestamp_ms = 5};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *columns =
        g_strdup_printf("{'field':'id','qualifier':'i'},%s", cases[i].column);
    g_autofree char *json = g_strdup_printf(MAPPING("%s", ""), columns);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, json);
    g_autofree Value *values = new_values(loaded.mapping);
    g_auto(Row) row = {0};
    g_autofree char *cell = NULL;

    g_test_message("%s", cases[i].column);
    set(loaded.mapping, values, "id", text_value("k"));
    values[1] = cases[i].value;
    g_assert_true(mapping_apply(loaded.mapping, &origin, values, &row, NULL));
    g_assert_cmpuint(row.cells_length, ==, cases[i].cell == NULL ? 1 : 2);
    cell = cases[i].cell == NULL ? NULL : mapping_case_cell(&row.cells[1]);
    g_assert_cmpstr(cell, ==, cases[i].cell);
  }
}

/* CSV has no other way to say it: there an empty text is none unless the mapping says so. */
static void
texts_are_missing_where_nulls_say_so(void)
{
  static const struct {
    const char *more;
    const char *text;
    const char *of_avro; /* NULL: no cell */
    const char *of_csv;
  } cases[] = {
      {"", "", "f:text=", NULL},
      {"", "nan", "f:text=nan", NULL},
      {"", "NaN", "f:text=NaN", "f:text=NaN"},
      {",'nulls':[]", "", "f:text=", "f:text="},
      {",'nulls':[]", "nan", "f:text=nan", "f:text=nan"},
      {",'nulls':['-']", "", "f:text=", "f:text="},
      {",'nulls':['-']", "-", NULL, NULL},
      {",'nulls':['','nan']", "", NULL, NULL},
      {",'nulls':['','nan']", "nan", NULL, NULL},
  };
  Origin origin = {.topic = "t", .timestamp_ms = 5};

  for (size_t i = 0; i < G_N_ELEMENTS(cases) * 2; i++) {
    bool is_csv = i % 2 == 1;
    const char *wanted = is_csv ? cases[i / 2].of_csv : cases[i / 2].of_avro;
    g_autofree char *json = g_strdup_printf(MAPPING("'id','text'", "%s"), cases[i / 2].more);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, json);
    g_autofree Value *values = new_values(loaded.mapping);
    g_auto(Row) row = {0};
    g_auto(Bytes) scratch = {0};
    g_autofree char *cell = NULL;

    set(loaded.mapping, values, "id", text_value("k"));
    set(loaded.mapping, values, "text", text_value(cases[i / 2].text));
    if (is_csv)
      g_assert_true(mapping_parse_texts(loaded.mapping, '.', values, &scratch, NULL));
    g_assert_true(mapping_apply(loaded.mapping, &origin, values, &row, NULL));
    cell = row.cells_length == 1 ? NULL : mapping_case_cell(&row.cells[1]);
    g_assert_cmpstr(cell, ==, wanted);
  }
}

static void
records_that_cannot_be_rows_are_refused(void)
{
  const struct {
    const char *more;
    const char *id;
    const char *at;
    int64_t timestamp_ms;
    const char *sentence;
    const char *field; /* that it is about */
  } cases[] = {
      {"", NULL, "x", 5, "key part id: is missing, and a row key needs every part", "id"},
      {",'nulls':[]", "", "x", 5, "key part id: is empty, and a row key needs every part", "id"},
      {"", "k", "x", -1,
       "the record has no timestamp; let the producer set one, or take a field's in the mapping"},
      {"", "k", "x", -2, "the time -2 ms is before 1970; HBase takes 0 to 2^63-2"},
      {"", "k", "x", INT64_MAX,
       "the time 9223372036854775807 ms is too late; HBase takes 0 to 2^63-2"},
      {",'timestamp':{'field':'at'}", "k", NULL, 5,
       "timestamp at: is missing, and the cells need its time", "at"},
      {",'timestamp':{'field':'at'}", "k", "soon", 5, "timestamp at: not an ISO 8601 time: 'soon'",
       "at"},
      {",'timestamp':{'field':'at'}", "k", "1969-12-31", 5,
       "timestamp at: the time -86400000 ms is before 1970; HBase takes 0 to 2^63-2", "at"},
      {"", "k", NULL, 5, "every column is missing, and HBase holds no row without a cell"},
      /* not of the field whose name the qualifier has */
      {",'timestamp':{'field':'at'}", "k", "2018-07-29", 5, "column f:l: not a number: 'word'",
       "text"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *json = g_strdup_printf(
        MAPPING("'at',{'field':'text','qualifier':'l','type':'double'}", "%s"), cases[i].more);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, json);
    g_autofree Value *values = new_values(loaded.mapping);
    g_auto(Row) row = {0};
    g_autoptr(GError) error = NULL;
    Origin origin = {.topic = "t", .timestamp_ms = cases[i].timestamp_ms};

    set(loaded.mapping, values, "id", text_value(cases[i].id));
    set(loaded.mapping, values, "at", text_value(cases[i].at));
    set(loaded.mapping, values, "text", text_value(cases[i].at == NULL ? NULL : "word"));
    g_assert_false(mapping_apply(loaded.mapping, &origin, values, &row, &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_cmpstr(error->message, ==, cases[i].sentence);
    g_assert_cmpstr(fault_field(error), ==, cases[i].field);
    g_assert_nonnull(fault_kind(error));
  }
}

static void
times_are_read_in_the_mappings_format(void)
{
  const struct {
    const char *timestamp;
    Value value;
    int64_t ms;
  } cases[] = {
      {"{'field':'l'}", {.kind = VALUE_INT, .integer = 1500}, 1500},
      {"{'field':'l','format':'s'}", {.kind = VALUE_INT, .integer = 1500}, 1500000},
      {"{'field':'n','format':'ms'}", {.kind = VALUE_DOUBLE, .number = 1.5e12}, 1500000000000},
      {"{'field':'n','format':'s'}",
       {.kind = VALUE_DOUBLE, .number = 1532877721.458},
       1532877721458},
      {"{'field':'text','format':'s'}", {.kind = VALUE_TEXT, .text = slice("1.5", 3)}, 1500},
      {"{'field':'text','format':'ms'}", {.kind = VALUE_TEXT, .text = slice("15", 2)}, 15},
      {"{'field':'l','format':'us'}",
       {.kind = VALUE_INT, .integer = 1532877721458193},
       1532877721458},
      {"{'field':'l','format':'ns'}",
       {.kind = VALUE_INT, .integer = 1532877721458193777},
       1532877721458},
      {"{'field':'text','format':'us'}",
       {.kind = VALUE_TEXT, .text = slice("1532877721458193.9", 18)},
       1532877721458},
      {"{'field':'text'}", {.kind = VALUE_TEXT, .text = slice("1970-01-01T00:00:09", 19)}, 9000},
      {"{'field':'w','format':'ms'}",
       {.kind = VALUE_TEXT, .text = slice("1970-01-01T00:00:01.500Z", 24)},
       1500},
      {"{'field':'text','format':'iso8601'}",
       {.kind = VALUE_TEXT, .text = slice("1970-01-02", 10)},
       86400000},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *json = g_strdup_printf(MAPPING("'id'", ",'timestamp':%s"), cases[i].timestamp);
    g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, NULL, json);
    g_auto(Row) row = {0};
    Origin origin = {.topic = "t", .timestamp_ms = -1};
    GError *error = NULL;

    g_test_message("%s", cases[i].timestamp);

    Value values[2] = {cases[i].value, cases[i].value};

    values[mapping_case_field(loaded.mapping, "id")] = text_value("k");
    mapping_apply(loaded.mapping, &origin, values, &row, &error);
    g_assert_no_error(error);
    g_assert_cmpint(row.timestamp, ==, cases[i].ms);
  }
}

static void
a_reused_row_keeps_nothing_of_the_last_record(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("product");
  g_autofree Value *values = new_values(mapping);
  g_auto(Row) row = {0};
  Origin origin = {.topic = "product", .timestamp_ms = 5};

  set(mapping, values, "id", double_value(1));
  set(mapping, values, "year", double_value(2012));
  set(mapping, values, "season", text_value("Fall"));
  g_assert_true(mapping_apply(mapping, &origin, values, &row, NULL));
  set(mapping, values, "id", double_value(22));
  set(mapping, values, "season", text_value(NULL));
  origin.timestamp_ms = 6;
  g_assert_true(mapping_apply(mapping, &origin, values, &row, NULL));

  g_autofree char *text = mapping_case_row(&row);

  g_assert_cmpstr(text, ==, "22@6\nmetadata:year=2012");
}

static void
a_tombstone_deletes_the_row_of_its_key(void)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("customers");
  g_autofree char *long_key = g_strnfill(32768, 'x');
  g_auto(Row) row = {0};
  const struct {
    Slice key;
    int64_t timestamp_ms;
    const char *sentence; /* NULL: it is a row */
  } cases[] = {
      {slice("5868", 4), 77, NULL},
      {slice(long_key, 32767), 77, NULL},
      {slice(long_key, 32768), 77,
       "tombstone: a Kafka key of 32768 bytes names no row; HBase's rows have 1 to 32767"},
      {SLICE_EMPTY, 77,
       "tombstone: a Kafka key of 0 bytes names no row; HBase's rows have 1 to 32767"},
      {slice("5868", 4), -1,
       "the record has no timestamp; let the producer set one, or take a field's in the mapping"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Origin origin = {.key = cases[i].key, .timestamp_ms = cases[i].timestamp_ms};
    g_autoptr(GError) error = NULL;
    bool good = mapping_tombstone_row(mapping, &origin, &row, &error);

    g_assert_cmpstr(good ? NULL : error->message, ==, cases[i].sentence);
    if (!good)
      continue;
    g_assert_cmpint(row.kind, ==, ROW_DELETE);
    g_assert_cmpint(row.timestamp, ==, 77);
    g_assert_cmpuint(row.cells_length, ==, 0);
    g_assert_true(slice_equal(row.key, cases[i].key));
  }
}

#define KEY_SCHEMA                                                                                 \
  "{'type':'record','name':'K','fields':[{'name':'id','type':'string'},"                           \
  "{'name':'shop','type':['null','long']}]}"

static void
an_avro_tombstone_deletes_the_row_its_fields_name(void)
{
  static const char *json =
      "{'table':'t','topic':'t','record':{'schema':'value.avsc','key_schema':'key.avsc'},"
      "'key':{'parts':[{'salt':16,'of':['id']},'id',{'metadata':'key','field':'shop'}]},"
      "'tombstone':'avro','families':{'f':{'columns':['at']}}}";
  g_auto(MappingCase) loaded = mapping_case_load(SCHEMA, KEY_SCHEMA, json);
  g_auto(Row) put = {0};
  g_auto(Row) row = {0};
  g_autoptr(GError) error = NULL;
  Value key_values[] = {{.kind = VALUE_INT, .integer = 12}, text_value("k1")};
  Origin origin = {.topic = "t", .timestamp_ms = 9, .key_values = key_values};
  size_t length;
  const char *const *fields = mapping_key_fields(loaded.mapping, &length);
  g_autofree Value *values = new_values(loaded.mapping);

  g_assert_cmpuint(length, ==, 2);
  g_assert_cmpstr(fields[0], ==, "shop");
  g_assert_cmpstr(fields[1], ==, "id");
  g_assert_nonnull(mapping_key_schema(loaded.mapping));
  set(loaded.mapping, values, "id", text_value("k1"));
  set(loaded.mapping, values, "at", text_value("x"));
  g_assert_true(mapping_apply(loaded.mapping, &origin, values, &put, NULL));
  g_assert_true(mapping_tombstone_row(loaded.mapping, &origin, &row, NULL));
  g_assert_cmpint(row.kind, ==, ROW_DELETE);
  g_assert_true(slice_equal(row.key, put.key));
  g_assert_cmpint(row.timestamp, ==, 9);

  origin.key_values = NULL;
  g_assert_false(mapping_tombstone_row(loaded.mapping, &origin, &row, &error));
  g_assert_cmpstr(error->message, ==, "tombstone: the record has no key that says which row");
  g_clear_error(&error);
  origin.key_values = key_values;
  key_values[0].kind = VALUE_MISSING;
  g_assert_false(mapping_tombstone_row(loaded.mapping, &origin, &row, &error));
  g_assert_cmpstr(error->message, ==,
                  "tombstone: key part shop: is missing, and a row key needs every part");
}

/* Whose time it has is the mapping's to say. */
static void
a_tombstone_deletes_up_to_the_time_that_the_mapping_says(void)
{
  static const struct {
    const char *time;
    int64_t record_ms;
    int64_t key_at;
    int64_t wanted; /* -1: refused */
  } cases[] = {
      {"", 9, 5, 9},
      {",'tombstone_time':'record'", 9, 5, 9},
      {",'tombstone_time':'before'", 9, 5, 8},
      {",'tombstone_time':'before'", 1, 5, 0},
      {",'tombstone_time':'before'", 0, 5, -1},
      {",'tombstone_time':'before'", -1, 5, -1},
      {",'tombstone_time':{'field':'at','format':'s'}", 9, 5, 5000},
      {",'tombstone_time':{'field':'at'}", -1, 7, 7},
      {",'tombstone_time':{'field':'at'}", 9, -7, -1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *json = g_strdup_printf(
        "{'table':'t','topic':'t','record':{'schema':'value.avsc','key_schema':'key.avsc'},"
        "'key':{'parts':['id']},'tombstone':'avro','timestamp':{'field':'at'}%s,"
        "'families':{'f':{'columns':['at']}}}",
        cases[i].time);
    g_auto(MappingCase) loaded =
        mapping_case_load(SCHEMA,
                          "{'type':'record','name':'K','fields':[{'name':'at','type':'long'},"
                          "{'name':'id','type':'string'}]}",
                          json);
    g_auto(Row) row = {0};
    Value values[2];
    Origin origin = {.topic = "t", .timestamp_ms = cases[i].record_ms, .key_values = values};
    size_t length;
    const char *const *fields = mapping_key_fields(loaded.mapping, &length);

    for (size_t k = 0; k < length; k++)
      values[k] = strcmp(fields[k], "id") == 0
                      ? text_value("k1")
                      : (Value){.kind = VALUE_INT, .integer = cases[i].key_at};
    g_assert_cmpint(mapping_tombstone_row(loaded.mapping, &origin, &row, NULL), ==,
                    cases[i].wanted >= 0);
    if (cases[i].wanted >= 0)
      g_assert_cmpint(row.timestamp, ==, cases[i].wanted);
    g_assert_cmpint(mapping_mixes_times(loaded.mapping), ==, strchr(cases[i].time, '{') == NULL);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/apply/transaction", a_transaction_becomes_its_cells);
  g_test_add_func("/mapping/apply/click-event", a_click_event_is_keyed_by_session_time_and_event);
  g_test_add_func("/mapping/apply/no-copy", texts_are_not_copied);
  g_test_add_func("/mapping/apply/missing", missing_fields_follow_their_columns_rule);
  g_test_add_func("/mapping/apply/refused", records_that_cannot_be_rows_are_refused);
  g_test_add_func("/mapping/apply/times", times_are_read_in_the_mappings_format);
  g_test_add_func("/mapping/apply/reuse", a_reused_row_keeps_nothing_of_the_last_record);
  g_test_add_func("/mapping/apply/tombstone", a_tombstone_deletes_the_row_of_its_key);
  g_test_add_func("/mapping/apply/tombstone-avro",
                  an_avro_tombstone_deletes_the_row_its_fields_name);
  g_test_add_func("/apply/nulls", texts_are_missing_where_nulls_say_so);
  g_test_add_func("/mapping/apply/tombstone-time",
                  a_tombstone_deletes_up_to_the_time_that_the_mapping_says);
  return g_test_run();
}
