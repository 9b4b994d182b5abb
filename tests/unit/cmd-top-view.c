/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/top_view.h"

#include <glib.h>
#include <string.h>

static JsonNode *
status(int64_t written, int64_t lag, int64_t answers, double answer_seconds, const char *topic)
{
  g_autofree char *text = g_strdup_printf(
      "{\"version\": \"1.2\", \"group\": \"g\", \"uptime_seconds\": 7300.5, \"ready\": false,"
      " \"reason\": \"table t is disabled\", \"since_seconds\": 61,"
      " \"memory\": {\"used_bytes\": 1572864, \"limit_bytes\": 33554432},"
      " \"topics\": [{\"topic\": \"%s\", \"table\": \"t\", \"written\": %" G_GINT64_FORMAT
      ", \"skipped\": 0, \"dead_lettered\": 1234567, \"lag\": %" G_GINT64_FORMAT
      ", \"lag_seconds\": 300}],"
      " \"gateways\": [{\"gateway\": \"h:9090\", \"up\": true, \"connections\": 2, \"failures\": 3,"
      " \"answers\": %" G_GINT64_FORMAT ", \"answer_seconds\": %f}]}",
      topic, written, lag, answers, answer_seconds);
  g_autoptr(GError) error = NULL;
  JsonNode *node = json_from_string(text, &error);

  g_assert_no_error(error);
  return node;
}

static void
what_happens_a_second_is_told_from_two_answers(void)
{
  g_autoptr(JsonNode) before = status(1000, 50000, 10, 1, "orders");
  g_autoptr(JsonNode) now = status(43000, 10000, 30, 1.5, "orders");
  g_autofree char *view =
      cmd_top_view(json_node_get_object(now), json_node_get_object(before), 2, 0);

  g_assert_cmpstr(
      view, ==,
      "sluice 1.2   group g   up 2 h   batches 1.5 of 32 MiB\n"
      "NOT READY for 61 s: table t is disabled\n"
      "\n"
      "TOPIC             TABLE              WRITTEN/s     WAITING    LATE DEAD LETTERS CAUGHT UP "
      "SKIPPED/s\n"
      "orders            t                     21,000      10,000   5 min    1,234,567       1 s   "
      "      0\n"
      "\n"
      "GATEWAY                   STATE   CONNECTIONS   CALLS/s       ANSWER  FAILURES\n"
      "h:9090                    up                2        10      25.0 ms         3\n");
}

static void
what_is_not_known_is_a_dash(void)
{
  g_autoptr(JsonNode) now = status(43000, 10000, 30, 1.5, "orders");
  g_autofree char *view = cmd_top_view(json_node_get_object(now), NULL, 0, 0);

  g_assert_nonnull(
      strstr(view, "          -      10,000   5 min    1,234,567         -         -"));
  g_assert_nonnull(strstr(view, "         -            -         3\n"));
}

static void
no_line_is_wider_than_the_terminal_or_moves_its_cursor(void)
{
  g_autoptr(JsonNode) now = status(1, 1, 1, 1, "\\u001b[2J\\u00fc");
  g_autofree char *view = cmd_top_view(json_node_get_object(now), NULL, 0, 30);
  g_auto(GStrv) lines = g_strsplit(view, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 30);
  g_assert_null(strchr(view, '\033'));
  g_assert_nonnull(strstr(view, "?[2J\xc3\xbc"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/top/rates", what_happens_a_second_is_told_from_two_answers);
  g_test_add_func("/top/unknown", what_is_not_known_is_a_dash);
  g_test_add_func("/top/width", no_line_is_wider_than_the_terminal_or_moves_its_cursor);
  return g_test_run();
}
