/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

#include <thrift/c_glib/transport/thrift_transport.h>

/* A Thrift transport that is no more than memory, so that the generated client makes and reads
 * bytes while our own connection moves them. Release it with g_object_unref(). */
ThriftTransport *memory_transport_new(void);

/* What the client has written since the last memory_transport_reset(). */
Slice memory_transport_written(ThriftTransport *transport);

/* Drops what was written; from now on the client reads `answer`, which must outlive its reading. */
void memory_transport_reset(ThriftTransport *transport, Slice answer);
