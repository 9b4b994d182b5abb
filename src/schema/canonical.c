/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/tree.h"

#include "json/put.h"

/* The specification's "Parsing Canonical Form": full names, only the attributes that decide how
 * bytes are read, no spaces, fixed order. */

typedef struct {
  GString *text;
  GHashTable *written; /* named types that stand there already */
} Writer;

static void write_node(Writer *self, const SchemaNode *node);

static void
write_quoted(Writer *self, const char *name)
{
  g_auto(Bytes) quoted = {0};

  json_put_string(&quoted, slice_text(name)); /* a writer's may hold anything */
  g_string_append_len(self->text, (const char *)quoted.data, (gssize)quoted.len);
}

static void
write_fields(Writer *self, const SchemaNode *record)
{
  g_string_append(self->text, ",\"fields\":[");
  for (size_t i = 0; i < record->length; i++) {
    g_string_append_printf(self->text, "%s{\"name\":", i == 0 ? "" : ",");
    write_quoted(self, record->fields[i].name);
    g_string_append(self->text, ",\"type\":");
    write_node(self, record->fields[i].type);
    g_string_append_c(self->text, '}');
  }
  g_string_append_c(self->text, ']');
}

static void
write_symbols(Writer *self, const SchemaNode *node)
{
  g_string_append(self->text, ",\"symbols\":[");
  for (size_t i = 0; i < node->length; i++) {
    g_string_append(self->text, i == 0 ? "" : ",");
    write_quoted(self, node->symbols[i]);
  }
  g_string_append_c(self->text, ']');
}

static void
write_named(Writer *self, const SchemaNode *node)
{
  if (!g_hash_table_add(self->written, (gpointer)node)) {
    write_quoted(self, node->name);
    return;
  }
  g_string_append(self->text, "{\"name\":");
  write_quoted(self, node->name);
  g_string_append_printf(self->text, ",\"type\":\"%s\"", schema_kind_name(node->kind));
  if (node->kind == SCHEMA_RECORD)
    write_fields(self, node);
  else if (node->kind == SCHEMA_ENUM)
    write_symbols(self, node);
  else
    g_string_append_printf(self->text, ",\"size\":%zu", node->length);
  g_string_append_c(self->text, '}');
}

static void
write_union(Writer *self, const SchemaNode *node)
{
  g_string_append_c(self->text, '[');
  for (size_t i = 0; i < node->length; i++) {
    if (i > 0)
      g_string_append_c(self->text, ',');
    write_node(self, node->branches[i]);
  }
  g_string_append_c(self->text, ']');
}

static void
write_node(Writer *self, const SchemaNode *node)
{
  if (node->kind >= SCHEMA_RECORD) {
    write_named(self, node);
  } else if (node->kind == SCHEMA_UNION) {
    write_union(self, node);
  } else if (node->kind == SCHEMA_ARRAY || node->kind == SCHEMA_MAP) {
    g_string_append_printf(self->text, "{\"type\":\"%s\",\"%s\":", schema_kind_name(node->kind),
                           node->kind == SCHEMA_ARRAY ? "items" : "values");
    write_node(self, node->items);
    g_string_append_c(self->text, '}');
  } else {
    write_quoted(self, schema_kind_name(node->kind));
  }
}

char *
schema_canonical(const Schema *self)
{
  g_autoptr(GHashTable) written = g_hash_table_new(NULL, NULL);
  Writer writer = {.text = g_string_new(NULL), .written = written};

  write_node(&writer, schema_root(self));
  return g_string_free(writer.text, FALSE);
}

/* CRC-64-AVRO, bit by bit: it runs once a schema. */
uint64_t
schema_fingerprint(const Schema *self)
{
  const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
  g_autofree char *text = schema_canonical(self->inner != NULL ? self->inner : self);
  uint64_t fingerprint = empty;

  for (const char *c = text; *c != '\0'; c++) {
    fingerprint ^= (uint8_t)*c;
    for (size_t bit = 0; bit < 8; bit++)
      fingerprint = (fingerprint >> 1) ^ ((fingerprint & 1) != 0 ? empty : 0);
  }
  return fingerprint;
}
