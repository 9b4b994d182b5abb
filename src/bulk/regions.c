/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/regions.h"

struct BulkRegions {
  Bytes keys;    /* owned: all starts, one behind the other */
  Slice *starts; /* owned; into keys */
  size_t length;
};

BulkRegions *
bulk_regions_new(const Slice *starts, size_t length)
{
  BulkRegions *self = g_new0(BulkRegions, 1);
  size_t at = 0;

  self->length = length + 1;
  self->starts = g_new0(Slice, self->length);
  for (size_t i = 0; i < length; i++)
    bytes_append_slice(&self->keys, starts[i]);
  for (size_t i = 0; i < length; i++) {
    self->starts[i + 1] = slice(self->keys.data + at, starts[i].len);
    at += starts[i].len;
  }
  return self;
}

void
bulk_regions_free(BulkRegions *self)
{
  if (self == NULL)
    return;
  bytes_clear(&self->keys);
  g_free(self->starts);
  g_free(self);
}

size_t
bulk_regions_length(const BulkRegions *self)
{
  return self->length;
}

Slice
bulk_regions_start(const BulkRegions *self, size_t i)
{
  return self->starts[i];
}

size_t
bulk_regions_find(const BulkRegions *self, Slice row)
{
  size_t low = 0;
  size_t high = self->length;

  /* The start of `low` is not after the row, that of `high` is. */
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;

    if (slice_compare(self->starts[middle], row) <= 0)
      low = middle;
    else
      high = middle;
  }
  return low;
}
