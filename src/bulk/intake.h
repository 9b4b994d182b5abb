/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/file.h"
#include "bulk/mapper.h"
#include "bulk/rejects.h"
#include "bulk/watch.h"

/* The first half of a bulk load: CSV files to sorted rows.
 *
 *   files -> reader -> batches -> mappers (a thread each) -> arenas, and runs on disk
 *                        ^ back in order, with what they rejected -> rejects
 *
 * What comes out does not depend on the number of threads: rows are numbered as they are read. */
typedef struct BulkIntake BulkIntake;

/* Everything is borrowed. */
typedef struct {
  BulkMapperOptions mapper;
  unsigned jobs; /* threads that map, at least 1 */
  size_t memory_bytes;
  const char *temp_folder; /* for runs */
  const BulkWatch *watch;
} BulkIntakeOptions;

BulkIntake *bulk_intake_new(const BulkIntakeOptions *options);
void bulk_intake_free(BulkIntake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkIntake, bulk_intake_free)

/* Reads all inputs (CsvFile *). FAULT_RECORD: too many rejects; FAULT_SETUP: anything else. */
bool bulk_intake_run(BulkIntake *self, const GPtrArray *inputs, BulkRejects *rejects,
                     GError **error);

typedef struct {
  uint64_t records;          /* read */
  uint64_t skipped;          /* passed over on purpose */
  uint64_t bad;              /* no row could be made of them */
  const FaultList *examples; /* borrowed: the first few bad ones, where and why */
} BulkFeedCounts;

/* Another source of rows than CSV files. */
typedef struct {
  void *self;
  /* All of it into the mapper. */
  bool (*read)(void *self, BulkMapper *mapper, GError **error);
  BulkFeedCounts (*counts)(const void *self);
  /* Once all of it is live; NULL: there is nothing to do. */
  bool (*finish)(void *self, GError **error);
} BulkFeed;

/* The same of a feed, by one thread. */
bool bulk_intake_run_feed(BulkIntake *self, const BulkFeed *feed, GError **error);

/* After the run: the rows in order, any number of times. */
SortMerge *bulk_intake_merge(const BulkIntake *self);

typedef struct {
  BulkAmount amount;
  uint64_t records; /* read, without headers */
  uint64_t headers; /* repeated */
  uint64_t spilled_bytes;
} BulkIntakeCounts;

BulkIntakeCounts bulk_intake_counts(const BulkIntake *self);
/* What looked odd about the files. */
const FaultList *bulk_intake_warnings(const BulkIntake *self);
/* Bytes of HFile that a family of the plan gets. */
uint64_t bulk_intake_family(const BulkIntake *self, size_t family);
/* What a region gets. */
BulkAmount bulk_intake_region(const BulkIntake *self, size_t region);
