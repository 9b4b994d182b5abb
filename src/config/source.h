/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Settings as they were written, before anybody knows what they mean. */
typedef struct {
  char *name;    /* owned: "section.key" */
  char *value;   /* owned: raw, so that a backslash is a backslash; no blanks at its ends */
  char *origin;  /* owned: "sluice.conf line 3", "SLUICE_KAFKA_GROUP_ID", "-X" */
  bool is_guess; /* from the environment, where a name may not have been meant for us */
  bool is_path;  /* value is the path of the file that holds it; see source_read_secret() */
} Assignment;

typedef GPtrArray Assignments; /* of owned Assignment * */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Assignments, g_ptr_array_unref)

Assignments *assignments_new(void);

/* Parse and append; faults go to the list. `origin` is the name of the file. "key_FILE = path"
 * names the file of a value, as everywhere. */
void source_read_text(Assignments *self, const char *origin, const char *text, size_t len,
                      FaultList *faults);
void source_read_file(Assignments *self, const char *path, FaultList *faults);

/* "SLUICE_SECTION_KEY=value", or "SLUICE_SECTION_KEY_FILE=path". An empty value is as none. */
void source_read_environment(Assignments *self, const char *const *environment, FaultList *faults);
/* The text of the file that a name with _FILE names, without the newline at its end; never empty.
 */
char *source_read_secret(const Assignment *assignment, GError **error);

/* "section.key=value", or "section.key_FILE=path" */
void source_read_overrides(Assignments *self, const char *const *overrides, FaultList *faults);
