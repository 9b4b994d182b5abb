/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* An Avro schema, read whole: names, aliases, defaults, logical types. avro-c 1.11 drops the last
 * three, so it serves as a second judge of validity and the tree is ours. Immutable once parsed:
 * threads share it. https://avro.apache.org/docs/1.11.1/specification/ */
typedef struct Schema Schema;

/* Fails with FAULT_SETUP and says where in the JSON, what, and what to do. `text` may be hostile
 * (a registry's answer): depth and size are bounded before it is parsed. */
Schema *
schema_parse(const char *text, size_t len, GError **error);
Schema *
schema_load(const char *path, GError **error);

Schema *
schema_ref(Schema *self);
void
schema_unref(Schema *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schema, schema_unref)
