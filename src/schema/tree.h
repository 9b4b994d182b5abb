/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

#include <json-glib/json-glib.h>

/* A schema's body, for the files that make it. All memory of the tree is in `memory`, so a tree
 * that was left half-built goes the same way as a whole one. */
struct Schema {
  gatomicrefcount references;
  const SchemaNode *root;
  GStringChunk *texts; /* owned: names, symbols, defaults */
  GPtrArray *memory;   /* owned, of owned blocks: nodes and lists */
  size_t bytes;        /* of all that */
  Schema *inner;       /* owned: what schema_as_record() made the record of; NULL: it did not */
};

/* Zeroed memory that lives as long as the schema. */
void *schema_tree_zeroed(Schema *self, size_t bytes);
#define schema_tree_make(self, Type, count)                                                        \
  ((Type *)schema_tree_zeroed(self, sizeof(Type) * ((count) + 1)))

/* Reads the attribute logicalType and its kin into the node; what does not fit is ignored. */
void schema_read_logical(SchemaNode *node, JsonObject *json);

/* JSON as Java's Avro takes it: with comments and a byte order mark. */
JsonNode *schema_text_parse(const SchemaText *text, GError **error);

/* Builds self->root: the type of the last text. */
bool schema_build(Schema *self, const SchemaText *texts, size_t length, SchemaNames names,
                  GError **error);
