/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

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
