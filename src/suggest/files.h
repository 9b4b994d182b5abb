/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* The files of one suggestion. None of them is there before, and all of them or none afterwards. */
typedef struct {
  char *folder;     /* owned */
  GPtrArray *paths; /* owned, of owned char *: written so far */
  GPtrArray *names; /* owned, of owned char *, NULL-ended by files_schemas(): of schemas, as a
                       mapping in the folder names them */
} SuggestFiles;

SuggestFiles *files_new(const char *folder);
/* Removes what was written, unless it was kept. */
void files_free(SuggestFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SuggestFiles, files_free)
void files_keep(SuggestFiles *self);

/* FAULT_SETUP: there is such a file, or it cannot be written. */
bool files_add(SuggestFiles *self, const char *name, const char *text, GError **error);

/* Schemas' texts, the record last; `name` is without its extension. */
bool files_add_schemas(SuggestFiles *self, const GPtrArray *texts, const char *name,
                       GError **error);
/* Schemas that lie somewhere: those in the folder are used there, others copied to it. */
bool files_use_schemas(SuggestFiles *self, char *const *paths, const GPtrArray *texts,
                       GError **error);

/* Of the schemas, NULL-ended. */
const char *const *files_schemas(const SuggestFiles *self);
