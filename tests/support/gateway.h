/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/wire.h"

#include <gio/gio.h>
#include <thrift/c_glib/thrift_struct.h>

/* A gateway that does whatever a test wants, well or badly: it listens on loopback and serves each
 * connection in a thread of its own. */
typedef struct TestGateway TestGateway;

/* One connection, as the gateway sees it. */
typedef struct {
  TestGateway *gateway;
  GIOStream *stream;
  unsigned number; /* counted from 0 */
} TestPeer;

/* Serves until it returns; then the connection is closed. */
typedef void (*TestServe)(TestPeer *peer, void *data);

TestGateway *test_gateway_new(TestServe serve, void *data);
/* The same behind TLS; `certificate` is a PEM file with its key. */
TestGateway *test_gateway_new_tls(TestServe serve, void *data, const char *certificate);
/* Waits for the connections that are still served: the client must have let go of them, or they
 * linger. */
void test_gateway_free(TestGateway *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestGateway, test_gateway_free)

/* "127.0.0.1:PORT" */
const char *test_gateway_endpoint(const TestGateway *self);
unsigned test_gateway_connections(const TestGateway *self);

/* Both replace what is in `out`; false: the client has gone, or claims a frame over 16 MiB. */
bool test_peer_read(TestPeer *peer, size_t len, Bytes *out);
bool test_peer_read_frame(TestPeer *peer, Bytes *out);
/* Does nothing until the test frees the gateway. */
void test_peer_linger(TestPeer *peer);
void test_peer_write(TestPeer *peer, Slice bytes);
void test_peer_write_frame(TestPeer *peer, Slice bytes);

/* Appends a whole message with that result: a struct of the generated code, or NULL for none. */
void test_answer(WireProtocol protocol, const WireHeader *header, ThriftStruct *result, Bytes *out);
/* A result that says how the gateway failed; `type` as in TApplicationException. */
void test_answer_exception(WireProtocol protocol, const WireHeader *header, int type,
                           const char *message, Bytes *out);
