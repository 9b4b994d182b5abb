/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/watch.h"

/* A peer that is well every other time. */
typedef struct {
  unsigned asked; /* the watch's thread's */
  GString *told;  /* owned: a letter each */
} Peer;

static bool
ask(void *data, GError **error)
{
  Peer *self = data;

  if (self->asked++ % 2 == 0)
    return true;
  g_set_error_literal(error, FAULT, FAULT_PEER, "gone");
  return false;
}

static void
told(void *data, const GError *reason)
{
  g_string_append_c(((Peer *)data)->told, reason == NULL ? '.' : 'X');
}

static void
each_answer_is_told_until_the_watch_is_stopped(void)
{
  Peer peer = {.told = g_string_new(NULL)};
  g_autoptr(StreamWatch) watch = stream_watch_new(&(StreamWatchEvents){&peer, ask, told}, 1);

  while (peer.told->len < 4)
    g_main_context_iteration(NULL, TRUE);
  g_assert_true(g_str_has_prefix(peer.told->str, ".X.X"));

  stream_watch_stop(watch);
  size_t len = peer.told->len;

  while (g_main_context_iteration(NULL, FALSE))
    ;
  g_assert_cmpuint(peer.told->len, ==, len);
  g_string_free(peer.told, TRUE);
}

static void
a_stop_does_not_wait_for_the_next_question(void)
{
  Peer peer = {.told = g_string_new(NULL)};
  g_autoptr(StreamWatch) watch =
      stream_watch_new(&(StreamWatchEvents){&peer, ask, told}, G_MAXUINT32);

  while (peer.told->len == 0)
    g_main_context_iteration(NULL, TRUE);
  g_clear_pointer(&watch, stream_watch_free);
  g_assert_cmpuint(peer.asked, ==, 1);
  g_string_free(peer.told, TRUE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/watch/told", each_answer_is_told_until_the_watch_is_stopped);
  g_test_add_func("/watch/stop", a_stop_does_not_wait_for_the_next_question);
  return g_test_run();
}
