/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/job.h"
#include "bulk/load/load.h"
#include "report/report.h"

/* What `sluice bulkload` says of its work. Members that do not apply are zero. */
typedef struct {
  const Mapping *mapping;
  BulkJob *job;
  const BulkFeed *feed;         /* NULL: CSV files */
  const char *committed;        /* the group whose offsets are at the ends now; NULL: none */
  const BulkSurvey *survey;     /* NULL: nobody looked */
  const BulkLoadCounts *loaded; /* NULL: nothing was asked to be loaded here */
  const char *completed_with;   /* the command that loaded them; NULL: none did */
  const char *output;           /* where the files stay, absolute; NULL: they do not */
  const char *script;           /* that creates the table; NULL: it is there */
  size_t files;                 /* that were written */
  uint64_t cells;
  uint64_t bytes;
  int64_t timestamp_ms;
  double seconds[BULK_PHASES];
  double total_seconds;
} CmdBulkReport;

/* What is known before anything is written: rows, regions and what they get, colliding keys. */
void cmd_bulkreport_tell_insight(const CmdBulkReport *self, Report *report);
/* The rest; then the report is whole. */
void cmd_bulkreport_tell_end(const CmdBulkReport *self, Report *report);
