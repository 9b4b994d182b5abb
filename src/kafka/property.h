/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* A librdkafka property. Lists of them end with name NULL; of two with one name the later wins. */
typedef struct {
  const char *name;
  const char *value;
} KafkaProperty;

/* The largest record that is passed on as it is: brokers take no larger request by default. */
#define KAFKA_LARGEST_RECORD 100000000

/* Whether librdkafka has a property of that name. */
bool kafka_property_exists(const char *name);

/* Whether librdkafka takes the property and it breaks none of sluice's promises. FAULT_SETUP
 * never repeats the value when `is_secret`. */
bool kafka_property_check(const KafkaProperty *property, bool is_secret, GError **error);

/* The version of the librdkafka that runs; it need not be the one that was compiled against. */
const char *kafka_library_version(void);
