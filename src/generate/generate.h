/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/chaos.h"

/* Makes an entity's records and gives them to a sink, one after the other. */
typedef struct {
  const ShopWorld *world;
  GenerateSink sink;
  bool has_chaos;
  double rate; /* messages a second, over all entities; 0: as fast as it goes */
  /* Asked about every tenth of a second of work or waiting; false: stop. */
  bool (*go_on)(void *self, const ShopEntity *entity, const GenerateCounts *counts);
  void *go_on_self;
} GenerateJob;

typedef struct Generate Generate;

/* The job is copied; what it points at is borrowed until free. */
Generate *generate_new(const GenerateJob *job);
void generate_free(Generate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Generate, generate_free)

/* All of one entity, or less when go_on says so: out_is_whole tells. */
bool generate_entity(Generate *self, const ShopEntity *entity, GenerateCounts *out_counts,
                     bool *out_is_whole, GError **error);
