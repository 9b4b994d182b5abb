/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/wait.h"

#include <stdint.h>

/* How a bulk load looks from outside while it works: who is told of progress, and how it is asked
 * to stop. All from the thread that called. */
typedef enum {
  BULK_READING, /* and mapping, and sorting in memory */
  BULK_SORTING, /* what was spilled */
  BULK_WRITING,
  BULK_PLACING,
  BULK_LOADING,
} BulkPhase;

enum { BULK_PHASES = BULK_LOADING + 1 };

typedef struct {
  void *self;
  /* `done` of `total` of the phase's own unit, and rows so far; total 0: nobody knows. */
  void (*progress)(void *self, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows);
  GCancellable *cancellable; /* borrowed: asks to stop, and ends what waits; NULL: nobody will */
} BulkWatch;

const char *bulk_phase_name(BulkPhase phase);

void bulk_watch_progress(const BulkWatch *self, BulkPhase phase, uint64_t done, uint64_t total,
                         uint64_t rows);
/* False, with FAULT_SETUP, once somebody asked to stop. */
bool bulk_watch_goes_on(const BulkWatch *self, GError **error);
/* Waits before another try, and goes on. */
bool bulk_watch_wait(const BulkWatch *self, uint32_t wait_ms, GError **error);
/* Tries as wait_for() does. */
bool bulk_watch_insist(const BulkWatch *self, Wait *wait, WaitStep step, void *data,
                       GError **error);
