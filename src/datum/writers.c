/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/writers.h"

/* Beside the plan: the entry, its place in the table, what malloc adds. */
enum { ENTRY_BYTES = 256 };

typedef struct {
  Schema *reader; /* owned, so that no other takes its address; with it as key, a reloaded mapping
                     finds nothing of what went before */
  uint32_t id;
  Writer *writer; /* owned */
  GList link;     /* in `recent`; its data is this */
} Entry;

struct Writers {
  GMutex mutex;
  GHashTable *entries; /* owned, a set of owned Entry */
  GQueue recent;       /* of Entry, the one used last first */
  size_t bytes;
  size_t most_bytes;
  uint64_t misses;
};

static guint
entry_hash(gconstpointer key)
{
  const Entry *self = key;

  return g_direct_hash(self->reader) * 31 + self->id;
}

static gboolean
entry_equal(gconstpointer a, gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;

  return left->reader == right->reader && left->id == right->id;
}

static void
entry_free(gpointer data)
{
  Entry *self = data;

  schema_unref(self->reader);
  writer_unref(self->writer);
  g_free(self);
}

Writers *
writers_new(size_t most_bytes)
{
  Writers *self = g_new0(Writers, 1);

  g_mutex_init(&self->mutex);
  self->entries = g_hash_table_new_full(entry_hash, entry_equal, entry_free, NULL);
  self->most_bytes = most_bytes;
  return self;
}

void
writers_free(Writers *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->entries);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

Writer *
writer_new(Schema *writer, const PlanFields *fields)
{
  g_autoptr(GError) cause = NULL;
  Writer *self = g_new0(Writer, 1);

  g_atomic_ref_count_init(&self->references);
  self->plan = plan_new(writer, fields, &cause);
  if (self->plan == NULL)
    self->refusal = g_strdup(cause->message);
  self->bytes = ENTRY_BYTES + (self->plan == NULL ? strlen(self->refusal) : plan_size(self->plan));
  return self;
}

Writer *
writer_ref(Writer *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
writer_unref(Writer *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  plan_free(self->plan);
  g_free(self->refusal);
  g_free(self);
}

/* With the mutex held. */
static void
forget(Writers *self, Entry *entry)
{
  self->bytes -= entry->writer->bytes;
  g_queue_unlink(&self->recent, &entry->link);
  g_hash_table_remove(self->entries, entry);
}

Writer *
writers_get(Writers *self, Schema *reader, uint32_t id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
  Entry *entry = g_hash_table_lookup(self->entries, &(Entry){.reader = reader, .id = id});

  if (entry == NULL) {
    self->misses++;
    return NULL;
  }
  g_queue_unlink(&self->recent, &entry->link);
  g_queue_push_head_link(&self->recent, &entry->link);
  return writer_ref(entry->writer);
}

void
writers_put(Writers *self, Schema *reader, uint32_t id, Writer *writer)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
  Entry *entry = g_hash_table_lookup(self->entries, &(Entry){.reader = reader, .id = id});

  if (entry != NULL) /* another thread met it at the same time */
    forget(self, entry);
  entry = g_new0(Entry, 1);
  *entry = (Entry){.reader = schema_ref(reader), .id = id, .writer = writer_ref(writer)};
  entry->link.data = entry;
  g_hash_table_add(self->entries, entry); /* the set owns it now */
  g_queue_push_head_link(&self->recent, &entry->link);
  self->bytes += writer->bytes;
  while (self->bytes > self->most_bytes && self->recent.length > 1)
    forget(self, self->recent.tail->data);
}

void
writers_limit(Writers *self, size_t most_bytes)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

  self->most_bytes = most_bytes;
}

size_t
writers_bytes(Writers *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

  return self->bytes;
}

WritersCounts
writers_counts(Writers *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

  return (WritersCounts){.entries = self->recent.length, .misses = self->misses};
}
