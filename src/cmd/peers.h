/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "hbase/options.h"
#include "http/registry.h"
#include "kafka/property.h"
#include "mapping/set.h"

/* The [kafka] and [letters] sections, handed from the configuration to the Kafka clients. */

/* Leaves what librdkafka takes. The rest is a fault, unless the environment names it and librdkafka
 * does not know the name. */
void cmd_properties_check(Config *config, FaultList *faults);

/* A list for kafka/'s functions, borrowed from the configuration; free the array with g_free. */
KafkaProperty *cmd_properties_list(const Config *config);
/* The same for the cluster of the dead letters: what [letters] says comes after [kafka]. */
KafkaProperty *cmd_properties_letters(const Config *config);

/* The same names with the same values; both end with a nameless one. */
bool cmd_properties_are_alike(const KafkaProperty *a, const KafkaProperty *b);

/* [gateway], handed from the configuration to what speaks with the gateways; borrowed from it. */
GatewayOptions cmd_gateway_options(const Config *config);

/* For who reads it: that there is a table with the mapping's families. A gateway that is not there
 * yet is waited for up to timeout_ms, or until its cancellable ends it. */
bool cmd_table_await(const GatewayOptions *gateway, const Mapping *mapping, int64_t timeout_ms,
                     GError **error);

/* Whether any mapping has records that name their schema by an id. */
bool cmd_registry_is_needed(const MappingSet *mappings);

/* [registry]; borrowed from the configuration. */
HttpClientOptions cmd_registry_options(const Config *config);
/* The registry of [registry]. FAULT_SETUP without a url. */
HttpRegistry *cmd_registry_new(const Config *config, GError **error);
