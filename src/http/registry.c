/* SPDX-License-Identifier: Apache-2.0 */
#include "http/registry.h"

#include "base/retry.h"
#include "text/json.h"

#include <string.h>

enum {
  MOST_KEPT =
      1000, /* of schemas, and of unknown ids: ids come from payloads, which may be hostile */
  UNKNOWN_FOR_S = 30,
  FIRST_WAIT_MS = 50,
  LONGEST_WAIT_MS = 500,
  AGAIN_FOR_MS = 1000, /* then the caller is told, who waits longer, and says so */
};

enum {
  HTTP_OK = 200,
  HTTP_UNAUTHORIZED = 401,
  HTTP_FORBIDDEN = 403,
  HTTP_NOT_FOUND = 404,
  HTTP_TOO_MANY = 429,
  HTTP_SERVER_ERRORS = 500,
};

/* What the registry's own JSON calls a schema that it does not have. */
enum { SCHEMA_NOT_FOUND = 40403 };

struct HttpRegistry {
  HttpClient *client;  /* owned */
  char **urls;         /* owned; without a slash at the end */
  gint first;          /* atomic; of urls: the one that answered last */
  GMutex mutex;        /* over all below */
  GHashTable *schemas; /* owned: id -> owned Schema * */
  GHashTable *unknown; /* owned: id -> monotonic second until which it is not asked for again */
};

HttpRegistry *
http_registry_new(const char *const *urls, const HttpClientOptions *options, GError **error)
{
  g_autoptr(HttpRegistry) self = g_new0(HttpRegistry, 1);
  HttpClientOptions bounded = *options;

  if (bounded.most_bytes == 0)
    bounded.most_bytes = RECORD_JSON_BYTES;
  g_mutex_init(&self->mutex);
  self->schemas = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)schema_unref);
  self->unknown = g_hash_table_new(NULL, NULL);
  self->urls = g_strdupv((char **)urls);
  for (char **url = self->urls; *url != NULL; url++)
    while (g_str_has_suffix(*url, "/"))
      (*url)[strlen(*url) - 1] = '\0';
  self->client = http_client_new(&bounded, error);
  return self->client == NULL ? NULL : g_steal_pointer(&self);
}

void
http_registry_free(HttpRegistry *self)
{
  if (self == NULL)
    return;
  http_client_free(self->client);
  g_strfreev(self->urls);
  g_hash_table_unref(self->schemas);
  g_hash_table_unref(self->unknown);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

static int64_t
now_s(void)
{
  return g_get_monotonic_time() / G_USEC_PER_SEC;
}

static Schema *
find_kept(HttpRegistry *self, uint32_t id, bool *out_is_unknown)
{
  Schema *schema;
  int64_t until_s;

  g_mutex_lock(&self->mutex);
  schema = g_hash_table_lookup(self->schemas, GUINT_TO_POINTER(id));
  if (schema != NULL)
    schema_ref(schema);
  until_s = GPOINTER_TO_SIZE(g_hash_table_lookup(self->unknown, GUINT_TO_POINTER(id)));
  g_mutex_unlock(&self->mutex);
  *out_is_unknown = until_s > now_s();
  return schema;
}

static void
keep(HttpRegistry *self, GHashTable *table, uint32_t id, gpointer value)
{
  g_mutex_lock(&self->mutex);
  if (g_hash_table_size(table) >= MOST_KEPT)
    g_hash_table_remove_all(table);
  g_hash_table_replace(table, GUINT_TO_POINTER(id), value);
  g_mutex_unlock(&self->mutex);
}

/* The whole answer as a JSON object, NULL when it is none. */
static JsonNode *
parse_object(const HttpAnswer *answer, const char *url)
{
  g_autoptr(JsonNode) node =
      record_json_parse(url, (const char *)answer->body.data, answer->body.len, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? g_steal_pointer(&node) : NULL;
}

/* A text member, NULL when there is none. */
static const char *
text_member(JsonNode *node, const char *name)
{
  JsonNode *member = json_object_get_member(json_node_get_object(node), name);

  return member != NULL && json_node_get_value_type(member) == G_TYPE_STRING
             ? json_node_get_string(member)
             : NULL;
}

static bool
says_unknown_schema(const HttpAnswer *answer, const char *url)
{
  g_autoptr(JsonNode) node = parse_object(answer, url);
  JsonNode *code =
      node == NULL ? NULL : json_object_get_member(json_node_get_object(node), "error_code");

  return code != NULL && json_node_get_value_type(code) == G_TYPE_INT64 &&
         json_node_get_int(code) == SCHEMA_NOT_FOUND;
}

/* What a status other than 200 stands for. */
static void
set_status_error(GError **error, const char *url, unsigned status)
{
  if (status >= HTTP_SERVER_ERRORS || status == HTTP_TOO_MANY)
    g_set_error(error, FAULT, FAULT_PEER, "%s answers with status %u", url, status);
  else if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN)
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s refuses us (status %u): see registry.username and registry.token", url, status);
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s answers with status %u, as no schema registry does: see registry.url", url,
                status);
}

static bool
has_references(JsonObject *object)
{
  JsonNode *references = json_object_get_member(object, "references");

  return references != NULL && JSON_NODE_HOLDS_ARRAY(references) &&
         json_array_get_length(json_node_get_array(references)) > 0;
}

static Schema *
parse_schema(JsonNode *node, uint32_t id, const char *url, GError **error)
{
  const char *text = text_member(node, "schema");
  const char *type = text_member(node, "schemaType");
  JsonObject *object = json_node_get_object(node);
  g_autofree char *name = g_strdup_printf("schema %u of the registry", id);
  Schema *schema = NULL;

  if (text == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s answers without a schema, as no schema registry does: see registry.url", url);
    return NULL;
  }
  if (type != NULL && strcmp(type, "AVRO") != 0) {
    g_set_error(error, FAULT, FAULT_RECORD, "schema %u is of type %s, not AVRO", id, type);
    return NULL;
  }
  if (has_references(object)) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "schema %u refers to other schemas: register it as one, with all its types", id);
    return NULL;
  }
  schema = schema_parse(name, text, strlen(text), error);
  if (schema == NULL)
    (*error)->code = FAULT_RECORD; /* other records have other schemas */
  return schema;
}

static Schema *
ask(HttpRegistry *self, const char *base, uint32_t id, GError **error)
{
  g_autofree char *url = g_strdup_printf("%s/schemas/ids/%u", base, id);
  g_auto(HttpAnswer) answer = {0};
  g_autoptr(JsonNode) node = NULL;

  if (!http_client_get(self->client, url, &answer, error))
    return NULL;
  if (answer.status == HTTP_NOT_FOUND && says_unknown_schema(&answer, url)) {
    g_set_error(error, FAULT, FAULT_RECORD, "the registry has no schema %u", id);
    return NULL;
  }
  if (answer.status != HTTP_OK) {
    set_status_error(error, url, answer.status);
    return NULL;
  }
  node = parse_object(&answer, url);
  if (node == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s answers with no JSON object, as no schema registry does: see registry.url",
                url);
    return NULL;
  }
  return parse_schema(node, id, url, error);
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
    schema = ask(self, self->urls[at], id, &silence);
    if (schema == NULL && g_error_matches(silence, FAULT, FAULT_PEER))
      continue;
    g_atomic_int_set(&self->first, (gint)at);
    if (schema == NULL)
      g_propagate_error(error, g_steal_pointer(&silence));
    return schema;
  }
  g_propagate_prefixed_error(error, g_steal_pointer(&silence), "no schema registry answers: ");
  return NULL;
}

/* Rounds over the URLs with waits between: a hiccup is no outage. */
static Schema *
ask_again(HttpRegistry *self, uint32_t id, GError **error)
{
  Retry retry = {.first_ms = FIRST_WAIT_MS, .longest_ms = LONGEST_WAIT_MS};
  int64_t until_us = g_get_monotonic_time() + (int64_t)AGAIN_FOR_MS * 1000;

  for (;;) {
    g_autoptr(GError) problem = NULL;
    Schema *schema = ask_each(self, id, &problem);
    uint32_t wait_ms = retry_next_ms(&retry);

    if (schema != NULL)
      return schema;
    if (!g_error_matches(problem, FAULT, FAULT_PEER) ||
        g_get_monotonic_time() + (int64_t)wait_ms * 1000 > until_us) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return NULL;
    }
    g_usleep((gulong)wait_ms * 1000);
  }
}

Schema *
http_registry_lookup(HttpRegistry *self, uint32_t id, GError **error)
{
  g_autoptr(GError) problem = NULL;
  bool is_unknown = false;
  Schema *schema = find_kept(self, id, &is_unknown);

  if (schema != NULL)
    return schema;
  if (is_unknown) {
    g_set_error(error, FAULT, FAULT_RECORD, "the registry has no schema %u", id);
    return NULL;
  }
  schema = ask_again(self, id, &problem);
  if (schema != NULL) {
    keep(self, self->schemas, id, schema_ref(schema));
    return schema;
  }
  if (g_error_matches(problem, FAULT, FAULT_RECORD))
    keep(self, self->unknown, id, GSIZE_TO_POINTER(now_s() + UNKNOWN_FOR_S));
  g_propagate_error(error, g_steal_pointer(&problem));
  return NULL;
}

static Schema *
lookup(void *self, uint32_t id, GError **error)
{
  return http_registry_lookup(self, id, error);
}

SchemaSource
http_registry_source(HttpRegistry *self)
{
  return (SchemaSource){.self = self, .lookup = lookup};
}

bool
http_registry_check(HttpRegistry *self, const char *url, GError **error)
{
  g_autofree char *subjects =
      g_strconcat(url, g_str_has_suffix(url, "/") ? "subjects" : "/subjects", NULL);
  g_auto(HttpAnswer) answer = {0};

  if (!http_client_get(self->client, subjects, &answer, error))
    return false;
  if (answer.status != HTTP_OK)
    set_status_error(error, subjects, answer.status);
  return answer.status == HTTP_OK;
}
