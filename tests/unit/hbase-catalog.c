/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/catalog.h"

#include "support/hbase-fake.h"

typedef struct {
  HbaseFake hbase;
  TestGateway *gateway;
  const char *endpoints[2];
  GatewayOptions options;
  Catalog *catalog;
} Fixture;

static void
fixture_clear(Fixture *self)
{
  catalog_free(self->catalog);
  test_gateway_free(self->gateway);
  hbase_fake_clear(&self->hbase);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
fixture_init(Fixture *self, bool is_framed, WireProtocol protocol)
{
  hbase_fake_init(&self->hbase, is_framed, protocol);
  self->gateway = test_gateway_new(hbase_fake_serve, &self->hbase);
  self->endpoints[0] = test_gateway_endpoint(self->gateway);
  self->options = (GatewayOptions){
      .endpoints = self->endpoints,
      .transport = is_framed ? GATEWAY_TRANSPORT_FRAMED : GATEWAY_TRANSPORT_BUFFERED,
      .protocol = protocol == WIRE_COMPACT ? GATEWAY_PROTOCOL_COMPACT : GATEWAY_PROTOCOL_BINARY,
      .connect_timeout_ms = 20000,
      .send_timeout_ms = 20000,
      .receive_timeout_ms = 20000,
      .idle_timeout_ms = 20000,
      .frame_max_bytes = 1 << 20,
      .answer_max_bytes = 1 << 20,
  };
  self->catalog = catalog_new(&self->options, NULL);
}

static Table *
people(void)
{
  static const Family families[] = {
      {{(const uint8_t *)"info", 4}, BLOOM_ROWCOL, 0, "ZSTD", 3, 86400},
      {{(const uint8_t *)"x", 1}, BLOOM_ROWPREFIX, 4, "NONE", 1, 0},
  };
  Table *table = table_new("ns:people");

  for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
    table_add_family(table, &families[i]);
  table_add_split(table, slice("\0\x01\xff", 3));
  table_add_split(table, slice_text("b"));
  table_add_split(table, slice_text("customer5000"));
  return table;
}

static void
a_created_table_reads_back_as_it_was_asked_for(void)
{
  for (int i = 0; i < 4; i++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(Table) table = people();
    g_autoptr(GError) error = NULL;
    g_auto(FaultList) differences = {0};
    bool exists = true;

    fixture_init(&fixture, i & 1, i & 2 ? WIRE_COMPACT : WIRE_BINARY);
    g_assert_true(catalog_has_table(fixture.catalog, "ns:people", &exists, &error));
    g_assert_false(exists);
    g_assert_true(catalog_create(fixture.catalog, table, &error));

    g_autoptr(Table) found = catalog_describe(fixture.catalog, "ns:people", &error);
    g_auto(GStrv) names = catalog_list(fixture.catalog, &error);

    g_assert_no_error(error);
    table_compare(table, found, &differences);
    table_compare(found, table, &differences);
    g_assert_cmpuint(fault_list_length(&differences), ==, 0);
    g_assert_cmpuint(found->splits->len, ==, 3);
    g_assert_cmpuint(found->families->len, ==, 2);
    g_assert_cmpstrv(names, ((const char *const[]){"ns:people", NULL}));
  }
}

static Slice
frame_at(const HbaseFake *hbase, size_t i)
{
  Slice frame;

  frame.data = g_bytes_get_data(hbase->frames->pdata[i], &frame.len);
  return frame;
}

/* Whether some frame begins with the bytes. */
static bool
begins_a_frame(const HbaseFake *hbase, Slice bytes)
{
  for (size_t i = 0; i < hbase->frames->len; i++) {
    Slice frame = frame_at(hbase, i);

    if (frame.len >= bytes.len && memcmp(frame.data, bytes.data, bytes.len) == 0)
      return true;
  }
  return false;
}

/* A framed gateway keeps a binary's whole frame unless the binary begins one. */
static void
each_binary_that_is_kept_begins_a_frame(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(Table) table = people();
    const TableEntry own = {
        .family = -1, .name = slice_text("sluice.mapping.t"), .value = slice_text("print")};
    const TableEntry of_family = {
        .family = 1, .name = slice_text("OWNER"), .value = slice_text("somebody")};

    table_set_entry(table, &own);
    table_set_entry(table, &of_family);
    fixture_init(&fixture, true, wire);
    g_assert_true(catalog_create(fixture.catalog, table, NULL));
    for (size_t i = 0; i < table->splits->len; i++) {
      Slice split;

      split.data = g_bytes_get_data(table->splits->pdata[i], &split.len);
      g_assert_true(begins_a_frame(&fixture.hbase, split));
    }
    for (size_t i = 0; i < table->entries->len; i++) {
      const TableEntry *entry = &g_array_index(table->entries, TableEntry, i);

      g_assert_true(begins_a_frame(&fixture.hbase, entry->name));
      g_assert_true(begins_a_frame(&fixture.hbase, entry->value));
    }
  }
}

static void
what_a_table_keeps_reads_back(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(Table) table = people();
  const TableEntry entry = {
      .family = 0, .name = slice_text("OWNER"), .value = slice_text("somebody")};

  table_set_entry(table, &entry);
  fixture_init(&fixture, true, WIRE_COMPACT);
  g_assert_true(catalog_create(fixture.catalog, table, NULL));

  g_autoptr(Table) found = catalog_describe(fixture.catalog, "ns:people", NULL);
  const TableEntry *owner = table_entry(found, 0, false, slice_text("OWNER"));
  const TableEntry *prefix =
      table_entry(found, 1, true, slice_text("RowPrefixBloomFilter.prefix_length"));

  g_assert_cmpmem(owner->value.data, owner->value.len, "somebody", 8);
  g_assert_cmpmem(prefix->value.data, prefix->value.len, "4", 1);
  g_assert_null(table_entry(found, 1, false, slice_text("OWNER")));
}

static void
what_reads_back_otherwise_is_told(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(Table) table = people();
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, true, WIRE_BINARY);
  fixture.hbase.loses_splits = true;
  g_assert_false(catalog_create(fixture.catalog, table, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(
      strstr(error->message, "table ns:people: no region begins at '\\x00\\x01\\xff'"));
  g_assert_nonnull(strstr(error->message, "created with 1 regions where 4 were asked for"));
}

static void
regions_come_in_the_order_of_their_keys(void)
{
  g_auto(Fixture) fixture = {0};
  const char *const starts[] = {"", "b", "customer5000"};

  fixture_init(&fixture, true, WIRE_BINARY);

  Table *table = table_new("people");

  table_add_split(table, slice_text("b"));
  table_add_split(table, slice_text("customer5000"));
  hbase_fake_take_table(&fixture.hbase, table);

  g_autoptr(GPtrArray) regions = catalog_regions(fixture.catalog, "people", NULL);

  g_assert_cmpuint(regions->len, ==, 3);
  for (size_t i = 0; i < 3; i++) {
    const Region *region = regions->pdata[i];
    const char *end = i == 2 ? "" : starts[i + 1];

    g_assert_cmpmem(g_bytes_get_data(region->start, NULL), g_bytes_get_size(region->start),
                    starts[i], strlen(starts[i]));
    g_assert_cmpmem(g_bytes_get_data(region->end, NULL), g_bytes_get_size(region->end), end,
                    strlen(end));
    g_assert_cmpstr(region->server, ==, "rs1:16020");
  }
}

static void
a_probe_says_what_keeps_rows_out(void)
{
  static const Family info = {.name = {(const uint8_t *)"info", 4}, .compression = "NONE"};
  static const Family other = {.name = {(const uint8_t *)"other", 5}, .compression = "NONE"};
  const struct {
    const char *table;
    bool is_disabled;
    const char *complaint;
    const Family *family;
    int code; /* -1: none */
    const char *says;
  } cases[] = {
      {"ns:people", false, NULL, &info, -1, NULL},
      {"ns:people", false, NULL, &other, FAULT_SETUP, "table ns:people: family other is missing"},
      {"ns:people", true, NULL, &info, FAULT_SETUP, "table ns:people is disabled: enable it"},
      {"people", false, NULL, &info, FAULT_SETUP, "table people does not exist"},
      {"ns:people", false, "no region server", &info, FAULT_PEER,
       "table ns:people: the gateway refused: no region server"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, true, WIRE_BINARY);
    hbase_fake_take_table(&fixture.hbase, people());
    fixture.hbase.is_disabled = cases[i].is_disabled;
    fixture.hbase.complaint = cases[i].complaint;

    g_autoptr(Table) wanted = table_new(cases[i].table);

    table_add_family(wanted, cases[i].family);
    g_assert_cmpint(catalog_probe(fixture.catalog, wanted, true, &error), ==, cases[i].code < 0);
    if (cases[i].code < 0)
      continue;
    g_assert_error(error, FAULT, cases[i].code);
    g_assert_true(g_str_has_prefix(error->message, cases[i].says));
  }
}

static void
a_refused_creation_is_for_a_person(void)
{
  g_auto(Fixture) fixture = {0};
  g_autoptr(Table) table = people();
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, false, WIRE_COMPACT);
  fixture.hbase.complaint = "Compression algorithm 'zstd' previously failed test.";
  g_assert_false(catalog_create(fixture.catalog, table, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_cmpstr(error->message, ==,
                  "table ns:people: create: the gateway refused: Compression algorithm 'zstd' "
                  "previously failed test.");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/catalog/create", a_created_table_reads_back_as_it_was_asked_for);
  g_test_add_func("/catalog/frames", each_binary_that_is_kept_begins_a_frame);
  g_test_add_func("/catalog/kept", what_a_table_keeps_reads_back);
  g_test_add_func("/catalog/differs", what_reads_back_otherwise_is_told);
  g_test_add_func("/catalog/regions", regions_come_in_the_order_of_their_keys);
  g_test_add_func("/catalog/probe", a_probe_says_what_keeps_rows_out);
  g_test_add_func("/catalog/refused", a_refused_creation_is_for_a_person);
  return g_test_run();
}
