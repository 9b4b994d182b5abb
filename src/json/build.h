/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

#include <json-glib/json-glib.h>

/*
 * What a command says under --json: a builder, filled member by member and printed to stdout.
 * Counts are printed as signed 64-bit numbers; text that is no UTF-8 is made so.
 */
void json_build_text(JsonBuilder *json, const char *name, const char *text);
void json_build_number(JsonBuilder *json, const char *name, int64_t number);
void json_build_count(JsonBuilder *json, const char *name, uint64_t count);
void json_build_real(JsonBuilder *json, const char *name, double number);
void json_build_claim(JsonBuilder *json, const char *name, bool is_so);

/* Each of the list, as texts. */
void json_build_sentences(JsonBuilder *json, const char *name, const FaultList *list);

/* Ended by json_builder_end_object() and json_builder_end_array(). */
void json_build_object(JsonBuilder *json, const char *name);
void json_build_list(JsonBuilder *json, const char *name);

/* As one line, or indented. */
void json_build_print(JsonBuilder *json, bool is_pretty);
