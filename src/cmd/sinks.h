/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "stream/sink.h"

/* The gateway as the sinks of `run`: [gateway] connections of them, a connection each. */
typedef struct CmdSinks CmdSinks;

/* `config` is borrowed. FAULT_SETUP. */
CmdSinks *cmd_sinks_new(const Config *config, GError **error);
void cmd_sinks_free(CmdSinks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdSinks, cmd_sinks_free)

/* Finds out what the gateway speaks, where the configuration says `auto`; waits for one that is
 * not there yet, up to timeout_ms. */
bool cmd_sinks_open(CmdSinks *self, int64_t timeout_ms, GError **error);

/* After cmd_sinks_open(). */
const StreamSink *cmd_sinks_list(const CmdSinks *self, size_t *out_length);
WireProtocol cmd_sinks_protocol(const CmdSinks *self);
