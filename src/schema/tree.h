/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

/* A schema's body, for the files that make it. All memory of the tree is in `memory`, so a tree
 * that was left half-built goes the same way as a whole one. */
struct Schema {
  gatomicrefcount references;
  const SchemaNode *root;
  JsonNode *json;    /* owned: the fields' defaults point into it */
  GPtrArray *memory; /* owned, of owned blocks: nodes, lists, names */
};

Schema *schema_tree_new(void);

/* Zeroed memory that lives as long as the schema. */
void *schema_tree_take(Schema *self, void *block);
#define schema_tree_make(self, Type, count)                                                        \
  ((Type *)schema_tree_take(self, g_malloc0(sizeof(Type) * ((count) + 1))))

/* Reads the attribute logicalType and its kin into the node; what does not fit is ignored. */
void schema_read_logical(SchemaNode *node, JsonObject *json);

/* Builds self->root of self->json. */
bool schema_build(Schema *self, const char *name, GError **error);
