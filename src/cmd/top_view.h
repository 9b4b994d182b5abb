/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* The state of a service as lines of text: what `/status` said now and, for what happens a second,
 * `seconds` before (`before` NULL: that is not known). No line is wider than `width` characters; 0:
 * as wide as it gets. */
char *cmd_top_view(JsonObject *now, JsonObject *before, double seconds, unsigned width);
