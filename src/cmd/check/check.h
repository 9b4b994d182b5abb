/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/findings.h"
#include "mapping/set.h"

/* What the parts of `check` share; all of it borrowed. */
typedef struct {
  CmdFindings *findings;
  const Config *config;
  const MappingSet *mappings; /* those without a fault */
  int wait_ms;                /* for any one answer */
  uint64_t sample;            /* records of each topic; 0: none */
  const char *sample_topic;   /* the only one; NULL: all */
  unsigned regions;           /* to propose split points for */
} Check;

/* Broker, topics, dead-letter topics. */
void check_kafka(const Check *self);
/* Gateways, tables, families. */
void check_hbase(const Check *self);
/* What a sample of each topic's records says of its table. */
void check_sample(const Check *self);
/* The schema registry, if a mapping needs one. */
void check_registry(const Check *self);
