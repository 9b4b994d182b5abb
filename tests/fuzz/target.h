/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What each fuzz target defines. */

/* Reads the input; must neither crash nor read out of bounds nor go on without end. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Inputs that reach deep, for mutations to begin at: of GBytes, the caller's. */
GPtrArray *fuzz_seeds(void);
