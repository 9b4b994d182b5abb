/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

size_t
histogram_bucket(const HistogramScale *scale, uint64_t value, size_t near)
{
  size_t i = near;

  while (i < scale->length && value > scale->bounds[i])
    i++;
  while (i > 0 && value <= scale->bounds[i - 1])
    i--;
  return i;
}

void
histogram_add(Histogram *self, uint64_t value)
{
  size_t bucket = histogram_bucket(self->scale, value, 0);

  atomic_fetch_add_explicit(&self->counts[bucket], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&self->sum, value, memory_order_relaxed);
}

void
histogram_merge(Histogram *self, const uint64_t *counts, uint64_t sum)
{
  for (size_t i = 0; i <= self->scale->length; i++) {
    if (counts[i] > 0)
      atomic_fetch_add_explicit(&self->counts[i], counts[i], memory_order_relaxed);
  }
  atomic_fetch_add_explicit(&self->sum, sum, memory_order_relaxed);
}
