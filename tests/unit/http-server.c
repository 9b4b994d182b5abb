/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A service that is as ready as the test says. */
static bool
is_ready(void *self, GString *reasons)
{
  const char *reason = self; /* "dead" too */

  if (*reason != '\0')
    g_string_append_printf(reasons, "%s\n", reason);
  return *reason == '\0';
}

static bool
is_alive(void *self)
{
  return strcmp(self, "dead") != 0;
}

static char *
metrics(void *self, bool is_open)
{
  (void)self;
  return g_strdup(is_open ? "x_total 1\n# EOF\n" : "x_total 1\n");
}

static char *
status(void *self)
{
  (void)self;
  return g_strdup("{}");
}

/* One page more, answered by another thread, and one at once. */
static gpointer
answer_later(gpointer request)
{
  const char *text = http_exchange_parameter(request, "text");

  http_exchange_answer(request, 200, "text/html", g_bytes_new(text, strlen(text)));
  return NULL;
}

static bool
take(void *self, HttpExchange *request)
{
  (void)self;
  if (strcmp(http_exchange_path(request), "/later") == 0)
    g_thread_unref(g_thread_new("later", answer_later, request));
  else if (strcmp(http_exchange_path(request), "/now") == 0)
    http_exchange_answer(request, 429, "text/plain", g_bytes_new_static("busy", 4));
  else
    return false;
  return true;
}

/* A client of bytes. */
static char *
answer_of(HttpServer *server, const char *request)
{
  g_autoptr(GUri) uri = g_uri_parse(http_server_url(server), G_URI_FLAGS_NONE, NULL);
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
      client, g_uri_get_host(uri), (guint16)g_uri_get_port(uri), NULL, NULL);
  g_autoptr(GString) answer = g_string_new(NULL);
  char chunk[512];
  gssize got;

  g_assert_nonnull(connection);
  g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), request,
                            strlen(request), NULL, NULL, NULL);
  while ((got = g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), chunk,
                                    sizeof chunk, NULL, NULL)) > 0)
    g_string_append_len(answer, chunk, got);
  return g_string_free(g_steal_pointer(&answer), FALSE);
}

#define GET_OPEN                                                                                   \
  "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"                              \
  "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
#define GET_RANGES(path)                                                                           \
  "GET " path " HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-,0-,1-2\r\n\r\n"

static void
each_page_answers(void)
{
  const struct {
    const char *reason; /* not to be ready; "": ready */
    const char *request;
    const char *start;
    const char *holds;
    const char *end;
  } cases[] = {
      {"", GET("/livez"), "HTTP/1.1 200 ", "text/plain", "\r\n\r\nok\n"},
      {"no gateway", GET("/livez"), "HTTP/1.1 200 ", "", "\r\n\r\nok\n"},
      {"dead", GET("/livez"), "HTTP/1.1 503 ", "", "has not turned for 60 s\n"},
      {"", "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "HTTP/1.1 200 ", "Connection: close",
       "\r\n\r\nok\n"},
      {"", GET("/readyz"), "HTTP/1.1 200 ", "no-store", "\r\n\r\nok\n"},
      {"no gateway", GET("/readyz"), "HTTP/1.1 503 ", "", "\r\n\r\nno gateway\n"},
      {"", GET("/metrics"), "HTTP/1.1 200 ", "text/plain; version=0.0.4", "\r\n\r\nx_total 1\n"},
      {"", GET("/metrics?x=1"), "HTTP/1.1 200 ", "", "x_total 1\n"},
      {"", GET_OPEN, "HTTP/1.1 200 ", "application/openmetrics-text; version=1.0.0", "# EOF\n"},
      {"", GET("/"), "HTTP/1.1 200 ", "text/plain", "/status\n"},
      {"", GET("/later?text=a%20%3cb"), "HTTP/1.1 200 ", "text/html", "\r\n\r\na <b"},
      {"", GET("/now"), "HTTP/1.1 429 ", "text/plain", "\r\n\r\nbusy"},
      {"", GET("/status"), "HTTP/1.1 200 ", "application/json", "\r\n\r\n{}"},
      {"", GET("/metric"), "HTTP/1.1 404 ", "", "/status\n"},
      {"", GET("/metrics/"), "HTTP/1.1 404 ", "", "/status\n"},
      {"", "HEAD /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ",
       "Content-Length: 3", "\r\n\r\n"},
      {"",
       "POST /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: "
       "3\r\n\r\nabc",
       "HTTP/1.1 405 ", "Allow: GET, HEAD", "only GET and HEAD\n"},
      {"", GET_RANGES("/metrics"), "HTTP/1.1 200 ", "Content-Length: 10\r\n", "x_total 1\n"},
      {"", GET_RANGES("/later?text=whole"), "HTTP/1.1 200 ", "Content-Length: 5\r\n", "whole"},
      {"", "nonsense\r\n\r\n", "HTTP/1.0 400 ", "", ""},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const HttpPages what = {(void *)cases[i].reason, is_alive, is_ready, metrics, status,
                            {.take = take}};
    g_autoptr(GError) error = NULL;
    g_autoptr(HttpServer) server =
        http_server_new(&(HttpServerOptions){.listen = "127.0.0.1:0"}, &what, &error);
    g_autofree char *answer = NULL;

    g_assert_no_error(error);
    answer = answer_of(server, cases[i].request);
    g_test_message("%s", answer);
    g_assert_true(g_str_has_prefix(answer, cases[i].start));
    g_assert_nonnull(strstr(answer, cases[i].holds));
    g_assert_true(g_str_has_suffix(answer, cases[i].end));
  }
}

static int
ask(HttpServer *server, const char *text)
{
  g_autoptr(GUri) uri = g_uri_parse(http_server_url(server), G_URI_FLAGS_NONE, NULL);
  const struct sockaddr_in where = {.sin_family = AF_INET,
                                    .sin_port = htons((uint16_t)g_uri_get_port(uri)),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int file = socket(AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint(connect(file, (const struct sockaddr *)&where, sizeof where), ==, 0);
  g_assert_cmpint(send(file, text, strlen(text), MSG_NOSIGNAL), ==, strlen(text));
  return file;
}

/* With a token, and asked for by a name. */
static void
what_a_service_does_is_not_for_everybody(void)
{
  const char *const hosts[] = {"sluice.example", NULL};
  const HttpServerOptions options = {.listen = "127.0.0.1:0", .hosts = hosts, .token = "secret"};
  const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {.take = take}};
  g_autoptr(HttpServer) server = http_server_new(&options, &what, NULL);
  const struct {
    const char *path;
    const char *head; /* Host and what follows it */
    const char *start;
    const char *holds;
  } cases[] = {
      {"/livez", "evil.example", "HTTP/1.1 200 ", ""},
      {"/readyz", "evil.example", "HTTP/1.1 200 ", ""},
      {"/metrics", "evil.example", "HTTP/1.1 200 ", ""},
      {"/status", "evil.example", "HTTP/1.1 421 Misdirected Request", "http.hosts"},
      {"/status", "evil.example\r\nAuthorization: Bearer secret", "HTTP/1.1 421 ", ""},
      {"/", "evil.example\r\nAuthorization: Bearer secret", "HTTP/1.1 421 ", ""},
      {"/now", "evil.example", "HTTP/1.1 421 ", ""},
      {"/status", "127.0.0.1", "HTTP/1.1 401 ", "WWW-Authenticate: Basic realm=\"sluice\""},
      {"/", "127.0.0.1", "HTTP/1.1 401 ", "http.token"},
      {"/now", "127.0.0.1", "HTTP/1.1 401 ", ""},
      {"/nothing", "127.0.0.1", "HTTP/1.1 401 ", ""},
      {"/now", "sluice.example\r\nAuthorization: Bearer wrong", "HTTP/1.1 401 ", ""},
      {"/now", "sluice.example:80\r\nAuthorization: Bearer secret", "HTTP/1.1 429 ", "busy"},
      {"/status", "localhost\r\nAuthorization: Basic eDpzZWNyZXQ=", "HTTP/1.1 200 ", "{}"},
      {"/nothing", "localhost\r\nAuthorization: Basic eDpzZWNyZXQ=", "HTTP/1.1 404 ", ""},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *request =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", cases[i].path, cases[i].head);
    g_autofree char *answer = answer_of(server, request);

    g_test_message("%s%s", request, answer);
    g_assert_true(g_str_has_prefix(answer, cases[i].start));
    g_assert_nonnull(strstr(answer, cases[i].holds));
    g_assert_nonnull(strstr(answer, "\r\nContent-Security-Policy: default-src 'none'; "));
    g_assert_nonnull(strstr(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
    g_assert_nonnull(strstr(answer, "\r\nReferrer-Policy: no-referrer\r\n"));
    g_assert_nonnull(strstr(answer, "\r\nCache-Control: no-store\r\n"));
  }
  http_server_set_token(server, "other");

  g_autofree char *answer = answer_of(
      server, "GET /status HTTP/1.1\r\nHost: [::1]\r\nAuthorization: Bearer other\r\n\r\n");

  g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 "));
}

/* It has them whatever is asked, and how badly. */
static void
every_answer_has_the_headers(void)
{
  const char *const requests[] = {GET("/livez"), GET("/nothing"), "nonsense\r\n\r\n",
                                  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                                  "GET /livez HTTP/1.1\r\n\r\n"};
  const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {0}};
  g_autoptr(HttpServer) server =
      http_server_new(&(HttpServerOptions){.listen = "127.0.0.1:0"}, &what, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
    g_autofree char *answer = answer_of(server, requests[i]);

    g_test_message("%s", answer);
    g_assert_nonnull(strstr(answer, "frame-ancestors 'none'"));
    g_assert_nonnull(strstr(answer, "nosniff"));
  }
}

/* The answer comes when the server has gone already, and when its asker has. */
static HttpExchange *held;
static GMutex lock;
static GCond has_come;

static bool
hold(void *self, HttpExchange *exchange)
{
  (void)self;
  g_mutex_lock(&lock);
  held = exchange;
  g_cond_signal(&has_come);
  g_mutex_unlock(&lock);
  return true;
}

static void
an_answer_may_come_too_late(void)
{
  for (size_t i = 0; i < 2; i++) {
    const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {.take = hold}};
    g_autoptr(HttpServer) server =
        http_server_new(&(HttpServerOptions){.listen = "127.0.0.1:0"}, &what, NULL);
    int file = ask(server, GET("/held"));

    g_mutex_lock(&lock);
    while (held == NULL)
      g_cond_wait(&has_come, &lock);
    g_mutex_unlock(&lock);
    if (i == 0)
      close(file);
    http_exchange_answer(held, 200, "text/plain", g_bytes_new_static("late", 4));
    held = NULL;
    g_clear_pointer(&server, http_server_free);
    if (i != 0)
      close(file);
  }
}

static int
half_sent(HttpServer *server)
{
  return ask(server, "GET / HT");
}

static size_t
count_descriptors(void)
{
  g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
  size_t count = 0;

  while (g_dir_read_name(dir) != NULL)
    count++;
  return count;
}

/* Each is a descriptor here and, while it is served, one there. */
static void
half_sent_requests_take_neither_descriptors_nor_turns(void)
{
  enum { HALF = 200, SERVED = 64, FEW = 10 };
  const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {0}};
  g_autoptr(HttpServer) server =
      http_server_new(&(HttpServerOptions){.listen = "127.0.0.1:0"}, &what, NULL);
  size_t before = count_descriptors();
  int files[HALF];

  for (size_t i = 0; i < HALF; i++)
    files[i] = half_sent(server);
  for (size_t i = 0; i < FEW; i++) {
    g_autofree char *answer = answer_of(server, GET("/readyz"));

    g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 "));
  }
  g_assert_cmpuint(count_descriptors(), <=, before + HALF + SERVED + FEW);
  for (size_t i = 0; i < HALF; i++)
    close(files[i]);
}

static void
a_taken_port_is_told_by_name(void)
{
  const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {0}};
  g_autoptr(HttpServer) first =
      http_server_new(&(HttpServerOptions){.listen = "127.0.0.1:0"}, &what, NULL);
  g_autoptr(GUri) uri = g_uri_parse(http_server_url(first), G_URI_FLAGS_NONE, NULL);
  g_autofree char *taken = g_strdup_printf("127.0.0.1:%d", g_uri_get_port(uri));
  g_autoptr(GError) error = NULL;

  g_assert_null(http_server_new(&(HttpServerOptions){.listen = taken}, &what, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, taken));
}

static void
an_address_of_nobody_is_refused(void)
{
  const HttpPages what = {(void *)"", is_alive, is_ready, metrics, status, {0}};
  const char *const wrong[] = {"192.0.2.1:0", "no-such-host.invalid:0", "a b:0"};

  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(http_server_new(&(HttpServerOptions){.listen = wrong[i]}, &what, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_type_class_unref(g_type_class_ref(G_TYPE_TASK)); /* see register_types() in cmd/command.c */
  g_test_add_func("/server/pages", each_page_answers);
  g_test_add_func("/server/guard", what_a_service_does_is_not_for_everybody);
  g_test_add_func("/server/headers", every_answer_has_the_headers);
  g_test_add_func("/server/late", an_answer_may_come_too_late);
  g_test_add_func("/server/half-sent", half_sent_requests_take_neither_descriptors_nor_turns);
  g_test_add_func("/server/taken-port", a_taken_port_is_told_by_name);
  g_test_add_func("/server/nobody", an_address_of_nobody_is_refused);
  return g_test_run();
}
