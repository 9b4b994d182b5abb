/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/plan.h"

/* How the records of writers' schemas are read, by the schemas' ids: shared among threads and
 * bounded by bytes, of which the least recently used are forgotten first. */
typedef struct Writers Writers;

/* One schema that wrote records, as seen from one mapping. Immutable. */
typedef struct {
  gatomicrefcount references;
  Plan *plan;    /* owned; NULL: it cannot be read as ours */
  char *refusal; /* owned: then why */
  size_t bytes;
} Writer;

Writers *writers_new(size_t most_bytes);
void writers_free(Writers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writers, writers_free)

void writers_limit(Writers *self, size_t most_bytes);

/* Compiles; the writer's schema is not needed after that. */
Writer *writer_new(Schema *writer, const PlanFields *fields);
Writer *writer_ref(Writer *self);
void writer_unref(Writer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_unref)

/* A new reference; NULL: it is not known (any more). */
Writer *writers_get(Writers *self, Schema *reader, uint32_t id);
void writers_put(Writers *self, Schema *reader, uint32_t id, Writer *writer);

/* Of what it holds now. */
size_t writers_bytes(Writers *self);

typedef struct {
  uint64_t entries; /* that it holds now */
  uint64_t misses;  /* how often it was asked for what it did not hold */
} WritersCounts;

WritersCounts writers_counts(Writers *self);
