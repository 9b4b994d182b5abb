/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* Which mappings a service that runs goes on with when their files were read again. Safe are a new
 * mapping and a new column: what is in the tables stays true. Anything else (another key, another
 * time, a mapping that is gone) would leave rows that nobody would write so any more, or that
 * nobody writes on; that counts from the next start on. */
typedef struct {
  GPtrArray *list; /* owned, of borrowed const Mapping *, by table: those to go on with */
  FaultList told;  /* what stays as it was, and why */
  bool is_other;   /* they are not those that run */
} MappingChange;

void mapping_change_init(MappingChange *self, const Mapping *const *running, size_t running_length,
                         const Mapping *const *now, size_t now_length);
void mapping_change_clear(MappingChange *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MappingChange, mapping_change_clear)

typedef enum {
  MAPPING_SAME,  /* for a service */
  MAPPING_GROWN, /* by columns alone */
  MAPPING_OTHER,
} MappingDifference;

/* `out_reason`, yours, says what is other. */
MappingDifference mapping_compare(const Mapping *before, const Mapping *now, char **out_reason);
