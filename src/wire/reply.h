/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "wire/wire.h"

/* Reads the verdict in the answer to a call, hostile input safe: true if the call was done.
 * FAULT_RECORD: the gateway refused it, and the reason may lie in what was sent; FAULT_SETUP: it
 * does not know such a call; FAULT_PEER: this is no answer to the call. The list that
 * deleteMultiple answers with holds what was not deleted. */
bool reply_check(WireProtocol protocol, Slice answer, int32_t sequence, GError **error);

/* Whether the answer is a refusal for a reason that passes and lies in no row: HBase was busy, on
 * its way, or shut for writing, for longer than the gateway's own patience. Told by the name of
 * the exception, where HBase puts it; a name that is not known is no such reason. */
bool reply_is_busy(WireProtocol protocol, Slice answer);
