/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/peers.h"

#include "stream/watch.h"

enum {
  EVERY_MS = 1500,
  ANSWER_MS = 2500, /* a broker's */
  SILENCES = 2, /* questions without an answer before Kafka counts as gone: a broker may be slow */
};

struct StreamPeers {
  StreamPeersOptions options;
  StreamWatch *kafka;   /* owned */
  StreamWatch *gateway; /* owned; NULL: not watched */
  unsigned silences;    /* of Kafka's, in a row */
  uint64_t answers;     /* of the gateway's to the writers, as of the last report */
};

static bool
ask_kafka(void *data, GError **error)
{
  const StreamPeers *self = data;

  if (kafka_consumer_is_answered(self->options.consumer, ANSWER_MS))
    return true;
  g_set_error_literal(error, FAULT, FAULT_PEER, "kafka: no broker answers");
  return false;
}

static void
on_kafka_asked(void *data, const GError *reason)
{
  StreamPeers *self = data;
  StreamHealth *health = self->options.health;

  self->silences = reason == NULL ? 0 : self->silences + 1;
  if (reason == NULL)
    stream_health_kafka(health, NULL);
  else if (self->silences >= SILENCES && health->kafka == NULL)
    stream_health_kafka(health, reason->message);
}

static bool
ask_gateway(void *data, GError **error)
{
  const StreamPeer *gateway = &((StreamPeers *)data)->options.gateway;

  return gateway->ask(gateway->self, error);
}

/* A gateway that answers the writers is there, even if it has no thread for one more. */
static void
on_gateway_asked(void *data, const GError *reason)
{
  StreamPeers *self = data;
  uint64_t answers =
      metrics_counters_sum(self->options.counters, METRICS_ALL_TOPICS, COUNTER_BATCHES);
  bool is_answering = answers != self->answers && g_error_matches(reason, FAULT, FAULT_PEER);

  self->answers = answers;
  stream_health_gateway(self->options.health, is_answering ? NULL : reason);
}

StreamPeers *
stream_peers_new(const StreamPeersOptions *options)
{
  StreamPeers *self = g_new0(StreamPeers, 1);

  self->options = *options;
  self->kafka = stream_watch_new(&(StreamWatchEvents){self, ask_kafka, on_kafka_asked}, EVERY_MS);
  if (options->gateway.ask != NULL) {
    stream_health_asking(options->health);
    self->gateway =
        stream_watch_new(&(StreamWatchEvents){self, ask_gateway, on_gateway_asked}, EVERY_MS);
  }
  return self;
}

void
stream_peers_stop(StreamPeers *self)
{
  if (self == NULL)
    return;
  stream_watch_stop(self->kafka);
  stream_watch_stop(self->gateway);
  if (self->options.gateway.cancel != NULL)
    self->options.gateway.cancel(self->options.gateway.self);
}

void
stream_peers_free(StreamPeers *self)
{
  if (self == NULL)
    return;
  stream_watch_free(self->kafka);
  stream_watch_free(self->gateway);
  g_free(self);
}
