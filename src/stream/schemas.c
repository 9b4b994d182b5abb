/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/schemas.h"

enum {
  PATIENCE_MS = 200, /* a registry that is well answers sooner */
  END_MS = 100,
  MOST_KEPT = 16, /* of answers, for threads that meet a schema together: decoders keep plans, and
                     the schema of a wide table takes 50 times as much as its plan */
};

/* What is known of one id. */
typedef struct {
  bool is_asked;  /* and the answer has not come */
  Schema *schema; /* owned; NULL: none came */
  GError *error;  /* owned: why, the last time */
} Answer;

struct StreamSchemas {
  SchemaSource source; /* its self borrowed */
  GThread *thread;
  GMutex lock; /* for what follows */
  GCond changed;
  GHashTable *answers; /* owned: id -> owned Answer */
  GQueue wanted;       /* of ids: to be asked for */
  bool is_ending;
  bool has_ended;
};

static void
answer_free(gpointer data)
{
  Answer *answer = data;

  schema_unref(answer->schema);
  g_clear_error(&answer->error);
  g_free(answer);
}

static Answer *
find_answer(StreamSchemas *self, uint32_t id)
{
  return g_hash_table_lookup(self->answers, GUINT_TO_POINTER(id));
}

/* Asks for one id, without the lock meanwhile. */
static void
ask(StreamSchemas *self, uint32_t id)
{
  GError *error = NULL;
  Schema *schema;
  Answer *answer;

  g_mutex_unlock(&self->lock);
  schema = self->source.lookup(self->source.self, id, &error);
  g_mutex_lock(&self->lock);
  answer = find_answer(self, id);
  answer->is_asked = false;
  answer->schema = schema;
  g_clear_error(&answer->error);
  answer->error = error;
  g_cond_broadcast(&self->changed);
}

static gpointer
run(gpointer data)
{
  StreamSchemas *self = data;

  g_mutex_lock(&self->lock);
  while (!self->is_ending) {
    if (g_queue_is_empty(&self->wanted))
      g_cond_wait(&self->changed, &self->lock);
    else
      ask(self, GPOINTER_TO_UINT(g_queue_pop_head(&self->wanted)));
  }
  self->has_ended = true;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  return NULL;
}

StreamSchemas *
stream_schemas_new(const SchemaSource *source)
{
  StreamSchemas *self = g_new0(StreamSchemas, 1);

  self->source = *source;
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->answers = g_hash_table_new_full(NULL, NULL, NULL, answer_free);
  g_queue_init(&self->wanted);
  self->thread = g_thread_new("schemas", run, self);
  return self;
}

bool
stream_schemas_free(StreamSchemas *self)
{
  int64_t deadline = g_get_monotonic_time() + (int64_t)END_MS * 1000;
  bool has_ended;

  if (self == NULL)
    return true;
  g_mutex_lock(&self->lock);
  self->is_ending = true;
  g_cond_broadcast(&self->changed);
  while (!self->has_ended && g_cond_wait_until(&self->changed, &self->lock, deadline))
    ;
  has_ended = self->has_ended;
  g_mutex_unlock(&self->lock);
  if (!has_ended)
    return false;
  g_thread_join(self->thread);
  g_hash_table_unref(self->answers);
  g_queue_clear(&self->wanted);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
  return true;
}

static gboolean
is_answered(gpointer key, gpointer value, gpointer data)
{
  (void)key;
  (void)data;
  return !((const Answer *)value)->is_asked;
}

/* Has the thread ask, unless it does already. */
static void
want(StreamSchemas *self, uint32_t id)
{
  Answer *answer = find_answer(self, id);

  if (answer == NULL) {
    if (g_hash_table_size(self->answers) >= MOST_KEPT)
      g_hash_table_foreach_remove(self->answers, is_answered, NULL);
    answer = g_new0(Answer, 1);
    g_hash_table_insert(self->answers, GUINT_TO_POINTER(id), answer);
  }
  if (answer->is_asked)
    return;
  answer->is_asked = true;
  g_queue_push_tail(&self->wanted, GUINT_TO_POINTER(id));
  g_cond_broadcast(&self->changed);
}

/* The answer, or NULL after the patience. Under lock. */
static const Answer *
await(StreamSchemas *self, uint32_t id)
{
  int64_t deadline = g_get_monotonic_time() + (int64_t)PATIENCE_MS * 1000;
  const Answer *answer = find_answer(self, id);
  bool is_waiting = true;

  while (answer != NULL && answer->is_asked && is_waiting) {
    is_waiting = g_cond_wait_until(&self->changed, &self->lock, deadline);
    answer = find_answer(self, id); /* others make room now and then */
  }
  return answer;
}

static Schema *
lookup(void *data, uint32_t id, GError **error)
{
  StreamSchemas *self = data;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
  const Answer *answer = find_answer(self, id);

  if (answer == NULL || answer->schema == NULL) {
    want(self, id);
    answer = await(self, id);
  }
  if (answer != NULL && answer->schema != NULL)
    return schema_ref(answer->schema);
  if (answer != NULL && answer->error != NULL)
    g_propagate_error(error, g_error_copy(answer->error));
  else
    g_set_error(error, FAULT, FAULT_PEER, "the schema registry has not answered for schema %u yet",
                id);
  return NULL;
}

SchemaSource
stream_schemas_source(StreamSchemas *self)
{
  return (SchemaSource){.self = self, .lookup = lookup, .writers = self->source.writers};
}
