/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/position.h"

#include "kafka/bookmark.h"
#include "kafka/topics.h"

/* A kept place need not be exact: what is read twice is written twice alike. */
static const int64_t KEEP_EVERY_US = INT64_C(2) * 1000 * 1000;

/* Brokers take 4096 bytes (offset.metadata.max.bytes). */
enum { NOTE_BYTES = 1000 };

struct ReplayPosition {
  ReplayPositionOptions options;
  size_t partitions;
  KafkaReader *reader;     /* owned */
  KafkaBookmark *bookmark; /* owned; NULL: nothing is kept */
  char *note;              /* owned */
  int64_t *kept;           /* owned, one a partition: the next offset */
  int64_t *failed; /* owned, one a partition: the first dead letter that did; INT64_MAX: none */
  int64_t kept_us;
  GArray *left; /* owned, of KafkaSpan: at the last settling */
};

void
replay_position_free(ReplayPosition *self)
{
  if (self == NULL)
    return;
  kafka_reader_free(self->reader);
  kafka_bookmark_free(self->bookmark);
  g_free(self->note);
  g_free(self->kept);
  g_free(self->failed);
  if (self->left != NULL)
    g_array_unref(self->left);
  g_free(self);
}
/* The topics that look like dead-letter topics, for whoever named another. */
static char *
list_others(KafkaTopics *topics)
{
  g_autoptr(GPtrArray) all = kafka_topics_list(topics, NULL);
  g_autoptr(GString) names = g_string_new(NULL);

  for (guint i = 0; all != NULL && i < all->len; i++) {
    const KafkaTopic *topic = all->pdata[i];

    if (g_str_has_suffix(topic->name, ".dlq"))
      g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", topic->name);
  }
  return g_string_free(g_steal_pointer(&names), FALSE);
}

static bool
find_topic(ReplayPosition *self, GError **error)
{
  g_autoptr(KafkaTopics) topics =
      kafka_topics_new(self->options.properties, self->options.timeout_ms, error);
  g_autoptr(GError) missing = NULL;
  g_autoptr(KafkaTopic) topic = NULL;

  if (topics == NULL)
    return false;
  topic = kafka_topics_find(topics, self->options.topic, &missing);
  if (topic != NULL) {
    self->partitions = (size_t)topic->partitions;
    return true;
  }
  if (g_error_matches(missing, FAULT, FAULT_SETUP)) {
    g_autofree char *others = list_others(topics);

    g_set_error(error, FAULT, FAULT_SETUP, "%s; %s%s", missing->message,
                *others == '\0'
                    ? "there is no dead-letter topic (*.dlq) at all: nothing was bad yet"
                    : "dead-letter topics are ",
                others);
    return false;
  }
  g_propagate_error(error, g_steal_pointer(&missing));
  return false;
}

static char *
note_of(const ReplayFilter *filter)
{
  g_autofree char *text = replay_filter_text(filter);

  if (strlen(text) <= NOTE_BYTES)
    return g_steal_pointer(&text);
  return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static bool
read_bookmark(ReplayPosition *self, GError **error)
{
  const ReplayPositionOptions *options = &self->options;
  g_autofree char *note = NULL;

  self->bookmark = kafka_bookmark_new(options->properties, options->group, options->topic, error);
  if (self->bookmark == NULL ||
      !kafka_bookmark_read(self->bookmark, self->kept, self->partitions, &note, error))
    return false;
  self->note = note_of(options->filter);
  if (note == NULL || strcmp(note, self->note) == 0)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "--group: the place of group %s in topic %s was kept by '%s', and this is '%s': what "
              "the one passes over the other may want. Give the same filters, or another group",
              options->group, options->topic, note, self->note);
  return false;
}

static GArray *
spans_behind(const ReplayPosition *self)
{
  GArray *spans = g_array_new(FALSE, FALSE, sizeof(KafkaSpan));

  for (size_t i = 0; i < self->partitions; i++)
    g_array_append_val(spans, ((KafkaSpan){(int32_t)i, MAX(self->kept[i], 0), G_MAXINT64}));
  return spans;
}

static bool
open_reader(ReplayPosition *self, GError **error)
{
  g_autoptr(GArray) spans = self->options.filter->spans == NULL
                                ? spans_behind(self)
                                : g_array_ref(self->options.filter->spans);

  self->reader = kafka_reader_new_within(
      &(KafkaReaderOptions){.properties = self->options.properties,
                            .topic = self->options.topic,
                            .spans = (const KafkaSpan *)(const void *)spans->data,
                            .spans_length = spans->len,
                            .timeout_ms = self->options.timeout_ms},
      error);
  if (self->reader == NULL)
    return false;
  self->left = kafka_reader_left(self->reader);
  return true;
}

static bool
open_position(ReplayPosition *self, GError **error)
{
  if (!find_topic(self, error))
    return false;
  self->kept = g_new(int64_t, self->partitions);
  self->failed = g_new(int64_t, self->partitions);
  for (size_t i = 0; i < self->partitions; i++) {
    self->kept[i] = -1;
    self->failed[i] = G_MAXINT64;
  }
  if (self->options.group != NULL && !read_bookmark(self, error))
    return false;
  self->kept_us = g_get_monotonic_time();
  return open_reader(self, error);
}

ReplayPosition *
replay_position_new(const ReplayPositionOptions *options, GError **error)
{
  ReplayPosition *self = g_new0(ReplayPosition, 1);

  self->options = *options;
  if (open_position(self, error))
    return self;
  replay_position_free(self);
  return NULL;
}

KafkaReader *
replay_position_reader(const ReplayPosition *self)
{
  return self->reader;
}

void
replay_position_fail(ReplayPosition *self, int32_t partition, int64_t offset)
{
  self->failed[partition] = MIN(self->failed[partition], offset);
}

static bool
keep(ReplayPosition *self, GError **error)
{
  for (size_t i = 0; i < self->partitions; i++)
    self->kept[i] = MIN(kafka_reader_next_offset(self->reader, (int32_t)i), self->failed[i]);
  self->kept_us = g_get_monotonic_time();
  return kafka_bookmark_write(self->bookmark, self->kept, self->partitions, self->note, error);
}

bool
replay_position_settle(ReplayPosition *self, bool at_end, GError **error)
{
  g_array_unref(self->left);
  self->left = kafka_reader_left(self->reader);
  if (self->bookmark == NULL || self->options.is_dry_run ||
      (!at_end && g_get_monotonic_time() - self->kept_us < KEEP_EVERY_US))
    return true;
  return keep(self, error);
}

char *
replay_position_left(const ReplayPosition *self)
{
  return self->left->len == 0 ? NULL : replay_filter_spans_text(self->left);
}
