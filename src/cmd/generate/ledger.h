/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/chaos.h"

/* What `sluice generate` says it has made: exact numbers, so that others can add up. */
typedef struct {
  const ShopEntity *entity;
  GenerateCounts counts;
  bool is_whole;
} CmdLedgerLine;

typedef struct {
  const char *folder;         /* of the files; NULL: to Kafka */
  const char *ending;         /* of their names: ".csv", ".avro" */
  const char *prefix;         /* of topics */
  const char *const *damages; /* names of counts.damaged */
  bool has_chaos;
  uint64_t seed;
  double scale; /* in whole blocks */
  double seconds;
  size_t length;
  CmdLedgerLine lines[SHOP_ENTITIES];
} CmdLedger;

void cmd_ledger_tell(const CmdLedger *self, bool is_json);
