/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/progress.h"

char *
cmd_bulkprogress_describe(const CmdBulkProgress *self)
{
  double seconds = self->seconds;
  double share = self->total > 0 ? (double)self->done / (double)self->total : 0;
  GString *text = g_string_new(bulk_phase_name(self->phase));

  if (self->total > 0)
    g_string_append_printf(text, " done=%.0f%%", share * 100);
  if (self->rows > 0 && seconds > 0)
    g_string_append_printf(text, " rows=%" G_GUINT64_FORMAT " per_second=%.0f", self->rows,
                           (double)self->rows / seconds);
  if (self->rows == 0 && self->done > 0 && seconds > 0) {
    g_autofree char *rate =
        g_format_size_full((uint64_t)((double)self->done / seconds), G_FORMAT_SIZE_IEC_UNITS);

    g_string_append_printf(text, " rate=%s/s", rate);
  }
  if (share > 0.01 && seconds > 1)
    g_string_append_printf(text, " left=%.0fs", seconds / share - seconds);
  return g_string_free(text, FALSE);
}
