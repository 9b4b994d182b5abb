/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include <string.h>

static void
free_field(void *field)
{
  suggest_field_free(field);
}

Suggest *
suggest_new(void)
{
  Suggest *self = g_new0(Suggest, 1);

  self->fields = g_ptr_array_new_with_free_func(free_field);
  self->by_path = g_hash_table_new(g_str_hash, g_str_equal);
  self->times = times_new();
  self->options = g_string_new(NULL);
  self->origins = g_array_new(FALSE, FALSE, sizeof(SuggestOrigin));
  self->places = g_array_new(FALSE, FALSE, sizeof(guint));
  return self;
}

void
suggest_free(Suggest *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->by_path);
  g_ptr_array_unref(self->fields);
  g_array_unref(self->origins);
  g_array_unref(self->places);
  g_clear_pointer(&self->schemas, g_ptr_array_unref);
  g_clear_pointer(&self->key, suggest_field_free);
  times_free(self->times);
  g_string_free(self->options, TRUE);
  fault_list_clear(&self->found);
  fault_list_clear(&self->notes);
  g_strfreev(self->names);
  g_free(self->topic);
  g_free(self);
}

SuggestField *
suggest_field(Suggest *self, const char *path)
{
  SuggestField *field = g_hash_table_lookup(self->by_path, path);

  if (field != NULL)
    return field;
  field = suggest_field_new(path, self->times);
  g_ptr_array_add(self->fields, field);
  g_hash_table_insert(self->by_path, field->path, field);
  return field;
}
