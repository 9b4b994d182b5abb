/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* A server's answer to the call of that number: header, then result. FAULT_PEER: it says to look
 * again (the region has moved, the server is busy or starting), or answers something else;
 * FAULT_SETUP: refused, with the first line of the server's reason. The result points into the
 * answer, which may be hostile. */
bool regionserver_answer_read(Slice answer, uint32_t number, Slice *out_result, GError **error);
