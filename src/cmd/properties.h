/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "kafka/property.h"

/* The [kafka] and [letters] sections, handed from the configuration to the Kafka clients. */

/* Leaves what librdkafka takes. The rest is a fault, unless the environment names it and librdkafka
 * does not know the name. */
void cmd_properties_check(Config *config, FaultList *faults);

/* A list for kafka/'s functions, borrowed from the configuration; free the array with g_free. */
KafkaProperty *cmd_properties_list(const Config *config);
/* The same for the cluster of the dead letters: what [letters] says comes after [kafka]. */
KafkaProperty *cmd_properties_letters(const Config *config);
