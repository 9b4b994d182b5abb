/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "json/json.h"

/* The node as compact JSON, which json_parse() reads to the same node; the caller's. (json-glib's
 * own generator writes 1e17 as "1e+17.0", which is no JSON.) */
char *json_write(JsonNode *node);
