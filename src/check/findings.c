/* SPDX-License-Identifier: Apache-2.0 */
#include "check/findings.h"

typedef enum { STATE_FINE, STATE_FAULT, STATE_SKIPPED, STATE_NOTE } State;

static const char *const marks[] = {"ok", "FAULT", "-", "NOTE"};
static const char *const words[] = {"ok", "fault", "skipped", "note"};

struct CheckFindings {
  Report *report;  /* owned: within its list of findings until the end */
  Report *samples; /* owned; NULL: none were taken */
  CheckTotals totals;
};

CheckFindings *
check_findings_new(bool is_json)
{
  CheckFindings *self = g_new0(CheckFindings, 1);

  self->report = report_new(is_json);
  report_list(self->report, "findings");
  return self;
}

void
check_findings_free(CheckFindings *self)
{
  if (self == NULL)
    return;
  report_free(self->report);
  report_free(self->samples);
  g_free(self);
}

/* Text comes as it is found; JSON is whole or not there. */
static void
add(CheckFindings *self, State state, const char *what, const char *format, va_list arguments)
{
  g_autofree char *line = g_strdup_printf("%-5s  {what:-13}  {says}\n", marks[state]);
  g_autofree char *says = g_strdup_vprintf(format, arguments);

  self->totals.faults += state == STATE_FAULT;
  report_object(self->report, NULL);
  report_text(self->report, "what", what);
  report_text(self->report, "state", words[state]);
  report_text(self->report, "says", says);
  report_say(self->report, line);
  report_end(self->report);
  if (!report_is_json(self->report))
    report_flush(self->report);
}

void
check_findings_fine(CheckFindings *self, const char *what, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(self, STATE_FINE, what, format, arguments);
  va_end(arguments);
}

void
check_findings_note(CheckFindings *self, const char *what, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(self, STATE_NOTE, what, format, arguments);
  va_end(arguments);
}

void
check_findings_skip(CheckFindings *self, const char *what, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(self, STATE_SKIPPED, what, format, arguments);
  va_end(arguments);
}

void
check_findings_fault(CheckFindings *self, const char *what, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  add(self, STATE_FAULT, what, format, arguments);
  va_end(arguments);
}

void
check_findings_bad_data(CheckFindings *self, const char *what, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  self->totals.bad_data++;
  add(self, STATE_FAULT, what, format, arguments);
  va_end(arguments);
}

void
check_findings_error(CheckFindings *self, const char *what, const char *name, const GError *error)
{
  if (g_error_matches(error, FAULT, FAULT_PEER))
    self->totals.silent_peers++;
  check_findings_fault(self, what, "%s%s%s", name == NULL ? "" : name, name == NULL ? "" : ": ",
                       error->message);
}

void
check_findings_list(CheckFindings *self, const char *what, const FaultList *faults)
{
  for (size_t i = 0; i < fault_list_length(faults); i++)
    check_findings_fault(self, what, "%s", fault_list_get(faults, i));
}

Report *
check_findings_samples(CheckFindings *self)
{
  if (self->samples == NULL)
    self->samples = report_new_list(self->report);
  return self->samples;
}

CheckTotals
check_findings_finish(CheckFindings *self)
{
  report_end(self->report);
  if (self->samples != NULL)
    report_take_list(self->report, "samples", g_steal_pointer(&self->samples));
  report_count(self->report, "faults", self->totals.faults);
  report_say(self->report, "{faults} fault{faults:s}.\n");
  report_end_all(self->report);
  return self->totals;
}
