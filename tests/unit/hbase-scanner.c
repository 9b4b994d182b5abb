/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/scanner.h"

#include "support/hbase-fake.h"

enum { ROWS = 12000 };

typedef struct {
  HbaseFake hbase;
  TestGateway *gateway;
  Scanner *scanner;
} Fixture;

static void
fixture_clear(Fixture *self)
{
  scanner_free(self->scanner);
  test_gateway_free(self->gateway);
  hbase_fake_clear(&self->hbase);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
fixture_init(Fixture *self, WireProtocol protocol, const char *start)
{
  const char *endpoints[2] = {NULL, NULL};
  GatewayOptions options = {
      .endpoints = endpoints,
      .connect_timeout_ms = 20000,
      .send_timeout_ms = 20000,
      .receive_timeout_ms = 20000,
      .idle_timeout_ms = 20000,
      .frame_max_bytes = 1 << 20,
      .answer_max_bytes = 64 << 20,
  };
  ScanOptions scan = {.table = "people", .start = slice_text(start)};

  hbase_fake_init(&self->hbase, true, protocol);
  self->hbase.rows = ROWS;
  self->gateway = test_gateway_new(hbase_fake_serve, &self->hbase);
  endpoints[0] = test_gateway_endpoint(self->gateway);
  self->scanner = scanner_new(&options, &scan, NULL);
}

static void
check_row(const ScanRow *row, unsigned number)
{
  g_autofree char *key = g_strdup_printf("row%06u", number);

  g_assert_true(slice_equal(row->key, slice_text(key)));
  g_assert_cmpuint(row->cells_length, ==, 1);
  g_assert_true(slice_equal(row->cells[0].row, row->key));
  g_assert_true(slice_equal(row->cells[0].family, slice_text("f")));
  g_assert_true(slice_equal(row->cells[0].qualifier, slice_text("q")));
  g_assert_true(slice_equal(row->cells[0].value, row->key));
  g_assert_cmpint(row->cells[0].timestamp, ==, number);
}

/* Returns how many rows came until the end or a failure. */
static unsigned
read_on(Fixture *self, unsigned first, GError **error)
{
  ScanRow row;
  bool is_end = false;
  unsigned next = first;

  while (scanner_next(self->scanner, &row, &is_end, error) && !is_end)
    check_row(&row, next++);
  return next - first;
}

static void
every_row_comes_once_and_in_order(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;
    ScanRow row;
    bool is_end = false;

    fixture_init(&fixture, wire, "");
    g_assert_cmpuint(read_on(&fixture, 0, &error), ==, ROWS);
    g_assert_no_error(error);
    g_assert_true(scanner_next(fixture.scanner, &row, &is_end, &error));
    g_assert_true(is_end);
    g_assert_cmpint(fixture.hbase.scan_answers, >, 3);
  }
}

static void
it_begins_where_it_is_told(void)
{
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, WIRE_BINARY, "row011990");
  g_assert_cmpuint(read_on(&fixture, 11990, NULL), ==, 10);
}

static void
a_scan_that_the_gateway_forgot_goes_on_unseen(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, WIRE_BINARY, "");
  fixture.hbase.forgets = 3;
  g_assert_cmpuint(read_on(&fixture, 0, &error), ==, ROWS);
  g_assert_no_error(error);
  g_assert_cmpuint(fixture.hbase.scans->len, ==, 2);
}

static void
after_a_lost_connection_the_next_call_goes_on(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) lost = NULL;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, WIRE_BINARY, "");
  fixture.hbase.breaks = 2;

  unsigned before = read_on(&fixture, 0, &lost);

  g_assert_error(lost, FAULT, FAULT_PEER);
  g_assert_cmpuint(before, >, 0);
  g_assert_cmpuint(before, <, ROWS);
  g_assert_cmpuint(read_on(&fixture, before, &error), ==, ROWS - before);
  g_assert_no_error(error);
}

/* Its number may be another client's there. */
static void
a_scanner_is_not_asked_for_over_another_connection(void)
{
  g_auto(Fixture) fixture = {0};
  unsigned rows;
  g_autoptr(GError) lost = NULL;

  fixture_init(&fixture, WIRE_BINARY, "");
  fixture.hbase.leaves = 2;
  rows = read_on(&fixture, 0, &lost);
  if (lost != NULL) /* it was asked before the connection was seen to be closed */
    rows += read_on(&fixture, rows, NULL);
  g_assert_cmpuint(rows, ==, ROWS);
  g_assert_cmpuint(fixture.hbase.scans->len, ==, 2);
}

static void
what_hbase_complains_of_is_waited_for(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, WIRE_BINARY, "");
  fixture.hbase.complaint = "no region server";
  g_assert_cmpuint(read_on(&fixture, 0, &error), ==, 0);
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "no region server"));
}

/* What a table holds may change from row to row, and from cell to cell. */
typedef struct {
  const char *name;
  unsigned rows;
  unsigned cells;
  GByteArray *(*value)(unsigned row, unsigned cell);
  size_t most_bytes; /* of values in any answer */
} Shape;

static GByteArray *
value_of(unsigned row, unsigned cell, size_t len)
{
  GByteArray *value = g_byte_array_sized_new((guint)len);

  g_byte_array_set_size(value, (guint)len);
  for (size_t i = 0; i < len; i++)
    value->data[i] = (guint8)(row * 7 + cell * 3 + i);
  return value;
}

static GByteArray *
small_then_large(unsigned row, unsigned cell)
{
  return value_of(row, cell, row < 200 ? 20 : 100 << 10);
}

static GByteArray *
one_among_many(unsigned row, unsigned cell)
{
  return value_of(row, cell, row == 301 ? 9 << 20 : 8);
}

static GByteArray *
large_cells_in_wide_rows(unsigned row, unsigned cell)
{
  return value_of(row, cell, cell % 10 == 3 ? 40 << 10 : 100);
}

static GByteArray *
all_just_below(unsigned row, unsigned cell)
{
  return value_of(row, cell, HBASE_FAKE_LARGE - 1);
}

/* Numbers in HBase's own form may look like lengths. */
static GByteArray *
numbers(unsigned row, unsigned cell)
{
  guint32 number = GUINT32_TO_BE(row * 1000 + cell);

  if (row == 40 && cell == 2)
    return value_of(row, cell, HBASE_FAKE_LARGE);
  return g_byte_array_append(g_byte_array_new(), (const guint8 *)&number, sizeof number);
}

static const Shape shapes[] = {
    {"small rows, then large ones", 500, 1, small_then_large, 4 << 20},
    {"one large row among many", 600, 2, one_among_many, 9 << 20},
    {"large cells in wide rows", 5, 100, large_cells_in_wide_rows, 4 << 20},
    {"a wide row of small cells", 2, 6000, all_just_below, 16 << 20},
    {"numbers that look like lengths", 300, 3, numbers, 4 << 20},
};

/* Each row once, in order, whole; returns how many. */
static unsigned
check_shape(const Shape *shape, Scanner *scanner, GError **error)
{
  unsigned count = 0;
  ScanRow row;
  bool is_end = false;

  while (scanner_next(scanner, &row, &is_end, error) && !is_end) {
    g_autofree char *key = g_strdup_printf("row%06u", count);

    g_assert_true(slice_equal(row.key, slice_text(key)));
    g_assert_cmpuint(row.cells_length, ==, shape->cells);
    for (unsigned i = 0; i < shape->cells; i++) {
      g_autoptr(GByteArray) value = shape->value(count, i);

      g_assert_true(slice_equal(row.cells[i].value, slice(value->data, value->len)));
      g_assert_true(slice_equal(row.cells[i].row, row.key));
    }
    count++;
  }
  return count;
}

static void
answers_are_bounded_by_bytes(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
    for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
      g_auto(Fixture) fixture = {0};
      g_autoptr(GError) error = NULL;

      g_test_message("%s", shapes[i].name);
      fixture_init(&fixture, wire, "");
      fixture.hbase.rows = shapes[i].rows;
      fixture.hbase.cells = shapes[i].cells;
      fixture.hbase.value = shapes[i].value;
      g_assert_cmpuint(check_shape(&shapes[i], fixture.scanner, &error), ==, shapes[i].rows);
      g_assert_no_error(error);
      g_assert_cmpuint(fixture.hbase.largest_answer, <=, shapes[i].most_bytes);
    }
}

/* Whichever call it is at: also in the middle of a row, of a survey, of a careful scan. */
static void
a_forgotten_scan_loses_no_part_of_a_row(void)
{
  const Shape *shape = &shapes[2];
  int answers = G_MAXINT;

  for (int at = 2; at <= answers; at += 3) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, WIRE_BINARY, "");
    fixture.hbase.rows = shape->rows;
    fixture.hbase.cells = shape->cells;
    fixture.hbase.value = shape->value;
    fixture.hbase.forgets = at;
    g_assert_cmpuint(check_shape(shape, fixture.scanner, &error), ==, shape->rows);
    g_assert_no_error(error);
    answers = MIN(answers, fixture.hbase.scan_answers);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scanner/rows", every_row_comes_once_and_in_order);
  g_test_add_func("/scanner/start", it_begins_where_it_is_told);
  g_test_add_func("/scanner/forgotten", a_scan_that_the_gateway_forgot_goes_on_unseen);
  g_test_add_func("/scanner/lost", after_a_lost_connection_the_next_call_goes_on);
  g_test_add_func("/scanner/connection", a_scanner_is_not_asked_for_over_another_connection);
  g_test_add_func("/scanner/complaint", what_hbase_complains_of_is_waited_for);
  g_test_add_func("/scanner/bytes", answers_are_bounded_by_bytes);
  g_test_add_func("/scanner/parts", a_forgotten_scan_loses_no_part_of_a_row);
  return g_test_run();
}
