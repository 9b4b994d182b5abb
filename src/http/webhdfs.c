/* SPDX-License-Identifier: Apache-2.0 */
#include "http/webhdfs.h"

#include "http/webhdfs_reply.h"

#include <string.h>

/* A file goes there in two steps: the NameNode redirects to a data node, and that one takes the
 * bytes. The first step has no body, so that nothing is sent in vain. */

enum { OK = 200, CREATED = 201, TEMPORARY_REDIRECT = 307, ANSWER_BYTES = 1 << 20 };

static const char base[] = "/webhdfs/v1";

struct HttpWebhdfs {
  HttpClient *client;        /* owned */
  char **urls;               /* owned: up to and with the base */
  size_t first;              /* of urls: the one that was in charge last */
  char *user;                /* owned */
  char *user_escaped;        /* owned */
  char *shunned;             /* owned: "host:port" of the data node that failed last; NULL: none */
  GCancellable *cancellable; /* borrowed, or NULL */
};

static char *
base_of(const char *url)
{
  g_autofree char *bare = g_strdup(url);

  for (size_t len = strlen(bare); len > 0 && bare[len - 1] == '/'; len--)
    bare[len - 1] = '\0';
  return g_strconcat(bare, g_str_has_suffix(bare, base) ? NULL : base, NULL);
}

HttpWebhdfs *
http_webhdfs_new(const HttpWebhdfsOptions *options, GError **error)
{
  g_autoptr(HttpWebhdfs) self = g_new0(HttpWebhdfs, 1);
  HttpClientOptions http = options->http;
  guint length = g_strv_length((char **)options->urls);

  if (http.most_bytes == 0)
    http.most_bytes = ANSWER_BYTES;
  self->user = g_strdup(options->user);
  self->user_escaped = g_uri_escape_string(options->user, NULL, FALSE);
  self->urls = g_new0(char *, length + 1);
  for (guint i = 0; i < length; i++)
    self->urls[i] = base_of(options->urls[i]);
  self->client = http_client_new(&http, error);
  return self->client == NULL ? NULL : g_steal_pointer(&self);
}

void
http_webhdfs_free(HttpWebhdfs *self)
{
  if (self == NULL)
    return;
  http_client_free(self->client);
  g_strfreev(self->urls);
  g_free(self->user);
  g_free(self->user_escaped);
  g_free(self->shunned);
  g_free(self);
}

void
http_webhdfs_set_patience(HttpWebhdfs *self, GCancellable *cancellable, int64_t timeout_ms)
{
  self->cancellable = cancellable;
  http_client_set_timeout(self->client, timeout_ms);
}

/* A question to a NameNode. */
typedef struct {
  const char *method;
  const char *path;
  const char *operation; /* with its parameters: "MKDIRS&permission=755" */
  unsigned wanted;       /* the status of success */
} Question;

static HttpWebhdfsVerdict
ask_one(HttpWebhdfs *self, const char *url, const Question *question, HttpAnswer *answer,
        GError **error)
{
  g_autofree char *path = g_uri_escape_string(question->path, "/", FALSE);
  g_autofree char *whole = g_strdup_printf("%s%s?op=%s&user.name=%s", url, path,
                                           question->operation, self->user_escaped);
  const HttpRequest request = {
      .url = whole, .method = question->method, .cancellable = self->cancellable};
  HttpWebhdfsVerdict verdict;

  http_answer_clear(answer);
  *answer = (HttpAnswer){0};
  if (!http_client_send(self->client, &request, answer, error))
    return HTTP_WEBHDFS_REFUSED;
  verdict = http_webhdfs_reply_judge(answer, question->wanted, self->user, error);
  if (verdict != HTTP_WEBHDFS_DONE)
    g_prefix_error(error, "%s: ", url);
  return verdict;
}

/* Every NameNode once, from the one that was in charge last, until one has a verdict. */
static HttpWebhdfsVerdict
ask(HttpWebhdfs *self, const Question *question, HttpAnswer *answer, GError **error)
{
  size_t length = g_strv_length(self->urls);
  g_autoptr(GString) problems = g_string_new(NULL);

  for (size_t i = 0; i < length; i++) {
    size_t at = (self->first + i) % length;
    g_autoptr(GError) problem = NULL;
    HttpWebhdfsVerdict verdict = ask_one(self, self->urls[at], question, answer, &problem);

    if (verdict != HTTP_WEBHDFS_STANDBY &&
        !(verdict == HTTP_WEBHDFS_REFUSED && g_error_matches(problem, FAULT, FAULT_PEER))) {
      self->first = at;
      if (problem != NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
      return verdict;
    }
    g_string_append_printf(problems, "%s%s", i > 0 ? "; " : "", problem->message);
  }
  g_set_error(error, FAULT, FAULT_PEER, "no NameNode takes %s: %s", question->path, problems->str);
  return HTTP_WEBHDFS_REFUSED;
}

/* For questions that a file that is missing does not answer. */
static bool
demand(HttpWebhdfs *self, const Question *question, HttpAnswer *answer, GError **error)
{
  return ask(self, question, answer, error) == HTTP_WEBHDFS_DONE;
}

bool
http_webhdfs_look(HttpWebhdfs *self, const char *path, HttpWebhdfsFile *out_file, GError **error)
{
  const Question question = {"GET", path, "GETFILESTATUS", OK};
  g_autoptr(GError) problem = NULL;
  g_auto(HttpAnswer) answer = {0};
  HttpWebhdfsVerdict verdict = ask(self, &question, &answer, &problem);

  if (verdict == HTTP_WEBHDFS_ABSENT) {
    *out_file = (HttpWebhdfsFile){0};
    return true;
  }
  if (verdict != HTTP_WEBHDFS_DONE) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
  }
  if (http_webhdfs_reply_file(&answer, out_file, error))
    return true;
  g_prefix_error(error, "%s: ", self->urls[self->first]);
  return false;
}

static bool
set_mode(HttpWebhdfs *self, const char *path, unsigned mode, GError **error)
{
  g_autofree char *operation = g_strdup_printf("SETPERMISSION&permission=%o", mode);
  const Question question = {"PUT", path, operation, OK};
  g_auto(HttpAnswer) answer = {0};

  return demand(self, &question, &answer, error);
}

bool
http_webhdfs_make_folder(HttpWebhdfs *self, const char *path, unsigned mode, GError **error)
{
  const Question question = {"PUT", path, "MKDIRS", OK};
  g_auto(HttpAnswer) answer = {0};

  if (!demand(self, &question, &answer, error))
    return false;
  if (!http_webhdfs_reply_is_true(&answer)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: HDFS did not make the folder %s",
                self->urls[self->first], path);
    return false;
  }
  return set_mode(self, path, mode, error);
}

bool
http_webhdfs_remove(HttpWebhdfs *self, const char *path, GError **error)
{
  const Question question = {"DELETE", path, "DELETE&recursive=true", OK};
  g_auto(HttpAnswer) answer = {0};
  g_autoptr(GError) problem = NULL;
  HttpWebhdfsVerdict verdict = ask(self, &question, &answer, &problem);

  if (verdict == HTTP_WEBHDFS_DONE || verdict == HTTP_WEBHDFS_ABSENT)
    return true;
  g_propagate_error(error, g_steal_pointer(&problem));
  return false;
}

/* A redirect may lead to another machine, but not from an encrypted connection to one that is not.
 */
static bool
is_safe(const char *from, const char *to, GError **error)
{
  const char *scheme = to == NULL ? NULL : g_uri_peek_scheme(to);

  if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: it redirects to '%s', which is no place for a file",
                from, to == NULL ? "" : to);
    return false;
  }
  if (strcmp(scheme, "http") == 0 && g_str_has_prefix(from, "https:")) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: it redirects to %s, which is not encrypted: set dfs.http.policy of the data "
                "nodes as the NameNode has it",
                from, to);
    return false;
  }
  return true;
}

/* Asks where the file's bytes shall go. */
static char *
find_data_node(HttpWebhdfs *self, const HttpWebhdfsPut *put, GError **error)
{
  g_autofree char *shunned = g_steal_pointer(&self->shunned);
  g_autofree char *escaped = shunned == NULL ? NULL : g_uri_escape_string(shunned, NULL, FALSE);
  g_autofree char *operation =
      g_strdup_printf("CREATE&overwrite=true&permission=%o%s%s", put->mode,
                      escaped == NULL ? "" : "&excludedatanodes=", escaped == NULL ? "" : escaped);
  const Question question = {"PUT", put->path, operation, TEMPORARY_REDIRECT};
  g_auto(HttpAnswer) answer = {0};

  if (!demand(self, &question, &answer, error) ||
      !is_safe(self->urls[self->first], answer.location, error))
    return NULL;
  return g_steal_pointer(&answer.location);
}

/* "host:port" of a URL; NULL if it is none. */
static char *
authority_of(const char *url)
{
  g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_ENCODED, NULL);

  return uri == NULL ? NULL : g_strdup_printf("%s:%d", g_uri_get_host(uri), g_uri_get_port(uri));
}

static bool
judge_upload(HttpWebhdfs *self, const HttpAnswer *answer, GError **error)
{
  if (answer->status == TEMPORARY_REDIRECT) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "it redirects once more, to %s: a data node takes the file itself",
                answer->location == NULL ? "nowhere" : answer->location);
    return false;
  }
  /* A file that is missing here is a folder that was removed under us. */
  return http_webhdfs_reply_judge(answer, CREATED, self->user, error) == HTTP_WEBHDFS_DONE;
}

static bool
send_file(HttpWebhdfs *self, const char *url, const HttpUpload *upload, GError **error)
{
  g_autoptr(GCancellable) own = g_cancellable_new();
  const HttpRequest request = {.url = url,
                               .method = "PUT",
                               .content_type = "application/octet-stream",
                               .upload = upload,
                               .cancellable = self->cancellable != NULL ? self->cancellable : own};
  g_auto(HttpAnswer) answer = {0};

  if (http_client_send(self->client, &request, &answer, error)) {
    if (judge_upload(self, &answer, error))
      return true;
    g_prefix_error(error, "%s: ", url);
  }
  g_prefix_error(error, "data node ");
  self->shunned = authority_of(url);
  return false;
}

/* A data node that is cut off in the middle keeps what it got as if it were whole. And some servers
 * subtract a umask from the mode. */
static bool
settle_file(HttpWebhdfs *self, const HttpWebhdfsPut *put, uint64_t bytes, GError **error)
{
  HttpWebhdfsFile file;

  if (!http_webhdfs_look(self, put->path, &file, error))
    return false;
  if (file.exists && file.bytes == bytes)
    return file.mode == put->mode || set_mode(self, put->path, put->mode, error);
  g_set_error(error, FAULT, FAULT_PEER,
              "%s has %" G_GUINT64_FORMAT " bytes on HDFS, and should have %" G_GUINT64_FORMAT,
              put->path, file.bytes, bytes);
  return false;
}

static bool
set_source_error(const char *source, const GError *problem, GError **error)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s: cannot read: %s", source, problem->message);
  return false;
}

bool
http_webhdfs_put(HttpWebhdfs *self, const HttpWebhdfsPut *put, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path(put->source);
  g_autoptr(GError) problem = NULL;
  g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, &problem);
  g_autoptr(GFileInfo) info = NULL;
  g_autofree char *url = NULL;
  HttpUpload upload = {.goes_on = put->goes_on, .self = put->self};

  if (stream == NULL)
    return set_source_error(put->source, problem, error);
  info = g_file_input_stream_query_info(stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, &problem);
  if (info == NULL)
    return set_source_error(put->source, problem, error);
  upload.stream = G_INPUT_STREAM(stream);
  upload.bytes = (uint64_t)g_file_info_get_size(info);
  url = find_data_node(self, put, error);
  return url != NULL && send_file(self, url, &upload, error) &&
         settle_file(self, put, upload.bytes, error);
}
