/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/topics.h"

void
mapping_topics_init(MappingTopics *self, const Mapping *const *mappings, size_t length)
{
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

  *self = (MappingTopics){
      .names = g_new0(const char *, length + 1),
      .readers = g_new0(size_t, length),
      .first = g_new0(size_t, length),
      .index = g_new0(size_t, length),
      .reader = g_new0(size_t, length),
  };
  for (size_t i = 0; i < length; i++) {
    const char *name = mapping_topic(mappings[i]);
    gpointer number; /* from 1 */

    if (!g_hash_table_lookup_extended(known, name, NULL, &number)) {
      self->names[self->length] = name;
      self->first[self->length++] = i;
      number = GSIZE_TO_POINTER(self->length);
      g_hash_table_insert(known, (gpointer)name, number);
    }
    self->index[i] = GPOINTER_TO_SIZE(number) - 1;
    self->reader[i] = self->readers[self->index[i]]++;
  }
}

void
mapping_topics_clear(MappingTopics *self)
{
  g_free(self->names);
  g_free(self->readers);
  g_free(self->first);
  g_free(self->index);
  g_free(self->reader);
}
