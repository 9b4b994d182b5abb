/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/letter.h"
#include "stream/reject.h"

/* What `replay` says on standard output: the letters, as they come, and then how many of each kind
 * there were. */
typedef struct CmdReplayReport CmdReplayReport;

CmdReplayReport *cmd_replay_report_new(const char *topic, bool is_json, bool is_dry_run);
void cmd_replay_report_free(CmdReplayReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdReplayReport, cmd_replay_report_free)

typedef struct {
  int32_t partition; /* of the dead-letter topic */
  int64_t offset;
  int64_t timestamp_ms;
  const StreamLetter *letter; /* NULL: it is none */
  const char *table;          /* NULL: nobody knows */
  const char *stage;          /* where it fails now; NULL: it does not, or is no letter at all */
  const char *reason;         /* why; NULL: it does not fail */
} CmdReplayEntry;

/* One letter that the filter takes. */
void cmd_replay_report_count(CmdReplayReport *self, const CmdReplayEntry *entry);
/* One of those fails (again), or is to be listed. */
void cmd_replay_report_list(CmdReplayReport *self, const CmdReplayEntry *entry);

uint64_t cmd_replay_report_matched(const CmdReplayReport *self);
uint64_t cmd_replay_report_failed(const CmdReplayReport *self);

typedef struct {
  uint64_t read;
  uint64_t written;
  const char *left; /* as --offsets; NULL: nothing */
  double seconds;
} CmdReplayEnd;

void cmd_replay_report_finish(CmdReplayReport *self, const CmdReplayEnd *end);
