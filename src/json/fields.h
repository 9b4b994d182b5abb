/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "record/value.h"

/* Reads JSON documents and leaves a value for each wanted path, in one pass that checks the whole
 * text. The paths are compiled once; a document costs no allocation. One thread owns it. */
typedef struct JsonFields JsonFields;

typedef enum {
  JSON_OWN_TYPES, /* numbers, booleans and texts as they are: see json_number_value() */
  JSON_TEXTS,     /* every scalar as its text, for a schema to read: a string's as VALUE_BYTES, a
                     number's as it is written */
} JsonTypes;

/* Fails with FAULT_SETUP where a path is none. */
JsonFields *json_fields_new(const char *const *paths, size_t length, JsonTypes types,
                            GError **error);
void json_fields_free(JsonFields *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonFields, json_fields_free)

/* The values, in the order of the paths, until the next call; texts point into the document or the
 * reader's scratch. Missing: null, NaN, nothing at the path, or another shape on the way there. An
 * object or array is compact JSON. Fails with FAULT_RECORD: "field a.b (byte 37): ...". */
const Value *json_fields_read(JsonFields *self, Slice document, GError **error);
