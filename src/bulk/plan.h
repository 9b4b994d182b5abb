/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* A mapping's columns in the order that HFiles hold them: family by family, qualifiers by their
 * bytes. A column's place in it is its rank. Immutable: threads share it. */
typedef struct {
  size_t families;
  Family *family; /* owned; the names of the mapping's are its own, as the columns are */
  size_t columns;
  const Column **by_rank; /* owned */
  uint16_t *rank_of;      /* owned; by Column.index */
  size_t *first_rank;     /* owned; of each family, and behind the last */
  uint32_t *versions;     /* owned; of each family: most that a reader could see */
  bool *keeps_deleted;    /* owned; of each family: a reader could see what a deletion hides */
  int64_t *dead_before;   /* owned; of each family: older cells are past its TTL; 0: none is */
  GStringChunk *names;    /* owned: of families that were added */
} BulkPlan;

BulkPlan *bulk_plan_new(const Mapping *mapping);
void bulk_plan_free(BulkPlan *self);
/* Adds one that the mapping has no column of: deletions of rows reach it all the same. Before
 * anything is made with the plan. */
void bulk_plan_add_family(BulkPlan *self, const Family *family);

/* The rank of the cell that is the deletion of a whole row. */
static inline size_t
bulk_plan_row_rank(const BulkPlan *self)
{
  return self->columns;
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkPlan, bulk_plan_free)
