/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* NULL: what the old mapping's schemas read the new one's read alike. Else why not, yours. */
char *mapping_change_schemas(const Mapping *before, const Mapping *now);
