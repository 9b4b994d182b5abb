/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

/* Why a broker cannot be reached: librdkafka's words, with what to do about them. Seen by kafka/
 * alone. */

/* The first member of whatever a client's callbacks are given: trouble_watch() makes it their
 * opaque value, so that what holds it can be had from it. */
typedef struct {
  atomic_int
      certificate; /* OpenSSL's code of the last refusal of a broker's certificate; 0: none */
} KafkaTrouble;

void trouble_watch(KafkaTrouble *self, rd_kafka_conf_t *conf);

/* A sentence for what librdkafka said of a connection: the broker, what is wrong, the setting and
 * the remedy; librdkafka's own words where they are not known. */
char *trouble_explain(KafkaTrouble *self, const char *reason);

/* What to do about an error code, NULL where that is not known. */
const char *trouble_remedy(rd_kafka_resp_err_t err);
