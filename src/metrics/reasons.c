/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/reasons.h"

#include "base/event.h"

#include <string.h>

/* Texts of the filter for `sluice replay` from so many letters on: shorter ones take too much. */
enum { SHORTEST_TEXT = 4 };

typedef struct {
  char *topic; /* owned, as all texts */
  char *table;
  char *stage;
  char *field; /* or NULL */
  char *kind;  /* or NULL */
  guint hash;
  uint64_t count;
  int64_t first_ms;
  int64_t last_ms;
  uint64_t order;    /* the larger, the later it was seen */
  int32_t partition; /* of the last */
  int64_t offset;
} Reason;

struct MetricsReasons {
  GMutex lock;
  Reason reasons[METRICS_REASONS];
  size_t length;
  uint64_t added;
  uint64_t lost; /* made room for others */
};

static void
reason_clear(Reason *self)
{
  g_free(self->topic);
  g_free(self->table);
  g_free(self->stage);
  g_free(self->field);
  g_free(self->kind);
  *self = (Reason){0};
}

MetricsReasons *
metrics_reasons_new(void)
{
  MetricsReasons *self = g_atomic_rc_box_new0(MetricsReasons);

  g_mutex_init(&self->lock);
  return self;
}

MetricsReasons *
metrics_reasons_ref(MetricsReasons *self)
{
  return g_atomic_rc_box_acquire(self);
}

static void
clear(gpointer data)
{
  MetricsReasons *self = data;

  for (size_t i = 0; i < self->length; i++)
    reason_clear(&self->reasons[i]);
  g_mutex_clear(&self->lock);
}

void
metrics_reasons_unref(MetricsReasons *self)
{
  g_atomic_rc_box_release_full(self, clear);
}

static guint
hash_of(const MetricsBad *bad)
{
  const char *const texts[] = {bad->topic, bad->table, bad->stage, bad->field, bad->kind};
  guint hash = 0;

  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    hash = hash * 33 + (texts[i] == NULL ? 1 : g_str_hash(texts[i]));
  return hash;
}

static bool
is_alike(const Reason *reason, const MetricsBad *bad, guint hash)
{
  return reason->hash == hash && strcmp(reason->topic, bad->topic) == 0 &&
         strcmp(reason->table, bad->table) == 0 && strcmp(reason->stage, bad->stage) == 0 &&
         g_strcmp0(reason->field, bad->field) == 0 && g_strcmp0(reason->kind, bad->kind) == 0;
}

/* The reason's place: its own, a free one, or that of the one that was not seen for longest. */
static Reason *
place_of(MetricsReasons *self, const MetricsBad *bad)
{
  guint hash = hash_of(bad);
  Reason *oldest = &self->reasons[0];

  for (size_t i = 0; i < self->length; i++) {
    if (is_alike(&self->reasons[i], bad, hash))
      return &self->reasons[i];
    if (self->reasons[i].order < oldest->order)
      oldest = &self->reasons[i];
  }
  if (self->length < METRICS_REASONS) {
    oldest = &self->reasons[self->length++];
  } else {
    reason_clear(oldest);
    self->lost++;
  }
  *oldest = (Reason){.topic = g_strdup(bad->topic),
                     .table = g_strdup(bad->table),
                     .stage = g_strdup(bad->stage),
                     .field = g_strdup(bad->field),
                     .kind = g_strdup(bad->kind),
                     .hash = hash,
                     .first_ms = g_get_real_time() / 1000};
  return oldest;
}

void
metrics_reasons_add(MetricsReasons *self, const MetricsBad *bad)
{
  Reason *reason;

  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  reason = place_of(self, bad);
  reason->count++;
  reason->last_ms = g_get_real_time() / 1000;
  reason->order = ++self->added;
  reason->partition = bad->partition;
  reason->offset = bad->offset;
  g_mutex_unlock(&self->lock);
}

/* The end of what printf() replaces, where the format has it. */
static const char *
behind_conversion(const char *percent)
{
  const char *end = percent + 1;

  while (*end != '\0' && strchr("-+ #0123456789.*hlLqjzt", *end) != NULL)
    end++;
  return *end == '\0' ? end : end + 1;
}

/* The format with an ellipsis for each value; into `longest` goes the longest text between them. */
static char *
without_values(const char *kind, char **longest)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GString) part = g_string_new(NULL);

  *longest = g_strdup("");
  for (const char *at = kind;;) {
    if (*at == '\0' || (*at == '%' && at[1] != '%')) {
      if (part->len > strlen(*longest)) {
        g_free(*longest);
        *longest = g_strdup(part->str);
      }
      g_string_truncate(part, 0);
      if (*at == '\0')
        return g_string_free(g_steal_pointer(&text), FALSE);
      g_string_append(text, "…");
      at = behind_conversion(at);
      continue;
    }
    g_string_append_c(text, *at);
    g_string_append_c(part, *at);
    at += *at == '%' ? 2 : 1;
  }
}

/* What takes these records, and few others, back out of the dead letters. */
static char *
replay_of(const Reason *self, const char *text)
{
  g_autofree char *letters = g_strconcat(self->topic, ".dlq", NULL);
  g_autofree char *topic = g_shell_quote(letters);
  g_autofree char *table = g_shell_quote(self->table);
  g_autofree char *quoted = g_shell_quote(text);
  bool has_text = strlen(text) >= SHORTEST_TEXT;

  return g_strdup_printf("sluice replay %s --table %s --stage %s%s%s", topic, table, self->stage,
                         has_text ? " --reason " : "", has_text ? quoted : "");
}

static void
append_member(GString *json, const char *name, const char *text)
{
  g_string_append_printf(json, "\"%s\":", name);
  event_append_text(json, text);
  g_string_append_c(json, ',');
}

static void
append_reason(const Reason *self, GString *json)
{
  g_autofree char *longest = NULL;
  g_autofree char *reason = without_values(
      self->kind == NULL ? "it is not told apart: the log has it" : self->kind, &longest);
  g_autofree char *replay = replay_of(self, self->kind == NULL ? "" : longest);

  g_string_append_c(json, '{');
  append_member(json, "topic", self->topic);
  append_member(json, "table", self->table);
  append_member(json, "stage", self->stage);
  if (self->field != NULL)
    append_member(json, "field", self->field);
  append_member(json, "reason", reason);
  append_member(json, "replay", replay);
  g_string_append_printf(json,
                         "\"count\":%" G_GUINT64_FORMAT ",\"first_ms\":%" G_GINT64_FORMAT
                         ",\"last_ms\":%" G_GINT64_FORMAT
                         ",\"example\":{\"partition\":%d,\"offset\":%" G_GINT64_FORMAT "}}",
                         self->count, self->first_ms, self->last_ms, self->partition, self->offset);
}

static int
by_time(gconstpointer a, gconstpointer b)
{
  const Reason *x = *(const Reason *const *)a;
  const Reason *y = *(const Reason *const *)b;

  return x->order < y->order ? 1 : x->order > y->order ? -1 : 0;
}

void
metrics_reasons_append(MetricsReasons *self, GString *json, uint64_t *out_lost)
{
  const Reason *sorted[METRICS_REASONS];

  g_string_append_c(json, '[');
  g_mutex_lock(&self->lock);
  for (size_t i = 0; i < self->length; i++)
    sorted[i] = &self->reasons[i];
  qsort(sorted, self->length, sizeof *sorted, by_time);
  for (size_t i = 0; i < self->length; i++) {
    if (i > 0)
      g_string_append_c(json, ',');
    append_reason(sorted[i], json);
  }
  *out_lost = self->lost;
  g_mutex_unlock(&self->lock);
  g_string_append_c(json, ']');
}
