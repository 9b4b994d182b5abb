/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/gateway.h"

#include "support/hbase-fake.h"

enum { LONG_MS = 20000, SHORT_MS = 500 };

static const Column column = {0, 0, {(const uint8_t *)"f", 1}, {(const uint8_t *)"q", 1}};

static GatewayOptions
options_for(const char *const *endpoints)
{
  return (GatewayOptions){
      .endpoints = endpoints,
      .transport = GATEWAY_TRANSPORT_FRAMED,
      .protocol = GATEWAY_PROTOCOL_BINARY,
      .connect_timeout_ms = LONG_MS,
      .send_timeout_ms = LONG_MS,
      .receive_timeout_ms = LONG_MS,
      .idle_timeout_ms = LONG_MS,
      .frame_max_bytes = 1 << 20,
      .answer_max_bytes = 1 << 20,
  };
}

/* Three rows of one cell, ready to be sent. */
typedef struct {
  FramePlan *plan;
  FrameRows rows;
} Rows;

static void
rows_clear(Rows *self)
{
  frame_plan_free(self->plan);
  frame_rows_clear(&self->rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rows, rows_clear)

static void
rows_init(Rows *self, WireProtocol protocol)
{
  RowCell cell = {.column = &column, .value = slice_text("v")};
  Row row = {.key = slice_text("k"), .cells = &cell, .cells_length = 1};
  FrameSize size;

  self->plan = frame_plan_new(protocol, "people", &column, 1);
  size = frame_row_size(&row);
  for (row.timestamp = 0; row.timestamp < 3; row.timestamp++)
    frame_rows_append(&self->rows, self->plan, FRAME_PUT, &row, &size);
}

static bool
send_rows(Gateway *gateway, const Rows *rows, GError **error)
{
  const FrameBatch batch = {rows->plan, FRAME_PUT, &rows->rows, 0, 3};

  return gateway_send(gateway, &batch, error);
}

static bool
send_and_receive(Gateway *gateway, const Rows *rows, GError **error)
{
  return send_rows(gateway, rows, error) && gateway_receive(gateway, error);
}

typedef struct {
  HbaseFake hbase;
  TestGateway *gateway;
} Server;

static void
server_clear(Server *self)
{
  test_gateway_free(self->gateway);
  hbase_fake_clear(&self->hbase);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Server, server_clear)

/* Returns the endpoint. */
static const char *
server_init(Server *self, bool is_framed, WireProtocol protocol)
{
  hbase_fake_init(&self->hbase, is_framed, protocol);
  self->gateway = test_gateway_new(hbase_fake_serve, &self->hbase);
  return test_gateway_endpoint(self->gateway);
}

/* What went over the server's connections, seen from outside. */
static unsigned
server_batches(Server *self)
{
  g_mutex_lock(&self->hbase.lock);

  unsigned batches = self->hbase.batches;

  g_mutex_unlock(&self->hbase.lock);
  return batches;
}

static void
two_batches_go_under_way_before_an_answer_is_taken(void)
{
  g_auto(Server) server = {0};
  const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
  g_auto(Rows) rows = {0};
  g_autoptr(GError) error = NULL;

  rows_init(&rows, WIRE_BINARY);
  g_assert_cmpuint(gateway_depth(gateway), ==, 2);
  for (int i = 0; i < 5; i++) {
    g_assert_true(send_rows(gateway, &rows, &error));
    g_assert_true(send_rows(gateway, &rows, &error));
    g_assert_true(gateway_receive(gateway, &error));
    g_assert_true(gateway_receive(gateway, &error));
  }
  g_assert_no_error(error);
  g_assert_cmpuint(server_batches(&server), ==, 10);
  g_assert_cmpuint(test_gateway_connections(server.gateway), ==, 2); /* one asked who is there */
}

static void
a_refused_batch_does_not_lose_the_next_ones_verdict(void)
{
  g_auto(Server) server = {0};
  const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
  g_auto(Rows) rows = {0};
  g_autoptr(GError) error = NULL;

  server.hbase.refuses_others = true;
  rows_init(&rows, WIRE_BINARY);
  g_assert_true(send_rows(gateway, &rows, NULL));
  g_assert_true(send_rows(gateway, &rows, NULL));
  g_assert_false(gateway_receive(gateway, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_true(gateway_receive(gateway, NULL));
  g_assert_cmpuint(test_gateway_connections(server.gateway), ==, 2);
}

static void
a_busy_hbase_is_told_from_a_refusal_and_from_silence(void)
{
  static const struct {
    const char *complaint; /* NULL: hangs up */
    Fault fault;
    bool is_busy;
  } cases[] = {
      {"Failed 3 actions: NotServingRegionException: 3 times, servers", FAULT_PEER, true},
      {"Failed 3 actions: people: 3 times, servers", FAULT_RECORD, false},
      {NULL, FAULT_PEER, false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Server) server = {0};
    const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
    GatewayOptions options = options_for(endpoints);
    g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
    g_auto(Rows) rows = {0};
    g_autoptr(GError) error = NULL;

    server.hbase.complaint = cases[i].complaint;
    server.hbase.hang_ups = cases[i].complaint == NULL;
    rows_init(&rows, WIRE_BINARY);
    g_assert_true(send_rows(gateway, &rows, NULL));
    g_assert_true(send_rows(gateway, &rows, NULL));
    g_assert_false(gateway_receive(gateway, &error));
    g_assert_error(error, FAULT, (gint)cases[i].fault);
    g_assert_cmpint(gateway_is_busy(gateway), ==, cases[i].is_busy);
    if (cases[i].fault == FAULT_RECORD)
      continue;

    /* Nothing is under way any more, and nothing of it clings to the next call. */
    g_mutex_lock(&server.hbase.lock);
    server.hbase.complaint = NULL;
    g_mutex_unlock(&server.hbase.lock);
    g_assert_false(gateway_receive(gateway, NULL));
    g_assert_true(send_and_receive(gateway, &rows, NULL));
    g_assert_false(gateway_is_busy(gateway));
  }
}

static void
a_frame_over_the_limit_is_not_sent(void)
{
  g_auto(Server) server = {0};
  const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_auto(Rows) rows = {0};
  g_autoptr(GError) error = NULL;

  options.frame_max_bytes = 100;

  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

  rows_init(&rows, WIRE_BINARY);
  g_assert_false(send_rows(gateway, &rows, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_nonnull(strstr(error->message, "over [gateway] frame.max = 100"));
}

static void
a_lost_connection_has_no_verdicts_and_is_made_again(void)
{
  g_auto(Server) server = {0};
  const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
  g_auto(Rows) rows = {0};
  g_autoptr(GError) lost = NULL;
  g_autoptr(GError) nothing = NULL;
  g_autoptr(GError) error = NULL;

  server.hbase.hang_ups = 1;
  rows_init(&rows, WIRE_BINARY);
  g_assert_true(send_rows(gateway, &rows, NULL));
  g_assert_false(gateway_receive(gateway, &lost));
  g_assert_error(lost, FAULT, FAULT_PEER);
  g_assert_false(gateway_receive(gateway, &nothing));
  g_assert_error(nothing, FAULT, FAULT_PEER);
  g_assert_true(send_and_receive(gateway, &rows, &error));
  g_assert_no_error(error);
}

static void
an_idle_connection_is_not_used_again(void)
{
  g_auto(Server) server = {0};
  const char *endpoints[] = {server_init(&server, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_auto(Rows) rows = {0};

  options.idle_timeout_ms = 0;

  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

  rows_init(&rows, WIRE_BINARY);
  for (unsigned i = 1; i <= 3; i++) {
    g_assert_true(send_and_receive(gateway, &rows, NULL));
    g_assert_cmpuint(test_gateway_connections(server.gateway), ==, 1 + i);
  }
}

static void
connections_spread_over_the_endpoints(void)
{
  g_auto(Server) first = {0};
  g_auto(Server) second = {0};
  const char *endpoints[] = {server_init(&first, true, WIRE_BINARY),
                             server_init(&second, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_auto(Rows) rows = {0};

  rows_init(&rows, WIRE_BINARY);
  for (size_t number = 0; number < 5; number++) {
    g_autoptr(Gateway) gateway = gateway_new(&options, number, NULL);

    g_assert_true(send_and_receive(gateway, &rows, NULL));
  }
  g_assert_cmpuint(server_batches(&first), ==, 3);
  g_assert_cmpuint(server_batches(&second), ==, 2);
}

static void
the_next_endpoint_takes_over_and_gives_back(void)
{
  g_auto(Server) home = {0};
  g_auto(Server) other = {0};
  const char *endpoints[] = {server_init(&home, true, WIRE_BINARY),
                             server_init(&other, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
  g_auto(Rows) rows = {0};

  home.hbase.hang_ups = 1;
  rows_init(&rows, WIRE_BINARY);
  g_assert_false(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(server_batches(&other), ==, 0);
  g_assert_true(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(server_batches(&other), ==, 1);
  while (server_batches(&home) == 0)
    g_assert_true(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(test_gateway_connections(other.gateway), ==, 2);
}

/* The next batch is answered by hanging up, and then there is nobody. */
static void
lose_server(Server *self, Gateway *gateway, const Rows *rows)
{
  g_mutex_lock(&self->hbase.lock);
  self->hbase.hang_ups = 1;
  g_mutex_unlock(&self->hbase.lock);
  g_assert_false(send_and_receive(gateway, rows, NULL));
  server_clear(self);
}

static void
a_gateway_that_is_put_off_is_better_than_none(void)
{
  g_auto(Server) home = {0};
  Server other = {0};
  const char *endpoints[] = {server_init(&home, true, WIRE_BINARY),
                             server_init(&other, true, WIRE_BINARY), NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);
  g_auto(Rows) rows = {0};

  home.hbase.hang_ups = 3;
  rows_init(&rows, WIRE_BINARY);
  for (int failures = 0; failures < 3; failures += !send_and_receive(gateway, &rows, NULL))
    continue;
  g_assert_true(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(server_batches(&home), ==, 0);
  lose_server(&other, gateway, &rows);
  g_assert_true(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(server_batches(&home), ==, 1);
}

static void
serve_nothing(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_linger(peer);
}

/* It takes connections, as a frozen process does, and even a batch: the kernel does so for it. */
static void
a_frozen_gateway_is_given_no_batch(void)
{
  g_autoptr(TestGateway) home = test_gateway_new(serve_nothing, NULL);
  g_auto(Server) other = {0};
  const char *endpoints[] = {test_gateway_endpoint(home), server_init(&other, true, WIRE_BINARY),
                             NULL};
  GatewayOptions options = options_for(endpoints);
  g_auto(Rows) rows = {0};

  options.receive_timeout_ms = SHORT_MS;

  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

  rows_init(&rows, WIRE_BINARY);
  while (test_gateway_connections(home) < 3)
    g_assert_true(send_and_receive(gateway, &rows, NULL));
  g_assert_cmpuint(test_gateway_connections(other.gateway), ==, 2);
}

static void
gateways_of_two_kinds_are_not_used_together(void)
{
  Server home = {0};
  g_auto(Server) other = {0};
  const char *endpoints[] = {server_init(&home, true, WIRE_BINARY),
                             server_init(&other, true, WIRE_COMPACT), NULL};
  GatewayOptions options = options_for(endpoints);
  g_auto(Rows) rows = {0};
  g_autoptr(GError) error = NULL;

  options.transport = GATEWAY_TRANSPORT_AUTO;
  options.protocol = GATEWAY_PROTOCOL_AUTO;

  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

  rows_init(&rows, WIRE_BINARY);
  lose_server(&home, gateway, &rows);
  g_assert_false(send_and_receive(gateway, &rows, &error));
  g_assert_nonnull(strstr(error->message, "another transport or protocol than the other gateways"));
}

static void
when_nobody_is_there_every_endpoint_is_named(void)
{
  Server gone = {0};
  g_autofree char *free_endpoint = g_strdup(server_init(&gone, true, WIRE_BINARY));
  const char *endpoints[] = {free_endpoint, "[::1]:1", NULL};
  GatewayOptions options = options_for(endpoints);
  g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

  server_clear(&gone);
  for (int i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;

    g_assert_false(gateway_open(gateway, &error));
    g_assert_error(error, FAULT, FAULT_PEER);
    g_assert_nonnull(strstr(error->message, "connect: "));
    if (i == 0) {
      g_assert_nonnull(strstr(error->message, free_endpoint));
      g_assert_nonnull(strstr(error->message, "[::1]:1"));
    }
  }
}

static void
auto_finds_out_how_to_speak(void)
{
  for (int i = 0; i < 4; i++) {
    g_auto(Server) server = {0};
    g_auto(Rows) rows = {0};
    WireProtocol protocol = i & 2 ? WIRE_COMPACT : WIRE_BINARY;
    const char *endpoints[] = {server_init(&server, i & 1, protocol), NULL};
    GatewayOptions options = options_for(endpoints);
    g_autoptr(GError) error = NULL;

    options.transport = GATEWAY_TRANSPORT_AUTO;
    options.protocol = GATEWAY_PROTOCOL_AUTO;

    g_autoptr(Gateway) gateway = gateway_new(&options, 0, NULL);

    g_assert_true(gateway_open(gateway, &error));
    g_assert_cmpint(gateway_protocol(gateway), ==, protocol);
    rows_init(&rows, protocol);
    g_assert_true(send_and_receive(gateway, &rows, &error));
  }
}

typedef struct {
  bool is_framed;
  WireProtocol protocol;
  bool is_thrift1;
  GatewayTransport transport;
  GatewayProtocol says;
  const char *sentence; /* NULL: fits */
} Pairing;

static const Pairing pairings[] = {
    {true, WIRE_BINARY, false, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY, NULL},
    {true, WIRE_BINARY, false, GATEWAY_TRANSPORT_AUTO, GATEWAY_PROTOCOL_BINARY, NULL},
    {true, WIRE_BINARY, false, GATEWAY_TRANSPORT_BUFFERED, GATEWAY_PROTOCOL_BINARY,
     "speaks the framed transport and the binary protocol: set [gateway] transport = framed"},
    {false, WIRE_BINARY, false, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY,
     "speaks the buffered transport and the binary protocol: set [gateway] transport = buffered"},
    {true, WIRE_COMPACT, false, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY,
     "speaks the framed transport and the compact protocol: set [gateway] protocol = compact"},
    {false, WIRE_BINARY, false, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_COMPACT,
     "set [gateway] transport = buffered and protocol = binary"},
    {true, WIRE_COMPACT, false, GATEWAY_TRANSPORT_AUTO, GATEWAY_PROTOCOL_BINARY,
     "set [gateway] protocol = compact"},
    {true, WIRE_BINARY, true, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY,
     "this is HBase's thrift1 server"},
    {false, WIRE_BINARY, true, GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY,
     "this is HBase's thrift1 server"},
};

static void
check_pairing(const Pairing *one, const GatewayOptions *options)
{
  g_auto(Rows) rows = {0};
  g_auto(FaultList) faults = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(Gateway) gateway = gateway_new(options, 0, NULL);

  gateway_check(options, &faults);
  g_assert_cmpuint(fault_list_length(&faults), ==, one->sentence != NULL);
  if (one->sentence != NULL)
    g_assert_nonnull(strstr(fault_list_get(&faults, 0), one->sentence));
  rows_init(&rows, one->says == GATEWAY_PROTOCOL_COMPACT ? WIRE_COMPACT : WIRE_BINARY);
  g_assert_cmpint(send_and_receive(gateway, &rows, &error), ==, one->sentence == NULL);
  if (one->sentence == NULL)
    return;
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, one->sentence));
}

static void
a_wrong_pairing_says_which_setting_to_change(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(pairings); i++) {
    g_auto(Server) server = {0};
    const char *endpoints[] = {server_init(&server, pairings[i].is_framed, pairings[i].protocol),
                               NULL};
    GatewayOptions options = options_for(endpoints);

    server.hbase.is_thrift1 = pairings[i].is_thrift1;
    options.transport = pairings[i].transport;
    options.protocol = pairings[i].says;
    check_pairing(&pairings[i], &options);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/gateway/two", two_batches_go_under_way_before_an_answer_is_taken);
  g_test_add_func("/gateway/refused", a_refused_batch_does_not_lose_the_next_ones_verdict);
  g_test_add_func("/gateway/busy", a_busy_hbase_is_told_from_a_refusal_and_from_silence);
  g_test_add_func("/gateway/too-large", a_frame_over_the_limit_is_not_sent);
  g_test_add_func("/gateway/lost", a_lost_connection_has_no_verdicts_and_is_made_again);
  g_test_add_func("/gateway/idle", an_idle_connection_is_not_used_again);
  g_test_add_func("/gateway/spread", connections_spread_over_the_endpoints);
  g_test_add_func("/gateway/home", the_next_endpoint_takes_over_and_gives_back);
  g_test_add_func("/gateway/none-else", a_gateway_that_is_put_off_is_better_than_none);
  g_test_add_func("/gateway/frozen", a_frozen_gateway_is_given_no_batch);
  g_test_add_func("/gateway/two-kinds", gateways_of_two_kinds_are_not_used_together);
  g_test_add_func("/gateway/nobody", when_nobody_is_there_every_endpoint_is_named);
  g_test_add_func("/gateway/auto", auto_finds_out_how_to_speak);
  g_test_add_func("/gateway/pairing", a_wrong_pairing_says_which_setting_to_change);
  return g_test_run();
}
