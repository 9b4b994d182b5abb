/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/sinks.h"

#include "base/wait.h"
#include "hbase/catalog.h"
#include "hbase/gateway.h"

enum { LOOK_TIMEOUT_MS = 2000 };

typedef struct {
  const StreamSinks *owner;
  GatewayOptions options;
  GCancellable *cancellable; /* owned */
  Gateway *gateway;          /* owned */
} Sink;

struct StreamSinks {
  GatewayOptions options;
  const Mapping *const *mappings; /* borrowed: those that run */
  size_t mappings_length;
  bool takes_any_key;
  size_t seen;               /* how many of their tables were well; the watch's */
  GCancellable *cancellable; /* owned: of the watch's questions */
  Sink *sinks;               /* owned */
  StreamSink *list;          /* owned */
  GatewayTally *tallies;     /* owned */
  size_t length;
};

static bool
sink_send(void *data, const FrameBatch *batch, GError **error)
{
  return gateway_send(((Sink *)data)->gateway, batch, error);
}

static bool
sink_receive(void *data, GError **error)
{
  return gateway_receive(((Sink *)data)->gateway, error);
}

static bool
sink_is_busy(void *data)
{
  return gateway_is_busy(((Sink *)data)->gateway);
}

/* Whether the table takes the rows of all mappings that are its. */
static bool
probe_table(const StreamSinks *self, const GatewayOptions *options, const char *table,
            GError **error)
{
  g_autoptr(Catalog) catalog = catalog_new(options, error);
  g_autoptr(Table) wanted = table_of_mappings(table, self->mappings, self->mappings_length);

  return catalog != NULL && catalog_probe(catalog, wanted, true, error);
}

static bool
sink_probe(void *data, const char *table, GError **error)
{
  const Sink *self = data;

  return probe_table(self->owner, &self->options, table, error);
}

static void
sink_cancel(void *data)
{
  g_cancellable_cancel(((Sink *)data)->cancellable);
}

static bool
sink_init(Sink *self, const StreamSinks *owner, size_t number, GError **error)
{
  self->owner = owner;
  self->cancellable = g_cancellable_new();
  self->options = owner->options;
  self->options.cancellable = self->cancellable;
  self->gateway = gateway_new(&self->options, number, error);
  return self->gateway != NULL;
}

StreamSinks *
stream_sinks_new(const StreamSinksOptions *options, GError **error)
{
  StreamSinks *self = g_new0(StreamSinks, 1);

  self->options = options->gateway;
  self->tallies = gateway_tally_new(self->options.endpoints);
  self->options.tallies = self->tallies;
  self->mappings = options->mappings;
  self->mappings_length = options->mappings_length;
  self->takes_any_key = options->takes_any_key;
  self->cancellable = g_cancellable_new();
  self->length = options->connections;
  self->sinks = g_new0(Sink, self->length);
  self->list = g_new0(StreamSink, self->length);
  for (size_t i = 0; i < self->length; i++) {
    if (!sink_init(&self->sinks[i], self, i, error)) {
      stream_sinks_free(self);
      return NULL;
    }
  }
  return self;
}

void
stream_sinks_free(StreamSinks *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->length; i++) {
    gateway_free(self->sinks[i].gateway);
    if (self->sinks[i].cancellable != NULL)
      g_object_unref(self->sinks[i].cancellable);
  }
  g_object_unref(self->cancellable);
  g_free(self->sinks);
  g_free(self->list);
  g_free(self->tallies);
  g_free(self);
}

static bool
is_auto(const GatewayOptions *options)
{
  return options->transport == GATEWAY_TRANSPORT_AUTO || options->protocol == GATEWAY_PROTOCOL_AUTO;
}

static bool
open_once(void *gateway, GError **error)
{
  return gateway_open(gateway, error);
}

/* Rows are encoded before it is known over which connection they go, or go again. */
static bool
speak_alike(const StreamSinks *self, GError **error)
{
  for (size_t i = 1; i < self->length; i++) {
    if (gateway_protocol(self->sinks[i].gateway) == gateway_protocol(self->sinks[0].gateway))
      continue;
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "one of [gateway] endpoints speaks the binary protocol and another the "
                        "compact one, and each must be able to stand in for the others: give them "
                        "the same");
    return false;
  }
  return true;
}

static void
cancel_all(GCancellable *stop, gpointer data)
{
  StreamSinks *self = data;

  (void)stop;
  for (size_t i = 0; i < self->length; i++)
    g_cancellable_cancel(self->sinks[i].cancellable);
}

static bool
open_all(StreamSinks *self, int64_t timeout_ms, GError **error)
{
  Wait wait = {.until_us = wait_until_us(timeout_ms),
               .stop = self->options.cancellable,
               .what = "for a gateway",
               .retry = {.first_ms = 100, .longest_ms = 5000}};

  for (size_t i = 0; i < self->length; i++) {
    Sink *sink = &self->sinks[i];

    if (is_auto(&self->options) && !wait_for(&wait, open_once, sink->gateway, error))
      return false;
    self->list[i] = (StreamSink){
        .self = sink,
        .depth = gateway_depth(sink->gateway),
        .frame_max_bytes = self->options.frame_max_bytes,
        .send = sink_send,
        .receive = sink_receive,
        .is_busy = sink_is_busy,
        .probe = sink_probe,
        .cancel = sink_cancel,
    };
  }
  return speak_alike(self, error);
}

/* HBase takes rows under any key. So that none is written beside those of a mapping that was
 * changed since, the tables are looked at before; what cannot be looked at now is found by the
 * watch. */
static bool
rows_belong(const StreamSinks *self, GError **error)
{
  GatewayOptions options = self->options;

  options.tallies = NULL;
  options.connect_timeout_ms = MIN(options.connect_timeout_ms, LOOK_TIMEOUT_MS);
  options.receive_timeout_ms = MIN(options.receive_timeout_ms, LOOK_TIMEOUT_MS);

  g_autoptr(Catalog) catalog = catalog_new(&options, error);

  for (size_t i = 0; catalog != NULL && i < self->mappings_length; i++) {
    const char *table = mapping_table(self->mappings[i]);
    g_autoptr(Table) wanted = table_of_mappings(table, self->mappings, self->mappings_length);
    g_autoptr(GError) problem = NULL;
    g_autoptr(Table) found = catalog_descriptor(catalog, table, &problem);

    if (found != NULL && !table_takes_rows(wanted, found, error))
      return false;
    if (found == NULL && !g_error_matches(problem, FAULT, FAULT_SETUP))
      return true;
  }
  return catalog != NULL;
}

bool
stream_sinks_open(StreamSinks *self, int64_t timeout_ms, GError **error)
{
  GCancellable *stop = self->options.cancellable;
  gulong handler =
      stop == NULL ? 0 : g_cancellable_connect(stop, G_CALLBACK(cancel_all), self, NULL);
  bool is_open =
      open_all(self, timeout_ms, error) && (self->takes_any_key || rows_belong(self, error));

  g_cancellable_disconnect(stop, handler); /* once records flow, their end is the stream's matter */
  return is_open;
}

void
stream_sinks_renew(StreamSinks *self, const Mapping *const *mappings, size_t mappings_length)
{
  self->mappings = mappings;
  self->mappings_length = mappings_length;
  self->seen = 0;
  g_cancellable_reset(self->cancellable);
  for (size_t i = 0; i < self->length; i++)
    g_cancellable_reset(self->sinks[i].cancellable);
}

const StreamSink *
stream_sinks_list(const StreamSinks *self, size_t *out_length)
{
  *out_length = self->length;
  return self->list;
}

const GatewayTally *
stream_sinks_tallies(const StreamSinks *self)
{
  return self->tallies;
}

WireProtocol
stream_sinks_protocol(const StreamSinks *self)
{
  return gateway_protocol(self->sinks[0].gateway);
}

/* Each table once, until it is well: what becomes of it later is for the writers to find out. */
static bool
ask_gateway(void *data, GError **error)
{
  StreamSinks *self = data;
  GatewayOptions options = self->options;

  options.cancellable = self->cancellable;
  options.tallies = NULL; /* of the writers alone */
  for (; self->seen < self->mappings_length; self->seen++)
    if (!probe_table(self, &options, mapping_table(self->mappings[self->seen]), error))
      return false;
  options.tallies = self->tallies; /* they tell which of them answers while no record would */
  return gateway_is_there(&options, error);
}

static void
cancel_asking(void *data)
{
  g_cancellable_cancel(((StreamSinks *)data)->cancellable);
}

StreamPeer
stream_sinks_peer(StreamSinks *self)
{
  return (StreamPeer){.self = self, .ask = ask_gateway, .cancel = cancel_asking};
}
