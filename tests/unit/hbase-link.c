/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/link.h"

#include "support/hbase-fake.h"

/* An HTTP gateway, as far as a link sees one: whole messages, one at a time, no connection. The
 * one gateway of all tests here, because an opener has nothing of its own. */
static HbaseFake hbase;

typedef struct {
  Bytes message;
  Bytes answer;
} Http;

static bool
http_send(void *data, const Slice *parts, size_t parts_length, GError **error G_GNUC_UNUSED)
{
  Http *self = data;

  bytes_reset(&self->message);
  for (size_t i = 0; i < parts_length; i++)
    bytes_append_slice(&self->message, parts[i]);
  return true;
}

static bool
http_receive(void *data, Slice *out_answer, GError **error)
{
  Http *self = data;

  bytes_reset(&self->answer);
  if (!hbase_fake_answer(&hbase, bytes_slice(&self->message), &self->answer)) {
    g_set_error_literal(error, FAULT, FAULT_PEER, "status 500");
    return false;
  }
  *out_answer = bytes_slice(&self->answer);
  return true;
}

static bool
http_is_stale(void *data G_GNUC_UNUSED)
{
  return false;
}

static void
http_free(void *data)
{
  Http *self = data;

  bytes_clear(&self->message);
  bytes_clear(&self->answer);
  g_free(self);
}

static bool
http_open(const GatewayOptions *options G_GNUC_UNUSED, const Endpoint *endpoint G_GNUC_UNUSED,
          Channel *out_channel, GError **error G_GNUC_UNUSED)
{
  *out_channel = (Channel){.self = g_new0(Http, 1),
                           .depth = 1,
                           .send = http_send,
                           .receive = http_receive,
                           .is_stale = http_is_stale,
                           .free = http_free};
  return true;
}

typedef struct {
  WireProtocol protocol;
  bool is_thrift1;
  const char *endpoint;
  GatewayTransport transport;
  GatewayProtocol says;
  const char *sentence; /* NULL: fits */
} Pairing;

static const Pairing pairings[] = {
    {WIRE_BINARY, false, "http://gw/", GATEWAY_TRANSPORT_HTTP, GATEWAY_PROTOCOL_BINARY, NULL},
    {WIRE_BINARY, false, "http://gw/", GATEWAY_TRANSPORT_AUTO, GATEWAY_PROTOCOL_AUTO, NULL},
    {WIRE_COMPACT, false, "https://gw/", GATEWAY_TRANSPORT_AUTO, GATEWAY_PROTOCOL_AUTO, NULL},
    {WIRE_COMPACT, false, "gw:80", GATEWAY_TRANSPORT_HTTP, GATEWAY_PROTOCOL_COMPACT, NULL},
    {WIRE_COMPACT, false, "gw:80", GATEWAY_TRANSPORT_HTTP, GATEWAY_PROTOCOL_BINARY,
     "gateway gw:80 speaks the HTTP transport and the compact protocol: set [gateway] protocol = "
     "compact"},
    {WIRE_BINARY, false, "http://gw/", GATEWAY_TRANSPORT_HTTP, GATEWAY_PROTOCOL_COMPACT,
     "set [gateway] protocol = binary"},
    {WIRE_BINARY, true, "http://gw/", GATEWAY_TRANSPORT_HTTP, GATEWAY_PROTOCOL_BINARY,
     "this is HBase's thrift1 server"},
    {WIRE_BINARY, false, "http://gw/", GATEWAY_TRANSPORT_FRAMED, GATEWAY_PROTOCOL_BINARY,
     "gateway http://gw/ is a URL: set [gateway] transport = http"},
};

static void
an_http_gateway_is_met_as_any_other(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(pairings); i++) {
    const char *endpoints[] = {pairings[i].endpoint, NULL};
    GatewayOptions options = {.endpoints = endpoints,
                              .transport = pairings[i].transport,
                              .protocol = pairings[i].says,
                              .idle_timeout_ms = 20000,
                              .open_http = http_open};
    g_autoptr(Link) link = link_new(&options, 0, NULL);
    g_auto(FaultList) faults = {0};
    g_autoptr(GError) error = NULL;

    hbase_fake_init(&hbase, false, pairings[i].protocol);
    hbase.is_thrift1 = pairings[i].is_thrift1;
    g_assert_cmpint(link_open(link, &error), ==, pairings[i].sentence == NULL);
    link_check(&options, &faults);
    g_assert_cmpuint(fault_list_length(&faults), ==, pairings[i].sentence != NULL);
    if (pairings[i].sentence != NULL) {
      g_assert_error(error, FAULT, FAULT_SETUP);
      g_assert_nonnull(strstr(error->message, pairings[i].sentence));
      g_assert_cmpstr(fault_list_get(&faults, 0), ==, error->message);
    } else {
      g_assert_cmpint(link_dialect(link).protocol, ==, pairings[i].protocol);
      g_assert_cmpuint(link_depth(link), ==, 1);
    }
    hbase_fake_clear(&hbase);
  }
}

static void
without_http_an_http_gateway_is_a_fault(void)
{
  const char *endpoints[] = {"http://gw/", NULL};
  GatewayOptions options = {.endpoints = endpoints};
  g_autoptr(Link) link = link_new(&options, 0, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint(link_depth(link), ==, 2);
  g_assert_false(link_open(link, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

static void
endpoints_are_read_before_anything_is_connected(void)
{
  const char *bad[] = {"gw:9090", "gw:x", NULL};
  const char *none[] = {NULL};
  GatewayOptions options = {.endpoints = bad};
  g_autoptr(GError) bad_error = NULL;
  g_autoptr(GError) none_error = NULL;

  g_assert_null(link_new(&options, 0, &bad_error));
  g_assert_error(bad_error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(bad_error->message, "'gw:x'"));
  options.endpoints = none;
  g_assert_null(link_new(&options, 0, &none_error));
  g_assert_error(none_error, FAULT, FAULT_SETUP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/link/http", an_http_gateway_is_met_as_any_other);
  g_test_add_func("/link/no-http", without_http_an_http_gateway_is_a_fault);
  g_test_add_func("/link/endpoints", endpoints_are_read_before_anything_is_connected);
  return g_test_run();
}
