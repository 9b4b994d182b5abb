/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* A mapping and its schemas written to a folder of their own and loaded from there; the faults
 * where it could not be. */
typedef struct {
  char *folder;
  Mapping *mapping;
  FaultList faults;
} MappingCase;

/* `schema` is written as value.avsc, `key_schema` as key.avsc when not NULL, `mapping` as
 * case.json; in it ' stands for ". */
MappingCase mapping_case_load(const char *schema, const char *key_schema, const char *mapping);
void mapping_case_clear(MappingCase *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MappingCase, mapping_case_clear)

/* One of the mappings in schemas/, which must be good. */
Mapping *mapping_case_builtin(const char *name);
/* The text of a file in schemas/. */
char *mapping_case_builtin_text(const char *name);
/* The text with `new` for `old`, which must be in it. */
char *mapping_case_replaced(const char *text, const char *old, const char *new);

/* Where the mapping wants the field's value. */
size_t mapping_case_field(const Mapping *mapping, const char *path);

/* The cell as "family:qualifier=value", non-printable bytes as \xNN; "(deleted)" for a deletion. */
char *mapping_case_cell(const RowCell *cell);
/* All of the row: "key@timestamp" and its cells, each on a line of its own. */
char *mapping_case_row(const Row *row);
