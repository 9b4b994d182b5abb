/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/channel.h"
#include "hbase/endpoint.h"
#include "hbase/tally.h"

#include <gio/gio.h>

/* How the gateways are reached: [gateway] of the configuration. */

typedef enum {
  GATEWAY_TRANSPORT_AUTO,
  GATEWAY_TRANSPORT_FRAMED,
  GATEWAY_TRANSPORT_BUFFERED,
  GATEWAY_TRANSPORT_HTTP,
} GatewayTransport;

typedef enum {
  GATEWAY_PROTOCOL_AUTO,
  GATEWAY_PROTOCOL_BINARY,
  GATEWAY_PROTOCOL_COMPACT
} GatewayProtocol;

typedef struct GatewayOptions GatewayOptions;

/* Makes a channel to an HTTP gateway; http/ knows how, cmd/ hands it in. */
typedef bool (*GatewayOpenHttp)(const GatewayOptions *options, const Endpoint *endpoint,
                                Channel *out_channel, GError **error);

/* Everything in it is borrowed and must outlive what is made with it. */
struct GatewayOptions {
  const char *const *endpoints; /* NULL-ended, at least one */
  GatewayTransport transport;
  GatewayProtocol protocol;
  uint32_t connect_timeout_ms;
  uint32_t send_timeout_ms;
  uint32_t receive_timeout_ms;
  uint32_t idle_timeout_ms; /* below the server's own cut, which is 60 s */
  size_t frame_max_bytes;   /* below the server's limit, over which it hangs up without a word */
  size_t answer_max_bytes;
  bool tls;
  const char *tls_ca_file;   /* PEM; NULL: the system's */
  GCancellable *cancellable; /* ends every wait; or NULL */
  const char *do_as;         /* over HTTP: the user to act for; or NULL */
  GatewayOpenHttp open_http; /* NULL: no HTTP gateways */
  GatewayTally *tallies;     /* one for each endpoint; NULL: nobody counts */
};
