/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* Whether the stream is fit to write, and why not. Logs each change once. Main thread. */
typedef struct {
  char **reasons; /* owned, for each slot (stream/wait.h) why it waits; NULL: it does not */
  size_t slots;
  size_t waiting;
  bool has_joined;
  char *kafka;      /* owned: why Kafka cannot be reached; NULL: it can, as far as is known */
  char *gateway;    /* owned: what is wrong with the gateway or a table; NULL: nothing */
  bool was_told;    /* the gateway's trouble */
  GHashTable *said; /* owned: what was logged lately, and is not said again so soon */
  int64_t said_since_us;
  char *trouble; /* owned: the last of it, or NULL */
  uint64_t progress;
  int64_t progressed_us;
} StreamHealth;

void stream_health_init(StreamHealth *self, size_t slots);
void stream_health_clear(StreamHealth *self);

/* Something is waited for, for this reason, or (NULL) not any more. */
void stream_health_note(StreamHealth *self, size_t slot, const GError *reason);
/* We are a member of the group. */
void stream_health_joined(StreamHealth *self);
/* Something went wrong that is being tried again. */
void stream_health_trouble(StreamHealth *self, const GError *error);
/* No broker answers, for this reason, or (NULL) one does. */
void stream_health_kafka(StreamHealth *self, const char *reason);
/* The gateway is watched: not ready before the first answer. */
void stream_health_asking(StreamHealth *self);
/* What is wrong with the gateway or a table, or (NULL) nothing. */
void stream_health_gateway(StreamHealth *self, const GError *reason);

bool stream_health_sees_kafka(const StreamHealth *self, const char **out_reason);
bool stream_health_is_ready(const StreamHealth *self, const char **out_reason);

/* Any number that changes when something has moved. */
void stream_health_progress(StreamHealth *self, uint64_t progress);
/* Whether nothing has moved for so long: then FAULT_PEER says why, as far as that is known. */
bool stream_health_is_stalled(const StreamHealth *self, int64_t timeout_ms, GError **out_why);
