/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/reader.h"
#include "mapping/mapping.h"

/* Which column of a CSV file is which field of the mapping: what its header says. Immutable. */
typedef struct BulkColumns BulkColumns;

enum { BULK_NO_COLUMN = -1 };

/* What was found out about headers, as sentences that begin with the file's name. Zeroed is
 * empty. */
typedef struct {
  bool may_miss;    /* a field without a column is a note then, not a fault */
  FaultList faults; /* no header, a column twice, a field that no column is for */
  FaultList notes;  /* columns that no field is for */
} BulkFindings;

void bulk_findings_clear(BulkFindings *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BulkFindings, bulk_findings_clear)

/* `name` is the file's. NULL if there was a fault. */
BulkColumns *bulk_columns_new(const Mapping *mapping, const char *name, const CsvRecord *header,
                              BulkFindings *findings);
void bulk_columns_free(BulkColumns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkColumns, bulk_columns_free)

size_t bulk_columns_length(const BulkColumns *self);
const char *bulk_columns_name(const BulkColumns *self, size_t i);
/* The column of each of mapping_fields(), or BULK_NO_COLUMN. */
const int *bulk_columns_of_fields(const BulkColumns *self);

/* Whether the column is for any field. */
bool bulk_columns_is_stored(const BulkColumns *self, size_t i);

/* True for the header once more, which tools leave when they join files. */
bool bulk_columns_is_header(const BulkColumns *self, const CsvRecord *record);
