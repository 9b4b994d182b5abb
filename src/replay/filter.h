/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/reader.h"
#include "stream/dead_letter.h"

/* Which dead letters `replay` takes. As given; texts are owned, NULL: whatever it is. */
typedef struct {
  char *stage;
  char *exception_class;
  char *reason; /* a part of it */
  char *table;
  char *source_topic;
  char *source_partition;
  char *since;
  char *until;
  char **offsets;
  /* What they mean: */
  const char *connect_stage; /* borrowed */
  int64_t partition;         /* -1: any */
  int64_t since_ms;
  int64_t until_ms;
  GArray *spans; /* owned, of KafkaSpan; NULL: everything */
} ReplayFilter;

void replay_filter_clear(ReplayFilter *self);

/* FAULT_SETUP names the option. */
bool replay_filter_understand(ReplayFilter *self, GError **error);

/* `letter` NULL: a record that is none. `table` is where it would go; NULL: nobody knows. */
bool replay_filter_takes(const ReplayFilter *self, const StreamDeadLetter *letter,
                         const char *table, int64_t timestamp_ms);

/* The same text for the same filter: what a place in the topic is good for. Free with g_free. */
char *replay_filter_text(const ReplayFilter *self);

/* The pieces as --offsets has them: "0:17-,2:5-80". Free with g_free. */
char *replay_filter_spans_text(const GArray *spans);
