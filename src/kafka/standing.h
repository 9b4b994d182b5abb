/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <librdkafka/rdkafka.h>

#include "kafka/queue.h"

/* Where partitions stand, for kafka_consumer_standings(): of KafkaPartition, to KafkaStanding. */
void standing_append(rd_kafka_t *client, const GPtrArray *partitions, GArray *out);
