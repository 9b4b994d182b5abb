/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/socket.h"

#include "support/gateway.h"

#include <signal.h>
#include <sys/time.h>

enum { LONG_MS = 20000, SHORT_MS = 30, PARTS = 3, PART_BYTES = 3 * 1024 * 1024 + 7 };

static Socket *
open_to(const TestGateway *gateway)
{
  const SocketOptions options = {.connect_timeout_ms = LONG_MS};
  g_auto(Endpoint) endpoint = {0};
  g_autoptr(GError) error = NULL;
  Socket *socket;

  g_assert_true(endpoint_parse(test_gateway_endpoint(gateway), &endpoint, &error));
  socket = socket_open(&endpoint, &options, &error);
  g_assert_no_error(error);
  return socket;
}

static int64_t
in_ms(int64_t ms)
{
  return g_get_monotonic_time() + ms * 1000;
}

static uint8_t
byte_at(size_t i)
{
  return (uint8_t)(i * 2654435761u >> 24);
}

static volatile sig_atomic_t interruptions;

static void
count_interruption(int number)
{
  (void)number;
  interruptions = interruptions + 1;
}

/* Interrupts what waits in this thread, a thousand times a second, for as long as it is on. */
static void
interrupt(bool on)
{
  const struct sigaction action = {.sa_handler = count_interruption}; /* no SA_RESTART */
  const struct itimerval each = {.it_interval.tv_usec = on ? 1000 : 0,
                                 .it_value.tv_usec = on ? 1000 : 0};

  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &each, NULL);
}

/* Takes all in small pieces, far behind the sender, and gives it back the same way. */
static void
serve_echo(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  enum { PIECE = 50021 };
  g_auto(Bytes) piece = {0};
  g_auto(Bytes) all = {0};
  sigset_t alarm;

  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, NULL);
  while (all.len < (size_t)PARTS * PART_BYTES) {
    if (!test_peer_read(peer, MIN(PIECE, (size_t)PARTS * PART_BYTES - all.len), &piece))
      return;
    bytes_append_slice(&all, bytes_slice(&piece));
  }
  for (size_t at = 0; at < all.len; at += PIECE)
    test_peer_write(peer, slice(all.data + at, MIN(PIECE, all.len - at)));
}

/* More than the system's buffers hold, so that each write takes a part, which ends within a slice;
 * and each wait is broken off by signals. */
static void
what_is_written_in_parts_under_signals_arrives_whole(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_echo, NULL);
  g_autoptr(Socket) socket = open_to(gateway);
  g_autofree uint8_t *bytes = g_malloc((gsize)PARTS * PART_BYTES);
  g_auto(Bytes) back = {0};
  g_autoptr(GError) error = NULL;
  bool is_closed = false;
  Slice parts[PARTS + 2] = {SLICE_EMPTY};

  for (size_t i = 0; i < (size_t)PARTS * PART_BYTES; i++)
    bytes[i] = byte_at(i);
  for (size_t i = 0; i < PARTS; i++)
    parts[i + 1] = slice(bytes + i * PART_BYTES, PART_BYTES);
  parts[PARTS + 1] = SLICE_EMPTY;

  interrupt(true);
  socket_send(socket, parts, G_N_ELEMENTS(parts), LONG_MS, &error);
  while (error == NULL && !is_closed && back.len < (size_t)PARTS * PART_BYTES)
    socket_receive(socket, &back, in_ms(LONG_MS), &is_closed, &error);
  interrupt(false);
  g_assert_no_error(error);
  g_assert_false(is_closed);
  g_assert_cmpmem(back.data, back.len, bytes, (size_t)PARTS * PART_BYTES);
}

static void
serve_nothing(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_linger(peer);
}

/* Each signal wakes the wait; none may make it begin anew. */
static void
signals_do_not_put_off_the_end_of_a_wait(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_nothing, NULL);
  g_autoptr(Socket) socket = open_to(gateway);
  g_auto(Bytes) got = {0};
  g_autoptr(GError) error = NULL;
  bool is_closed = false;

  interruptions = 0;
  interrupt(true);

  bool received = socket_receive(socket, &got, in_ms(SHORT_MS), &is_closed, &error);

  interrupt(false);
  g_assert_false(received);
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "receive: no answer in time"));
  g_assert_nonnull(strstr(error->message, test_gateway_endpoint(gateway)));
  g_assert_cmpuint(got.len, ==, 0);
  g_assert_cmpint(interruptions, >, 0);
}

/* A wait whose end has passed still gives what is there. */
static void
what_has_come_is_given_after_the_end_of_the_wait(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_echo, NULL);
  g_autoptr(Socket) socket = open_to(gateway);
  g_autofree uint8_t *bytes = g_malloc0((gsize)PARTS * PART_BYTES);
  const Slice part = slice(bytes, (size_t)PARTS * PART_BYTES);
  g_auto(Bytes) got = {0};
  g_autoptr(GError) error = NULL;
  bool is_closed = false;

  g_assert_false(socket_is_readable(socket));
  g_assert_true(socket_send(socket, &part, 1, LONG_MS, &error));
  g_assert_true(socket_receive(socket, &got, in_ms(LONG_MS), &is_closed, &error));
  while (!socket_is_readable(socket))
    g_thread_yield();
  g_assert_true(socket_receive(socket, &got, 0, &is_closed, &error));
  g_assert_no_error(error);
  g_assert_false(is_closed);
}

static void
serve_three_bytes(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_write(peer, slice_text("bye"));
}

static void
the_last_bytes_come_before_the_end(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_three_bytes, NULL);
  g_autoptr(Socket) socket = open_to(gateway);
  g_auto(Bytes) got = {0};
  g_autoptr(GError) error = NULL;
  bool is_closed = false;

  while (!is_closed)
    g_assert_true(socket_receive(socket, &got, in_ms(LONG_MS), &is_closed, &error));
  g_assert_cmpmem(got.data, got.len, "bye", 3);
}

/* A DNS that does not answer, as the system's resolver sees it: its thread cannot be stopped. */
typedef GResolver DeadResolver;
typedef GResolverClass DeadResolverClass;

GType dead_resolver_get_type(void);
G_DEFINE_TYPE(DeadResolver, dead_resolver, G_TYPE_RESOLVER)

static GMutex dns_lock;
static GCond dns_back;
static bool dns_is_dead;

static void
wait_for_dns(GTask *task, void *source G_GNUC_UNUSED, void *data G_GNUC_UNUSED,
             GCancellable *cancellable G_GNUC_UNUSED)
{
  g_mutex_lock(&dns_lock);
  while (dns_is_dead)
    g_cond_wait(&dns_back, &dns_lock);
  g_mutex_unlock(&dns_lock);
  g_task_return_pointer(task, NULL, NULL);
}

static void
dead_lookup(GResolver *resolver, const char *name G_GNUC_UNUSED, GCancellable *cancellable,
            GAsyncReadyCallback done, void *data)
{
  g_autoptr(GTask) task = g_task_new(resolver, cancellable, done, data);

  g_task_set_return_on_cancel(task, TRUE);
  g_task_run_in_thread(task, wait_for_dns);
}

static GList *
dead_finish(GResolver *resolver G_GNUC_UNUSED, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

static void
dead_resolver_class_init(DeadResolverClass *class)
{
  class->lookup_by_name_async = dead_lookup;
  class->lookup_by_name_finish = dead_finish;
}

static void
dead_resolver_init(DeadResolver *self G_GNUC_UNUSED)
{
}

static void *
cancel(void *cancellable)
{
  g_cancellable_cancel(cancellable);
  return NULL;
}

static void
a_dns_that_does_not_answer_is_waited_for_no_longer_than_a_connection(void)
{
  static const struct {
    uint32_t timeout_ms;
    const char *says;
  } cases[] = {{SHORT_MS, "gateway.example:9090: connect: its name was not resolved in time"},
               {LONG_MS, "gateway.example:9090: connect: "}}; /* and is stopped */
  g_autoptr(GResolver) system = g_resolver_get_default();
  g_autoptr(GResolver) dead = g_object_new(dead_resolver_get_type(), NULL);
  g_auto(Endpoint) endpoint = {0};

  dns_is_dead = true;
  g_resolver_set_default(dead);
  g_assert_true(endpoint_parse("gateway.example:9090", &endpoint, NULL));
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GCancellable) stop = g_cancellable_new();
    const SocketOptions options = {.connect_timeout_ms = cases[i].timeout_ms, .cancellable = stop};
    g_autoptr(GError) error = NULL;
    GThread *stopper = i == 1 ? g_thread_new("stopper", cancel, stop) : NULL;

    g_assert_null(socket_open(&endpoint, &options, &error));
    g_assert_error(error, FAULT, FAULT_PEER);
    g_assert_nonnull(strstr(error->message, cases[i].says));
    if (stopper != NULL)
      g_thread_join(stopper);
  }
  g_resolver_set_default(system);
  g_mutex_lock(&dns_lock);
  dns_is_dead = false;
  g_cond_broadcast(&dns_back);
  g_mutex_unlock(&dns_lock);
}

static void
a_name_is_resolved_and_its_addresses_are_tried(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_three_bytes, NULL);
  const char *port = strrchr(test_gateway_endpoint(gateway), ':');
  g_autofree char *name = g_strconcat("localhost", port, NULL);
  const SocketOptions options = {.connect_timeout_ms = LONG_MS};
  g_auto(Endpoint) endpoint = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(Socket) socket = NULL;

  g_assert_true(endpoint_parse(name, &endpoint, &error));
  socket = socket_open(&endpoint, &options, &error);
  g_assert_no_error(error);
  g_assert_nonnull(socket);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/socket/parts", what_is_written_in_parts_under_signals_arrives_whole);
  g_test_add_func("/socket/signals", signals_do_not_put_off_the_end_of_a_wait);
  g_test_add_func("/socket/late", what_has_come_is_given_after_the_end_of_the_wait);
  g_test_add_func("/socket/last", the_last_bytes_come_before_the_end);
  g_test_add_func("/socket/name", a_name_is_resolved_and_its_addresses_are_tried);
  g_test_add_func("/socket/dns",
                  a_dns_that_does_not_answer_is_waited_for_no_longer_than_a_connection);
  return g_test_run();
}
