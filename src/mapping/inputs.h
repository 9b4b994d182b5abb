/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* What a person gives to name a row of a mapping's table: the fields that its key is made of. */

/* Their names, NULL-ended and each once, in the order of the key; g_strfreev(). */
char **mapping_inputs(const Mapping *self);

/* Makes the row key of as many texts, each as a CSV file would have it. FAULT_RECORD. */
bool mapping_key_of_inputs(const Mapping *self, const char *const *texts, Bytes *out,
                           GError **error);
