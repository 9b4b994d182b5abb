/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gateway.h"

#include "http/channel.h"

enum { ANSWER_MAX_BYTES = 64 << 20 };

static const GatewayTransport transports[] = {
    [CONFIG_TRANSPORT_AUTO] = GATEWAY_TRANSPORT_AUTO,
    [CONFIG_TRANSPORT_FRAMED] = GATEWAY_TRANSPORT_FRAMED,
    [CONFIG_TRANSPORT_BUFFERED] = GATEWAY_TRANSPORT_BUFFERED,
    [CONFIG_TRANSPORT_HTTP] = GATEWAY_TRANSPORT_HTTP,
};

static const GatewayProtocol protocols[] = {
    [CONFIG_PROTOCOL_AUTO] = GATEWAY_PROTOCOL_AUTO,
    [CONFIG_PROTOCOL_BINARY] = GATEWAY_PROTOCOL_BINARY,
    [CONFIG_PROTOCOL_COMPACT] = GATEWAY_PROTOCOL_COMPACT,
};

GatewayOptions
cmd_gateway_options(const Config *config)
{
  return (GatewayOptions){
      .endpoints = (const char *const *)config->gateway.endpoints,
      .transport = transports[config->gateway.transport],
      .protocol = protocols[config->gateway.protocol],
      .connect_timeout_ms = (uint32_t)config->gateway.connect_timeout_ms,
      .send_timeout_ms = (uint32_t)config->gateway.send_timeout_ms,
      .receive_timeout_ms = (uint32_t)config->gateway.receive_timeout_ms,
      .idle_timeout_ms = (uint32_t)config->gateway.idle_timeout_ms,
      .frame_max_bytes = config->gateway.frame_max_bytes,
      .answer_max_bytes = ANSWER_MAX_BYTES,
      .tls = config->gateway.tls,
      .tls_ca_file = config->gateway.tls_ca_location,
      .do_as = config->gateway.do_as,
      .open_http = http_channel_open,
  };
}
