/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "mapping/mapping.h"

/* Every mapping in force: the built-in ones and those in the folders of [ingest] mappings. A
 * user's mapping takes the place of a built-in one that has its table or its topic. A topic may be
 * read for several tables, and a table be fed by several topics, as long as their mappings agree on
 * what the table is and none deletes what another has written. Immutable: threads share it. */
typedef struct MappingSet MappingSet;

/* Adds every fault of every file; those without one are there. Never NULL. */
MappingSet *mapping_set_read(const Config *config, FaultList *faults);
/* All of them, or all their faults as one error. */
MappingSet *mapping_set_load(const Config *config, GError **error);
void mapping_set_free(MappingSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MappingSet, mapping_set_free)

/* Ordered by table, then by topic. */
size_t mapping_set_length(const MappingSet *self);
/* All of them; borrowed. */
const Mapping *const *mapping_set_list(const MappingSet *self);
const Mapping *mapping_set_get(const MappingSet *self, size_t i);

/* All that have the table and the topic, either of which may be NULL: any; of borrowed Mapping, at
 * least one, NULL-ended beyond its length. FAULT_SETUP names the nearest that has a mapping. */
GPtrArray *mapping_set_find(const MappingSet *self, const char *table, const char *topic,
                            GError **error);

/* The table's only mapping or, of several, the topic's. FAULT_SETUP: there is none, or it is not
 * said which. */
const Mapping *mapping_set_pick(const MappingSet *self, const char *table, const char *topic,
                                GError **error);
/* The same of a set that was read with these faults: those of other tables are only warned of. */
typedef struct {
  const char *table;
  const char *topic; /* or NULL: see mapping_set_pick() */
} MappingChoice;

const Mapping *mapping_set_choose(const MappingSet *self, const MappingChoice *choice,
                                  const FaultList *faults, GError **error);

/* The topics that mappings read, each once, and which of a topic's readers each mapping is: a
 * topic may be read for several tables. */
typedef struct {
  const char **names; /* owned array of borrowed names, NULL-ended */
  size_t *readers;    /* owned; by topic: mappings that read it */
  size_t *first;      /* owned; by topic: the first of them */
  size_t length;
  size_t *index;  /* owned; by mapping: its topic */
  size_t *reader; /* owned; by mapping */
} MappingTopics;

void mapping_topics_init(MappingTopics *self, const Mapping *const *mappings, size_t length);
void mapping_topics_clear(MappingTopics *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MappingTopics, mapping_topics_clear)
