/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/file.h"

/* Some records of one CSV file on their way from the reader to a mapper, and what became of them
 * on their way back. */

typedef struct {
  uint64_t line;
  uint64_t number; /* of the record in all the input, from 0 */
  guint first;     /* of its fields in `fields` */
  guint length;
} BulkRecord;

/* Where a field lies in the batch's text; the rest as in CsvField. */
typedef struct {
  uint32_t start;
  uint32_t len : 30; /* no record is longer */
  uint32_t is_quoted : 1;
  uint32_t is_null : 1;
} BulkField;

/* A record that is set aside. */
typedef struct {
  guint record; /* which of the batch */
  int column;   /* where the reason lies, or CSV_NO_COLUMN */
  bool is_text; /* the record could not be split: its one field is its line as it was */
  char *reason; /* owned */
} BulkReject;

typedef struct {
  const char *file;          /* borrowed */
  const CsvColumns *columns; /* borrowed */
  Bytes text;                /* of the records, one behind the other */
  GArray *fields;            /* owned, of BulkField */
  GArray *records;           /* owned, of BulkRecord */
  GArray *rejects;           /* owned, of BulkReject */
  GError *failure;           /* owned: ends the run */
} BulkBatch;

enum { BULK_BATCH_BYTES = 256 * 1024 };

void bulk_batch_init(BulkBatch *self);
void bulk_batch_clear(BulkBatch *self);
/* Empties it for records of the file. */
void bulk_batch_begin(BulkBatch *self, const char *file, const CsvColumns *columns);

void bulk_batch_add(BulkBatch *self, const CsvRecord *record, uint64_t number);
/* A line that is no record: it is rejected at once. */
void bulk_batch_add_malformed(BulkBatch *self, Slice line, const BulkRecord *where,
                              const char *reason);
bool bulk_batch_is_full(const BulkBatch *self);

static inline const BulkRecord *
bulk_batch_record(const BulkBatch *self, guint i)
{
  return &g_array_index(self->records, BulkRecord, i);
}

static inline CsvField
bulk_batch_field(const BulkBatch *self, const BulkRecord *record, guint i)
{
  const BulkField *field = &g_array_index(self->fields, BulkField, record->first + i);

  return (CsvField){
      .text = slice(self->text.data + field->start, field->len),
      .is_quoted = field->is_quoted,
      .is_null = field->is_null,
  };
}

void bulk_batch_reject(BulkBatch *self, guint record, int column, const char *reason);
