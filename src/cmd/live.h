/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* What the service that listens there answers at a path ("/status"); *out_is_ok: with status 200,
 * not 503. `listen` is [http] listen: every address ("0.0.0.0") is asked on loopback; NULL, off, is
 * FAULT_SETUP. FAULT_PEER: it does not answer. */
char *cmd_live_get(const char *listen, const char *path, int64_t timeout_ms, bool *out_is_ok,
                   GError **error);

/* Asks it whether it is ready. */
bool cmd_live_ask(const char *listen, int64_t timeout_ms, bool *out_is_ready, char **out_reasons,
                  GError **error);
