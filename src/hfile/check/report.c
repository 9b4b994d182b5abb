/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/report.h"

void
hfile_report_init(HfileReport *self)
{
  *self = (HfileReport){0};
  hfile_statistics_init(&self->statistics);
}

void
hfile_report_clear(HfileReport *self)
{
  hfile_info_free(self->info);
  hfile_statistics_clear(&self->statistics);
  bytes_clear(&self->family);
  bytes_clear(&self->first_key);
  bytes_clear(&self->last_key);
  fault_list_clear(&self->faults);
  fault_list_clear(&self->warnings);
}

static void
add(FaultList *list, const char *format, va_list args)
{
  g_autofree char *sentence = g_strdup_vprintf(format, args);

  fault_list_add(list, "%s", sentence);
}

void
hfile_report_fault(HfileReport *self, const char *format, ...)
{
  va_list args;

  self->faults_total++;
  if (fault_list_length(&self->faults) >= HFILE_REPORT_MOST_FAULTS)
    return;
  va_start(args, format);
  add(&self->faults, format, args);
  va_end(args);
}

void
hfile_report_warning(HfileReport *self, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  add(&self->warnings, format, args);
  va_end(args);
}
