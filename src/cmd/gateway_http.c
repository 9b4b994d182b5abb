/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gateway_http.h"

#include "http/client.h"

enum {
  HTTP_OK = 200,
  HTTP_UNAUTHORIZED = 401,
  HTTP_FORBIDDEN = 403,
  HTTP_TOO_MANY = 429,
  HTTP_SERVER_ERRORS = 500,
};

/* The call under way is kept until its answer is asked for: then both are one request. */
typedef struct {
  HttpClient *client;        /* owned */
  char *url;                 /* owned */
  char *do_as;               /* owned, or NULL */
  GCancellable *cancellable; /* borrowed, or NULL */
  Bytes message;             /* owned */
  HttpAnswer answer;         /* owned */
  bool is_proven;            /* it has answered a call */
} HttpChannel;

static void
channel_free(void *data)
{
  HttpChannel *self = data;

  if (self == NULL)
    return;
  http_client_free(self->client);
  g_free(self->url);
  g_free(self->do_as);
  bytes_clear(&self->message);
  http_answer_clear(&self->answer);
  g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpChannel, channel_free)

static bool
channel_send(void *data, const Slice *parts, size_t parts_length, GError **error)
{
  HttpChannel *self = data;

  (void)error;
  bytes_reset(&self->message);
  for (size_t i = 0; i < parts_length; i++)
    bytes_append_slice(&self->message, parts[i]);
  return true;
}

/* HBase's own gateway knows Kerberos alone; whatever else asks who we are stands before it. */
static bool
check_status(const HttpChannel *self, GError **error)
{
  unsigned status = self->answer.status;

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
channel_receive(void *data, Slice *out_answer, GError **error)
{
  HttpChannel *self = data;
  const HttpHeader headers[] = {
      {"Accept", "application/x-thrift"},
      {self->do_as == NULL ? NULL : "doAs", self->do_as},
      {NULL, NULL},
  };
  const HttpRequest request = {
      .url = self->url,
      .headers = headers,
      .content_type = "application/x-thrift",
      .body = bytes_slice(&self->message),
      .cancellable = self->cancellable,
  };

  http_answer_clear(&self->answer);
  self->answer = (HttpAnswer){0};
  if (!http_client_send(self->client, &request, &self->answer, error)) {
    g_prefix_error(error, "gateway ");
    return false;
  }
  if (!check_status(self, error))
    return false;
  self->is_proven = true;
  *out_answer = bytes_slice(&self->answer.body);
  return true;
}

/* Each request stands by itself: a connection that has gone meanwhile is made again beneath. */
static bool
channel_is_stale(void *data)
{
  (void)data;
  return false;
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
cmd_gateway_http_open(const GatewayOptions *options, const Endpoint *endpoint, Channel *out_channel,
                      GError **error)
{
  g_autoptr(HttpChannel) self = g_new0(HttpChannel, 1);
  const HttpClientOptions client = {
      .ca_location = options->tls_ca_file,
      .timeout_ms = options->receive_timeout_ms,
      .most_bytes = options->answer_max_bytes,
  };

  self->url = url_of(endpoint);
  self->do_as = g_strdup(options->do_as);
  self->cancellable = options->cancellable;
  self->client = http_client_new(&client, error);
  if (self->client == NULL)
    return false;
  *out_channel = (Channel){
      .self = g_steal_pointer(&self),
      .depth = 1,
      .send = channel_send,
      .receive = channel_receive,
      .is_stale = channel_is_stale,
      .free = channel_free,
  };
  return true;
}
