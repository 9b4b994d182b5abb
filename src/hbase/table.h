/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "mapping/mapping.h"

/* Of what HBase keeps with a table or with one of its families: a text for a name, as bytes. */
typedef struct {
  int family;            /* its index; negative: the table's own */
  bool is_configuration; /* else an attribute */
  Slice name;
  Slice value;
} TableEntry;

/* A table as it should be, or as HBase says it is. Zeroed is empty. */
typedef struct {
  char *name;            /* owned: "name" or "namespace:name" */
  GArray *families;      /* owned, of Family; their names lie in strings */
  GArray *entries;       /* owned, of TableEntry; the same */
  GPtrArray *mappings;   /* owned, of borrowed const Mapping *: what makes the rows */
  GPtrArray *splits;     /* owned, of owned GBytes *: start keys of all regions but the first */
  GStringChunk *strings; /* owned */
} Table;

Table *table_new(const char *name);
void table_free(Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Copies what the family points to. */
void table_add_family(Table *self, const Family *family);
void table_add_split(Table *self, Slice start_key);
/* Adds the entry, or gives it the value. */
void table_set_entry(Table *self, const TableEntry *entry);
/* NULL: none. */
const TableEntry *table_entry(const Table *self, int family, bool is_configuration, Slice name);

/* What the mapping wants. Its print (see mapping/print.h) is an attribute of the table. */
Table *table_from_mapping(const Mapping *mapping);
/* The same of one more mapping of that table. */
void table_add_mapping(Table *self, const Mapping *mapping);

/* What all those of the mappings want that are the table's. */
Table *table_of_mappings(const char *name, const Mapping *const *mappings, size_t length);

/* NULL: none of that name. */
const Family *table_family(const Table *self, Slice name);

/* Adds a sentence for everything that is wanted and is not so, with what to do: that is a whole
 * line for the hbase shell. More families and more regions than wanted are no difference: others
 * may use the table, and regions split. */
void table_compare(const Table *wanted, const Table *found, FaultList *differences);

/* Of this only what must not be: row keys or times that are made otherwise than those of the rows
 * which are there. */
bool table_takes_rows(const Table *wanted, const Table *found, GError **error);
