/* SPDX-License-Identifier: Apache-2.0 */
#include "console/tables.h"

#include "support/hbase-fake.h"
#include "support/mapping-case.h"

#include <json-glib/json-glib.h>

/* What is shown once HBase has answered; the parser's. */
static JsonArray *
look(ConsoleTables *tables, JsonParser *parser)
{
  for (;;) {
    g_autoptr(GString) json = g_string_new("{");
    g_autoptr(GError) error = NULL;
    JsonObject *answer;

    console_tables_append(tables, json);
    g_string_append_c(json, '}');
    json_parser_load_from_data(parser, json->str, (gssize)json->len, &error);
    g_assert_no_error(error);
    answer = json_node_get_object(json_parser_get_root(parser));
    if (json_object_has_member(answer, "asked_seconds")) {
      g_test_message("%s", json->str);
      return json_object_get_array_member(answer, "tables");
    }
    g_usleep(1000);
  }
}

/* As with two topics whose records become rows of one table. */
static void
what_several_mappings_of_a_table_want_is_told_once(void)
{
  g_auto(HbaseFake) hbase = {0};
  g_autoptr(TestGateway) gateway = NULL;
  g_autoptr(Mapping) mapping = mapping_case_builtin("customers");
  const Mapping *const both[] = {mapping, mapping};
  Table *other = table_from_mapping(mapping);
  g_autoptr(JsonParser) parser = json_parser_new();
  const char *endpoints[2] = {NULL};
  JsonObject *table;
  JsonObject *family;
  size_t columns;

  mapping_columns(mapping, &columns);
  g_array_index(other->families, Family, 0).versions += 2;
  hbase_fake_init(&hbase, true, WIRE_BINARY);
  hbase_fake_take_table(&hbase, other);
  gateway = test_gateway_new(hbase_fake_serve, &hbase);
  endpoints[0] = test_gateway_endpoint(gateway);
  {
    g_autoptr(ConsoleTables) tables =
        console_tables_new(&(GatewayOptions){.endpoints = endpoints,
                                             .connect_timeout_ms = 20000,
                                             .send_timeout_ms = 20000,
                                             .receive_timeout_ms = 20000,
                                             .idle_timeout_ms = 20000,
                                             .frame_max_bytes = 1 << 20,
                                             .answer_max_bytes = 64 << 20});
    JsonArray *list;
    size_t shown = 0;

    console_tables_watch(tables, both, 2);
    list = look(tables, parser);
    g_assert_cmpuint(json_array_get_length(list), ==, 1);
    table = json_array_get_object_element(list, 0);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(table, "differences")), ==,
                     1);
    list = json_object_get_array_member(table, "families");
    for (guint i = 0; i < json_array_get_length(list); i++) {
      family = json_array_get_object_element(list, i);
      shown += json_array_get_length(json_object_get_array_member(family, "columns"));
    }
    g_assert_cmpuint(shown, ==, columns);
  }
}

static void
without_mappings_there_are_no_tables(void)
{
  const char *const endpoints[] = {"127.0.0.1:1", NULL};
  g_autoptr(ConsoleTables) tables = console_tables_new(&(GatewayOptions){.endpoints = endpoints});
  g_autoptr(JsonParser) parser = json_parser_new();
  const Mapping *const none[] = {NULL};

  console_tables_watch(tables, none, 0);
  g_assert_cmpuint(json_array_get_length(look(tables, parser)), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tables/several", what_several_mappings_of_a_table_want_is_told_once);
  g_test_add_func("/tables/none", without_mappings_there_are_no_tables);
  return g_test_run();
}
