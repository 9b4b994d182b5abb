/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* How often whole numbers fell between bounds. Any thread may add and any may read. */
enum { HISTOGRAM_BOUNDS = 16 };

typedef struct {
  uint64_t bounds[HISTOGRAM_BOUNDS]; /* ascending; a value at a bound lies below it */
  size_t length;                     /* of bounds */
} HistogramScale;

typedef struct {
  const HistogramScale *scale; /* borrowed */
  atomic_uint_fast64_t counts[HISTOGRAM_BOUNDS + 1];
  atomic_uint_fast64_t sum;
} Histogram;

/* Where a value is counted; `near` is where the last one was, for they are mostly alike. */
size_t histogram_bucket(const HistogramScale *scale, uint64_t value, size_t near);

void histogram_add(Histogram *self, uint64_t value);

/* What was counted apart, for all at once: counts[i] values in bucket i, `sum` in all. */
void histogram_merge(Histogram *self, const uint64_t *counts, uint64_t sum);
