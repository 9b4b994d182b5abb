/* SPDX-License-Identifier: Apache-2.0 */
#include "support/http-peer.h"

#include <gio/gio.h>
#include <string.h>

struct HttpPeer {
  GSocketService *service;    /* owned: a thread a connection */
  GMainContext *context;      /* owned: accepts */
  GMainLoop *loop;            /* owned */
  GThread *thread;            /* owned: runs the loop */
  GCancellable *ending;       /* owned: lets go of the silent ones */
  char *url;                  /* owned */
  const char *const *answers; /* borrowed */
  GMutex mutex;               /* over the rest */
  GCond idle;
  guint busy;          /* threads that answer just now */
  guint taken;         /* answers */
  GPtrArray *requests; /* owned, of owned char * */
};

/* How many bytes follow the head. */
static guint64
body_length(const char *head)
{
  const char *at = strstr(head, "\r\nContent-Length: ");

  return at == NULL ? 0 : g_ascii_strtoull(at + strlen("\r\nContent-Length: "), NULL, 10);
}

static GString *
read_head(GInputStream *stream)
{
  GString *request = g_string_new(NULL);
  char c;

  while (g_input_stream_read(stream, &c, 1, NULL, NULL) == 1) {
    g_string_append_c(request, c);
    if (g_str_has_suffix(request->str, "\r\n\r\n"))
      break;
  }
  return request;
}

static void
read_body(GInputStream *stream, GString *request)
{
  guint64 len = body_length(request->str);
  gsize got = 0;

  if (len > 0) {
    g_autofree char *body = g_malloc(len);

    g_input_stream_read_all(stream, body, len, &got, NULL, NULL);
    g_string_append_len(request, body, (gssize)got);
  }
}

static const char *
next_answer(HttpPeer *self, GInputStream *in)
{
  GString *request = read_head(in);
  const char *answer;

  g_mutex_lock(&self->mutex);
  answer = self->answers[MIN(self->taken, g_strv_length((char **)self->answers) - 1)];
  self->taken++;
  g_mutex_unlock(&self->mutex);
  if (strcmp(answer, HTTP_PEER_CUT) != 0)
    read_body(in, request);
  g_mutex_lock(&self->mutex);
  g_ptr_array_add(self->requests, g_string_free(request, FALSE));
  g_mutex_unlock(&self->mutex);
  return answer;
}

static void
answer(HttpPeer *self, GSocketConnection *connection)
{
  GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
  GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
  const char *bytes = next_answer(self, in);
  char c;

  if (strcmp(bytes, HTTP_PEER_SILENT) == 0)
    g_input_stream_read(in, &c, 1, self->ending, NULL);
  else if (strcmp(bytes, HTTP_PEER_CUT) != 0)
    g_output_stream_write_all(out, bytes, strlen(bytes), NULL, NULL, NULL);
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
       gpointer data)
{
  HttpPeer *self = data;

  (void)service, (void)source;
  g_mutex_lock(&self->mutex);
  self->busy++;
  g_mutex_unlock(&self->mutex);
  answer(self, connection);
  g_mutex_lock(&self->mutex);
  self->busy--;
  g_cond_signal(&self->idle);
  g_mutex_unlock(&self->mutex);
  return TRUE;
}

static gpointer
run(gpointer data)
{
  HttpPeer *self = data;

  g_main_context_push_thread_default(self->context);
  g_socket_service_start(self->service);
  g_main_loop_run(self->loop);
  g_socket_service_stop(self->service);
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

HttpPeer *
http_peer_new(const char *const *answers)
{
  HttpPeer *self = g_new0(HttpPeer, 1);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;

  self->answers = answers;
  self->ending = g_cancellable_new();
  self->requests = g_ptr_array_new_with_free_func(g_free);
  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  self->service = g_threaded_socket_service_new(8);
  g_socket_service_stop(self->service); /* it accepts in its own thread, not in ours */
  g_mutex_init(&self->mutex);
  g_cond_init(&self->idle);
  g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(self->service), address,
                                              G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                              &bound, NULL));
  self->url = g_strdup_printf("http://127.0.0.1:%u",
                              g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
  g_signal_connect(self->service, "run", G_CALLBACK(on_run), self);
  g_type_class_unref(g_type_class_ref(G_TYPE_TASK)); /* see register_types() in cmd/command.c */
  self->thread = g_thread_new("http-peer", run, self);
  return self;
}

static gboolean
quit(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

/* Not g_main_context_invoke(): it may call at once, before the loop runs. */
static void
end_loop(HttpPeer *self)
{
  g_autoptr(GSource) source = g_idle_source_new();

  g_source_set_callback(source, quit, self->loop, NULL);
  g_source_attach(source, self->context);
}

void
http_peer_free(HttpPeer *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel(self->ending);
  end_loop(self);
  g_thread_join(self->thread);
  g_signal_handlers_disconnect_by_data(self->service, self);
  g_mutex_lock(&self->mutex);
  while (self->busy > 0)
    g_cond_wait(&self->idle, &self->mutex);
  g_mutex_unlock(&self->mutex);
  g_socket_listener_close(G_SOCKET_LISTENER(self->service));
  g_object_unref(self->service);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  g_object_unref(self->ending);
  g_ptr_array_unref(self->requests);
  g_mutex_clear(&self->mutex);
  g_cond_clear(&self->idle);
  g_free(self->url);
  g_free(self);
}

const char *
http_peer_url(const HttpPeer *self)
{
  return self->url;
}

guint
http_peer_requests(HttpPeer *self)
{
  guint length;

  g_mutex_lock(&self->mutex);
  length = self->requests->len;
  g_mutex_unlock(&self->mutex);
  return length;
}

char *
http_peer_request(HttpPeer *self, guint i)
{
  char *request;

  g_mutex_lock(&self->mutex);
  request = g_strdup(i < self->requests->len ? self->requests->pdata[i] : "");
  g_mutex_unlock(&self->mutex);
  return request;
}
