/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/watch.h"

static const char *const names[BULK_PHASES] = {
    [BULK_READING] = "reading", [BULK_SORTING] = "sorting", [BULK_WRITING] = "writing",
    [BULK_PLACING] = "placing", [BULK_LOADING] = "loading",
};

const char *
bulk_phase_name(BulkPhase phase)
{
  return names[phase];
}

void
bulk_watch_progress(const BulkWatch *self, BulkPhase phase, uint64_t done, uint64_t total,
                    uint64_t rows)
{
  if (self->progress != NULL)
    self->progress(self->self, phase, done, total, rows);
}

bool
bulk_watch_goes_on(const BulkWatch *self, GError **error)
{
  if (!g_cancellable_is_cancelled(self->cancellable))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "stopped before the work was whole");
  return false;
}

bool
bulk_watch_wait(const BulkWatch *self, uint32_t wait_ms, GError **error)
{
  wait_pause(self->cancellable, wait_ms);
  return bulk_watch_goes_on(self, error);
}

bool
bulk_watch_insist(const BulkWatch *self, Wait *wait, WaitStep step, void *data, GError **error)
{
  g_autoptr(GError) problem = NULL;

  wait->stop = self->cancellable;
  if (wait_for(wait, step, data, &problem))
    return true;
  if (bulk_watch_goes_on(self, error))
    g_propagate_error(error, g_steal_pointer(&problem));
  return false;
}
