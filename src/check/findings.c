/* SPDX-License-Identifier: Apache-2.0 */
#include "check/findings.h"

#include <stdio.h>

typedef enum { STATE_FINE, STATE_FAULT, STATE_SKIPPED, STATE_NOTE } State;

static const char *const marks[] = {"ok", "FAULT", "-", "NOTE"};
static const char *const words[] = {"ok", "fault", "skipped", "note"};

struct CheckFindings {
  JsonBuilder *json; /* owned; NULL: lines of text */
  CheckTotals totals;
  char *figures_name; /* owned */
  JsonNode *figures;  /* owned; NULL: none */
};

CheckFindings *
check_findings_new(bool is_json)
{
  CheckFindings *self = g_new0(CheckFindings, 1);

  if (!is_json)
    return self;
  self->json = json_builder_new();
  json_builder_begin_object(self->json);
  json_build_list(self->json, "findings");
  return self;
}

void
check_findings_free(CheckFindings *self)
{
  if (self == NULL)
    return;
  g_clear_object(&self->json);
  g_clear_pointer(&self->figures, json_node_unref);
  g_free(self->figures_name);
  g_free(self);
}

static void
add(CheckFindings *self, State state, const char *what, const char *says)
{
  if (self->json == NULL) {
    printf("%-5s  %-13s  %s\n", marks[state], what, says);
    fflush(stdout);
    return;
  }
  json_builder_begin_object(self->json);
  json_build_text(self->json, "what", what);
  json_build_text(self->json, "state", words[state]);
  json_build_text(self->json, "says", says);
  json_builder_end_object(self->json);
}

void
check_findings_fine(CheckFindings *self, const char *what, const char *format, ...)
{
  g_autofree char *says = NULL;
  va_list args;

  va_start(args, format);
  says = g_strdup_vprintf(format, args);
  va_end(args);
  add(self, STATE_FINE, what, says);
}

void
check_findings_note(CheckFindings *self, const char *what, const char *format, ...)
{
  g_autofree char *says = NULL;
  va_list args;

  va_start(args, format);
  says = g_strdup_vprintf(format, args);
  va_end(args);
  add(self, STATE_NOTE, what, says);
}

void
check_findings_skip(CheckFindings *self, const char *what, const char *format, ...)
{
  g_autofree char *says = NULL;
  va_list args;

  va_start(args, format);
  says = g_strdup_vprintf(format, args);
  va_end(args);
  add(self, STATE_SKIPPED, what, says);
}

void
check_findings_fault(CheckFindings *self, const char *what, const char *format, ...)
{
  g_autofree char *says = NULL;
  va_list args;

  va_start(args, format);
  says = g_strdup_vprintf(format, args);
  va_end(args);
  self->totals.faults++;
  add(self, STATE_FAULT, what, says);
}

void
check_findings_bad_data(CheckFindings *self, const char *what, const char *format, ...)
{
  g_autofree char *says = NULL;
  va_list args;

  va_start(args, format);
  says = g_strdup_vprintf(format, args);
  va_end(args);
  self->totals.bad_data++;
  check_findings_fault(self, what, "%s", says);
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

void
check_findings_take(CheckFindings *self, const char *name, JsonNode *figures)
{
  g_clear_pointer(&self->figures, json_node_unref);
  g_free(self->figures_name);
  self->figures_name = g_strdup(name);
  self->figures = figures; /* ours now */
}

static void
print_json(CheckFindings *self)
{
  json_builder_end_array(self->json);
  if (self->figures != NULL) {
    json_builder_set_member_name(self->json, self->figures_name);
    json_builder_add_value(self->json, g_steal_pointer(&self->figures)); /* it owns them now */
  }
  json_build_count(self->json, "faults", self->totals.faults);
  json_builder_end_object(self->json);
  json_build_print(self->json, true);
}

CheckTotals
check_findings_finish(CheckFindings *self)
{
  if (self->json != NULL)
    print_json(self);
  else
    printf("%zu fault%s.\n", self->totals.faults, self->totals.faults == 1 ? "" : "s");
  return self->totals;
}
