/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/plan.h"

#include <stdlib.h>

static int
compare_columns(const void *a, const void *b)
{
  const Column *left = *(const Column *const *)a;
  const Column *right = *(const Column *const *)b;

  if (left->family_index != right->family_index)
    return left->family_index < right->family_index ? -1 : 1;
  return slice_compare(left->qualifier, right->qualifier);
}

BulkPlan *
bulk_plan_new(const Mapping *mapping)
{
  BulkPlan *self = g_new0(BulkPlan, 1);
  const Column *columns = mapping_columns(mapping, &self->columns);

  const Family *family = mapping_families(mapping, &self->families);

  g_assert(self->columns <= UINT16_MAX);
  self->family = g_memdup2(family, self->families * sizeof *family);
  self->names = g_string_chunk_new(64);
  self->by_rank = g_new(const Column *, self->columns);
  self->rank_of = g_new(uint16_t, self->columns);
  self->first_rank = g_new0(size_t, self->families + 1);
  self->versions = g_new(uint32_t, self->families);
  self->keeps_deleted = g_new0(bool, self->families);
  self->dead_before = g_new0(int64_t, self->families);
  for (size_t i = 0; i < self->families; i++)
    self->versions[i] = self->family[i].versions;
  for (size_t i = 0; i < self->columns; i++)
    self->by_rank[i] = &columns[i];
  if (self->columns > 1)
    qsort(self->by_rank, self->columns, sizeof *self->by_rank, compare_columns);
  for (size_t rank = 0; rank < self->columns; rank++) {
    const Column *column = self->by_rank[rank];

    self->rank_of[column->index] = (uint16_t)rank;
    self->first_rank[column->family_index + 1] = rank + 1;
  }
  /* A family without columns begins where it ends. */
  for (size_t i = 1; i <= self->families; i++)
    self->first_rank[i] = MAX(self->first_rank[i], self->first_rank[i - 1]);
  return self;
}

void
bulk_plan_free(BulkPlan *self)
{
  if (self == NULL)
    return;
  g_free(self->family);
  g_string_chunk_free(self->names);
  g_free(self->by_rank);
  g_free(self->rank_of);
  g_free(self->first_rank);
  g_free(self->versions);
  g_free(self->keeps_deleted);
  g_free(self->dead_before);
  g_free(self);
}

void
bulk_plan_add_family(BulkPlan *self, const Family *family)
{
  size_t at = self->families++;

  self->family = g_renew(Family, self->family, self->families);
  self->first_rank = g_renew(size_t, self->first_rank, self->families + 1);
  self->versions = g_renew(uint32_t, self->versions, self->families);
  self->keeps_deleted = g_renew(bool, self->keeps_deleted, self->families);
  self->dead_before = g_renew(int64_t, self->dead_before, self->families);
  self->family[at] = *family;
  self->family[at].name.data = (const uint8_t *)g_string_chunk_insert_len(
      self->names, (const char *)family->name.data, (gssize)family->name.len);
  self->first_rank[self->families] = self->columns;
  self->versions[at] = family->versions;
  self->keeps_deleted[at] = family_keeps_deleted(family);
  self->dead_before[at] = 0;
}
