/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* The service that is asked: [http] listen and token. Every address ("0.0.0.0") is asked on
 * loopback; listen NULL, off, is FAULT_SETUP. All borrowed. */
typedef struct {
  const char *listen;
  const char *token; /* NULL: none */
  int64_t timeout_ms;
} CmdLive;

/* What it answers at a path ("/status"); *out_is_ok: with status 200, not 503. FAULT_PEER: it does
 * not answer. */
char *cmd_live_get(const CmdLive *self, const char *path, bool *out_is_ok, GError **error);

/* Asks it whether it is ready. */
bool cmd_live_ask(const CmdLive *self, bool *out_is_ready, char **out_reasons, GError **error);
