/* SPDX-License-Identifier: Apache-2.0 */
#include "base/notify.h"

#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager that listens. */
typedef struct {
  char *folder;
  char *path;
  int socket;
} Manager;

static int
listen_at(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t len = strlen(path);
  int one = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

  memcpy(address.sun_path, path, len);
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  g_assert_cmpint(bind(one, (struct sockaddr *)&address,
                       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
                  ==, 0);
  return one;
}

static void
manager_start(Manager *self)
{
  self->folder = g_dir_make_tmp("notify-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "socket", NULL);
  self->socket = listen_at(self->path);
}

static void
manager_clear(Manager *self)
{
  close(self->socket);
  g_unlink(self->path);
  g_rmdir(self->folder);
  g_free(self->path);
  g_free(self->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Manager, manager_clear)

/* All that has come, each in brackets. */
static char *
heard(int socket)
{
  GString *all = g_string_new(NULL);
  char one[256];
  ssize_t len;

  while ((len = recv(socket, one, sizeof one, 0)) >= 0)
    g_string_append_printf(all, "[%.*s]", (int)len, one);
  return g_string_free(all, FALSE);
}

static void
expect(const Manager *manager, const char *wanted)
{
  g_autofree char *said = heard(manager->socket);

  g_assert_cmpstr(said, ==, wanted);
}

static void
says_ready_once_and_what_is_new(void)
{
  g_auto(Manager) manager = {0};
  g_autoptr(Notify) notify = NULL;

  manager_start(&manager);
  notify = notify_new(manager.path, NULL, NULL);
  expect(&manager, "");
  notify_alive(notify, "the gateway is away", 0);
  expect(&manager, "[READY=1][STATUS=the gateway is away]");
  notify_alive(notify, "the gateway is away", 1000000000);
  expect(&manager, "");
  notify_alive(notify, "records\nflow", 1000000000);
  expect(&manager, "[STATUS=records flow]");
  notify_stopping(notify);
  expect(&manager, "[STOPPING=1]");
}

static void
signs_of_life_come_at_half_the_time_and_only_when_called(void)
{
  g_auto(Manager) manager = {0};
  g_autoptr(Notify) notify = NULL;
  g_autofree char *pid = g_strdup_printf("%d", (int)getpid());

  manager_start(&manager);
  notify = notify_new(manager.path, "4000000", pid);
  notify_alive(notify, "s", 10000000);
  expect(&manager, "[READY=1][STATUS=s][WATCHDOG=1]");
  notify_alive(notify, "s", 11999999);
  expect(&manager, "");
  notify_alive(notify, "s", 12000000);
  expect(&manager, "[WATCHDOG=1]");
}

static void
a_watchdog_that_is_meant_for_others_or_is_no_number_gets_none(void)
{
  static const char *const others[][2] = {{"4000000", "1"}, {"4000000", "x"}, {"0", NULL},
                                          {"1", NULL},      {"-5", NULL},     {"4s", NULL},
                                          {"", NULL}};

  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    g_auto(Manager) manager = {0};
    g_autoptr(Notify) notify = NULL;

    manager_start(&manager);
    notify = notify_new(manager.path, others[i][0], others[i][1]);
    notify_alive(notify, "s", 0);
    expect(&manager, "[READY=1][STATUS=s]");
  }
}

static void
an_abstract_socket_is_one_too(void)
{
  g_autofree char *name = g_strdup_printf("@sluice-test-%d", (int)getpid());
  g_autoptr(Notify) notify = notify_new(name, NULL, NULL);
  int socket = listen_at(name);
  g_autofree char *said = NULL;

  notify_alive(notify, "s", 0);
  said = heard(socket);
  g_assert_cmpstr(said, ==, "[READY=1][STATUS=s]");
  close(socket);
}

static void
nobody_who_listens_stops_nothing(void)
{
  g_autofree char *too_long = g_strdup_printf("/%0*d", 200, 0);
  const char *const nobody[] = {NULL, "", "@", "relative", too_long, "/not/there"};

  for (size_t i = 0; i < G_N_ELEMENTS(nobody); i++) {
    g_autoptr(Notify) notify = notify_new(nobody[i], "4000000", NULL);

    notify_alive(notify, "s", 0);
    notify_stopping(notify);
  }
}

/* It says so again when somebody has come. */
static void
what_was_not_heard_is_said_again(void)
{
  g_auto(Manager) manager = {0};
  g_autoptr(Notify) notify = NULL;

  manager_start(&manager);
  g_unlink(manager.path);
  close(manager.socket);
  notify = notify_new(manager.path, "2000000", NULL);
  notify_alive(notify, "s", 0);
  manager.socket = listen_at(manager.path);
  notify_alive(notify, "s", 1);
  expect(&manager, "[READY=1][STATUS=s][WATCHDOG=1]");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/notify/says-ready-once", says_ready_once_and_what_is_new);
  g_test_add_func("/base/notify/signs-of-life",
                  signs_of_life_come_at_half_the_time_and_only_when_called);
  g_test_add_func("/base/notify/meant-for-others",
                  a_watchdog_that_is_meant_for_others_or_is_no_number_gets_none);
  g_test_add_func("/base/notify/abstract", an_abstract_socket_is_one_too);
  g_test_add_func("/base/notify/nobody", nobody_who_listens_stops_nothing);
  g_test_add_func("/base/notify/said-again", what_was_not_heard_is_said_again);
  return g_test_run();
}
