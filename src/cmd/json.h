/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

#include <json-glib/json-glib.h>

/*
 * What a command says under --json: a builder, filled member by member and printed to stdout.
 * Counts are printed as signed 64-bit numbers; text that is no UTF-8 is made so.
 */
void cmd_json_text(JsonBuilder *json, const char *name, const char *text);
void cmd_json_number(JsonBuilder *json, const char *name, int64_t number);
void cmd_json_count(JsonBuilder *json, const char *name, uint64_t count);
void cmd_json_real(JsonBuilder *json, const char *name, double number);
void cmd_json_claim(JsonBuilder *json, const char *name, bool is_so);

/* Ended by json_builder_end_object() and json_builder_end_array(). */
void cmd_json_object(JsonBuilder *json, const char *name);
void cmd_json_list(JsonBuilder *json, const char *name);

/* As one line, or indented. */
void cmd_json_print(JsonBuilder *json, bool is_pretty);
