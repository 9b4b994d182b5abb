/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/glance.h"

#include "support/hbase-fake.h"

typedef struct {
  HbaseFake hbase;
  TestGateway *gateway;
  Client client;
  const char *endpoints[2];
  GatewayOptions options;
} Fixture;

static void
fixture_clear(Fixture *self)
{
  client_clear(&self->client);
  test_gateway_free(self->gateway);
  hbase_fake_clear(&self->hbase);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
fixture_init(Fixture *self, unsigned rows, unsigned cells)
{
  hbase_fake_init(&self->hbase, true, WIRE_BINARY);
  self->hbase.rows = rows;
  self->hbase.cells = cells;
  self->gateway = test_gateway_new(hbase_fake_serve, &self->hbase);
  self->endpoints[0] = test_gateway_endpoint(self->gateway);
  self->options = (GatewayOptions){.endpoints = self->endpoints,
                                   .connect_timeout_ms = 20000,
                                   .send_timeout_ms = 20000,
                                   .receive_timeout_ms = 20000,
                                   .idle_timeout_ms = 20000,
                                   .frame_max_bytes = 1 << 20,
                                   .answer_max_bytes = 64 << 20};
  self->client.gateway = gateway_new(&self->options, 0, NULL);
}

static GlanceOptions
roomy(void)
{
  return (GlanceOptions){.scan = {.table = "people"},
                         .most_rows = 1000,
                         .most_cells = 10000,
                         .most_bytes = 1 << 20,
                         .deadline_us = G_MAXINT64};
}

static void
assert_next(const Glance *glance, GlanceEnd end, const char *row)
{
  g_assert_cmpint(glance->end, ==, end);
  g_assert_true(slice_equal(bytes_slice(&glance->next.row), slice_text(row)));
}

static void
a_look_ends_at_the_tables_end(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();
  g_autoptr(GError) error = NULL;
  const GlanceRow *row;

  fixture_init(&fixture, 300, 1);
  glance_take(&glance, &fixture.client, &options, &error);
  g_assert_no_error(error);
  g_assert_cmpint(glance.end, ==, GLANCE_WHOLE);
  g_assert_cmpuint(glance.rows->len, ==, 300);
  row = &g_array_index(glance.rows, GlanceRow, 299);
  g_assert_true(slice_equal(row->key, slice_text("row000299")));
  g_assert_cmpuint(row->length, ==, 1);
  g_assert_true(slice_equal(g_array_index(glance.cells, GlanceCell, row->first).cell.value,
                            slice_text("row000299")));
}

static void
each_bound_ends_it_where_the_next_one_begins(void)
{
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, 300, 20);
  {
    g_auto(Glance) glance = {0};
    GlanceOptions options = roomy();

    options.most_rows = 7;
    g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
    assert_next(&glance, GLANCE_ROWS, "row000007");
    g_assert_false(glance.next.is_behind_column);
    g_assert_cmpuint(glance.cells->len, ==, 140);

    options.place = &glance.next;
    g_auto(Glance) more = {0};

    g_assert_true(glance_take(&more, &fixture.client, &options, NULL));
    g_assert_true(slice_equal(g_array_index(more.rows, GlanceRow, 0).key, slice_text("row000007")));
    assert_next(&more, GLANCE_ROWS, "row000014");
  }
  {
    g_auto(Glance) glance = {0};
    GlanceOptions options = roomy();

    options.most_cells = 50;
    g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
    assert_next(&glance, GLANCE_CELLS, "row000002");
    g_assert_true(glance.next.is_behind_column);
    g_assert_true(slice_equal(bytes_slice(&glance.next.qualifier), slice_text("q00009")));
    g_assert_cmpuint(glance.cells->len, ==, 50);
  }
  {
    g_auto(Glance) glance = {0};
    GlanceOptions options = roomy();

    options.most_bytes = 1;
    g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
    assert_next(&glance, GLANCE_BYTES, "row000000");
    g_assert_cmpuint(glance.cells->len, ==, 1);
  }
  {
    g_auto(Glance) glance = {0};
    GlanceOptions options = roomy();

    options.deadline_us = 1;
    g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
    g_assert_cmpint(glance.end, ==, GLANCE_TIME);
    g_assert_true(glance.next.is_behind_column);
    g_assert_cmpuint(glance.cells->len, <=, 128);
  }
}

/* Every third is 100 kB, and the fifth is four bytes that may be a length. */
static GByteArray *
some_large(unsigned row, unsigned cell)
{
  static const guint8 a_length[] = {0, 1, 0, 0};
  GByteArray *value = g_byte_array_new();

  if (row == 5)
    return g_byte_array_append(value, a_length, sizeof a_length);
  g_byte_array_set_size(value, (row + cell) % 3 == 0 ? 100000 : 10);
  memset(value->data, 'x', value->len);
  return value;
}

static void
large_values_are_left_out_with_their_length(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 60, 3);
  fixture.hbase.value = some_large;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  g_assert_cmpuint(glance.cells->len, ==, 180);
  for (unsigned row = 0; row < 60; row++) {
    for (unsigned cell = 0; cell < 3; cell++) {
      const GlanceCell *found = &g_array_index(glance.cells, GlanceCell, row * 3 + cell);
      bool is_large = row != 5 && (row + cell) % 3 == 0;

      g_assert_cmpuint(found->left_out, ==, is_large ? 100000 : 0);
      g_assert_cmpuint(found->cell.value.len, ==, is_large ? 0 : row == 5 ? 4 : 10);
    }
  }
  g_assert_cmpuint(fixture.hbase.largest_answer, <, 128 * 8192);
}

enum { LATE_MS = 200 };

/* HBase is slow when it is asked what the second answer has left out: it begins for the third time.
 */
static GByteArray *
late_and_large(unsigned row, unsigned cell)
{
  static unsigned begun;

  (void)row;
  if (cell == 0 && ++begun == 3)
    g_usleep(2 * LATE_MS * 1000);
  return g_byte_array_set_size(g_byte_array_new(), 5000);
}

static void
a_length_is_not_shown_for_a_value_when_time_is_up(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 1, 300);
  fixture.hbase.value = late_and_large;
  options.deadline_us = g_get_monotonic_time() + (gint64)LATE_MS * 1000;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  assert_next(&glance, GLANCE_TIME, "row000000");
  g_assert_cmpuint(glance.cells->len, ==, 256);
  for (guint i = 0; i < glance.cells->len; i++)
    g_assert_cmpuint(g_array_index(glance.cells, GlanceCell, i).left_out, ==, 5000);
}

static void
a_column_is_not_cut_when_time_is_up(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 1, 300);
  fixture.hbase.versions = 3; /* the first answer ends within a column */
  options.scan.versions = 3;
  options.deadline_us = 1;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  assert_next(&glance, GLANCE_TIME, "row000000");
  g_assert_true(glance.next.is_behind_column);
  g_assert_true(slice_equal(bytes_slice(&glance.next.qualifier), slice_text("q00041")));
  g_assert_cmpuint(glance.cells->len, ==, 126);
  g_assert_cmpuint(g_array_index(glance.rows, GlanceRow, 0).length, ==, 126);
}

static void
a_row_that_time_cuts_at_its_first_column_is_the_next_pages(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 20, 3);
  fixture.hbase.versions = 3; /* eight rows an answer, of one column each */
  options.scan.versions = 3;
  options.deadline_us = 1;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  assert_next(&glance, GLANCE_TIME, "row000007");
  g_assert_false(glance.next.is_behind_column);
  g_assert_cmpuint(glance.rows->len, ==, 7);
  g_assert_cmpuint(glance.cells->len, ==, 21);
}

/* It is read on, lest no page get any further. */
static void
a_single_column_is_read_whole_however_late(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 1, 300);
  fixture.hbase.versions = 300;
  options.scan.versions = 300;
  options.deadline_us = 1;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  g_assert_cmpint(glance.end, ==, GLANCE_WHOLE);
  g_assert_cmpuint(glance.cells->len, ==, 300);
}

/* What lies behind the answer's last column is not looked for: a row may be endless. */
static void
a_survey_ends_with_the_answer(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();

  fixture_init(&fixture, 4, 10000);
  fixture.hbase.value = some_large;
  options.most_cells = 100;
  g_assert_true(glance_take(&glance, &fixture.client, &options, NULL));
  assert_next(&glance, GLANCE_CELLS, "row000000");
  g_assert_cmpint(fixture.hbase.scan_answers, <=, 3);
}

static void
a_gateway_that_hangs_up_is_told(void)
{
  g_auto(Fixture) fixture = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = roomy();
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, 3000, 1);
  fixture.hbase.breaks = 2;
  g_assert_false(glance_take(&glance, &fixture.client, &options, &error));
  g_test_message("%s", error->message);
  g_assert_error(error, FAULT, FAULT_PEER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/glance/whole", a_look_ends_at_the_tables_end);
  g_test_add_func("/glance/bounds", each_bound_ends_it_where_the_next_one_begins);
  g_test_add_func("/glance/large", large_values_are_left_out_with_their_length);
  g_test_add_func("/glance/late", a_length_is_not_shown_for_a_value_when_time_is_up);
  g_test_add_func("/glance/late-column", a_column_is_not_cut_when_time_is_up);
  g_test_add_func("/glance/late-row", a_row_that_time_cuts_at_its_first_column_is_the_next_pages);
  g_test_add_func("/glance/late-versions", a_single_column_is_read_whole_however_late);
  g_test_add_func("/glance/wide", a_survey_ends_with_the_answer);
  g_test_add_func("/glance/hang-up", a_gateway_that_hangs_up_is_told);
  return g_test_run();
}
