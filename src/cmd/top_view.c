/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/top_view.h"

#include "base/bytes.h"

#include <string.h>

/* The first six columns fit a terminal of 80. */
enum { NAME_WIDTH = 17 };

/* Two answers, and how far they are apart. */
typedef struct {
  JsonObject *now;
  JsonObject *before; /* NULL: none */
  double seconds;
} Pair;

static int64_t
number(JsonObject *object, const char *name)
{
  return json_object_has_member(object, name) ? json_object_get_int_member(object, name) : -1;
}

static const char *
text(JsonObject *object, const char *name)
{
  return json_object_has_member(object, name) ? json_object_get_string_member(object, name) : "";
}

/* The list's element whose members of these names are alike. */
static JsonObject *
find_alike(JsonObject *in, const char *list, JsonObject *like, const char *const *names)
{
  JsonArray *array = in == NULL ? NULL : json_object_get_array_member(in, list);

  for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
    JsonObject *element = json_array_get_object_element(array, i);
    size_t same = 0;

    while (names[same] != NULL && strcmp(text(element, names[same]), text(like, names[same])) == 0)
      same++;
    if (names[same] == NULL)
      return element;
  }
  return NULL;
}

/* 1234567 as "1,234,567". */
static char *
grouped(int64_t value)
{
  g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, value);
  size_t len = strlen(digits);
  GString *out = g_string_new(NULL);

  for (size_t i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
      g_string_append_c(out, ',');
    g_string_append_c(out, digits[i]);
  }
  return g_string_free(out, FALSE);
}

static char *
known(int64_t value)
{
  return value < 0 ? g_strdup("-") : grouped(value);
}

/* How much more a second; "-": not known. */
static char *
rate(const Pair *pair, const char *name)
{
  int64_t now = number(pair->now, name);
  int64_t before = pair->before == NULL ? -1 : number(pair->before, name);

  if (now < 0 || before < 0 || now < before || pair->seconds <= 0)
    return g_strdup("-");
  return grouped((int64_t)((double)(now - before) / pair->seconds + 0.5));
}

static char *
duration(int64_t seconds)
{
  if (seconds < 0)
    return g_strdup("-");
  if (seconds < 120)
    return g_strdup_printf("%" G_GINT64_FORMAT " s", seconds);
  if (seconds < 7200)
    return g_strdup_printf("%" G_GINT64_FORMAT " min", seconds / 60);
  if (seconds < 172800)
    return g_strdup_printf("%" G_GINT64_FORMAT " h", seconds / 3600);
  return g_strdup_printf("%" G_GINT64_FORMAT " d", seconds / 86400);
}

/* When a topic's waiting records will be written, as fast as it goes now. */
static char *
catches_up(const Pair *pair)
{
  int64_t lag = number(pair->now, "lag");
  int64_t gone = pair->before == NULL ? 0 : number(pair->before, "lag") - lag;

  if (lag == 0)
    return g_strdup("now");
  if (lag < 0 || gone <= 0 || pair->seconds <= 0)
    return g_strdup("-");
  return duration((int64_t)((double)lag / ((double)gone / pair->seconds) + 0.5));
}

static void
append_topic(GString *lines, const Pair *pair)
{
  g_autofree char *written = rate(pair, "written");
  g_autofree char *skipped = rate(pair, "skipped");
  g_autofree char *dead = known(number(pair->now, "dead_lettered"));
  g_autofree char *lag = known(number(pair->now, "lag"));
  g_autofree char *late = duration(number(pair->now, "lag_seconds"));
  g_autofree char *end = catches_up(pair);

  g_string_append_printf(lines, "%-*.*s %-*.*s %10s %11s %7s %12s %9s %9s\n", NAME_WIDTH,
                         NAME_WIDTH, text(pair->now, "topic"), NAME_WIDTH, NAME_WIDTH,
                         text(pair->now, "table"), written, lag, late, dead, end, skipped);
}

static void
append_topics(GString *lines, const Pair *pair)
{
  static const char *const names[] = {"topic", "table", NULL};
  JsonArray *topics = json_object_get_array_member(pair->now, "topics");

  g_string_append_printf(lines, "%-*s %-*s %10s %11s %7s %12s %9s %9s\n", NAME_WIDTH, "TOPIC",
                         NAME_WIDTH, "TABLE", "WRITTEN/s", "WAITING", "LATE", "DEAD LETTERS",
                         "CAUGHT UP", "SKIPPED/s");
  for (guint i = 0; i < json_array_get_length(topics); i++) {
    JsonObject *topic = json_array_get_object_element(topics, i);

    append_topic(lines,
                 &(Pair){topic, find_alike(pair->before, "topics", topic, names), pair->seconds});
  }
}

static void
append_gateways(GString *lines, const Pair *pair)
{
  static const char *const names[] = {"gateway", NULL};
  JsonArray *gateways = json_object_get_array_member(pair->now, "gateways");

  g_string_append_printf(lines, "%-*s %-6s %12s %9s %12s %9s\n", NAME_WIDTH + 8, "GATEWAY", "STATE",
                         "CONNECTIONS", "CALLS/s", "ANSWER", "FAILURES");
  for (guint i = 0; i < json_array_get_length(gateways); i++) {
    JsonObject *gateway = json_array_get_object_element(gateways, i);
    const Pair one = {gateway, find_alike(pair->before, "gateways", gateway, names), pair->seconds};
    g_autofree char *calls = rate(&one, "answers");
    g_autofree char *answer = g_strdup("-");
    int64_t more =
        one.before == NULL ? 0 : number(gateway, "answers") - number(one.before, "answers");

    if (more > 0) {
      g_free(answer);
      answer =
          g_strdup_printf("%.1f ms", (json_object_get_double_member(gateway, "answer_seconds") -
                                      json_object_get_double_member(one.before, "answer_seconds")) *
                                         1000 / (double)more);
    }
    g_string_append_printf(
        lines, "%-*.*s %-6s %12" G_GINT64_FORMAT " %9s %12s %9" G_GINT64_FORMAT "\n",
        NAME_WIDTH + 8, NAME_WIDTH + 8, text(gateway, "gateway"),
        json_object_get_boolean_member(gateway, "up") ? "up" : "away",
        number(gateway, "connections"), calls, answer, number(gateway, "failures"));
  }
}

static void
append_head(GString *lines, JsonObject *now)
{
  JsonObject *memory = json_object_get_object_member(now, "memory");
  g_autofree char *up = duration((int64_t)json_object_get_double_member(now, "uptime_seconds"));
  g_autofree char *since = duration((int64_t)json_object_get_double_member(now, "since_seconds"));
  bool is_ready = json_object_get_boolean_member(now, "ready");

  g_string_append_printf(lines, "sluice %s   group %s   up %s   batches %.1f of %.0f MiB\n",
                         text(now, "version"), text(now, "group"), up,
                         (double)MAX(number(memory, "used_bytes"), 0) / 1048576,
                         (double)number(memory, "limit_bytes") / 1048576);
  g_string_append_printf(lines, "%s for %s%s%s\n\n", is_ready ? "ready" : "NOT READY", since,
                         is_ready ? "" : ": ", text(now, "reason"));
}

/* What a name holds is shown as it is, but never moves the cursor. */
static char *
cut_lines(const char *lines, unsigned width)
{
  g_auto(GStrv) list = g_strsplit(lines, "\n", -1);
  GString *out = g_string_new(NULL);

  for (char **line = list; *line != NULL; line++) {
    g_autofree char *valid = g_utf8_make_valid(*line, -1);
    const char *end = valid;

    for (unsigned used = 0; *end != '\0' && (width == 0 || used < width); used++)
      end = g_utf8_next_char(end);
    for (char *at = valid; at < end; at++)
      g_string_append_c(out, (guchar)*at < ' ' || *at == 0x7f ? '?' : *at);
    if (line[1] != NULL)
      g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}

char *
cmd_top_view(JsonObject *now, JsonObject *before, double seconds, unsigned width)
{
  g_autoptr(GString) lines = g_string_new(NULL);
  const Pair pair = {now, before, seconds};

  append_head(lines, now);
  append_topics(lines, &pair);
  g_string_append_c(lines, '\n');
  append_gateways(lines, &pair);
  return cut_lines(lines->str, width);
}
