/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/filter.h"

#include "mapping/instant.h"
#include "stream/reject.h"

void
replay_filter_clear(ReplayFilter *self)
{
  g_free(self->stage);
  g_free(self->exception_class);
  g_free(self->reason);
  g_free(self->table);
  g_free(self->source_topic);
  g_free(self->source_partition);
  g_free(self->since);
  g_free(self->until);
  g_strfreev(self->offsets);
  if (self->spans != NULL)
    g_array_unref(self->spans);
}

static bool
refuse(const char *option, const char *text, const char *what, GError **error)
{
  g_autofree char *quoted = slice_quote(slice_text(text));

  g_set_error(error, FAULT, FAULT_SETUP, "--%s: '%s' is %s", option, quoted, what);
  return false;
}

static bool
understand_stage(ReplayFilter *self, GError **error)
{
  if (self->stage == NULL)
    return true;
  for (StreamStage stage = STREAM_KEY; stage < STREAM_STAGES; stage++) {
    const StreamStageInfo *info = stream_stage_info(stage);

    if (g_ascii_strcasecmp(self->stage, info->word) == 0 ||
        g_ascii_strcasecmp(self->stage, info->connect_stage) == 0)
      self->connect_stage = info->connect_stage;
  }
  return self->connect_stage != NULL ||
         refuse("stage", self->stage, "no stage: there are key, decode, map and put", error);
}

static bool
understand_time(const char *option, const char *text, int64_t *out_ms, GError **error)
{
  guint64 ms;

  if (text == NULL || instant_parse(slice_text(text), out_ms))
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &ms, NULL))
    return refuse(option, text, "no time: write 2024-02-29T16:05:00Z, or milliseconds since 1970",
                  error);
  *out_ms = (int64_t)ms;
  return true;
}

/* An offset before the character, or, where there is none, whatever it was. */
static bool
read_offset(const char *begin, const char *end, int64_t *out_offset)
{
  g_autofree char *text = g_strndup(begin, (gsize)(end - begin));
  guint64 offset;

  if (*text == '\0')
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64 - 1, &offset, NULL))
    return false;
  *out_offset = (int64_t)offset;
  return true;
}

/* "3", "3:17", "3:17-", "3:-20" or "3:17-20", both ends of it included. */
static bool
read_span(const char *text, KafkaSpan *out_span)
{
  const char *colon = strchr(text, ':');
  g_autofree char *number = colon == NULL ? g_strdup(text) : g_strndup(text, (gsize)(colon - text));
  const char *dash = colon == NULL ? NULL : strchr(colon, '-');
  int64_t last = G_MAXINT64 - 1;
  guint64 partition;

  *out_span = (KafkaSpan){.to = G_MAXINT64};
  if (!g_ascii_string_to_unsigned(number, 10, 0, G_MAXINT32, &partition, NULL))
    return false;
  out_span->partition = (int32_t)partition;
  if (colon == NULL)
    return true;
  if (dash == NULL) {
    if (colon[1] == '\0' || !read_offset(colon + 1, colon + strlen(colon), &out_span->from))
      return false;
    out_span->to = out_span->from + 1;
    return true;
  }
  if (!read_offset(colon + 1, dash, &out_span->from) ||
      !read_offset(dash + 1, dash + strlen(dash), &last))
    return false;
  out_span->to = last + 1;
  return out_span->from < out_span->to;
}

static bool
add_span(ReplayFilter *self, const char *text, GError **error)
{
  KafkaSpan span;

  if (!read_span(text, &span))
    return refuse("offsets", text,
                  "no piece of a partition: write 3:100-200 for offsets 100 to 200 of partition 3, "
                  "3:100- from there on, or 3 for all of it",
                  error);
  for (guint i = 0; i < self->spans->len; i++)
    if (g_array_index(self->spans, KafkaSpan, i).partition == span.partition)
      return refuse("offsets", text, "the second piece of its partition: give one of each", error);
  g_array_append_val(self->spans, span);
  return true;
}

static bool
understand_offsets(ReplayFilter *self, GError **error)
{
  if (self->offsets == NULL)
    return true;
  self->spans = g_array_new(FALSE, FALSE, sizeof(KafkaSpan));
  for (char **list = self->offsets; *list != NULL; list++) {
    g_auto(GStrv) pieces = g_strsplit(*list, ",", -1);

    if (*pieces == NULL && !add_span(self, "", error))
      return false;
    for (char **piece = pieces; *piece != NULL; piece++)
      if (!add_span(self, g_strstrip(*piece), error))
        return false;
  }
  return true;
}

static bool
understand_partition(ReplayFilter *self, GError **error)
{
  guint64 number;

  self->partition = -1;
  if (self->source_partition == NULL)
    return true;
  if (!g_ascii_string_to_unsigned(self->source_partition, 10, 0, G_MAXINT32, &number, NULL))
    return refuse("source-partition", self->source_partition, "no number of a partition", error);
  self->partition = (int64_t)number;
  return true;
}

bool
replay_filter_understand(ReplayFilter *self, GError **error)
{
  self->since_ms = G_MININT64;
  self->until_ms = G_MAXINT64;
  return understand_stage(self, error) && understand_partition(self, error) &&
         understand_time("since", self->since, &self->since_ms, error) &&
         understand_time("until", self->until, &self->until_ms, error) &&
         understand_offsets(self, error);
}

static bool
is_or_any(const char *wanted, Slice text)
{
  return wanted == NULL || slice_equal(slice_text(wanted), text);
}

static bool
holds(Slice text, const char *part)
{
  return part == NULL || *part == '\0' ||
         (text.len > 0 && memmem(text.data, text.len, part, strlen(part)) != NULL);
}

bool
replay_filter_takes(const ReplayFilter *self, const StreamDeadLetter *letter, const char *table,
                    int64_t timestamp_ms)
{
  const StreamDeadLetter none = {.partition = -1};

  if (letter == NULL)
    letter = &none;
  return timestamp_ms >= self->since_ms && timestamp_ms < self->until_ms &&
         is_or_any(self->connect_stage, letter->stage) &&
         is_or_any(self->exception_class, letter->exception_class) &&
         holds(letter->reason, self->reason) &&
         (self->table == NULL || (table != NULL && strcmp(self->table, table) == 0)) &&
         is_or_any(self->source_topic, letter->topic) &&
         (self->partition < 0 || self->partition == letter->partition);
}

char *
replay_filter_text(const ReplayFilter *self)
{
  const struct {
    const char *option;
    const char *text;
  } parts[] = {
      {"stage", self->connect_stage},
      {"class", self->exception_class},
      {"reason", self->reason},
      {"table", self->table},
      {"source-topic", self->source_topic},
      {"source-partition", self->source_partition},
      {"since", self->since},
      {"until", self->until},
  };
  g_autoptr(GString) text = g_string_new("sluice replay");

  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *quoted = parts[i].text == NULL ? NULL : g_strescape(parts[i].text, NULL);

    if (quoted != NULL)
      g_string_append_printf(text, " --%s=\"%s\"", parts[i].option, quoted);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
replay_filter_spans_text(const GArray *spans)
{
  g_autoptr(GString) text = g_string_new(NULL);

  for (guint i = 0; i < spans->len; i++) {
    const KafkaSpan *span = &g_array_index(spans, KafkaSpan, i);

    g_string_append_printf(text, "%s%d:%" G_GINT64_FORMAT "-", i == 0 ? "" : ",", span->partition,
                           span->from);
    if (span->to != G_MAXINT64)
      g_string_append_printf(text, "%" G_GINT64_FORMAT, span->to - 1);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}
