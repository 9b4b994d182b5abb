/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/detect.h"

#include "support/hbase-fake.h"

enum { LONG_MS = 20000, SHORT_MS = 50 };

static DetectOptions
options_for(uint32_t answer_timeout_ms)
{
  return (DetectOptions){.socket = {.connect_timeout_ms = LONG_MS},
                         .answer_timeout_ms = answer_timeout_ms};
}

static bool
detect(const TestGateway *gateway, uint32_t timeout_ms, Dialect *out_dialect, GError **error)
{
  g_auto(Endpoint) endpoint = {0};
  DetectOptions options = options_for(timeout_ms);

  g_assert_true(endpoint_parse(test_gateway_endpoint(gateway), &endpoint, error));
  return detect_dialect(&endpoint, &options, out_dialect, error);
}

static void
each_form_of_a_gateway_is_found(void)
{
  for (int i = 0; i < 4; i++) {
    g_auto(HbaseFake) hbase = {0};
    Dialect wanted = {.is_framed = i & 1, .protocol = i & 2 ? WIRE_COMPACT : WIRE_BINARY};
    Dialect found;

    hbase_fake_init(&hbase, wanted.is_framed, wanted.protocol);

    g_autoptr(TestGateway) server = test_gateway_new(hbase_fake_serve, &hbase);

    g_assert_true(detect(server, LONG_MS, &found, NULL));
    g_assert_true(dialect_equal(found, wanted));
  }
}

/* As HBase's own buffered gateway does it: what does not begin with a version begins with the
 * length of the method's name, and it waits until all of the call is there. */
static void
serve_lenient(TestPeer *peer, void *hbase_fake)
{
  g_auto(Bytes) head = {0};
  g_auto(Bytes) name = {0};
  g_auto(Bytes) answer = {0};
  WireHeader header = {WIRE_REPLY, slice_text("getThriftServerType"), 0};

  if (!test_peer_read(peer, 4, &head))
    return;
  if (head.data[0] == 0x80) {
    hbase_fake_serve_from(peer, bytes_slice(&head), hbase_fake);
    return;
  }
  if (!test_peer_read(peer, head.data[3], &name) || !test_peer_read(peer, 6, &name))
    return;
  test_answer_exception(WIRE_BINARY, &header, 1, "Invalid method name: '...'", &answer);
  test_peer_write(peer, bytes_slice(&answer));
}

static void
a_lenient_buffered_gateway_answers_at_once(void)
{
  g_auto(HbaseFake) hbase = {0};
  Dialect found;
  g_autoptr(GError) error = NULL;

  hbase_fake_init(&hbase, false, WIRE_BINARY);

  g_autoptr(TestGateway) server = test_gateway_new(serve_lenient, &hbase);

  g_assert_true(detect(server, LONG_MS, &found, &error));
  g_assert_false(found.is_framed);
}

/* Whatever it is asked, it says this and hangs up. */
typedef struct {
  Slice says;
  int code;
  const char *sentence;
} Stranger;

static const Stranger strangers[] = {
    {{(const uint8_t *)"HTTP/1.1 400 Bad Request\r\n\r\n", 28},
     FAULT_SETUP,
     "an HTTP server answers there"},
    {{(const uint8_t *)"\x15\x03\x01\x00\x02\x02\x46", 7}, FAULT_SETUP, "set [gateway] tls = yes"},
    {{(const uint8_t *)"\x04\0\0\0\x10Invalid status 0", 21}, FAULT_SETUP, "it wants SASL"},
    {{(const uint8_t *)"SSH-2.0-OpenSSH_9.2\r\n", 21},
     FAULT_SETUP,
     "it says 'SSH-2.0-OpenSSH_9.2\\x0d\\x0a'"},
    {{(const uint8_t *)"\0\0\0\x10"
                       "abc",
      7},
     FAULT_SETUP,
     "it says '\\x00\\x00\\x00\\x10abc'"},
    {{(const uint8_t *)"\0\0\0\x03"
                       "abc",
      7},
     FAULT_SETUP,
     "it says '\\x00\\x00\\x00\\x03abc'"},
    {{(const uint8_t *)"\x80\x01", 2}, FAULT_SETUP, "it says '\\x80\\x01'"},
    {{(const uint8_t *)"\0\0\0\x14\x80\x01\0\x03\0\0\0\x04name\0\0\0\0\0", 21},
     FAULT_SETUP,
     "it says '"},
    {{(const uint8_t *)"\0\0\0\x11\x80\x01\0\x03\0\0\0\x04name\0\0\0\0\0", 21},
     FAULT_SETUP,
     "does not know getThriftServerType"},
    {{NULL, 0}, FAULT_PEER, "it hangs up on every form of Thrift"},
};

static void
serve_stranger(TestPeer *peer, void *data)
{
  const Stranger *stranger = data;
  g_auto(Bytes) asked = {0};

  if (test_peer_read(peer, 4, &asked))
    test_peer_write(peer, stranger->says);
}

static void
a_stranger_is_told_by_what_it_says(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
    g_autoptr(TestGateway) server = test_gateway_new(serve_stranger, (void *)&strangers[i]);
    g_autoptr(GError) error = NULL;
    Dialect found;

    g_assert_false(detect(server, LONG_MS, &found, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, FAULT, strangers[i].code);
    g_assert_nonnull(strstr(error->message, strangers[i].sentence));
    g_assert_nonnull(strstr(error->message, test_gateway_endpoint(server)));
  }
}

static void
serve_http_alone(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  g_auto(Bytes) asked = {0};

  if (test_peer_read(peer, 4, &asked) && memcmp(asked.data, "GET ", 4) == 0)
    test_peer_write(peer, slice_text("HTTP/1.0 404 Not Found\r\n\r\n"));
}

static void
a_server_that_hears_nothing_but_http_is_told(void)
{
  g_autoptr(TestGateway) server = test_gateway_new(serve_http_alone, NULL);
  g_autoptr(GError) error = NULL;
  Dialect found;

  g_assert_false(detect(server, LONG_MS, &found, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "an HTTP server answers there"));
}

static void
serve_nothing(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_linger(peer);
}

static void
silence_is_no_verdict(void)
{
  g_autoptr(TestGateway) server = test_gateway_new(serve_nothing, NULL);
  g_autoptr(GError) error = NULL;
  Dialect found;

  g_assert_false(detect(server, SHORT_MS, &found, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "gave no answer in 50 ms"));
  g_assert_cmpuint(test_gateway_connections(server), ==, 2); /* the second asks for SASL */
}

/* As Thrift's own server transport does it: a status, the length of what follows, and that. */
static void
serve_sasl(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  g_auto(Bytes) head = {0};
  g_auto(Bytes) rest = {0};

  if (test_peer_read(peer, 5, &head) &&
      test_peer_read(peer, (size_t)head.data[3] << 8 | head.data[4], &rest))
    test_peer_write(
        peer, slice((const uint8_t *)"\x03\0\0\0\x1bUnsupported mechanism type NONE", 5 + 31));
}

static void
one_that_waits_for_sasl_is_named(void)
{
  g_autoptr(TestGateway) server = test_gateway_new(serve_sasl, NULL);
  g_autoptr(GError) error = NULL;
  Dialect found;

  g_assert_false(detect(server, SHORT_MS, &found, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "it wants SASL"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/detect/forms", each_form_of_a_gateway_is_found);
  g_test_add_func("/detect/lenient", a_lenient_buffered_gateway_answers_at_once);
  g_test_add_func("/detect/strangers", a_stranger_is_told_by_what_it_says);
  g_test_add_func("/detect/http", a_server_that_hears_nothing_but_http_is_told);
  g_test_add_func("/detect/silence", silence_is_no_verdict);
  g_test_add_func("/detect/sasl", one_that_waits_for_sasl_is_named);
  return g_test_run();
}
