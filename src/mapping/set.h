/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "mapping/mapping.h"

/* Every mapping in force: the built-in ones and those in the folders of [ingest] mappings. A
 * user's mapping takes the place of a built-in one that has its table or its topic; two of the
 * user's own that share either are a fault. Immutable: threads share it. */
typedef struct MappingSet MappingSet;

/* Adds every fault of every file; those without one are there. Never NULL. */
MappingSet *mapping_set_read(const Config *config, FaultList *faults);
/* All of them, or all their faults as one error. */
MappingSet *mapping_set_load(const Config *config, GError **error);
void mapping_set_free(MappingSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MappingSet, mapping_set_free)

/* Ordered by table. */
size_t mapping_set_length(const MappingSet *self);
/* All of them; borrowed. */
const Mapping *const *mapping_set_list(const MappingSet *self);
const Mapping *mapping_set_get(const MappingSet *self, size_t i);

/* FAULT_SETUP names the nearest table or topic that has a mapping. */
const Mapping *mapping_set_for_table(const MappingSet *self, const char *table, GError **error);
/* The same of a set that was read with these faults: those of other tables are only warned of. */
const Mapping *mapping_set_choose(const MappingSet *self, const char *table,
                                  const FaultList *faults, GError **error);
const Mapping *mapping_set_for_topic(const MappingSet *self, const char *topic, GError **error);
