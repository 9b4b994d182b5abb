/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "mapping/mapping.h"

/* A table as it should be, or as HBase says it is. Zeroed is empty. */
typedef struct {
  char *name;            /* owned: "name" or "namespace:name" */
  GArray *families;      /* owned, of Family; their names lie in strings */
  GPtrArray *splits;     /* owned, of owned GBytes *: start keys of all regions but the first */
  GStringChunk *strings; /* owned */
} Table;

Table *table_new(const char *name);
void table_free(Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Copies what the family points to. */
void table_add_family(Table *self, const Family *family);
void table_add_split(Table *self, Slice start_key);

/* What the mapping wants. */
Table *table_from_mapping(const Mapping *mapping);

/* NULL: none of that name. */
const Family *table_family(const Table *self, Slice name);

/* Adds a sentence for everything that is wanted and is not so, with what to do. More families and
 * more regions than wanted are no difference: others may use the table, and regions split. */
void table_compare(const Table *wanted, const Table *found, FaultList *differences);

/* The name that HBase, its shell and a mapping use. */
const char *table_bloom_name(Bloom bloom);
