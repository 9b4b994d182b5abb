/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/topics.h"

/* Creates the topic, to keep its records for ever, unless it exists. */
bool generate_topic_ensure(KafkaTopics *topics, const char *name, int32_t partitions,
                           GError **error);
