/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/regions.h"
#include "bulk/watch.h"
#include "sort/merge.h"

/* What sorted rows are like, before anything is written of them: a walk through the merge. */
typedef struct {
  uint64_t rows;       /* different keys */
  uint64_t duplicates; /* records whose key another one has too */
  uint64_t differing;  /* of them, those that say something else than the one before */
  uint64_t bytes;      /* packed */
  GArray *collisions;  /* owned, of BulkCollision: the keys that most differing records share */
} BulkSurvey;

typedef struct {
  char *key;          /* owned: fit for a message */
  uint64_t records;   /* 2 or more */
  uint64_t differing; /* 1 or more */
} BulkCollision;

typedef struct {
  uint64_t records;
  uint64_t bytes; /* packed */
} BulkPart;

void bulk_survey_init(BulkSurvey *self);
void bulk_survey_clear(BulkSurvey *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BulkSurvey, bulk_survey_clear)

bool bulk_survey_walk(BulkSurvey *self, SortMerge *merge, const BulkWatch *watch, GError **error);

/* After a walk over the same rows: start keys that part them into `regions` of about the same
 * bytes, fewer if there are not as many keys. Appends what each gets (BulkPart). */
BulkRegions *bulk_survey_split(const BulkSurvey *self, SortMerge *merge, size_t regions,
                               GArray *out_parts, GError **error);
