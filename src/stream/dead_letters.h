/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/property.h"
#include "stream/reject.h"

/* Dead letters: bad records, produced to <topic>.dlq as they came (key, value, headers,
 * timestamp) with headers that say what was wrong, under the names Kafka Connect gave them. A
 * missing topic is created with its source's partitions and replication. Threads share it; its
 * clients are made with the first letter. */
typedef struct StreamDeadLetters StreamDeadLetters;

/* Properties of the source's cluster and, where it is not NULL, of the one that the letters go to;
 * borrowed. `connector` goes into every letter as the connector's name. */
StreamDeadLetters *stream_dead_letters_new(const KafkaProperty *source,
                                           const KafkaProperty *properties, const char *connector);
/* The same properties with other secrets, from now on. */
void stream_dead_letters_login(StreamDeadLetters *self, const KafkaProperty *source,
                               const KafkaProperty *properties);
/* Before the rejects it was given: an unsettled one may still be written to. Ends what is being
 * sent. */
void stream_dead_letters_free(StreamDeadLetters *self);
/* From any thread: nothing is waited for any more, now and later. */
void stream_dead_letters_cancel(StreamDeadLetters *self);

/* Produces the list's rejects (of StreamReject, all of one topic) and waits until Kafka has
 * acknowledged each. False: some are not acknowledged yet; call it again with the same list, which
 * sends anew only what has failed. FAULT_PEER, or FAULT_SETUP: it is no use before somebody has
 * changed something. */
bool stream_dead_letters_send(StreamDeadLetters *self, const char *table, size_t task,
                              const GPtrArray *rejects, GError **error);

/* The same in a thread of its own, so that the caller's other lines need not wait. The list is to
 * be left alone until end(), which waits for the thread, frees the task, and says what send() said.
 */
typedef struct StreamDeadLettersTask StreamDeadLettersTask;

StreamDeadLettersTask *stream_dead_letters_begin(StreamDeadLetters *self, const char *table,
                                                 size_t task, const GPtrArray *rejects);
bool stream_dead_letters_is_done(const StreamDeadLettersTask *self);
bool stream_dead_letters_end(StreamDeadLettersTask *self, GError **error);
