/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/batch.h"
#include "bulk/regions.h"
#include "bulk/row.h"
#include "sort/sort.h"

/* Makes packed rows of CSV records, by the same mapping as the stream, and sorts them. One thread
 * owns it. */
typedef struct BulkMapper BulkMapper;

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  const BulkPlan *plan;
  const BulkRegions *regions;
  const CsvReading *reading;
  int64_t timestamp_ms; /* for a mapping whose time is the record's */
} BulkMapperOptions;

/* Takes the sort. */
BulkMapper *bulk_mapper_new(const BulkMapperOptions *options, Sort *sort);
void bulk_mapper_free(BulkMapper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkMapper, bulk_mapper_free)

/* Maps the batch's records; what cannot be mapped is among its rejects then. On a failure that ends
 * the run the batch says so. */
void bulk_mapper_map(BulkMapper *self, BulkBatch *batch);

/* For sources that make rows by themselves: where the next one goes, and what takes it, with its
 * place among those of one key and time. A row without cells is passed over. */
Row *bulk_mapper_row(BulkMapper *self);
bool bulk_mapper_take(BulkMapper *self, uint64_t sequence, GError **error);

/* Rows, cells and the bytes of HFile they need, so far. */
typedef struct {
  uint64_t rows;
  uint64_t cells;
  uint64_t cell_bytes;
  uint64_t tombstones; /* rows that are deleted */
  uint64_t expired;    /* cells past their family's TTL */
} BulkAmount;

void bulk_amount_add(BulkAmount *amount, const BulkAmount *more);

BulkAmount bulk_mapper_amount(const BulkMapper *self);
/* Of each of the regions. */
const BulkAmount *bulk_mapper_by_region(const BulkMapper *self);
/* Bytes of HFile of each family of the plan. */
const uint64_t *bulk_mapper_by_family(const BulkMapper *self);
Sort *bulk_mapper_sort(BulkMapper *self);
