/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/reject.h"

#include "base/event.h"

enum { SHOWN_A_MINUTE = 3 }; /* of a stage */
static const int64_t MINUTE_US = INT64_C(60) * 1000 * 1000;

static const StreamStageInfo infos[] = {
    [STREAM_KEY] = {"key", "KEY_CONVERTER", "sluice.Decoder", "sluice.DecodeError"},
    [STREAM_DECODE] = {"decode", "VALUE_CONVERTER", "sluice.Decoder", "sluice.DecodeError"},
    [STREAM_MAP] = {"map", "TRANSFORMATION", "sluice.Mapping", "sluice.MappingError"},
    [STREAM_PUT] = {"put", "TASK_PUT", "sluice.Gateway", "sluice.PutError"},
};

const StreamStageInfo *
stream_stage_info(StreamStage stage)
{
  return &infos[stage];
}

StreamStage
stream_stage_of(TranslatorStep step)
{
  static const StreamStage stages[] = {
      [TRANSLATOR_KEY] = STREAM_KEY,
      [TRANSLATOR_VALUE] = STREAM_DECODE,
      [TRANSLATOR_MAPPING] = STREAM_MAP,
  };

  return stages[step];
}

StreamReject *
stream_reject_new(KafkaMessage *message, StreamStage stage, const GError *error)
{
  StreamReject *self = g_new0(StreamReject, 1);

  self->message = *message;
  kafka_message_forget(message); /* the reject owns it now */
  self->stage = stage;
  self->reason = g_strdup(error->message);
  self->field = g_strdup(fault_field(error));
  self->kind = g_strdup(fault_kind(error));
  return self;
}

void
stream_reject_free(StreamReject *self)
{
  if (self == NULL)
    return;
  kafka_message_release(&self->message);
  g_free(self->reason);
  g_free(self->field);
  g_free(self->kind);
  bytes_clear(&self->key);
  g_free(self);
}

static void
begin_minute(StreamRejectLog *self, const char *topic, int64_t now)
{
  if (self->hidden > 0)
    g_warning("rejected topic=%s more=%" G_GUINT64_FORMAT " hint='since the last line about it'",
              topic, self->hidden);
  *self = (StreamRejectLog){.began_us = now};
}

void
stream_reject_log(StreamRejectLog *self, const StreamReject *reject, const char *table)
{
  int64_t now = g_get_monotonic_time();
  const KafkaMessage *message = &reject->message;

  if (self->began_us == 0 || now - self->began_us >= MINUTE_US)
    begin_minute(self, message->partition->topic, now);
  unsigned *shown = &self->shown[reject->stage];

  if (*shown >= SHOWN_A_MINUTE) {
    self->hidden++;
    return;
  }
  ++*shown;

  g_autofree char *reason = event_value(reject->reason);

  g_warning("rejected topic=%s partition=%d offset=%" G_GINT64_FORMAT
            " table=%s stage=%s reason=%s%s",
            message->partition->topic, message->partition->id, message->offset, table,
            stream_stage_info(reject->stage)->word, reason,
            *shown == SHOWN_A_MINUTE ? " hint='more within this minute are only counted'" : "");
}
