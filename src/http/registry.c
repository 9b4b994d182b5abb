/* SPDX-License-Identifier: Apache-2.0 */
#include "http/registry.h"

#include "base/wait.h"
#include "http/registry_schema.h"
#include "json/json.h"

#include <stdatomic.h>
#include <string.h>

enum {
  MOST_REFUSED = 1000, /* ids come from payloads, which may be hostile */
  MOST_SCHEMAS = 16,   /* for threads and mappings that meet one together; decoders keep plans */
  WRITERS_BYTES = 6 << 20, /* unless it is said: see http_registry_limit() */
  REFUSED_FOR_S = 30,
  FIRST_WAIT_MS = 50,
  LONGEST_WAIT_MS = 500,
  AGAIN_FOR_MS = 1000, /* then the caller is told, who waits longer, and says so */
};

struct HttpRegistry {
  HttpClient *client; /* owned */
  char **urls;        /* owned; without a slash at the end */
  Writers *writers;   /* owned */
  void (*on_refused)(void *data);
  gint logins;         /* atomic: how often there was another */
  void *refused_data;  /* borrowed */
  gint first;          /* atomic; of urls: the one that answered last */
  atomic_bool is_down; /* none answered when one was last asked */
  atomic_int_fast64_t answered_us;
  GMutex mutex;        /* over all below */
  GHashTable *schemas; /* owned: id -> owned Schema * */
  GHashTable *refused; /* owned: id -> owned Refusal * */
};

/* An id that gave no schema, and until which second of the monotonic clock it is not asked for. */
typedef struct {
  GError *reason; /* owned */
  int64_t until_s;
} Refusal;

static void
refusal_free(void *refusal)
{
  Refusal *self = refusal;

  g_error_free(self->reason);
  g_free(self);
}

static char *
without_slash(const char *url)
{
  size_t len = strlen(url);

  while (len > 0 && url[len - 1] == '/')
    len--;
  return g_strndup(url, len);
}

HttpRegistry *
http_registry_new(const char *const *urls, const HttpClientOptions *options, GError **error)
{
  g_autoptr(HttpRegistry) self = g_new0(HttpRegistry, 1);
  HttpClientOptions bounded = *options;

  if (bounded.most_bytes == 0)
    bounded.most_bytes = JSON_BYTES;
  g_mutex_init(&self->mutex);
  self->schemas = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)schema_unref);
  self->refused = g_hash_table_new_full(NULL, NULL, NULL, refusal_free);
  self->urls = g_new0(char *, g_strv_length((char **)urls) + 1);
  for (size_t i = 0; urls[i] != NULL; i++)
    self->urls[i] = without_slash(urls[i]);
  self->writers = writers_new(WRITERS_BYTES);
  self->client = http_client_new(&bounded, error);
  return self->client == NULL ? NULL : g_steal_pointer(&self);
}

void
http_registry_free(HttpRegistry *self)
{
  if (self == NULL)
    return;
  http_client_free(self->client);
  writers_free(self->writers);
  g_strfreev(self->urls);
  g_hash_table_unref(self->schemas);
  g_hash_table_unref(self->refused);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

static int64_t
now_s(void)
{
  return g_get_monotonic_time() / G_USEC_PER_SEC;
}

/* What is known about the id: its schema, or an error, or nothing yet. */
static Schema *
find_kept(HttpRegistry *self, uint32_t id, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
  Schema *schema = g_hash_table_lookup(self->schemas, GUINT_TO_POINTER(id));
  const Refusal *refusal = g_hash_table_lookup(self->refused, GUINT_TO_POINTER(id));

  if (schema != NULL)
    return schema_ref(schema);
  if (refusal != NULL && refusal->until_s > now_s())
    g_propagate_error(error, g_error_copy(refusal->reason));
  return NULL;
}

static void
keep(HttpRegistry *self, GHashTable *table, uint32_t id, gpointer value)
{
  guint most = table == self->schemas ? MOST_SCHEMAS : MOST_REFUSED;

  g_mutex_lock(&self->mutex);
  if (g_hash_table_size(table) >= most)
    g_hash_table_remove_all(table);
  g_hash_table_replace(table, GUINT_TO_POINTER(id), value);
  g_mutex_unlock(&self->mutex);
}

/* Every URL once, until one gives a verdict. */
static Schema *
ask_each(HttpRegistry *self, uint32_t id, GError **error)
{
  guint length = g_strv_length(self->urls);
  guint first = (guint)g_atomic_int_get(&self->first);
  g_autoptr(GError) silence = NULL;

  for (guint i = 0; i < length; i++) {
    guint at = (first + i) % length;
    Schema *schema;

    g_clear_error(&silence);
    schema = http_registry_schema(self->client, self->urls[at], id, &silence);
    if (schema == NULL && g_error_matches(silence, FAULT, FAULT_PEER))
      continue;
    g_atomic_int_set(&self->first, (gint)at);
    atomic_store(&self->answered_us, g_get_monotonic_time());
    atomic_store(&self->is_down, false);
    if (schema == NULL && self->on_refused != NULL &&
        g_strcmp0(fault_kind(silence), HTTP_REGISTRY_REFUSED) == 0)
      self->on_refused(self->refused_data);
    if (schema == NULL)
      g_propagate_error(error, g_steal_pointer(&silence));
    return schema;
  }
  atomic_store(&self->is_down, true);
  g_propagate_prefixed_error(error, g_steal_pointer(&silence), "no schema registry answers: ");
  return NULL;
}

HttpRegistryState
http_registry_state(HttpRegistry *self)
{
  return (HttpRegistryState){.urls = (const char *const *)self->urls,
                             .is_up = !atomic_load(&self->is_down),
                             .answered_us = atomic_load(&self->answered_us)};
}

typedef struct {
  HttpRegistry *registry;
  uint32_t id;
  Schema *schema;
} Round;

static bool
ask_once(void *data, GError **error)
{
  Round *self = data;

  self->schema = ask_each(self->registry, self->id, error);
  return self->schema != NULL;
}

/* Rounds over the URLs with waits between: a hiccup is no outage. */
static Schema *
ask_again(HttpRegistry *self, uint32_t id, GError **error)
{
  Round round = {self, id, NULL};
  Wait wait = {.until_us = wait_until_us(AGAIN_FOR_MS),
               .retry = {.first_ms = FIRST_WAIT_MS, .longest_ms = LONGEST_WAIT_MS}};

  return wait_for(&wait, ask_once, &round, error) ? round.schema : NULL;
}

static void
keep_refusal(HttpRegistry *self, uint32_t id, const GError *reason)
{
  Refusal *refusal = g_new0(Refusal, 1);

  refusal->reason = g_error_copy(reason);
  refusal->until_s = now_s() + REFUSED_FOR_S;
  keep(self, self->refused, id, refusal);
}

/* Whether the registry answers others than this id: with the schema of one that is known, or with
 * its subjects. */
static bool
is_well(HttpRegistry *self)
{
  const char *url = self->urls[g_atomic_int_get(&self->first)];
  g_autoptr(Schema) schema = NULL;
  GHashTableIter each;
  gpointer id = NULL;
  bool is_known;

  g_mutex_lock(&self->mutex);
  g_hash_table_iter_init(&each, self->schemas);
  is_known = g_hash_table_iter_next(&each, &id, NULL);
  g_mutex_unlock(&self->mutex);
  if (!is_known)
    return http_registry_answers(self->client, url, NULL);
  schema = http_registry_schema(self->client, url, GPOINTER_TO_UINT(id), NULL);
  return schema != NULL;
}

Schema *
http_registry_lookup(HttpRegistry *self, uint32_t id, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gint logins = g_atomic_int_get(&self->logins);
  Schema *schema = find_kept(self, id, &problem);

  if (schema != NULL)
    return schema;
  if (problem == NULL) {
    schema = ask_again(self, id, &problem);
    if (schema != NULL)
      keep(self, self->schemas, id, schema_ref(schema));
    /* What is refused to one name and well under the next says nothing of the id. */
    else if (g_error_matches(problem, FAULT, FAULT_SETUP) && is_well(self) &&
             logins == g_atomic_int_get(&self->logins)) {
      problem->code = FAULT_RECORD;
      fault_set_kind(&problem, "a schema alone");
      g_prefix_error(&problem, "schema %u alone, while the registry is well: ", id);
    }
    if (g_error_matches(problem, FAULT, FAULT_RECORD))
      keep_refusal(self, id, problem);
  }
  if (problem != NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  return schema;
}

/* By its subject, or by its id where that is NULL. */
static GPtrArray *
ask_texts(HttpRegistry *self, const char *subject, uint32_t id, GError **error)
{
  g_autoptr(GError) silence = NULL;

  for (char **url = self->urls; *url != NULL; url++) {
    GPtrArray *texts;

    g_clear_error(&silence);
    texts = subject != NULL ? http_registry_subject_texts(self->client, *url, subject, &silence)
                            : http_registry_schema_texts(self->client, *url, id, &silence);
    if (texts != NULL)
      return texts;
    if (!g_error_matches(silence, FAULT, FAULT_PEER))
      break;
  }
  g_propagate_error(error, g_steal_pointer(&silence));
  return NULL;
}

GPtrArray *
http_registry_texts(HttpRegistry *self, uint32_t id, GError **error)
{
  return ask_texts(self, NULL, id, error);
}

GPtrArray *
http_registry_subject(HttpRegistry *self, const char *subject, GError **error)
{
  return ask_texts(self, subject, 0, error);
}

static Schema *
lookup(void *self, uint32_t id, GError **error)
{
  return http_registry_lookup(self, id, error);
}

SchemaSource
http_registry_source(HttpRegistry *self)
{
  return (SchemaSource){.self = self, .lookup = lookup, .writers = self->writers};
}

void
http_registry_limit(HttpRegistry *self, size_t most_bytes)
{
  writers_limit(self->writers, most_bytes);
}

void
http_registry_login(HttpRegistry *self, const HttpClientOptions *options)
{
  http_client_login(self->client, options);
  g_atomic_int_inc(&self->logins);
}

void
http_registry_on_refused(HttpRegistry *self, void (*refused)(void *data), void *data)
{
  self->on_refused = refused;
  self->refused_data = data;
}

WritersCounts
http_registry_counts(HttpRegistry *self)
{
  return writers_counts(self->writers);
}

bool
http_registry_register(HttpRegistry *self, const HttpSubject *subject, uint32_t *out_id,
                       GError **error)
{
  g_autoptr(GError) silence = NULL;

  for (char **url = self->urls; *url != NULL; url++) {
    g_clear_error(&silence);
    if (http_registry_schema_add(self->client, *url, subject, out_id, &silence))
      return true;
    if (!g_error_matches(silence, FAULT, FAULT_PEER))
      break;
  }
  g_propagate_error(error, g_steal_pointer(&silence));
  return false;
}

bool
http_registry_check(HttpRegistry *self, const char *url, GError **error)
{
  g_autofree char *base = without_slash(url);

  return http_registry_answers(self->client, base, error);
}
