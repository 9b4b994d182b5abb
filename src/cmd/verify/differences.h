/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "verify/compare.h"

/* What `verify` found: the first differences as they come, and a summary at the end, as a text for
 * people or as one JSON object. */
typedef struct CmdDifferences CmdDifferences;

/* Everything is borrowed. */
typedef struct {
  const char *table;
  const char *topic;        /* NULL: the source is the files */
  const char *const *files; /* NULL-ended */
  const char *unit;         /* of files: "line" or "record" */
  bool is_json;
  bool ignores_extra;
  bool ignores_times;
  uint64_t show; /* at most so many differences */
} CmdDifferencesOptions;

CmdDifferences *cmd_differences_new(const CmdDifferencesOptions *options);
void cmd_differences_free(CmdDifferences *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdDifferences, cmd_differences_free)

/* VerifyCompareOptions.differs */
void cmd_differences_add(void *self, const VerifyDifference *difference);

typedef struct {
  VerifyCounts counts;
  const FaultList *examples; /* of bad records */
  const FaultList *warnings; /* of odd files */
  const VerifyResult *result;
  double seconds;
} CmdDifferencesSummary;

/* To standard output. */
void cmd_differences_print(CmdDifferences *self, const CmdDifferencesSummary *summary);

/* Those that count. */
uint64_t cmd_differences_total(const CmdDifferences *self, const VerifyResult *result);
