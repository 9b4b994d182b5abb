/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <libsoup/soup.h>

struct HttpServer {
  SoupServer *server; /* owned */
  HttpPages pages;
  char *url; /* owned */
};

typedef struct {
  const char *path;
  void (*answer)(const HttpServer *self, SoupServerMessage *message);
} Page;

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Cache-Control",
                               "no-store");
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static void
answer_plain(SoupServerMessage *message, guint status, const char *text)
{
  answer_text(message, status, "text/plain; charset=utf-8", text);
}

static void
answer_livez(const HttpServer *self, SoupServerMessage *message)
{
  (void)self;
  answer_plain(message, SOUP_STATUS_OK, "ok\n");
}

static void
answer_readyz(const HttpServer *self, SoupServerMessage *message)
{
  g_autoptr(GString) reasons = g_string_new(NULL);

  if (self->pages.is_ready(self->pages.self, reasons))
    answer_plain(message, SOUP_STATUS_OK, "ok\n");
  else
    answer_plain(message, SOUP_STATUS_SERVICE_UNAVAILABLE, reasons->str);
}

static void
answer_metrics(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *text = self->pages.metrics(self->pages.self);

  answer_text(message, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", text);
}

static void
answer_console(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *html = NULL;

  if (self->pages.console == NULL) {
    answer_plain(message, SOUP_STATUS_OK, "sluice: /livez /readyz /metrics\n");
    return;
  }
  html = self->pages.console(self->pages.self);
  answer_text(message, SOUP_STATUS_OK, "text/html; charset=utf-8", html);
}

static const Page pages[] = {
    {"/", answer_console},
    {"/livez", answer_livez},
    {"/readyz", answer_readyz},
    {"/metrics", answer_metrics},
};

/* Called with a request's head; its body, which nobody needs, is not kept. */
static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
  const HttpServer *self = data;
  const char *method = soup_server_message_get_method(message);

  (void)server, (void)query;
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                 "GET, HEAD");
    answer_plain(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
    if (strcmp(path, pages[i].path) == 0) {
      pages[i].answer(self, message);
      return;
    }
  }
  answer_plain(message, SOUP_STATUS_NOT_FOUND, "not here: see /livez, /readyz and /metrics\n");
}

/* Every address of the name, as with localhost, which is two. */
static bool
listen_at(SoupServer *server, const char *where, GError **error)
{
  g_autoptr(GSocketConnectable) name = g_network_address_parse(where, 0, error);
  g_autoptr(GSocketAddressEnumerator) addresses =
      name == NULL ? NULL : g_socket_connectable_enumerate(name);
  bool has_any = false;

  if (addresses == NULL)
    return false;
  for (;;) {
    g_autoptr(GError) problem = NULL;
    g_autoptr(GSocketAddress) address =
        g_socket_address_enumerator_next(addresses, NULL, has_any ? NULL : error);

    if (address == NULL)
      return has_any;
    if (soup_server_listen(server, address, 0, &problem)) {
      has_any = true;
    } else {
      g_propagate_error(error, g_steal_pointer(&problem));
      return false;
    }
  }
}

static char *
url_of(SoupServer *server)
{
  GSList *uris = soup_server_get_uris(server);
  char *url = g_uri_to_string(uris->data);

  g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
  return url;
}

HttpServer *
http_server_new(const char *listen, const HttpPages *what, GError **error)
{
  g_autoptr(HttpServer) self = g_new0(HttpServer, 1);
  g_autoptr(GError) problem = NULL;

  self->server = soup_server_new("server-header", "sluice", NULL);
  self->pages = *what;
  soup_server_add_early_handler(self->server, NULL, on_request, self, NULL);
  if (!listen_at(self->server, listen, &problem)) {
    g_set_error(error, FAULT, FAULT_SETUP, "cannot listen at %s: %s", listen, problem->message);
    return NULL;
  }
  self->url = url_of(self->server);
  return g_steal_pointer(&self);
}

void
http_server_free(HttpServer *self)
{
  if (self == NULL)
    return;
  soup_server_disconnect(self->server);
  g_object_unref(self->server);
  g_free(self->url);
  g_free(self);
}

const char *
http_server_url(const HttpServer *self)
{
  return self->url;
}
