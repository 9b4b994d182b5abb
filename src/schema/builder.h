/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/tree.h"

/* JSON to tree, in one walk. A name may be used once its definition has begun, as in every Avro
 * parser: so a type that is met unfinished is one that encloses the place where it is met. */

typedef struct {
  Schema *schema;
  const char *name;       /* of the text, for errors */
  GString *where;         /* JSON path of what is read */
  GHashTable *named;      /* full name -> node */
  GHashTable *unfinished; /* enclosing record -> how many barriers stood when it began, plus 1 */
  GHashTable *unions;     /* owned keys "branch,branch" -> node: nullable fields are mostly alike */
  size_t barriers;        /* enclosing unions, arrays and maps: a datum can end at one */
  bool takes_any_name;
} Builder;

/* Always false, so that a check can end with it. */
bool builder_refuse(const Builder *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* A copy that lives as long as the schema: the JSON goes when the tree is built. */
const char *builder_keep(Builder *self, const char *text);

extern const char *const builder_no_names[];

/* -1: the name is none of a primitive type. */
int builder_primitive(const char *name);

/* NULL, with the error untouched: there is none. */
JsonNode *builder_attribute(JsonObject *json, const char *key);
const char *builder_text_of(JsonNode *json);

/* NULL, with the error set: there is none. */
const char *builder_text(Builder *self, JsonObject *json, const char *key, GError **error);

bool builder_is_name(const Builder *self, const char *text);
const char *builder_full_name(Builder *self, const char *name, const char *space);

/* The namespace that holds inside a type: all of its full name but the last word. */
const char *builder_space_of(Builder *self, const char *full);

/* `space` is NULL for a field's aliases, which are plain names. */
const char *const *builder_read_aliases(Builder *self, JsonObject *json, const char *space,
                                        GError **error);

/* Gives the node its names and makes it known. */
bool builder_read_names(Builder *self, SchemaNode *node, JsonObject *json, const char *space,
                        GError **error);
