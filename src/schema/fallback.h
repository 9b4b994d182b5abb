/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

/* A field's default, which the schema holds as JSON, as a datum of the field's type: so that a
 * default is read like anything else. Appends to `out`; fails with FAULT_SETUP. */
bool fallback_encode(const SchemaField *field, Bytes *out, GError **error);
