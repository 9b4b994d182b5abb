/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <librdkafka/rdkafka.h>

#include "kafka/property.h"

/* Gets librdkafka to fetch again as soon as a full queue has room. Versions before 2.2 look for
 * room only when their broker threads are awake anyway, which can be as seldom as once a second:
 * a small queue, and ours are small so that memory is bounded, then runs dry most of the time. 2.2
 * has a property for it.
 *
 * The one public function that wakes broker threads and does nothing else of account is the one
 * that sets the SASL credentials, so it is told those it has. Where none may be set (GSSAPI,
 * OAUTHBEARER) nothing is woken. Seen by kafka/ alone. */
typedef struct {
  rd_kafka_t *client; /* borrowed */
  char *username;     /* owned; NULL: nothing can or need be woken */
  char *password;     /* owned */
} Waker;

/* To be set before the client is made: librdkafka's own way, where it has one. */
const KafkaProperty *waker_properties(void);

void waker_init(Waker *self, rd_kafka_t *client, const KafkaProperty *properties);
void waker_clear(Waker *self);

/* From any thread. */
void waker_wake(const Waker *self);
