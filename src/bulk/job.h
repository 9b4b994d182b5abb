/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/build.h"
#include "bulk/intake.h"
#include "bulk/survey.h"

/* One bulk load from CSV files to HFiles, step by step; what is between the steps (asking people
 * and gateways) is the caller's. */
typedef struct BulkJob BulkJob;

/* Everything is borrowed and must outlive the job. */
typedef struct {
  const Mapping *mapping;
  const char *const *paths; /* NULL-ended; "-" is standard input */
  const BulkFeed *feed;     /* instead of paths; NULL: CSV files */
  bool has_tombstones;      /* the feed deletes rows */
  CsvReading reading;
  int64_t timestamp_ms;
  size_t memory_bytes;
  unsigned jobs;
  const char *temp_folder; /* for what is sorted on disk */
  const char *rejects_path;
  int64_t rejects_most;
  uint64_t file_most_bytes;
  const HfileCodecKind *codec; /* NULL: what each family has, where a stock server reads it */
  const BulkWatch *watch;
} BulkJobOptions;

/* What of the table matters. Borrowed for the call. */
typedef struct {
  const Family *families; /* of the table; NULL: as the mapping has them */
  size_t families_length;
  const Slice *starts; /* of all regions but the first */
  size_t starts_length;
} BulkTable;

enum { BULK_LEAST_MEMORY_BYTES = 16 * 1024 * 1024 };

/* Opens the inputs. NULL, with faults in `findings`, if any of them does not fit. */
BulkJob *bulk_job_new(const BulkJobOptions *options, CsvFindings *findings);
void bulk_job_free(BulkJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkJob, bulk_job_free)

/* FAULT_SETUP names a family of the mapping that the table lacks. Before bulk_job_read(). */
bool bulk_job_set_table(BulkJob *self, const BulkTable *table, GError **error);

/* Reads, maps and sorts. FAULT_RECORD: too many rejects; their file is written all the same. */
bool bulk_job_read(BulkJob *self, GError **error);

bool bulk_job_survey(BulkJob *self, BulkSurvey *out_survey, GError **error);
/* Makes the regions such that each gets about the same; after a survey. */
bool bulk_job_split(BulkJob *self, const BulkSurvey *survey, size_t regions, GError **error);

/* Writes folder/FAMILY/NAME; the folder exists and is empty. */
bool bulk_job_write(BulkJob *self, const char *folder, GError **error);

const BulkPlan *bulk_job_plan(const BulkJob *self);
const BulkRegions *bulk_job_regions(const BulkJob *self);
/* Zero before bulk_job_read(). */
BulkIntakeCounts bulk_job_intake(const BulkJob *self);
const FaultList *bulk_job_warnings(const BulkJob *self);
/* What the region gets, about; its rows are records. */
BulkAmount bulk_job_region(const BulkJob *self, size_t region);
const BulkRejects *bulk_job_rejects(const BulkJob *self);
BulkBuildCounts bulk_job_build(const BulkJob *self);
/* Of BulkFile: what was written; bulk_load() may take them. */
GArray *bulk_job_files(BulkJob *self);
const HfileOptions *bulk_job_hfile(const BulkJob *self);
