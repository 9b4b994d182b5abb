/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <json-glib/json-glib.h>

/* JSON that nobody vouches for, read by json-glib only after it was checked here: strict RFC 8259
 * (json-glib also takes comments, single quotes and assignments), at most JSON_BYTES long
 * and JSON_DEPTH deep (json-glib recurses), no key twice in an object (json-glib keeps the
 * last in silence), integers within 64 bits (json-glib wraps) and numbers within a double.
 *
 * json-glib ends a string at U+0000, which Avro's defaults of bytes often hold, so that character
 * arrives as the noncharacter JSON_NUL in its place. */
enum { JSON_BYTES = 4 << 20, JSON_DEPTH = 256 };

#define JSON_NUL 0xFDD0

/* `name` says what is read (a file's path) and begins every error: "name:LINE: what". Fails with
 * FAULT_SETUP. */
JsonNode *json_parse(const char *name, const char *text, size_t len, GError **error);

/* The file's text, if it is no longer than that. */
char *json_read(const char *path, size_t *out_len, GError **error);
JsonNode *json_load(const char *path, GError **error);
