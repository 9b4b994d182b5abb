/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "cmd/live.h"
#include "cmd/options.h"
#include "cmd/top_view.h"
#include "json/json.h"

#include <poll.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

enum { ANSWER_MS = 5000, SECOND_MS = 1000 };

static const char about[] =
    "Shows what a running service says of itself at /status, anew each second: whether it is "
    "ready\n"
    "and why not, records a second and what waits by topic, and its gateways. The service is the\n"
    "one that [http] listen names: the same setting as the service's own, or\n"
    "-X http.listen=HOST:PORT. q ends it.\n"
    "\n"
    "Ends with 0, or with --once and --json with 3 when the service does not answer.";

typedef struct {
  CmdOptions options;
  gboolean is_once;
  gboolean is_json;
  Config *config; /* owned */
  Stop *stop;     /* owned */
  struct termios before;
  bool is_terminal;
} Top;

static void
top_clear(Top *self)
{
  if (self->is_terminal)
    tcsetattr(STDIN_FILENO, TCSANOW, &self->before);
  stop_free(self->stop);
  config_free(self->config);
  cmd_options_clear(&self->options);
}

/* A key is heard at once, and not shown. */
static void
watch_keys(Top *self)
{
  struct termios raw;

  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
      tcgetattr(STDIN_FILENO, &self->before) != 0)
    return;
  raw = self->before;
  raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  self->is_terminal = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static char *
ask(const Top *self, GError **error)
{
  const CmdLive live = {self->config->http.listen, self->config->http.token, ANSWER_MS};
  bool is_ok;

  return cmd_live_get(&live, "/status", &is_ok, error);
}

static JsonNode *
ask_node(const Top *self, GError **error)
{
  g_autofree char *text = ask(self, error);
  g_autoptr(JsonNode) node = text == NULL ? NULL : json_parse("/status", text, strlen(text), error);

  if (node == NULL || JSON_NODE_HOLDS_OBJECT(node))
    return g_steal_pointer(&node);
  g_set_error_literal(error, FAULT, FAULT_SETUP, "/status: is no object: that is no sluice");
  return NULL;
}

/* False: it is to end. */
static bool
rest(const Top *self)
{
  struct pollfd fds[] = {
      {.fd = g_cancellable_get_fd(stop_cancellable(self->stop)), .events = POLLIN},
      {.fd = self->is_terminal ? STDIN_FILENO : -1, .events = POLLIN},
  };
  char key = 0;

  poll(fds, G_N_ELEMENTS(fds), SECOND_MS);
  g_cancellable_release_fd(stop_cancellable(self->stop));
  if (fds[1].revents != 0 && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
    return false;
  return !stop_is_asked(self->stop);
}

static void
show(const Top *self, JsonNode *now, JsonNode *before, double seconds, const GError *error)
{
  g_autofree char *view = now == NULL
                              ? g_strdup_printf("%s\n", error->message)
                              : cmd_top_view(json_node_get_object(now),
                                             before == NULL ? NULL : json_node_get_object(before),
                                             seconds, log_columns(STDOUT_FILENO));

  printf("%s%s", self->is_terminal ? "\033[H\033[2J" : "", view);
  fflush(stdout);
}

/* The second answer tells, with the first, what happens a second. */
static bool
show_once(const Top *self, GError **error)
{
  g_autoptr(JsonNode) before = ask_node(self, error);
  g_autoptr(JsonNode) now = NULL;

  if (before == NULL)
    return false;
  rest(self);
  now = ask_node(self, error);
  if (now != NULL)
    show(self, now, before, SECOND_MS / 1000.0, NULL);
  return now != NULL;
}

static void
show_on(Top *self)
{
  g_autoptr(JsonNode) before = NULL;
  int64_t before_us = 0;

  watch_keys(self);
  do {
    g_autoptr(GError) error = NULL;
    JsonNode *now = ask_node(self, &error);
    int64_t now_us = g_get_monotonic_time();

    show(self, now, before, (double)(now_us - before_us) / G_USEC_PER_SEC, error);
    g_clear_pointer(&before, json_node_unref);
    before = now;
    before_us = now_us;
  } while (rest(self));
}

static bool
run(Top *self, const CommandCall *call, GError **error)
{
  const GOptionEntry entries[] = {
      {"once", 0, 0, G_OPTION_ARG_NONE, &self->is_once, "show it once and end", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "print the service's answer as it is, once",
       NULL},
      {NULL},
  };
  g_autofree char *answer = NULL;

  if (!cmd_options_parse(&self->options, call, entries, about, error))
    return false;
  self->config = cmd_options_config(&self->options, call, error);
  if (self->config == NULL)
    return false;
  self->stop = stop_new();
  if (self->is_json) {
    answer = ask(self, error);
    return answer != NULL && puts(answer) >= 0;
  }
  if (self->is_once)
    return show_once(self, error);
  if (self->config->http.listen == NULL)
    return ask(self, error) != NULL;
  show_on(self);
  return true;
}

ExitCode
cmd_top(const CommandCall *call, GError **error)
{
  Top self = {0};

  run(&self, call, error);
  top_clear(&self);
  return exit_code_unless(error, EXIT_DONE);
}
