/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* RFC 1321, for spreading row keys, never for secrets. GChecksum would need an allocation for each
 * record. */
enum { MD5_BYTES = 16 };

void md5(Slice message, uint8_t out_digest[MD5_BYTES]);
