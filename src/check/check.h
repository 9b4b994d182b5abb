/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/findings.h"
#include "config/config.h"
#include "hbase/options.h"
#include "http/registry.h"
#include "kafka/property.h"
#include "mapping/set.h"

/* What the parts of `check` share; all of it borrowed. */
typedef struct {
  CheckFindings *findings;
  const Config *config;
  GatewayOptions gateway;
  const KafkaProperty *properties;
  const KafkaProperty *letters; /* of the dead letters' cluster */
  HttpRegistry *registry;       /* NULL: no mapping needs one, or it cannot be made */
  const MappingSet *mappings;   /* those without a fault */
  int wait_ms;                  /* for any one answer */
  uint64_t sample;              /* records of each topic; 0: none */
  const char *sample_topic;     /* the only one; NULL: all */
  unsigned regions;             /* to propose split points for */
} Check;

/* Broker, topics, dead-letter topics. */
void check_kafka(const Check *self);
/* Gateways, tables, families. */
void check_hbase(const Check *self);
/* What a sample of each topic's records says of its table. */
void check_topics(const Check *self);
/* The schema registry, if there is one. */
void check_registry(const Check *self);
