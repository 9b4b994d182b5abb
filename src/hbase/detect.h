/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/channel.h"
#include "hbase/socket.h"
#include "wire/wire.h"

/* How a gateway wants to be spoken to. */
typedef struct {
  bool is_framed;
  WireProtocol protocol;
} Dialect;

static inline bool
dialect_equal(Dialect a, Dialect b)
{
  return a.is_framed == b.is_framed && a.protocol == b.protocol;
}

typedef struct {
  SocketOptions socket;
  uint32_t answer_timeout_ms; /* for each form that is tried */
} DetectOptions;

/* Tries the forms of Thrift, each on a connection of its own, until a thrift2 gateway answers.
 * Whatever else listens there is told apart as well as its answers allow, with the setting to
 * change: FAULT_SETUP; FAULT_PEER when nobody answered or all forms were hung up on. */
bool detect_dialect(const Endpoint *endpoint, const DetectOptions *options, Dialect *out_dialect,
                    GError **error);

/* The same over a channel that carries whole messages by itself: which protocol is spoken there.
 * `*protocol` is the likely one, and is changed if it is the other. */
bool detect_protocol(Channel *channel, const Endpoint *endpoint, WireProtocol *protocol,
                     GError **error);
