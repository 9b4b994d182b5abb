/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/batch.h"

/* The records that are set aside: counted, held against a limit, and written to a CSV file in the
 * form they came in, with four columns more: file, line, column, reason. A line that is no record,
 * or has not as many fields as the header, stands as it was in the first column. */
typedef struct BulkRejects BulkRejects;

enum { BULK_REJECTS_ANY = -1 };

/* `path` NULL: they are only counted. More than `most` end the run. */
BulkRejects *bulk_rejects_new(const char *path, int64_t most, const CsvForm *form);
/* Without finish before it, the file is removed. */
void bulk_rejects_free(BulkRejects *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkRejects, bulk_rejects_free)

/* Before the first record: the columns of each input file. The file has those of all. */
void bulk_rejects_know(BulkRejects *self, const CsvColumns *columns);

/* Makes the file, with its header; nothing to do without a path. */
bool bulk_rejects_begin(BulkRejects *self, GError **error);

/* Takes what the batch rejected, in its order. FAULT_RECORD: they are too many, and here is why
 * some were; FAULT_SETUP: the file cannot be written. */
bool bulk_rejects_take(BulkRejects *self, BulkBatch *batch, GError **error);

/* Commits the file; without rejects it holds its header alone. */
bool bulk_rejects_finish(BulkRejects *self, GError **error);

uint64_t bulk_rejects_count(const BulkRejects *self);
/* The first few, as "file line 812: reason". */
const FaultList *bulk_rejects_examples(const BulkRejects *self);
