/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

/* What a number stands for when it is read as text. */
typedef struct {
  SchemaLogical logical;
  uint32_t scale;
  int64_t factor; /* the number times this is in `logical`'s unit */
} LogicalUnit;

/* Of a writer's number as the reader's text. Where both say what it means, the writer knows the
 * unit: milliseconds read as microseconds would be another time, hundredths as thousandths another
 * price. A date is its midnight; a time of day is no instant. False: what the one means cannot be
 * the other. */
bool logical_pair(const SchemaNode *writer, const SchemaNode *reader, LogicalUnit *out_unit);
