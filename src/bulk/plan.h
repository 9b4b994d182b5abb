/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* A mapping's columns in the order that HFiles hold them: family by family, qualifiers by their
 * bytes. A column's place in it is its rank. Immutable: threads share it. */
typedef struct {
  size_t families;
  const Family *family; /* borrowed from the mapping, as the columns are */
  size_t columns;
  const Column **by_rank; /* owned */
  uint16_t *rank_of;      /* owned; by Column.index */
  size_t *first_rank;     /* owned; of each family, and behind the last */
  uint32_t *versions;     /* owned; of each family: most that a reader could see */
  bool *keeps_deleted;    /* owned; of each family: a reader could see what a deletion hides */
} BulkPlan;

BulkPlan *bulk_plan_new(const Mapping *mapping);
void bulk_plan_free(BulkPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkPlan, bulk_plan_free)
