/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <librdkafka/rdkafka.h>

#include "base/fault.h"
#include "kafka/property.h"

/* What every Kafka client of ours shares: properties, errors and logs. Seen by kafka/ alone. */

/* Sets the properties one by one; FAULT_SETUP names the first that librdkafka does not take. */
bool client_set(rd_kafka_conf_t *conf, const KafkaProperty *properties, GError **error);

/* Swallows conf. librdkafka's own log lines go to GLib's, at info and debug. */
rd_kafka_t *client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, GError **error);

/* From the next login on, the client is whom these properties name (PLAIN and SCRAM). */
bool client_login(rd_kafka_t *client, const KafkaProperty *properties, GError **error);

/* The remedy for an error of librdkafka or the broker. */
Fault client_fault(rd_kafka_resp_err_t err);

/* "what: librdkafka's sentence", with the fault's code. */
void client_set_error(GError **error, rd_kafka_resp_err_t err, const char *what);

/* Commits the offsets, if there are any, and waits for it. */
rd_kafka_resp_err_t client_commit(rd_kafka_t *client,
                                  const rd_kafka_topic_partition_list_t *offsets, int timeout_ms);
