/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/load/load.h"
#include "bulk/regions.h"

/* The files of a load that are not live yet: an array of these. */
typedef struct {
  BulkFile file;
  char *url; /* owned; NULL: not placed yet */
  bool was_placed;
  bool is_asked; /* a load was asked for, and did not come about or nobody knows */
  bool may_be_live;
  Slice family; /* its name, borrowed */
} BulkPending;

GArray *bulk_pending_new(void);

/* Takes the file's path. */
void bulk_pending_add(GArray *self, const BulkFile *file, Slice family);

/* Finds the region of each file, and divides those that lie in several; counts these. */
bool bulk_pending_assign(GArray *self, const BulkRecut *how, uint64_t *recut, GError **error);

/* Whether some are for that region. */
bool bulk_pending_has(const GArray *self, size_t region);

/* `files`, of RegionserverFile, have their urls from here. */
void bulk_pending_mark_asked(GArray *self, const GArray *files, bool may_be_live);
void bulk_pending_take_live(GArray *self, const GArray *files, BulkLoadCounts *counts);
