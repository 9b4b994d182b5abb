/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* Asks the service that listens at [http] listen whether it is ready. `listen` is that setting:
 * every address ("0.0.0.0") is asked on loopback; NULL, off, is FAULT_SETUP. */
bool cmd_live_ask(const char *listen, int64_t timeout_ms, bool *out_is_ready, char **out_reasons,
                  GError **error);
