/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "report/report.h"

/* What a look at something found: a line on standard output for each thing looked at, or one JSON
 * object at the end. */
typedef struct CheckFindings CheckFindings;

CheckFindings *check_findings_new(bool is_json);
void check_findings_free(CheckFindings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckFindings, check_findings_free)

/* `what` is the kind of thing ("topic"), the rest names it and says what was found. */
void check_findings_fine(CheckFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Worth a look, and no fault. */
void check_findings_note(CheckFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Could not be looked at, because of another fault. */
void check_findings_skip(CheckFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void check_findings_fault(CheckFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same where the fault lies in the records. */
void check_findings_bad_data(CheckFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same of an error, whose code counts for the exit code; `name` may be NULL. */
void check_findings_error(CheckFindings *self, const char *what, const char *name,
                          const GError *error);
/* Each of the list. */
void check_findings_list(CheckFindings *self, const char *what, const FaultList *faults);

/* A list to be filled, that becomes one more member of the JSON object. */
Report *check_findings_samples(CheckFindings *self);

typedef struct {
  size_t faults;
  size_t silent_peers; /* of these: peers that do not answer */
  size_t bad_data;     /* and records that are not as they should be */
} CheckTotals;

/* Ends the report. */
CheckTotals check_findings_finish(CheckFindings *self);
