/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/link.h"

#include "base/retry.h"
#include "hbase/connection.h"
#include "hbase/detect.h"

enum {
  FIRST_WAIT_MS = 500,
  LONGEST_WAIT_MS = 30000,
  MEET_MS = 5000,  /* for a question that needs nothing but the gateway itself */
  ASK_MS = 3000,   /* for whoever only looks whether it is there */
  HOME_MS = 1000,  /* moving back is not worth a longer wait */
  USUAL_DEPTH = 2, /* of sockets and of HTTP alike */
};

/* One endpoint, and since when it may be tried again. */
typedef struct {
  Endpoint endpoint;
  bool is_met; /* since it last failed, it has answered in our dialect */
  Retry retry;
  int64_t free_at_us;  /* of g_get_monotonic_time() */
  GatewayTally *tally; /* borrowed; never NULL */
} Site;

enum { TIMED_CALLS = 4 };

struct Link {
  GatewayOptions options;
  size_t sites_length;
  Site *sites;     /* owned */
  size_t home;     /* the site that this connection prefers */
  Site *site;      /* of the channel; borrowed from sites */
  bool is_settled; /* what dialect says is known, not only asked for */
  Dialect dialect;
  Channel channel;   /* zeroed: none */
  unsigned channels; /* so far */
  int64_t used_at_us;
  int64_t sent_at_us[TIMED_CALLS]; /* of the calls under way, as a ring */
  unsigned sent;                   /* calls on this channel; */
  unsigned answered;               /* of those */
  GatewayTally *own;               /* owned: where nobody else counts */
};

static bool
is_http(const GatewayOptions *options, const Endpoint *endpoint)
{
  return options->transport == GATEWAY_TRANSPORT_HTTP ||
         (options->transport == GATEWAY_TRANSPORT_AUTO && endpoint->scheme != ENDPOINT_SOCKET);
}

static SocketOptions
socket_options(const GatewayOptions *options)
{
  return (SocketOptions){.connect_timeout_ms = options->connect_timeout_ms,
                         .tls = options->tls,
                         .ca_file = options->tls_ca_file,
                         .cancellable = options->cancellable};
}

/* Whether what was found is what the options say; `auto` takes either. */
static bool
agree(const GatewayOptions *options, const Endpoint *endpoint, Dialect found, GError **error)
{
  bool http = is_http(options, endpoint);
  const char *transport = http ? "HTTP" : found.is_framed ? "framed" : "buffered";
  const char *protocol = found.protocol == WIRE_COMPACT ? "compact" : "binary";
  bool transport_fits = http || options->transport == GATEWAY_TRANSPORT_AUTO ||
                        found.is_framed == (options->transport == GATEWAY_TRANSPORT_FRAMED);
  bool protocol_fits =
      options->protocol == GATEWAY_PROTOCOL_AUTO ||
      (found.protocol == WIRE_COMPACT) == (options->protocol == GATEWAY_PROTOCOL_COMPACT);

  if (transport_fits && protocol_fits)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "gateway %s speaks the %s transport and the %s protocol: "
              "set [gateway] %s%s%s%s%s",
              endpoint->text, transport, protocol,
              transport_fits ? "" : "transport = ", transport_fits ? "" : transport,
              transport_fits || protocol_fits ? "" : " and ",
              protocol_fits ? "" : "protocol = ", protocol_fits ? "" : protocol);
  return false;
}

Link *
link_new(const GatewayOptions *options, size_t number, GError **error)
{
  g_autoptr(Link) self = g_new0(Link, 1);

  self->options = *options;
  if (options->tallies == NULL)
    self->own = gateway_tally_new(options->endpoints);
  self->sites = g_new0(Site, g_strv_length((char **)options->endpoints));
  for (; options->endpoints[self->sites_length] != NULL; self->sites_length++) {
    Site *site = &self->sites[self->sites_length];

    if (!endpoint_parse(options->endpoints[self->sites_length], &site->endpoint, error))
      return NULL;
    site->retry = (Retry){.first_ms = FIRST_WAIT_MS, .longest_ms = LONGEST_WAIT_MS};
    site->tally = (options->tallies != NULL ? options->tallies : self->own) + self->sites_length;
  }
  if (self->sites_length == 0) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, "[gateway] endpoints names no gateway");
    return NULL;
  }
  self->home = number % self->sites_length;
  self->is_settled =
      options->transport != GATEWAY_TRANSPORT_AUTO && options->protocol != GATEWAY_PROTOCOL_AUTO;
  self->dialect = (Dialect){
      .is_framed = options->transport == GATEWAY_TRANSPORT_FRAMED,
      .protocol = options->protocol == GATEWAY_PROTOCOL_COMPACT ? WIRE_COMPACT : WIRE_BINARY};
  return g_steal_pointer(&self);
}

static void
close_channel(Link *self)
{
  if (self->channel.self != NULL)
    atomic_fetch_sub(&self->site->tally->open, 1);
  channel_clear(&self->channel);
  self->sent = 0;
  self->answered = 0;
}

void
link_free(Link *self)
{
  if (self == NULL)
    return;
  close_channel(self);
  for (size_t i = 0; i < self->sites_length; i++)
    endpoint_clear(&self->sites[i].endpoint);
  g_free(self->sites);
  g_free(self->own);
  g_free(self);
}

static void
put_off(Site *site)
{
  atomic_store(&site->tally->is_up, false);
  atomic_fetch_add(&site->tally->failures, 1);
  site->free_at_us = g_get_monotonic_time() + (int64_t)retry_next_ms(&site->retry) * 1000;
}

static bool
open_http(const GatewayOptions *options, const Endpoint *endpoint, Channel *out_channel,
          GError **error)
{
  if (options->open_http != NULL)
    return options->open_http(options, endpoint, out_channel, error);
  g_set_error(error, FAULT, FAULT_SETUP,
              "gateway %s: HTTP is not to be had here: use a framed or buffered gateway",
              endpoint->text);
  return false;
}

static bool
detect_over_http(const GatewayOptions *options, const Endpoint *endpoint, Dialect *out_dialect,
                 GError **error)
{
  g_auto(Channel) channel = {0};
  WireProtocol likely = options->protocol == GATEWAY_PROTOCOL_COMPACT ? WIRE_COMPACT : WIRE_BINARY;

  *out_dialect = (Dialect){.is_framed = false, .protocol = likely};
  return open_http(options, endpoint, &channel, error) &&
         detect_protocol(&channel, endpoint, &out_dialect->protocol, error);
}

/* How the endpoint wants to be spoken to. */
static bool
detect(const GatewayOptions *all, const Endpoint *endpoint, uint32_t patience_ms,
       Dialect *out_dialect, GError **error)
{
  GatewayOptions options = *all;

  options.connect_timeout_ms = MIN(all->connect_timeout_ms, patience_ms);
  options.receive_timeout_ms = MIN(all->receive_timeout_ms, MIN(patience_ms, MEET_MS));
  if (is_http(&options, endpoint))
    return detect_over_http(&options, endpoint, out_dialect, error);
  if (endpoint->scheme == ENDPOINT_SOCKET) {
    DetectOptions detecting = {.socket = socket_options(&options),
                               .answer_timeout_ms = options.receive_timeout_ms};

    return detect_dialect(endpoint, &detecting, out_dialect, error);
  }
  g_set_error(error, FAULT, FAULT_SETUP, "gateway %s is a URL: set [gateway] transport = http",
              endpoint->text);
  return false;
}

/* Whether it is spoken to as the one before it, NULL: there is none. */
static bool
is_alike(const Endpoint *endpoint, Dialect found, const Dialect *before, GError **error)
{
  if (before == NULL || dialect_equal(*before, found))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "gateway %s speaks another transport or protocol than the other gateways: give them "
              "the same",
              endpoint->text);
  return false;
}

/* Finds out before the first call who is there: a wrong transport can otherwise show as a long
 * silence, and so does a frozen gateway that is come back to. What `auto` finds holds for all
 * endpoints from then on. */
static bool
meet(Link *self, Site *site, uint32_t patience_ms, GError **error)
{
  Dialect found;

  if (site->is_met)
    return true;
  if (!detect(&self->options, &site->endpoint, patience_ms, &found, error) ||
      !agree(&self->options, &site->endpoint, found, error))
    return false;
  if (!is_alike(&site->endpoint, found, self->is_settled ? &self->dialect : NULL, error))
    return false;
  self->is_settled = true;
  self->dialect = found;
  site->is_met = true;
  return true;
}

static bool
open_channel(Link *self, Site *site, uint32_t patience_ms, Channel *out_channel, GError **error)
{
  const Endpoint *endpoint = &site->endpoint;

  if (!meet(self, site, patience_ms, error))
    return false;
  if (is_http(&self->options, endpoint))
    return open_http(&self->options, endpoint, out_channel, error);

  ConnectionOptions options = {.socket = socket_options(&self->options),
                               .is_framed = self->dialect.is_framed,
                               .protocol = self->dialect.protocol,
                               .send_timeout_ms = self->options.send_timeout_ms,
                               .receive_timeout_ms = self->options.receive_timeout_ms,
                               .answer_max_bytes = self->options.answer_max_bytes};

  options.socket.connect_timeout_ms = MIN(self->options.connect_timeout_ms, patience_ms);
  return connection_open(endpoint, &options, out_channel, error);
}

static bool
open_site(Link *self, Site *site, uint32_t patience_ms, GError **error)
{
  Channel channel;

  if (!open_channel(self, site, patience_ms, &channel, error)) {
    put_off(site);
    return false;
  }
  close_channel(self);
  self->channel = channel;
  self->site = site;
  atomic_store(&site->tally->is_up, true);
  atomic_fetch_add(&site->tally->open, 1);
  atomic_fetch_add(&site->tally->connects, 1);
  self->channels++;
  self->used_at_us = g_get_monotonic_time();
  return true;
}

/* The outcome of having tried all: waiting helps if it may help with any of them. */
static bool
no_site(const FaultList *reasons, bool is_setup, GError **error)
{
  g_autoptr(GString) sentence = g_string_new(NULL);

  for (size_t i = 0; i < fault_list_length(reasons); i++)
    g_string_append_printf(sentence, "%s%s", i == 0 ? "" : "; ", fault_list_get(reasons, i));
  g_set_error_literal(error, FAULT, is_setup ? FAULT_SETUP : FAULT_PEER, sentence->str);
  return false;
}

typedef enum { SITE_WELL, SITE_FREE, SITE_PUT_OFF, SITE_RANKS } SiteRank;

static SiteRank
rank_of(const Site *site, int64_t now_us)
{
  if (site->retry.tries == 0)
    return SITE_WELL;
  return site->free_at_us <= now_us ? SITE_FREE : SITE_PUT_OFF;
}

/* From home on: first those that have not failed since they last answered, then those whose pause
 * is over, and rather than nobody those that are put off: pauses are for when somebody else is
 * there. */
static bool
open_any(Link *self, GError **error)
{
  g_auto(FaultList) reasons = {0};
  g_autofree SiteRank *ranks = g_new(SiteRank, self->sites_length);
  int64_t now_us = g_get_monotonic_time();
  bool is_setup = true;

  for (size_t i = 0; i < self->sites_length; i++)
    ranks[i] = rank_of(&self->sites[i], now_us);
  for (size_t i = 0; i < SITE_RANKS * self->sites_length; i++) {
    size_t at = (self->home + i) % self->sites_length;
    GError *reason = NULL;

    if (ranks[at] != i / self->sites_length)
      continue;
    if (open_site(self, &self->sites[at], G_MAXUINT32, &reason))
      return true;
    is_setup = is_setup && g_error_matches(reason, FAULT, FAULT_SETUP);
    fault_list_take_error(&reasons, reason);
  }
  return no_site(&reasons, is_setup, error);
}

static bool
is_worn(Link *self)
{
  int64_t idle_us = g_get_monotonic_time() - self->used_at_us;

  return idle_us >= (int64_t)self->options.idle_timeout_ms * 1000 ||
         self->channel.is_stale(self->channel.self);
}

static void
try_home(Link *self)
{
  Site *home = &self->sites[self->home];

  if (self->site == home || home->free_at_us > g_get_monotonic_time())
    return;
  open_site(self, home, HOME_MS, NULL);
}

bool
link_open(Link *self, GError **error)
{
  if (self->channel.self != NULL && is_worn(self))
    close_channel(self);
  if (self->channel.self == NULL)
    return open_any(self, error);
  try_home(self);
  return true;
}

Channel *
link_channel(Link *self)
{
  return self->channel.self == NULL ? NULL : &self->channel;
}

unsigned
link_channels(const Link *self)
{
  return self->channels;
}

Dialect
link_dialect(const Link *self)
{
  return self->dialect;
}

size_t
link_depth(const Link *self)
{
  return self->channel.self == NULL ? USUAL_DEPTH : self->channel.depth;
}

void
link_sent(Link *self)
{
  self->used_at_us = g_get_monotonic_time();
  self->sent_at_us[self->sent++ % TIMED_CALLS] = self->used_at_us;
}

void
link_answered(Link *self)
{
  int64_t sent_at_us = self->sent_at_us[self->answered++ % TIMED_CALLS];

  self->used_at_us = g_get_monotonic_time();
  atomic_store_explicit(&self->site->tally->answered_us, self->used_at_us, memory_order_relaxed);
  histogram_add(&self->site->tally->answers_us, (uint64_t)MAX(self->used_at_us - sent_at_us, 0));
  retry_reset(&self->site->retry);
}

void
link_break(Link *self)
{
  self->site->is_met = false; /* it may be frozen, or come back as another */
  put_off(self->site);
  close_channel(self);
}

/* One that answers a writer meanwhile is there, even if it has no thread for one more. */
static void
note_asked(const GatewayOptions *options, size_t i, int64_t asked_us, bool is_there)
{
  GatewayTally *tally = options->tallies == NULL ? NULL : &options->tallies[i];

  if (tally != NULL && (is_there || atomic_load(&tally->answered_us) < asked_us))
    atomic_store(&tally->is_up, is_there);
}

bool
link_ask(const GatewayOptions *options, GError **error)
{
  g_auto(FaultList) reasons = {0};
  bool is_setup = true;

  for (size_t i = 0; options->endpoints[i] != NULL; i++) {
    g_auto(Endpoint) endpoint = {0};
    int64_t asked_us = g_get_monotonic_time();
    GError *reason = NULL;
    Dialect found;
    bool is_there = endpoint_parse(options->endpoints[i], &endpoint, &reason) &&
                    detect(options, &endpoint, ASK_MS, &found, &reason) &&
                    agree(options, &endpoint, found, &reason);

    note_asked(options, i, asked_us, is_there);
    if (is_there)
      return true;
    is_setup = is_setup && g_error_matches(reason, FAULT, FAULT_SETUP);
    fault_list_take_error(&reasons, reason);
  }
  return no_site(&reasons, is_setup, error);
}

void
link_check(const GatewayOptions *options, FaultList *faults)
{
  Dialect first;
  const Dialect *before = NULL;

  for (size_t i = 0; options->endpoints[i] != NULL; i++) {
    g_auto(Endpoint) endpoint = {0};
    g_autoptr(GError) error = NULL;
    Dialect found;

    if (endpoint_parse(options->endpoints[i], &endpoint, &error) &&
        detect(options, &endpoint, G_MAXUINT32, &found, &error) &&
        agree(options, &endpoint, found, &error) && is_alike(&endpoint, found, before, &error)) {
      first = found;
      before = &first;
    }
    if (error != NULL)
      fault_list_take_error(faults, g_steal_pointer(&error));
  }
}
