/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "hbase/endpoint.h"

#include <gio/gio.h>

/* One TCP connection, IPv4 or IPv6, plain or TLS: every wait has an end in milliseconds and ends
 * early when it is cancelled. A closed peer is an error, never a signal. Errors are FAULT_PEER and
 * name the endpoint; a certificate that does not fit is FAULT_SETUP. */
typedef struct Socket Socket;

typedef struct {
  uint32_t connect_timeout_ms; /* for the name, and for each of its addresses */
  bool tls;
  const char *ca_file;       /* borrowed: PEM; NULL: the system's */
  GCancellable *cancellable; /* borrowed: ends every wait; or NULL */
  const char *peer;          /* borrowed: what messages call the other side; NULL: "gateway" */
} SocketOptions;

Socket *socket_open(const Endpoint *endpoint, const SocketOptions *options, GError **error);
void socket_free(Socket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Socket, socket_free)

/* Sends the parts one after another, without copying them together. */
bool socket_send(Socket *self, const Slice *parts, size_t parts_length, uint32_t timeout_ms,
                 GError **error);

/* Appends what has come, at least one byte, to `out`; waits until `deadline_us` of
 * g_get_monotonic_time(). `*out_is_closed` instead: the peer is gone. */
bool socket_receive(Socket *self, Bytes *out, int64_t deadline_us, bool *out_is_closed,
                    GError **error);

/* Whether anything is to be read: between calls, that the peer has closed or talks out of turn. */
bool socket_is_readable(Socket *self);
