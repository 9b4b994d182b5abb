/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/statistics.h"

/* The size that HBase would give a cell on the wire has two lengths more than the cell's own. */
enum { WIRE_LENGTH_BYTES = 4, CELL_LENGTHS_BYTES = 8 };

void
hfile_statistics_init(HfileStatistics *self)
{
  *self = (HfileStatistics){.earliest_put = INT64_MAX, .least_timestamp = INT64_MAX};
}

void
hfile_statistics_clear(HfileStatistics *self)
{
  bytes_clear(&self->biggest_key);
}

void
hfile_statistics_count(HfileStatistics *self, const HfileKey *key, size_t value_bytes)
{
  size_t key_bytes = hfile_key_bytes(key);
  uint64_t bytes = WIRE_LENGTH_BYTES + CELL_LENGTHS_BYTES + key_bytes + value_bytes;
  bool hides_all_before = key->type == CELL_DELETE_COLUMN || key->type == CELL_DELETE_FAMILY;

  self->cells++;
  self->key_bytes += key_bytes;
  self->value_bytes += value_bytes;
  self->family_deletes += hfile_is_family_delete(key->type);
  if (key->type == CELL_PUT)
    self->earliest_put = MIN(self->earliest_put, key->timestamp);
  self->least_timestamp = MIN(self->least_timestamp, hides_all_before ? 0 : key->timestamp);
  self->most_timestamp = MAX(self->most_timestamp, key->timestamp);
  if (bytes > self->biggest_bytes) {
    self->biggest_bytes = bytes;
    bytes_reset(&self->biggest_key);
    hfile_key_append(key, &self->biggest_key);
  }
}
