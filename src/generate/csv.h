/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/sink.h"

/* Records as rows of their entity's CSV file in a folder. */
typedef struct GenerateCsv GenerateCsv;

/* The folder must exist. */
GenerateCsv *generate_csv_new(const char *folder);
void generate_csv_free(GenerateCsv *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GenerateCsv, generate_csv_free)

/* What is not a row of data, each by its name below. */
typedef enum {
  GENERATE_CSV_SHORT,  /* the row again, without its second half of fields */
  GENERATE_CSV_HEADER, /* the header line again */
} GenerateCsvDamage;

extern const char *const generate_csv_damages[];

/* Good until self is freed. A file that is not whole never gets its name. */
GenerateSink generate_csv_sink(GenerateCsv *self);
