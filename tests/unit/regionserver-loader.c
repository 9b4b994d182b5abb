/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/loader.h"

#include "support/region-server.h"

typedef struct {
  RegionServer server;
  TestGateway *gateway;
  RegionserverRpcOptions options;
} Fixture;

static void
fixture_init(Fixture *self, const RegionAnswer *answers, size_t length)
{
  region_server_init(&self->server, answers, length);
  self->gateway = test_gateway_new(region_server_serve, &self->server);
  self->options = (RegionserverRpcOptions){
      .socket = {.connect_timeout_ms = 20000}, .timeout_ms = 20000, .user = "somebody"};
}

static void
fixture_clear(Fixture *self)
{
  test_gateway_free(self->gateway);
  region_server_clear(&self->server);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static const char *
endpoint(const Fixture *self)
{
  return test_gateway_endpoint(self->gateway);
}

static RegionserverRegion
region_make(void)
{
  return (RegionserverRegion){.name = g_bytes_new_static("t,,1.x.", 7)};
}

static void
a_load_is_three_calls(void)
{
  static const RegionAnswer answers[] = {{"PrepareBulkLoad", "0a 03 746f6b", NULL},
                                         {"BulkLoadHFile", "08 01", NULL},
                                         {"CleanupBulkLoad", "", NULL}};
  g_auto(Fixture) fixture;
  g_auto(Bytes) token = {0};
  g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(RegionserverFile));
  RegionserverFile file = {slice_text("fa"), "file:///a"};
  RegionserverRegion region = region_make();
  GError *error = NULL;
  bool is_loaded = false;
  RegionserverLoader *loader;

  fixture_init(&fixture, answers, G_N_ELEMENTS(answers));
  g_array_append_val(files, file);
  loader = regionserver_loader_open(endpoint(&fixture), &fixture.options, &error);
  g_assert_no_error(error);
  g_assert_true(regionserver_loader_prepare(loader, "ns:t", &region, &token, &error));
  g_assert_cmpmem(token.data, token.len, "tok", 3);
  g_assert_true(regionserver_loader_load(
      loader, &(RegionserverCall){&region, files, bytes_slice(&token)}, &is_loaded, &error));
  g_assert_true(is_loaded);
  g_assert_true(regionserver_loader_cleanup(loader, &region, bytes_slice(&token), &error));
  regionserver_loader_free(loader);
  /* region: 08 01 (by name) 12 07 "t,,1.x."; table: "ns", "t"; path: "fa", "file:///a" */
  g_assert_cmpstr(fixture.server.heard->str, ==,
                  "ClientService(somebody) "
                  "PrepareBulkLoad(0a070a026e73120174120b08011207742c2c312e782e) "
                  "BulkLoadHFile(0a0b08011207742c2c312e782e120f0a0266611209"
                  "66696c653a2f2f2f6118012a03746f6b) "
                  "CleanupBulkLoad(0a03746f6b120b08011207742c2c312e782e) ");
  g_bytes_unref(region.name);
}

static void
what_a_server_refuses_is_told_from_what_passes(void)
{
  static const struct {
    RegionAnswer answer;
    int code; /* -1: no error */
    bool is_loaded;
  } cases[] = {
      {{"BulkLoadHFile", "08 01", NULL}, -1, true},
      {{"BulkLoadHFile", "08 00", NULL}, -1, false},
      {{"BulkLoadHFile", "", NULL}, -1, false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.NotServingRegionException"},
       FAULT_PEER,
       false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.exceptions.RegionMovedException"},
       FAULT_PEER,
       false},
      {{"BulkLoadHFile", NULL, "java.net.SocketTimeoutException"}, FAULT_PEER, false},
      {{"BulkLoadHFile", NULL, "java.io.EOFException"}, FAULT_PEER, false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.CallDroppedException"}, FAULT_PEER, false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.quotas.RpcThrottlingException"},
       FAULT_PEER,
       false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.ipc.ServerTooBusyException"},
       FAULT_PEER,
       false},
      /* A name that only ends like one of those. */
      {{"BulkLoadHFile", NULL, "a.MyConnectException"}, FAULT_SETUP, false},
      {{"BulkLoadHFile", NULL, "org.apache.hadoop.hbase.regionserver.NoSuchColumnFamilyException"},
       FAULT_SETUP,
       false},
      {{"BulkLoadHFile", NULL, "java.io.FileNotFoundException"}, FAULT_SETUP, false},
      {{"BulkLoadHFile", NULL, NULL}, FAULT_PEER, false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture;
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(RegionserverFile));
    g_autoptr(GError) error = NULL;
    RegionserverRegion region = region_make();
    bool is_loaded = false;

    fixture_init(&fixture, &cases[i].answer, 1);

    g_autoptr(RegionserverLoader) loader =
        regionserver_loader_open(endpoint(&fixture), &fixture.options, NULL);

    regionserver_loader_load(loader, &(RegionserverCall){&region, files, SLICE_EMPTY}, &is_loaded,
                             &error);
    g_clear_pointer(&loader, regionserver_loader_free);
    g_assert_cmpint(is_loaded, ==, cases[i].is_loaded);
    g_assert_cmpint(error == NULL ? -1 : error->code, ==, cases[i].code);
    if (cases[i].answer.exception != NULL)
      g_assert_nonnull(strstr(error->message, cases[i].answer.exception));
    g_bytes_unref(region.name);
  }
}

/* Takes a connection and the call on it, and asks the caller to stop instead of an answer. */
typedef struct {
  GSocketListener *listener;
  GCancellable *cancellable;
} Mute;

static gpointer
listen_and_stop(gpointer data)
{
  Mute *self = data;
  g_autoptr(GSocketConnection) connection =
      g_socket_listener_accept(self->listener, NULL, NULL, NULL);
  GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
  g_autoptr(GString) heard = g_string_new(NULL);
  char byte;

  while (strstr(heard->str, "BulkLoadHFile") == NULL &&
         g_input_stream_read(in, &byte, 1, NULL, NULL) == 1)
    g_string_append_c(heard, byte == '\0' ? ' ' : byte);
  g_cancellable_cancel(self->cancellable);
  g_input_stream_read(in, &byte, 1, NULL, NULL);
  while (g_input_stream_read(in, &byte, 1, NULL, NULL) == 1)
    continue;
  return NULL;
}

static void
a_call_that_is_not_answered_ends_with_the_stop(void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new();
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(RegionserverFile));
  g_autoptr(GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
  g_autofree char *server = g_strdup_printf("127.0.0.1:%u", port);
  Mute mute = {listener, cancellable};
  GThread *thread = g_thread_new("mute", listen_and_stop, &mute);
  RegionserverRpcOptions options = {
      .socket = {.connect_timeout_ms = 20000, .cancellable = cancellable},
      .timeout_ms = 3600 * 1000,
      .user = "somebody"};
  RegionserverRegion region = region_make();
  bool is_loaded = false;
  RegionserverLoader *loader = regionserver_loader_open(server, &options, &error);

  g_assert_no_error(error);
  g_assert_false(regionserver_loader_load(loader, &(RegionserverCall){&region, files, SLICE_EMPTY},
                                          &is_loaded, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_true(regionserver_loader_is_lost(loader));
  regionserver_loader_free(loader);
  g_thread_join(thread);
  g_bytes_unref(region.name);
}

static const struct {
  RegionServerRow rows[4];
  const char *wanted; /* regions as "name@server[start,end]"; else the error */
  int code;
} tables[] = {
    {{{"t,,1.", "0801 1a00 2200", "a:1"}}, "t,,1.@a:1[,] ", -1},
    {{{"t,,1.", "0801 1a00 220162", "a:1"}, {"t,b,2.", "0802 1a0162 2200", "b:2"}},
     "t,,1.@a:1[,b] t,b,2.@b:2[b,] ",
     -1},
    /* The parent of two daughters is there until it is cleaned away. */
    {{{"t,,1.", "0801 1a00 2200 2801 3001", "a:1"},
      {"t,,2.", "0802 1a00 220162", "a:1"},
      {"t,b,2.", "0802 1a0162 2200", "b:2"}},
     "t,,2.@a:1[,b] t,b,2.@b:2[b,] ",
     -1},
    {{{"t,,1.", "0801 1a00 220162", "a:1"}, {"t,c,2.", "0802 1a0163 2200", "b:2"}},
     "being split",
     FAULT_PEER},
    {{{"t,,1.", "0801 1a00 220162", "a:1"}}, "being split", FAULT_PEER},
    {{{"t,,1.", "0801 1a00 2200", ""}}, "has no server yet", FAULT_PEER},
    {{{NULL}}, "there is no such table", FAULT_SETUP},
};

static char *
text_of(GBytes *bytes)
{
  size_t len = 0;
  const char *data = g_bytes_get_data(bytes, &len);

  return g_strndup(data == NULL ? "" : data, len);
}

static char *
describe(const GPtrArray *regions)
{
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < regions->len; i++) {
    const RegionserverRegion *region = regions->pdata[i];
    g_autofree char *name = text_of(region->name);
    g_autofree char *start = text_of(region->start);
    g_autofree char *end = text_of(region->end);

    g_string_append_printf(text, "%s@%s[%s,%s] ", name, region->server, start, end);
  }
  return g_string_free(text, FALSE);
}

/* A page a row, and an empty one. */
static char *
look_up(const RegionServerRow *rows, size_t length, GError **error)
{
  RegionAnswer answers[8] = {{"GetMetaRegionLocations", NULL, NULL}};
  g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) regions = NULL;
  g_auto(Fixture) fixture;

  fixture_init(&fixture, answers, length + 2);
  g_ptr_array_add(pages, region_server_location(endpoint(&fixture)));
  for (size_t i = 0; i < length; i++)
    g_ptr_array_add(pages, region_server_page(&rows[i], 1));
  g_ptr_array_add(pages, g_strdup(""));
  for (guint i = 0; i < pages->len; i++)
    answers[i] = (RegionAnswer){i == 0 ? "GetMetaRegionLocations" : "Scan", pages->pdata[i], NULL};
  regions = regionserver_regions(endpoint(&fixture), "t", &fixture.options, error);
  g_assert_true(g_str_has_prefix(fixture.server.heard->str,
                                 "ClientMetaService(somebody) GetMetaRegionLocations() "
                                 "ClientService(somebody) Scan("));
  return regions == NULL ? NULL : describe(regions);
}

static void
regions_are_what_meta_says_without_those_that_are_gone(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
    g_autoptr(GError) error = NULL;
    size_t length = 0;

    while (tables[i].rows[length].name != NULL)
      length++;

    g_autofree char *found = look_up(tables[i].rows, length, &error);

    g_assert_cmpint(error == NULL ? -1 : error->code, ==, tables[i].code);
    if (error == NULL)
      g_assert_cmpstr(found, ==, tables[i].wanted);
    else
      g_assert_nonnull(strstr(error->message, tables[i].wanted));
  }
}

/* HBase 2.4: it hangs up on a service that it does not know. */
static void
a_server_that_knows_no_other_may_have_meta_itself(void)
{
  static const RegionServerRow row = {"t,,1.", "0801 1a00 2200", "a:1"};
  g_autofree char *page = region_server_page(&row, 1);
  const RegionAnswer answers[] = {
      {"GetMetaRegionLocations", NULL, NULL}, {"Scan", page, NULL}, {"Scan", "", NULL}};
  g_autoptr(GError) error = NULL;
  g_auto(Fixture) fixture;

  fixture_init(&fixture, answers, G_N_ELEMENTS(answers));

  g_autoptr(GPtrArray) regions =
      regionserver_regions(endpoint(&fixture), "t", &fixture.options, &error);

  g_assert_no_error(error);
  g_autofree char *found = describe(regions);
  g_assert_cmpstr(found, ==, "t,,1.@a:1[,] ");
}

static void
a_server_that_hangs_up_on_everything_is_named(void)
{
  static const RegionAnswer answers[] = {{"GetMetaRegionLocations", NULL, NULL},
                                         {"Scan", NULL, NULL}};
  g_autoptr(GError) error = NULL;
  g_auto(Fixture) fixture;

  fixture_init(&fixture, answers, G_N_ELEMENTS(answers));
  g_assert_null(regionserver_regions(endpoint(&fixture), "t", &fixture.options, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "without Kerberos?"));
}

static void
nobody_there_is_a_peer_that_may_come_back(void)
{
  const RegionserverRpcOptions options = {
      .socket = {.connect_timeout_ms = 20000}, .timeout_ms = 20000, .user = "somebody"};
  g_autoptr(GError) error = NULL;

  g_assert_null(regionserver_regions("127.0.0.1:1", "t", &options, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_true(g_str_has_prefix(error->message, "region server 127.0.0.1:1: connect"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/loader/calls", a_load_is_three_calls);
  g_test_add_func("/loader/stopped", a_call_that_is_not_answered_ends_with_the_stop);
  g_test_add_func("/loader/refused", what_a_server_refuses_is_told_from_what_passes);
  g_test_add_func("/meta/regions", regions_are_what_meta_says_without_those_that_are_gone);
  g_test_add_func("/meta/itself", a_server_that_knows_no_other_may_have_meta_itself);
  g_test_add_func("/meta/closed", a_server_that_hangs_up_on_everything_is_named);
  g_test_add_func("/meta/nobody", nobody_there_is_a_peer_that_may_come_back);
  return g_test_run();
}
