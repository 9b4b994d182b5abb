/* SPDX-License-Identifier: Apache-2.0 */
#include "base/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct Notify {
  int socket; /* -1: nobody listens */
  struct sockaddr_un address;
  socklen_t address_len;
  int64_t period_us; /* between signs of life; 0: none are wanted */
  int64_t next_us;
  bool is_ready;
  char *status; /* owned; the last one that was told */
};

static bool
set_address(Notify *self, const char *path)
{
  size_t len = strlen(path);

  if (len < 2 || len >= sizeof self->address.sun_path || (path[0] != '/' && path[0] != '@'))
    return false;
  self->address.sun_family = AF_UNIX;
  memcpy(self->address.sun_path, path, len);
  if (path[0] == '@') /* an abstract one */
    self->address.sun_path[0] = '\0';
  self->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
  return true;
}

/* Half of what systemd waits, as sd_watchdog_enabled(3) advises. */
static int64_t
period_of(const char *watchdog, const char *pid)
{
  uint64_t us;

  if (pid != NULL &&
      (!g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT32, &us, NULL) || us != (uint64_t)getpid()))
    return 0; /* it is meant for another process */
  if (watchdog == NULL || !g_ascii_string_to_unsigned(watchdog, 10, 2, INT64_MAX, &us, NULL))
    return 0;
  return (int64_t)(us / 2);
}

Notify *
notify_new(const char *socket_path, const char *watchdog, const char *pid)
{
  Notify *self = g_new0(Notify, 1);

  self->socket = -1;
  if (socket_path == NULL || !set_address(self, socket_path))
    return self;
  self->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  self->period_us = period_of(watchdog, pid);
  return self;
}

void
notify_free(Notify *self)
{
  if (self == NULL)
    return;
  if (self->socket >= 0)
    close(self->socket);
  g_free(self->status);
  g_free(self);
}

/* A manager that does not listen is no reason to stop: it will say what it misses. */
static bool
tell(Notify *self, const char *state)
{
  ssize_t sent;

  do
    sent = sendto(self->socket, state, strlen(state), MSG_NOSIGNAL,
                  (const struct sockaddr *)&self->address, self->address_len);
  while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

void
notify_alive(Notify *self, const char *status, int64_t now_us)
{
  g_autofree char *line = NULL;

  if (self->socket < 0)
    return;
  if (!self->is_ready)
    self->is_ready = tell(self, "READY=1");
  if (g_strcmp0(self->status, status) != 0) {
    line = g_strdelimit(g_strconcat("STATUS=", status, NULL), "\n", ' ');
    if (tell(self, line)) {
      g_free(self->status);
      self->status = g_strdup(status);
    }
  }
  if (self->period_us > 0 && now_us >= self->next_us && tell(self, "WATCHDOG=1"))
    self->next_us = now_us + self->period_us;
}

void
notify_stopping(Notify *self)
{
  if (self->socket >= 0)
    tell(self, "STOPPING=1");
}
