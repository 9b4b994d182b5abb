/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/dead_letter.h"
#include "stream/reject.h"

/* What `replay` says on standard output: the dead letters, as they come, and then how many of each
 * kind there were. */
typedef struct ReplayReport ReplayReport;

ReplayReport *replay_report_new(const char *topic, bool is_json, bool is_dry_run);
void replay_report_free(ReplayReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplayReport, replay_report_free)

typedef struct {
  int32_t partition; /* of the dead-letter topic */
  int64_t offset;
  int64_t timestamp_ms;
  const StreamDeadLetter *letter; /* NULL: it is none */
  const char *table;              /* NULL: nobody knows */
  const char *stage;  /* where it fails now; NULL: it does not, or is no dead letter at all */
  const char *reason; /* why; NULL: it does not fail */
} ReplayEntry;

/* One dead letter that the filter takes. */
void replay_report_count(ReplayReport *self, const ReplayEntry *entry);
/* One of those fails (again), or is to be listed. */
void replay_report_list(ReplayReport *self, const ReplayEntry *entry);

uint64_t replay_report_matched(const ReplayReport *self);
uint64_t replay_report_failed(const ReplayReport *self);

typedef struct {
  uint64_t read;
  uint64_t written;
  const char *left; /* as --offsets; NULL: nothing */
  double seconds;
} ReplayEnd;

void replay_report_finish(ReplayReport *self, const ReplayEnd *end);
