/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/inputs.h"

#include "mapping/plan.h"

typedef struct {
  GPtrArray *names;        /* owned, of owned char * */
  const char *const *next; /* the text of each, as they come; NULL: only the names are wanted */
  Origin origin;
  Value *values;     /* owned: of the record's fields */
  Value *key_values; /* owned: of the Kafka key's */
} Inputs;

static void
inputs_clear(Inputs *self)
{
  g_ptr_array_unref(self->names);
  g_free(self->values);
  g_free(self->key_values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Inputs, inputs_clear)

static void
inputs_init(Inputs *self, const Mapping *mapping, const char *const *texts)
{
  *self = (Inputs){.names = g_ptr_array_new_with_free_func(g_free),
                   .next = texts,
                   .origin = {.topic = mapping->topic},
                   .values = g_new0(Value, MAX(mapping->fields.paths->len, 1)),
                   .key_values = g_new0(Value, MAX(mapping->key_fields.paths->len, 1))};
  self->origin.key_values = self->key_values;
}

/* The text that is given under the name, and whether it is given now for the first time. */
static const char *
text_of(Inputs *self, const char *name)
{
  if (g_ptr_array_find_with_equal_func(self->names, name, g_str_equal, NULL))
    return NULL;
  g_ptr_array_add(self->names, g_strdup(name));
  return self->next == NULL ? NULL : *self->next++;
}

static void
take_text(Inputs *self, const char *name, Value *out_value)
{
  const char *text = text_of(self, name);

  if (text != NULL)
    *out_value = (Value){.kind = VALUE_TEXT, .text = slice_text(text)};
}

static bool
take_number(Inputs *self, const char *name, int64_t *out_number, GError **error)
{
  const char *text = text_of(self, name);

  if (text == NULL || text_parse_integer(slice_text(text), out_number))
    return true;
  fault_record(error, "%s is a whole number", name);
  return false;
}

static bool
take_part(Inputs *self, const Mapping *mapping, const KeyPart *part, GError **error)
{
  int64_t partition = self->origin.partition;
  g_autofree char *name = NULL;

  switch (part->source) {
  case KEY_FIELD:
    take_text(self, mapping->fields.paths->pdata[part->field], &self->values[part->field]);
    return true;
  case KEY_KEY_FIELD:
    name = g_strconcat("Kafka key's ", mapping->key_fields.paths->pdata[part->field], NULL);
    take_text(self, name, &self->key_values[part->field]);
    return true;
  case KEY_PARTITION:
    if (!take_number(self, "partition", &partition, error))
      return false;
    self->origin.partition = (int32_t)CLAMP(partition, G_MININT32, G_MAXINT32);
    return true;
  case KEY_OFFSET:
    return take_number(self, "offset", &self->origin.offset, error);
  case KEY_KAFKA_KEY: {
    Value key = {.text = self->origin.key};

    take_text(self, "Kafka key", &key);
    self->origin.key = key.text;
    return true;
  }
  case KEY_SALT:
  case KEY_HASH:
    for (size_t i = 0; i < part->of_length; i++)
      if (!take_part(self, mapping, &part->of[i], error))
        return false;
    return true;
  case KEY_LITERAL:
  case KEY_TOPIC:
    return true;
  }
  g_assert_not_reached();
}

static bool
take_parts(Inputs *self, const Mapping *mapping, GError **error)
{
  for (size_t i = 0; i < mapping->key.parts_length; i++)
    if (!take_part(self, mapping, &mapping->key.parts[i], error))
      return false;
  return true;
}

char **
mapping_inputs(const Mapping *self)
{
  g_auto(Inputs) inputs = {0};
  GPtrArray *names = g_ptr_array_new();

  inputs_init(&inputs, self, NULL);
  take_parts(&inputs, self, NULL);
  for (guint i = 0; i < inputs.names->len; i++)
    g_ptr_array_add(names, g_strdup(inputs.names->pdata[i]));
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(names, FALSE);
}

bool
mapping_key_of_inputs(const Mapping *self, const char *const *texts, Bytes *out, GError **error)
{
  g_auto(Inputs) inputs = {0};
  g_auto(Bytes) scratch = {0};

  inputs_init(&inputs, self, texts);
  return take_parts(&inputs, self, error) &&
         (self->fields.schema == NULL ||
          mapping_parse_texts(self, '.', inputs.values, &scratch, error)) &&
         key_append(&self->key, &inputs.origin, inputs.values, out, error);
}
