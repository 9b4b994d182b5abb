/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/reject.h"

static const StreamStageInfo infos[] = {
    [STREAM_DECODE] = {"decode", "VALUE_CONVERTER", "sluice.Decoder", "sluice.DecodeError"},
    [STREAM_MAP] = {"map", "TRANSFORMATION", "sluice.Mapping", "sluice.MappingError"},
    [STREAM_PUT] = {"put", "TASK_PUT", "sluice.Gateway", "sluice.PutError"},
};

const StreamStageInfo *
stream_stage_info(StreamStage stage)
{
  return &infos[stage];
}

StreamReject *
stream_reject_new(KafkaMessage *message, StreamStage stage, char *reason)
{
  StreamReject *self = g_new0(StreamReject, 1);

  self->message = *message;
  message->handle = NULL; /* the reject owns it now */
  self->stage = stage;
  self->reason = reason;
  return self;
}

void
stream_reject_free(StreamReject *self)
{
  if (self == NULL)
    return;
  kafka_message_release(&self->message);
  g_free(self->reason);
  bytes_clear(&self->key);
  g_free(self);
}
