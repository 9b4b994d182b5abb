/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"
#include "record/value.h"

/* A value spelled as text, as CSV has it, read as a type of a schema: what comes out is what the
 * decoder makes of the same value in Avro. */

/* Whether nothing but numbers and null come of the type's texts. */
bool spelled_is_number(const SchemaNode *node);

/* How many bytes one text may add to `scratch`. */
size_t spelled_bytes(const SchemaNode *node, Slice text);

/* Appends to `scratch` only, which has room for spelled_bytes(). NaN becomes VALUE_MISSING.
 * FAULT_RECORD says what is wanted. */
bool spelled_read(const SchemaNode *node, Slice text, Bytes *scratch, Value *out_value,
                  GError **error);
