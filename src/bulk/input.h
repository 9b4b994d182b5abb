/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/columns.h"

/* A CSV file of the run: opened once before work starts, for its header, and then again to be
 * read; standard input once for both. */
typedef struct BulkInput BulkInput;

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  CsvOptions csv;
} BulkInputOptions;

/* Adds a fault for what does not open or whose header does not fit, and returns NULL then. */
BulkInput *bulk_input_new(const char *path, const BulkInputOptions *options,
                          BulkFindings *findings);
void bulk_input_free(BulkInput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkInput, bulk_input_free)

const char *bulk_input_path(const BulkInput *self);
const BulkColumns *bulk_input_columns(const BulkInput *self);
/* Of the file, packed as it is; 0 if nobody knows. */
uint64_t bulk_input_size(const BulkInput *self);

/* A reader behind the header, which the caller owns; once. */
CsvReader *bulk_input_open(BulkInput *self, GError **error);
