/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/group.h"

/* Of one column, what was admitted so far. */
typedef struct {
  uint32_t puts;
  bool is_deleted;
  int64_t last_put;
  int64_t last_delete;
} Seen;

struct BulkGroup {
  const BulkPlan *plan; /* borrowed */
  Seen *seen;           /* owned; by rank */
};

BulkGroup *
bulk_group_new(const BulkPlan *plan)
{
  BulkGroup *self = g_new0(BulkGroup, 1);

  self->plan = plan;
  self->seen = g_new0(Seen, plan->columns);
  return self;
}

void
bulk_group_free(BulkGroup *self)
{
  if (self == NULL)
    return;
  g_free(self->seen);
  g_free(self);
}

void
bulk_group_begin(BulkGroup *self)
{
  memset(self->seen, 0, self->plan->columns * sizeof *self->seen);
}

bool
bulk_group_admits(BulkGroup *self, const BulkCell *cell, int64_t timestamp)
{
  Seen *seen = &self->seen[cell->rank];
  size_t family = self->plan->by_rank[cell->rank]->family_index;
  bool keeps_deleted = self->plan->keeps_deleted[family];

  if (seen->is_deleted && !keeps_deleted)
    return false;
  if (cell->is_delete) {
    if (seen->is_deleted && seen->last_delete == timestamp)
      return false;
    seen->is_deleted = true;
    seen->last_delete = timestamp;
    return true;
  }
  if (seen->puts > 0 && seen->last_put == timestamp)
    return false;
  if (seen->puts >= self->plan->versions[family] && !keeps_deleted)
    return false;
  seen->puts++;
  seen->last_put = timestamp;
  return true;
}

bool
bulk_group_admits_row(BulkGroup *self, const uint8_t *packed)
{
  BulkRow row = bulk_row_open(packed);
  BulkCell cell;
  bool admits = false;

  while (bulk_row_next(&row, &cell))
    admits = bulk_group_admits(self, &cell, row.timestamp) || admits;
  return admits;
}
