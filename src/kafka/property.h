/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A librdkafka property. Lists of them end with name NULL; of two with one name the later wins. */
typedef struct {
  const char *name;
  const char *value;
} KafkaProperty;
