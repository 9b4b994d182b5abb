/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Values as JSON text, appended: compact, UTF-8, nothing escaped that need not be. */

/* A string with its quotes; `text` is UTF-8. */
void json_put_string(Bytes *out, Slice text);

/* As Avro's own JSON: a string with a character U+0000 to U+00FF for each byte. */
void json_put_bytes(Bytes *out, Slice bytes);

/* The one text form of numbers; NaN is null, the infinities "Infinity" and "-Infinity". */
void json_put_double(Bytes *out, double number);
void json_put_float(Bytes *out, float number);
