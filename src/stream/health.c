/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/health.h"

#include "base/event.h"

static const int64_t SAY_AGAIN_US = (int64_t)600 * 1000 * 1000;

void
stream_health_init(StreamHealth *self, size_t slots)
{
  *self = (StreamHealth){.slots = slots};
  self->reasons = g_new0(char *, slots + 1);
  self->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void
stream_health_clear(StreamHealth *self)
{
  for (size_t i = 0; i < self->slots; i++)
    g_free(self->reasons[i]);
  g_free(self->reasons);
  g_hash_table_unref(self->said);
  g_free(self->trouble);
  g_free(self->kafka);
  g_free(self->gateway);
}

static void
say(StreamHealth *self, char *sentence)
{
  int64_t now = g_get_monotonic_time();

  if (now - self->said_since_us >= SAY_AGAIN_US) {
    g_hash_table_remove_all(self->said);
    self->said_since_us = now;
  }
  if (!g_hash_table_contains(self->said, sentence))
    g_warning("%s", sentence);
  g_hash_table_add(self->said, sentence); /* it owns the sentence now */
}

static void
say_waiting(StreamHealth *self, const GError *reason)
{
  g_autofree char *why = event_value(reason->message);

  say(self, g_strdup_printf("waiting, nothing is lost reason=%s", why));
}

static const char *
first_reason(const StreamHealth *self)
{
  for (size_t i = 0; i < self->slots; i++) {
    if (self->reasons[i] != NULL)
      return self->reasons[i];
  }
  return NULL;
}

void
stream_health_note(StreamHealth *self, size_t slot, const GError *reason)
{
  size_t before = self->waiting;

  self->waiting -= self->reasons[slot] != NULL;
  self->waiting += reason != NULL;
  g_free(self->reasons[slot]);
  self->reasons[slot] = reason != NULL ? g_strdup(reason->message) : NULL;

  if (reason != NULL) {
    say_waiting(self, reason);
  } else if (before > 0 && self->waiting == 0) {
    g_message("writing again");
    g_hash_table_remove_all(self->said);
  }
}

void
stream_health_joined(StreamHealth *self)
{
  self->has_joined = true;
}

void
stream_health_trouble(StreamHealth *self, const GError *error)
{
  g_free(self->trouble);
  self->trouble = g_strdup(error->message);
  say(self, g_strdup(error->message));
}

void
stream_health_kafka(StreamHealth *self, const char *reason)
{
  if (reason == NULL && self->kafka != NULL)
    g_message("Kafka answers again");
  g_free(self->kafka);
  self->kafka = g_strdup(reason);
}

void
stream_health_asking(StreamHealth *self)
{
  self->gateway = g_strdup("the gateway is being asked");
}

void
stream_health_gateway(StreamHealth *self, const GError *reason)
{
  if (reason != NULL)
    say_waiting(self, reason);
  else if (self->was_told && self->waiting == 0)
    g_message("writing again");
  if (reason == NULL && self->was_told)
    g_hash_table_remove_all(self->said);
  self->was_told = reason != NULL;
  g_free(self->gateway);
  self->gateway = reason != NULL ? g_strdup(reason->message) : NULL;
}

bool
stream_health_sees_kafka(const StreamHealth *self, const char **out_reason)
{
  *out_reason = self->kafka;
  if (self->kafka == NULL && !self->has_joined)
    *out_reason = self->trouble != NULL ? self->trouble : "joining the consumer group";
  return *out_reason == NULL;
}

bool
stream_health_is_ready(const StreamHealth *self, const char **out_reason)
{
  *out_reason = NULL;
  if (self->waiting > 0)
    *out_reason = first_reason(self);
  else if (self->kafka != NULL)
    *out_reason = self->kafka;
  else if (self->gateway != NULL)
    *out_reason = self->gateway;
  else
    stream_health_sees_kafka(self, out_reason);
  return *out_reason == NULL;
}

void
stream_health_progress(StreamHealth *self, uint64_t progress)
{
  if (self->progressed_us != 0 && progress == self->progress)
    return;
  self->progress = progress;
  self->progressed_us = g_get_monotonic_time();
}

bool
stream_health_is_stalled(const StreamHealth *self, int64_t timeout_ms, GError **out_why)
{
  const char *reason = first_reason(self);

  if (g_get_monotonic_time() - self->progressed_us < timeout_ms * 1000)
    return false;
  if (reason == NULL)
    reason = self->kafka != NULL ? self->kafka : self->gateway;
  if (reason == NULL)
    reason = self->trouble;
  g_set_error(out_why, FAULT, FAULT_PEER, "nothing has moved for %" G_GINT64_FORMAT " s%s%s",
              timeout_ms / 1000, reason != NULL ? ": " : "", reason != NULL ? reason : "");
  return true;
}
