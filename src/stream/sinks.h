/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/options.h"
#include "mapping/mapping.h"
#include "stream/sink.h"

/* The gateway as the sinks of `run`: [gateway] connections of them, a connection each. */
typedef struct StreamSinks StreamSinks;

/* What the options name is borrowed; the gateway's cancellable ends the opening alone. */
typedef struct {
  GatewayOptions gateway;
  size_t connections;
  const Mapping *const *mappings; /* whose tables are written, and in which families */
  size_t mappings_length;
  bool takes_any_key; /* also where rows that are there were keyed otherwise */
} StreamSinksOptions;

/* FAULT_SETUP. */
StreamSinks *stream_sinks_new(const StreamSinksOptions *options, GError **error);
void stream_sinks_free(StreamSinks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamSinks, stream_sinks_free)

/* Finds out what the gateway speaks, where the configuration says `auto`; waits for one that is
 * not there yet, up to timeout_ms. */
bool stream_sinks_open(StreamSinks *self, int64_t timeout_ms, GError **error);

/* After stream_sinks_open(). */
const StreamSink *stream_sinks_list(const StreamSinks *self, size_t *out_length);
WireProtocol stream_sinks_protocol(const StreamSinks *self);
/* What was seen of each gateway; lives as long as the sinks. */
const GatewayTally *stream_sinks_tallies(const StreamSinks *self);

/* For another stream than the one before, which has ended: with these mappings, which are borrowed
 * as those before were. */
void stream_sinks_renew(StreamSinks *self, const Mapping *const *mappings, size_t mappings_length);

/* Whether the gateway answers, and at first whether each table is there with its families. */
StreamPeer stream_sinks_peer(StreamSinks *self);
