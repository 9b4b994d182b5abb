/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/convert.h"

/* A cell's bytes as the value that they were made of: the way back of convert_to_cell(). Texts lie
 * in the bytes, decimals' in `text`, which is emptied first. False: they are not what a column of
 * that type has. */
bool decoded_value(ColumnType type, Slice bytes, Bytes *text, Value *out_value);
