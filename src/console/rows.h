/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/query.h"

/* What was found as JSON: docs/rows.schema.json, docs/value.schema.json. */
void console_append_rows(GString *json, const ConsoleQuery *query, const Glance *glance);
void console_append_value(GString *json, const ConsoleQuery *query, const GlanceValue *value);

void console_append_error(GString *json, const char *sentence);
