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
  Seen *seen;           /* owned; by rank, the row's last */
  bool keeps_deleted;   /* some family does */
};

BulkGroup *
bulk_group_new(const BulkPlan *plan)
{
  BulkGroup *self = g_new0(BulkGroup, 1);

  self->plan = plan;
  self->seen = g_new0(Seen, plan->columns + 1);
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
  memset(self->seen, 0, (self->plan->columns + 1) * sizeof *self->seen);
  self->keeps_deleted = false;
  for (size_t i = 0; i < self->plan->families; i++)
    self->keeps_deleted = self->keeps_deleted || self->plan->keeps_deleted[i];
}

static bool
admits_deletion(Seen *seen, int64_t timestamp, bool keeps_deleted)
{
  if (seen->is_deleted && (!keeps_deleted || seen->last_delete == timestamp))
    return false;
  seen->is_deleted = true;
  seen->last_delete = timestamp;
  return true;
}

bool
bulk_group_admits(BulkGroup *self, const BulkCell *cell, int64_t timestamp)
{
  Seen *seen = &self->seen[cell->rank];
  Seen *row = &self->seen[bulk_plan_row_rank(self->plan)];

  if (seen == row)
    return admits_deletion(row, timestamp, self->keeps_deleted);

  size_t family = self->plan->by_rank[cell->rank]->family_index;
  bool keeps_deleted = self->plan->keeps_deleted[family];

  if ((seen->is_deleted || row->is_deleted) && !keeps_deleted)
    return false;
  if (cell->is_delete)
    return admits_deletion(seen, timestamp, keeps_deleted);
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
