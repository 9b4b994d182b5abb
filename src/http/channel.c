/* SPDX-License-Identifier: Apache-2.0 */
#include "http/channel.h"

#include "http/client.h"

enum {
  HTTP_OK = 200,
  HTTP_UNAUTHORIZED = 401,
  HTTP_FORBIDDEN = 403,
  HTTP_TOO_MANY = 429,
  HTTP_SERVER_ERRORS = 500,
};

/* Two batches at once over HTTP would be two requests that can overtake each other, and among puts
 * of one timestamp the later one must win. So a thread sends them one after the other, each at once
 * when the answer to the one before has come, while the caller makes the next.
 *
 *   send -> calls -> thread: request, answer -> calls -> receive
 */
enum { DEPTH = 2, SLOTS = DEPTH + 1 }; /* one more: the answer given out last is still read */

typedef struct {
  Bytes message;     /* owned */
  HttpAnswer answer; /* owned */
  GError *error;     /* owned; NULL: there is an answer */
  bool is_follower;  /* sent before the answer to the call before it was looked at */
} Call;

typedef struct {
  HttpClient *client;    /* owned */
  char *url;             /* owned */
  char *do_as;           /* owned, or NULL */
  GCancellable *outer;   /* borrowed, or NULL */
  gulong outer_handler;  /* on it */
  GCancellable *closing; /* owned */
  bool is_proven;        /* it has answered a call; the thread's */
  GThread *thread;       /* owned; NULL before the first call */
  GMutex mutex;          /* over all below */
  GCond changed;
  Call calls[SLOTS]; /* the thread's from when they are sent until they are answered */
  size_t sent;       /* calls so far; each is in the slot of its number */
  size_t answered;
  size_t received;
  bool is_closing;
} HttpChannel;

static void
call_clear(Call *self)
{
  bytes_clear(&self->message);
  http_answer_clear(&self->answer);
  g_clear_error(&self->error);
}

static void
stop_thread(HttpChannel *self)
{
  g_mutex_lock(&self->mutex);
  self->is_closing = true;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->mutex);
  g_cancellable_cancel(self->closing);
  g_thread_join(g_steal_pointer(&self->thread));
}

static void
channel_free(void *data)
{
  HttpChannel *self = data;

  if (self == NULL)
    return;
  if (self->thread != NULL)
    stop_thread(self);
  if (self->outer != NULL)
    g_cancellable_disconnect(self->outer, self->outer_handler);
  for (size_t i = 0; i < SLOTS; i++)
    call_clear(&self->calls[i]);
  http_client_free(self->client);
  g_clear_object(&self->closing);
  g_mutex_clear(&self->mutex);
  g_cond_clear(&self->changed);
  g_free(self->url);
  g_free(self->do_as);
  g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpChannel, channel_free)

/* HBase's own gateway knows Kerberos alone; whatever else asks who we are stands before it. */
static bool
check_status(const HttpChannel *self, const HttpAnswer *answer, GError **error)
{
  unsigned status = answer->status;

  if (status == HTTP_OK)
    return true;
  if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN)
    g_set_error(error, FAULT, FAULT_SETUP,
                "gateway %s refuses us (status %u): sluice does not speak Kerberos; let a proxy "
                "before the gateway do so, and see gateway.do.as",
                self->url, status);
  else if (status >= HTTP_SERVER_ERRORS || status == HTTP_TOO_MANY)
    g_set_error(error, FAULT, FAULT_PEER, "gateway %s answers with status %u%s", self->url, status,
                self->is_proven ? ""
                                : ": its log says why; maybe gateway.protocol is another there, or "
                                  "gateway.do.as is not allowed");
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "gateway %s answers with status %u, as no gateway does: see gateway.endpoints",
                self->url, status);
  return false;
}

static bool
ask(HttpChannel *self, Call *call, GError **error)
{
  const HttpHeader headers[] = {
      {"Accept", "application/x-thrift"},
      {self->do_as == NULL ? NULL : "doAs", self->do_as},
      {NULL, NULL},
  };
  const HttpRequest request = {
      .url = self->url,
      .headers = headers,
      .content_type = "application/x-thrift",
      .body = bytes_slice(&call->message),
      .may_repeat = true, /* cells have their timestamps: a batch twice is the same as once */
      .cancellable = self->closing,
  };

  http_answer_clear(&call->answer);
  call->answer = (HttpAnswer){0};
  if (!http_client_send(self->client, &request, &call->answer, error)) {
    g_prefix_error(error, "gateway ");
    return false;
  }
  if (!check_status(self, &call->answer, error))
    return false;
  self->is_proven = true;
  return true;
}

/* What was to follow a call that failed is not sent: it would overtake it. */
static void
answer(HttpChannel *self, size_t number)
{
  Call *call = &self->calls[number % SLOTS];
  const Call *before = &self->calls[(number + SLOTS - 1) % SLOTS];

  g_clear_error(&call->error);
  if (call->is_follower && before->error != NULL)
    call->error = g_error_copy(before->error);
  else
    ask(self, call, &call->error);
}

static gpointer
run_thread(gpointer data)
{
  HttpChannel *self = data;

  g_mutex_lock(&self->mutex);
  while (!self->is_closing) {
    if (self->answered == self->sent) {
      g_cond_wait(&self->changed, &self->mutex);
      continue;
    }
    g_mutex_unlock(&self->mutex);
    answer(self, self->answered);
    g_mutex_lock(&self->mutex);
    self->answered++;
    g_cond_broadcast(&self->changed);
  }
  g_mutex_unlock(&self->mutex);
  return NULL;
}

static bool
channel_send(void *data, const Slice *parts, size_t parts_length, GError **error)
{
  HttpChannel *self = data;
  Call *call = &self->calls[self->sent % SLOTS];

  (void)error;
  g_assert(self->sent - self->received < DEPTH);
  call->is_follower = self->sent != self->received;
  bytes_reset(&call->message);
  for (size_t i = 0; i < parts_length; i++)
    bytes_append_slice(&call->message, parts[i]);
  g_mutex_lock(&self->mutex);
  self->sent++; /* the thread's now */
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->mutex);
  if (self->thread == NULL)
    self->thread = g_thread_new("gateway-http", run_thread, self);
  return true;
}

static bool
channel_receive(void *data, Slice *out_answer, GError **error)
{
  HttpChannel *self = data;
  const Call *call = &self->calls[self->received % SLOTS];

  g_mutex_lock(&self->mutex);
  while (self->answered == self->received)
    g_cond_wait(&self->changed, &self->mutex);
  self->received++;
  g_mutex_unlock(&self->mutex);
  if (call->error != NULL) {
    g_propagate_error(error, g_error_copy(call->error));
    return false;
  }
  *out_answer = bytes_slice(&call->answer.body);
  return true;
}

/* Each request stands by itself: a connection that has gone meanwhile is made again beneath. */
static bool
channel_is_stale(void *data)
{
  (void)data;
  return false;
}

static void
pass_on(GCancellable *outer, gpointer closing)
{
  (void)outer;
  g_cancellable_cancel(closing);
}

static char *
url_of(const Endpoint *endpoint)
{
  bool is_v6 = strchr(endpoint->host, ':') != NULL;

  if (endpoint->scheme != ENDPOINT_SOCKET)
    return g_strdup(endpoint->text);
  return g_strdup_printf("http://%s%s%s:%u/", is_v6 ? "[" : "", endpoint->host, is_v6 ? "]" : "",
                         endpoint->port);
}

bool
http_channel_open(const GatewayOptions *options, const Endpoint *endpoint, Channel *out_channel,
                  GError **error)
{
  g_autoptr(HttpChannel) self = g_new0(HttpChannel, 1);
  const HttpClientOptions client = {
      .ca_location = options->tls_ca_file,
      .ca_setting = "[gateway] tls.ca.location",
      .timeout_ms = options->receive_timeout_ms,
      .most_bytes = options->answer_max_bytes,
  };

  self->url = url_of(endpoint);
  self->do_as = g_strdup(options->do_as);
  g_mutex_init(&self->mutex);
  g_cond_init(&self->changed);
  self->closing = g_cancellable_new();
  self->client = http_client_new(&client, error);
  if (self->client == NULL)
    return false;
  self->outer = options->cancellable;
  if (self->outer != NULL)
    self->outer_handler =
        g_cancellable_connect(self->outer, G_CALLBACK(pass_on), self->closing, NULL);
  *out_channel = (Channel){
      .self = g_steal_pointer(&self),
      .depth = DEPTH,
      .send = channel_send,
      .receive = channel_receive,
      .is_stale = channel_is_stale,
      .free = channel_free,
  };
  return true;
}
