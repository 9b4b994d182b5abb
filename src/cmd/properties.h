/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "kafka/property.h"

/* The [kafka] section, handed from the configuration to the Kafka clients. */

/* Drops what the environment names and librdkafka does not know; every other property that it does
 * not take is a fault. */
void cmd_properties_check(Config *config, FaultList *faults);

/* A list for kafka/'s functions, borrowed from the configuration; free the array with g_free. */
KafkaProperty *cmd_properties_list(const Config *config);
