/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/channel.h"
#include "hbase/socket.h"
#include "wire/wire.h"

/* The channel over a socket: Thrift's framed transport (each message behind its length, 32 bits
 * big-endian) or the buffered one (messages back to back). */

typedef struct {
  SocketOptions socket;
  bool is_framed;
  WireProtocol protocol;       /* tells where an answer without a frame ends */
  uint32_t send_timeout_ms;    /* for a whole message */
  uint32_t receive_timeout_ms; /* for a whole answer */
  size_t answer_max_bytes;
} ConnectionOptions;

bool connection_open(const Endpoint *endpoint, const ConnectionOptions *options,
                     Channel *out_channel, GError **error);
