/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/cursor.h"

/* Hadoop's variable integers (WritableUtils), which are not protobuf's. */

enum { HFILE_VINT_MOST_BYTES = 9 };

/* As the takes of base/cursor.h. */
bool hfile_take_vint(Cursor *self, int64_t *out_value);

size_t hfile_vint_bytes(int64_t value);
void hfile_append_vint(Bytes *out, int64_t value);
