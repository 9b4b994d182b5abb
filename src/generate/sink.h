/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "generate/shop/entity.h"

/* Where generated records go: Kafka, files, or a test's memory. An entity's records come between
 * begin and end. */
typedef struct {
  void *self;
  const char *const *damages; /* names of what `damaged` can do, ended by NULL */
  bool (*begin)(void *self, const ShopEntity *entity, GError **error);
  bool (*record)(void *self, const ShopRecord *record, GError **error);
  /* Something in the place of this record that no reader can take for one: damages[damage]. */
  bool (*damaged)(void *self, const ShopRecord *record, size_t damage, GError **error);
  /* Waits until all is where it should be. Not whole: the work was stopped on the way. */
  bool (*end)(void *self, bool is_whole, GError **error);
} GenerateSink;

enum { GENERATE_MOST_DAMAGES = 8 };
