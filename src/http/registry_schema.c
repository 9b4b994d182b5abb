/* SPDX-License-Identifier: Apache-2.0 */
#include "http/registry_schema.h"

#include "json/json.h"
#include "json/put.h"

#include <string.h>

enum {
  HTTP_OK = 200,
  HTTP_UNAUTHORIZED = 401,
  HTTP_FORBIDDEN = 403,
  HTTP_NOT_FOUND = 404,
  HTTP_CONFLICT = 409,
  HTTP_UNPROCESSABLE = 422,
  HTTP_TOO_MANY = 429,
  HTTP_SERVER_ERRORS = 500,
};

/* By these error codes a registry says that it does not have a subject, a version or a schema: not
 * to be taken for what a wrong URL answers. */
enum { SUBJECT_NOT_FOUND = 40401, SCHEMA_NOT_FOUND = 40403 };

enum { MOST_USED = 256, DEEPEST = 32 };

/* What a schema refers to, on the way to one text. */
typedef struct {
  HttpClient *client;
  const char *base;
  GHashTable *seen; /* owned set of owned URLs */
  GPtrArray *texts; /* owned, of owned texts: each behind those that it uses */
  unsigned depth;
} Uses;

static void
uses_clear(Uses *self)
{
  g_hash_table_unref(self->seen);
  g_ptr_array_unref(self->texts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Uses, uses_clear)

/* The whole answer as a JSON object, NULL when it is none. */
static JsonNode *
parse_object(const HttpAnswer *answer, const char *url)
{
  g_autoptr(JsonNode) node =
      json_parse(url, (const char *)answer->body.data, answer->body.len, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? g_steal_pointer(&node) : NULL;
}

/* A member of that type, NULL when there is none. */
static JsonNode *
member_of(JsonNode *node, const char *name, GType type)
{
  JsonNode *member = json_object_get_member(json_node_get_object(node), name);

  return member != NULL && json_node_get_value_type(member) == type ? member : NULL;
}

static const char *
text_member(JsonNode *node, const char *name)
{
  JsonNode *member = member_of(node, name, G_TYPE_STRING);

  return member == NULL ? NULL : json_node_get_string(member);
}

static bool
says_not_found(const HttpAnswer *answer, const char *url)
{
  g_autoptr(JsonNode) node = answer->status == HTTP_NOT_FOUND ? parse_object(answer, url) : NULL;
  JsonNode *code = node == NULL ? NULL : member_of(node, "error_code", G_TYPE_INT64);

  return code != NULL && json_node_get_int(code) >= SUBJECT_NOT_FOUND &&
         json_node_get_int(code) <= SCHEMA_NOT_FOUND;
}

/* What a status other than 200 stands for. */
static void
set_status_error(GError **error, const char *url, unsigned status)
{
  if (status >= HTTP_SERVER_ERRORS || status == HTTP_TOO_MANY)
    g_set_error(error, FAULT, FAULT_PEER, "%s answers with status %u", url, status);
  else if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s refuses us (status %u): set registry.username and registry.password, or "
                "registry.token, to what it knows",
                url, status);
    fault_set_kind(error, HTTP_REGISTRY_REFUSED);
  } else
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s answers with status %u, as no schema registry does: see registry.url", url,
                status);
}

/* What the registry has at the URL; `what` names it where it is missing. */
static JsonNode *
fetch(HttpClient *client, const char *url, const char *what, GError **error)
{
  g_auto(HttpAnswer) answer = {0};
  g_autoptr(JsonNode) node = NULL;

  if (!http_client_get(client, url, &answer, error))
    return NULL;
  if (says_not_found(&answer, url)) {
    fault_record(error, "the registry has no %s", what);
    return NULL;
  }
  if (answer.status != HTTP_OK) {
    set_status_error(error, url, answer.status);
    return NULL;
  }
  node = parse_object(&answer, url);
  if (node != NULL && text_member(node, "schema") != NULL)
    return g_steal_pointer(&node);
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s answers with %s, as no schema registry does: see registry.url", url,
              node == NULL ? "no JSON object" : "no schema");
  return NULL;
}

static bool collect(Uses *self, JsonNode *node, GError **error);

/* One schema that another refers to by subject and version. */
static bool
use(Uses *self, JsonNode *reference, GError **error)
{
  const char *subject = text_member(reference, "subject");
  JsonNode *version = member_of(reference, "version", G_TYPE_INT64);
  g_autofree char *escaped = subject == NULL ? NULL : g_uri_escape_string(subject, NULL, FALSE);
  gint64 number = version == NULL ? -1 : json_node_get_int(version);
  g_autofree char *what =
      g_strdup_printf("version %" G_GINT64_FORMAT " of the subject %s", number, subject);
  g_autofree char *url =
      g_strdup_printf("%s/subjects/%s/versions/%" G_GINT64_FORMAT, self->base, escaped, number);
  g_autoptr(JsonNode) node = NULL;

  if (subject == NULL || version == NULL) {
    fault_record(error, "a reference without subject and version");
    return false;
  }
  if (!g_hash_table_add(self->seen, g_strdup(url)))
    return true;
  if (g_hash_table_size(self->seen) > MOST_USED || self->depth > DEEPEST) {
    fault_record(error, "it refers to more than %d schemas, or %d deep", MOST_USED, DEEPEST);
    return false;
  }
  node = fetch(self->client, url, what, error);
  if (node != NULL && collect(self, node, error))
    return true;
  if (node != NULL)
    g_prefix_error(error, "%s: ", what);
  return false;
}

static bool
use_all(Uses *self, JsonNode *node, GError **error)
{
  JsonNode *references = json_object_get_member(json_node_get_object(node), "references");
  guint length = 0;

  if (references != NULL && JSON_NODE_HOLDS_ARRAY(references))
    length = json_array_get_length(json_node_get_array(references));
  for (guint i = 0; i < length; i++) {
    JsonNode *reference = json_array_get_element(json_node_get_array(references), i);

    if (JSON_NODE_HOLDS_OBJECT(reference) && !use(self, reference, error))
      return false;
  }
  return true;
}

/* The schema's text, behind those of all that it refers to. */
static bool
collect(Uses *self, JsonNode *node, GError **error)
{
  const char *type = text_member(node, "schemaType");

  if (type != NULL && strcmp(type, "AVRO") != 0) {
    fault_record(error, "of type %s, not AVRO", type);
    return false;
  }
  self->depth++;
  if (!use_all(self, node, error))
    return false;
  self->depth--;
  g_ptr_array_add(self->texts, g_strdup(text_member(node, "schema")));
  return true;
}

static Schema *
parse_all(const char *name, const GPtrArray *texts, GError **error)
{
  g_autofree SchemaText *all = g_new0(SchemaText, texts->len);

  for (guint i = 0; i < texts->len; i++)
    all[i] = (SchemaText){name, texts->pdata[i], strlen(texts->pdata[i])};
  return schema_parse_all(all, texts->len, SCHEMA_ANY_NAME, error);
}

/* The texts of what is at the URL, which `what` names. */
static GPtrArray *
fetch_texts(HttpClient *client, const char *base, const char *url, const char *what, GError **error)
{
  g_autoptr(JsonNode) node = fetch(client, url, what, error);
  g_auto(Uses) uses = {
      .client = client,
      .base = base,
      .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .texts = g_ptr_array_new_with_free_func(g_free),
  };

  if (node == NULL)
    return NULL;
  if (collect(&uses, node, error))
    return g_ptr_array_ref(uses.texts);
  g_prefix_error(error, "%s: ", what);
  return NULL;
}

GPtrArray *
http_registry_schema_texts(HttpClient *client, const char *base, uint32_t id, GError **error)
{
  g_autofree char *url = g_strdup_printf("%s/schemas/ids/%u", base, id);
  g_autofree char *what = g_strdup_printf("schema %u", id);

  return fetch_texts(client, base, url, what, error);
}

GPtrArray *
http_registry_subject_texts(HttpClient *client, const char *base, const char *subject,
                            GError **error)
{
  g_autofree char *escaped = g_uri_escape_string(subject, NULL, FALSE);
  g_autofree char *url = g_strdup_printf("%s/subjects/%s/versions/latest", base, escaped);
  g_autofree char *what = g_strdup_printf("subject %s", subject);

  return fetch_texts(client, base, url, what, error);
}

Schema *
http_registry_schema(HttpClient *client, const char *base, uint32_t id, GError **error)
{
  g_autofree char *name = g_strdup_printf("schema %u of the registry", id);
  g_autoptr(GPtrArray) texts = http_registry_schema_texts(client, base, id, error);
  g_autoptr(GError) problem = NULL;
  Schema *schema;

  if (texts == NULL)
    return NULL;
  schema = parse_all(name, texts, &problem);
  if (schema == NULL) {
    problem->code = FAULT_RECORD; /* other records have other schemas */
    fault_set_kind(&problem, "a schema of the registry");
    g_propagate_error(error, g_steal_pointer(&problem));
  }
  return schema;
}

/* 409: it does not go with the subject's other versions; 422: it is none. */
static void
set_refusal(GError **error, const HttpAnswer *answer, const char *url, const char *subject)
{
  g_autoptr(JsonNode) node = parse_object(answer, url);
  const char *why = node == NULL ? NULL : text_member(node, "message");

  if (answer->status != HTTP_CONFLICT && answer->status != HTTP_UNPROCESSABLE)
    set_status_error(error, url, answer->status);
  else
    g_set_error(error, FAULT, FAULT_SETUP, "the registry does not take the schema for %s: %s",
                subject, why == NULL ? "it does not say why" : why);
}

bool
http_registry_schema_add(HttpClient *client, const char *base, const HttpSubject *subject,
                         uint32_t *out_id, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string(subject->name, NULL, FALSE);
  g_autofree char *url = g_strdup_printf("%s/subjects/%s/versions", base, escaped);
  g_auto(Bytes) body = {0};
  g_auto(HttpAnswer) answer = {0};
  g_autoptr(JsonNode) node = NULL;
  JsonNode *id;

  bytes_append_slice(&body, slice_text("{\"schema\":"));
  json_put_string(&body, slice_text(subject->text));
  bytes_append_u8(&body, '}');

  const HttpRequest request = {
      .url = url,
      .content_type = "application/vnd.schemaregistry.v1+json",
      .body = bytes_slice(&body),
  };

  if (!http_client_send(client, &request, &answer, error))
    return false;
  node = answer.status == HTTP_OK ? parse_object(&answer, url) : NULL;
  id = node == NULL ? NULL : member_of(node, "id", G_TYPE_INT64);
  if (id != NULL) {
    *out_id = (uint32_t)json_node_get_int(id);
    return true;
  }
  if (answer.status == HTTP_OK)
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s answers with no id, as no schema registry does: see registry.url", url);
  else
    set_refusal(error, &answer, url, subject->name);
  return false;
}

bool
http_registry_answers(HttpClient *client, const char *base, GError **error)
{
  g_autofree char *url = g_strconcat(base, "/subjects", NULL);
  g_auto(HttpAnswer) answer = {0};
  g_autoptr(JsonNode) node = NULL;

  if (!http_client_get(client, url, &answer, error))
    return false;
  if (answer.status != HTTP_OK) {
    set_status_error(error, url, answer.status);
    return false;
  }
  node = json_parse(url, (const char *)answer.body.data, answer.body.len, NULL);
  if (node != NULL && JSON_NODE_HOLDS_ARRAY(node))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s answers with no list of subjects, as no schema registry does: see registry.url",
              url);
  return false;
}
