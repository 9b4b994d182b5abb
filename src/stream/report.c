/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/report.h"

enum { SHOWN_A_MINUTE = 3 }; /* of a stage */
static const int64_t MINUTE_US = INT64_C(60) * 1000 * 1000;

static void
begin_minute(StreamReport *self, const char *topic, int64_t now)
{
  if (self->hidden > 0)
    g_warning("rejected topic=%s more=%" G_GUINT64_FORMAT " since the last line about it", topic,
              self->hidden);
  *self = (StreamReport){.began_us = now};
}

void
stream_report_reject(StreamReport *self, const StreamReject *reject, const char *table)
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
  g_warning("rejected topic=%s partition=%d offset=%" G_GINT64_FORMAT
            " table=%s stage=%s reason='%s'%s",
            message->partition->topic, message->partition->id, message->offset, table,
            stream_stage_info(reject->stage)->word, reject->reason,
            *shown == SHOWN_A_MINUTE ? " (more within this minute are only counted)" : "");
}
