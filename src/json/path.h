/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* Where a value lies in a JSON document, as mappings name it:
 *
 *   home.address.city                 members
 *   items[0].price                    an element, counted from 0
 *   option[option_label=alloy].id     the first element whose member has that text
 *   user\.name, a\[b                  a name with a dot, a bracket or a backslash in it
 */
typedef enum { JSON_STEP_MEMBER, JSON_STEP_INDEX, JSON_STEP_SELECT } JsonStepKind;

typedef struct {
  JsonStepKind kind;
  size_t index; /* JSON_STEP_INDEX */
  char *name;   /* owned; of the member, also the selecting one */
  char *text;   /* owned; JSON_STEP_SELECT */
} JsonStep;

/* Of JsonStep, in order. Fails with FAULT_SETUP. */
GArray *json_path_parse(const char *path, GError **error);

/* The name as one word of a path. The caller's. */
char *json_path_quote(const char *name);
