/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/job.h"
#include "cmd/csv.h"
#include "cmd/options.h"

/* How `sluice bulkload` was called, understood. Texts are owned. */
typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char *table;
  char **files; /* NULL-ended; globs are resolved */
  bool is_avro; /* they are object container files */
  char *topic;  /* instead of files; NULL: none */
  char *group;  /* NULL: the configuration's */
  CmdCsv csv;
  CsvReading reading;
  char *rejects;
  char *output;        /* NULL: the files are loaded */
  char *complete_with; /* a command; NULL: we load by ourselves */
  char *staging;       /* NULL: the configuration's, as the user */
  char *user;
  char *metrics; /* the file that tells how it ended; NULL: none */
  gboolean is_dry_run;
  gboolean is_json;
  int regions;        /* 0: the table exists */
  bool has_timestamp; /* it was given */
  int64_t timestamp_ms;
  int64_t rejects_most;
  bool takes_rejects;    /* some are allowed */
  uint64_t memory_bytes; /* 0: the configuration's, as the next two */
  uint64_t file_most_bytes;
  unsigned jobs;
  bool has_codec;
  HfileCodecKind codec;
} CmdBulkArgs;

void cmd_bulkargs_clear(CmdBulkArgs *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CmdBulkArgs, cmd_bulkargs_clear)

/* False ends the command, as cmd_options_parse() does. */
bool cmd_bulkargs_parse(CmdBulkArgs *self, const CommandCall *call, GError **error);
