/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/convert.h"

/* Appends what a cell's bytes say by the column's type; false: nothing, for it is text or bytes, or
 * the bytes are not of the type. */
bool console_typed(Bytes *out, ColumnType type, Slice value);
