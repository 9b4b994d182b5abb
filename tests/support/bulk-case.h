/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/build.h"
#include "bulk/intake.h"
#include "support/mapping-case.h"

/* A bulk load from CSV texts to HFiles in a folder of its own, with a small mapping:
 *
 *   key: id; time: field `at` in ms
 *   family one: columns z, b (as `null: delete`), n (a double); two versions
 *   family two: column t
 */
typedef struct {
  MappingCase mapping;
  char *folder; /* of inputs, spilled runs and files */
  GPtrArray *inputs;
  BulkPlan *plan;
  CsvReading reading; /* as a case sets it */
  CsvFindings findings;
  size_t files_built; /* by the last run */
} BulkCase;

BulkCase bulk_case_make(void);
void bulk_case_clear(BulkCase *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BulkCase, bulk_case_clear)

/* Writes the text to a file and makes it an input; false if its header has faults. */
bool bulk_case_add(BulkCase *self, const char *text);

/* Nothing of it is required; zero jobs mean 1, zero bytes enough. */
typedef struct {
  unsigned jobs;
  size_t memory_bytes;
  uint64_t file_most_bytes;
  HfileCodecKind codec;      /* of family two */
  const char *const *splits; /* NULL-ended */
  const char *rejects_path;
  int64_t rejects_most;
  const BulkWatch *watch;
} BulkCaseOptions;

/* What came of it: every cell, "family region key qualifier timestamp type value" a line, family by
 * family in file order; then "rows N duplicates N rejects N". On failure "failed: why". Every file
 * has been checked and removed. */
char *bulk_case_run(BulkCase *self, const BulkCaseOptions *options);

/* Files below the folder, without inputs. */
size_t bulk_case_files(const BulkCase *self);
