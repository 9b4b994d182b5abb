/* SPDX-License-Identifier: Apache-2.0 */
#include "http/webhdfs_reply.h"

#include "json/json.h"

#include <string.h>

enum { UNAUTHORIZED = 401, FORBIDDEN = 403, NOT_FOUND = 404, REDIRECTS = 300, CLIENT_ERRORS = 400 };
enum { SERVER_ERRORS = 500 };

/* Java's exceptions by their simple names, as RemoteException has them. Any other may pass. */
static const struct {
  const char *name;
  HttpWebhdfsVerdict verdict;
  Fault fault;
  const char *sentence; /* NULL: the message says it all */
} exceptions[] = {
    {"StandbyException", HTTP_WEBHDFS_STANDBY, FAULT_PEER, "this NameNode is on standby"},
    {"FileNotFoundException", HTTP_WEBHDFS_ABSENT, FAULT_SETUP, "there is no such file or folder"},
    {"SafeModeException", HTTP_WEBHDFS_REFUSED, FAULT_PEER,
     "HDFS is in safe mode, in which it takes nothing ('hdfs dfsadmin -safemode get' tells when it "
     "has left it)"},
    {"AccessControlException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP,
     "this user may not; name another with --user, or let the user write there"},
    {"SecurityException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP,
     "HDFS does not believe who we say we are: it asks for Kerberos, or the user is wrong"},
    {"AuthorizationException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, "this user may not"},
    {"InvalidToken", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, "the server asks for Kerberos"},
    {"NSQuotaExceededException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, "the folder's quota is full"},
    {"DSQuotaExceededException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, "the folder's quota is full"},
    {"QuotaExceededException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, "the folder's quota is full"},
    {"ParentNotDirectoryException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, NULL},
    {"FileAlreadyExistsException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, NULL},
    {"InvalidPathException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, NULL},
    {"IllegalArgumentException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, NULL},
    {"UnsupportedOperationException", HTTP_WEBHDFS_REFUSED, FAULT_SETUP, NULL},
};

/* The object that is the answer's only member. NULL if it is something else. */
static JsonNode *
open_answer(const HttpAnswer *answer, const char *member)
{
  g_autoptr(JsonNode) root =
      json_parse("answer", (const char *)answer->body.data, answer->body.len, NULL);
  JsonObject *object;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
    return NULL;
  object = json_node_get_object(root);
  return json_object_has_member(object, member) ? json_object_dup_member(object, member) : NULL;
}

static const char *
text_of(JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member(object, member);

  return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING
             ? json_node_get_string(node)
             : "";
}

/* Messages may have a stack trace behind them. */
static char *
first_line(const char *text)
{
  return g_strndup(text, strcspn(text, "\r\n"));
}

static HttpWebhdfsVerdict
judge_exception(JsonObject *exception, const char *user, GError **error)
{
  const char *name = text_of(exception, "exception");
  g_autofree char *message = first_line(text_of(exception, "message"));

  for (size_t i = 0; i < G_N_ELEMENTS(exceptions); i++) {
    if (strcmp(name, exceptions[i].name) != 0)
      continue;
    g_set_error(error, FAULT, exceptions[i].fault, "%s%s%s: %s (user '%s')",
                exceptions[i].sentence == NULL ? "" : exceptions[i].sentence,
                exceptions[i].sentence == NULL ? "" : ": ", name, message, user);
    return exceptions[i].verdict;
  }
  g_set_error(error, FAULT, FAULT_PEER, "%s: %s", name, message);
  return HTTP_WEBHDFS_REFUSED;
}

/* Without an exception of Hadoop's it was somebody else who answered: a proxy, or no WebHDFS. */
static void
set_status_error(const HttpAnswer *answer, const char *user, GError **error)
{
  unsigned status = answer->status;

  if (status == UNAUTHORIZED)
    g_set_error(error, FAULT, FAULT_SETUP,
                "status 401: the server does not believe that we are '%s'; it may ask for "
                "Kerberos, which sluice does not speak to HDFS",
                user);
  else if (status == FORBIDDEN)
    g_set_error(error, FAULT, FAULT_SETUP, "status 403: the server refuses user '%s'", user);
  else if (status >= REDIRECTS && status < CLIENT_ERRORS)
    g_set_error(error, FAULT, FAULT_SETUP, "status %u: it redirects to %s; name that server itself",
                status, answer->location == NULL ? "nowhere" : answer->location);
  else if (status >= SERVER_ERRORS)
    g_set_error(error, FAULT, FAULT_PEER, "status %u", status);
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "status %u, as no WebHDFS answers: is it the NameNode's HTTP port?", status);
}

HttpWebhdfsVerdict
http_webhdfs_reply_judge(const HttpAnswer *answer, unsigned wanted, const char *user,
                         GError **error)
{
  g_autoptr(JsonNode) exception = NULL;

  if (answer->status == wanted)
    return HTTP_WEBHDFS_DONE;
  exception = open_answer(answer, "RemoteException");
  if (exception != NULL && JSON_NODE_HOLDS_OBJECT(exception))
    return judge_exception(json_node_get_object(exception), user, error);
  set_status_error(answer, user, error);
  return HTTP_WEBHDFS_REFUSED;
}

bool
http_webhdfs_reply_is_true(const HttpAnswer *answer)
{
  g_autoptr(JsonNode) node = open_answer(answer, "boolean");

  return node != NULL && json_node_get_value_type(node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean(node);
}

bool
http_webhdfs_reply_file(const HttpAnswer *answer, HttpWebhdfsFile *out_file, GError **error)
{
  g_autoptr(JsonNode) node = open_answer(answer, "FileStatus");
  JsonObject *file;
  JsonNode *length;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node) ||
      (length = json_object_get_member(json_node_get_object(node), "length")) == NULL ||
      json_node_get_value_type(length) != G_TYPE_INT64) {
    g_set_error(error, FAULT, FAULT_SETUP, "the answer is not that of a WebHDFS");
    return false;
  }
  file = json_node_get_object(node);
  *out_file = (HttpWebhdfsFile){
      .exists = true,
      .is_folder = strcmp(text_of(file, "type"), "DIRECTORY") == 0,
      .mode = (unsigned)g_ascii_strtoull(text_of(file, "permission"), NULL, 8),
      .bytes = (uint64_t)json_node_get_int(length),
  };
  return true;
}
