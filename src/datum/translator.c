/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/translator.h"

struct Translator {
  const Mapping *mapping; /* borrowed */
  Decoder *decoder;       /* owned */
  Decoder *keys;          /* owned; NULL: the mapping has no key schema */
  TranslatorStep step;
};

Translator *
translator_new(const Mapping *mapping, const SchemaSource *source, GError **error)
{
  g_autoptr(Translator) self = g_new0(Translator, 1);

  self->mapping = mapping;
  self->decoder = decoder_new(mapping, source, error);
  if (self->decoder == NULL)
    return NULL;
  if (!mapping_reads_key(mapping))
    return g_steal_pointer(&self);
  self->keys = decoder_new_for_keys(mapping, source, error);
  return self->keys == NULL ? NULL : g_steal_pointer(&self);
}

void
translator_free(Translator *self)
{
  if (self == NULL)
    return;
  decoder_free(self->decoder);
  decoder_free(self->keys);
  g_free(self);
}

bool
translator_skips(const Translator *self, Slice value)
{
  return value.data == NULL && mapping_tombstone(self->mapping) == TOMBSTONE_SKIP;
}

/* The key's values, where the mapping reads it and the record has one. */
static bool
read_key(Translator *self, Origin *origin, GError **error)
{
  if (self->keys == NULL || origin->key.data == NULL)
    return true;
  origin->key_values = decoder_decode(self->keys, origin->key, error);
  if (origin->key_values != NULL)
    return true;
  if (error != NULL && fault_field(*error) != NULL) {
    g_autofree char *field = g_strconcat("Kafka key's ", fault_field(*error), NULL);

    fault_set_field(error, field);
  }
  g_prefix_error_literal(error, "key: ");
  return false;
}

bool
translator_row(Translator *self, Origin *origin, Slice value, Row *row, GError **error)
{
  const Value *values = NULL;

  self->step = TRANSLATOR_KEY;
  if (!read_key(self, origin, error))
    return false;
  self->step = TRANSLATOR_VALUE;
  if (value.data != NULL) {
    values = decoder_decode(self->decoder, value, error);
    if (values == NULL)
      return false;
  }
  self->step = TRANSLATOR_MAPPING;
  if (values == NULL)
    return mapping_tombstone_row(self->mapping, origin, row, error);
  return mapping_apply(self->mapping, origin, values, row, error);
}

TranslatorStep
translator_failed_at(const Translator *self)
{
  return self->step;
}

const char *
translator_step_word(TranslatorStep step)
{
  static const char *const words[] = {"key", "decode", "map"};

  return words[step];
}

char *
translator_take_notice(Translator *self)
{
  char *notice = decoder_take_notice(self->decoder);

  return notice != NULL || self->keys == NULL ? notice : decoder_take_notice(self->keys);
}
