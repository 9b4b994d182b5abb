/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/schemas.h"

#include <string.h>

/* A registry that answers when it is told to. */
typedef struct {
  GMutex lock;
  GCond changed;
  bool is_mute;
  Fault fault; /* of what it answers for odd ids */
  unsigned lookups;
} Registry;

static Schema *
slow_lookup(void *data, uint32_t id, GError **error)
{
  Registry *self = data;
  Fault fault;

  g_mutex_lock(&self->lock);
  self->lookups++;
  while (self->is_mute)
    g_cond_wait(&self->changed, &self->lock);
  fault = self->fault;
  g_mutex_unlock(&self->lock);
  if (id % 2 == 0)
    return schema_parse("registry", "\"string\"", strlen("\"string\""), error);
  g_set_error(error, FAULT, (int)fault, "odd");
  return NULL;
}

static void
set_mute(Registry *self, bool is_mute)
{
  g_mutex_lock(&self->lock);
  self->is_mute = is_mute;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
}

static void
answers_are_the_registrys_and_silence_is_an_outage(void)
{
  Registry registry = {.fault = FAULT_RECORD};
  const SchemaSource slow = {&registry, slow_lookup};
  StreamSchemas *schemas = stream_schemas_new(&slow);
  SchemaSource source = stream_schemas_source(schemas);
  g_autoptr(GError) bad = NULL;
  g_autoptr(GError) silence = NULL;
  Schema *schema = NULL;

  for (size_t i = 0; i < 3; i++) {
    schema = source.lookup(source.self, 2, NULL);
    g_assert_nonnull(schema);
    schema_unref(schema);
  }
  g_assert_cmpuint(registry.lookups, ==, 1);
  g_assert_null(source.lookup(source.self, 1, &bad));
  g_assert_error(bad, FAULT, FAULT_RECORD);

  set_mute(&registry, true);
  g_assert_null(source.lookup(source.self, 4, &silence));
  g_assert_error(silence, FAULT, FAULT_PEER);
  schema = source.lookup(source.self, 2, NULL); /* what is known needs nobody */
  g_assert_nonnull(schema);
  schema_unref(schema);
  g_assert_false(stream_schemas_free(schemas)); /* the thread hangs in there */

  set_mute(&registry, false);
  while (!stream_schemas_free(schemas))
    ;
}

static void
an_outage_ends(void)
{
  Registry registry = {.is_mute = true};
  const SchemaSource slow = {&registry, slow_lookup};
  StreamSchemas *schemas = stream_schemas_new(&slow);
  SchemaSource source = stream_schemas_source(schemas);
  Schema *schema;

  g_assert_null(source.lookup(source.self, 2, NULL));
  set_mute(&registry, false);
  while ((schema = source.lookup(source.self, 2, NULL)) == NULL)
    ;
  schema_unref(schema);
  g_assert_cmpuint(registry.lookups, ==, 1);
  g_assert_true(stream_schemas_free(schemas));
}

/* What decoders make of schemas is kept in one bounded place; the schemas themselves are not. */
static void
plans_are_kept_and_schemas_are_not(void)
{
  enum { SCHEMAS = 200 };
  Registry registry = {0};
  g_autoptr(Writers) writers = writers_new(1 << 20);
  const SchemaSource slow = {&registry, slow_lookup, writers};
  StreamSchemas *schemas = stream_schemas_new(&slow);
  SchemaSource source = stream_schemas_source(schemas);

  g_assert_true(source.writers == writers);
  for (uint32_t round = 0; round < 2; round++) {
    for (uint32_t id = 0; id < SCHEMAS; id++) {
      g_autoptr(Schema) schema = source.lookup(source.self, 2 * id, NULL);

      g_assert_nonnull(schema);
    }
  }
  g_assert_cmpuint(registry.lookups, ==, 2 * SCHEMAS);
  g_assert_true(stream_schemas_free(schemas));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/schemas/answers", answers_are_the_registrys_and_silence_is_an_outage);
  g_test_add_func("/schemas/outage", an_outage_ends);
  g_test_add_func("/schemas/kept", plans_are_kept_and_schemas_are_not);
  return g_test_run();
}
