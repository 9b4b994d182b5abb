/* SPDX-License-Identifier: Apache-2.0 */
#include "http/webhdfs.h"

#include "support/http-peer.h"

#include <glib/gstdio.h>
#include <string.h>

/* Stands for the URL of the data node in the text of a step. */
#define DATA_NODE "{data node}"

#define EXCEPTION(name)                                                                            \
  "{\"RemoteException\":{\"exception\":\"" name "\",\"javaClassName\":\"org." name                 \
  "\",\"message\":\"because\\n\\tat java\"}}"
#define FILE_STATUS(length, permission)                                                            \
  "{\"FileStatus\":{\"type\":\"FILE\",\"length\":" length ",\"permission\":\"" permission "\"}}"
#define REDIRECT                                                                                   \
  {                                                                                                \
    307, DATA_NODE "/webhdfs/v1/put?op=CREATE"                                                     \
  }
#define TAKEN                                                                                      \
  {                                                                                                \
    201, ""                                                                                        \
  }
#define WHOLE                                                                                      \
  {                                                                                                \
    200, FILE_STATUS("5", "777")                                                                   \
  }
#define CONTENT "bytes"

enum { MOST_STEPS = 5, LARGE_BYTES = 8 << 20, TIMEOUT_MS = 1000 };

typedef struct {
  unsigned status;  /* 0: the text is the whole answer */
  const char *text; /* the body, or where a redirect leads */
} Step;

typedef struct {
  GPtrArray *answers; /* owned, NULL-ended */
  HttpPeer *peer;     /* owned */
} Server;

static void
server_clear(Server *self)
{
  http_peer_free(self->peer);
  g_ptr_array_unref(self->answers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Server, server_clear)

static char *
answer_of(const Step *step, const char *data_node)
{
  g_auto(GStrv) parts = g_strsplit(step->text, DATA_NODE, -1);
  g_autofree char *text = g_strjoinv(data_node, parts);

  if (step->status == 0)
    return g_steal_pointer(&text);
  if (step->status == 307)
    return g_strdup_printf("HTTP/1.1 307 Temporary Redirect\r\nConnection: close\r\n"
                           "Location: %s\r\nContent-Length: 0\r\n\r\n",
                           text);
  return g_strdup_printf("HTTP/1.1 %u Status\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                         step->status, strlen(text), text);
}

/* A server that takes the steps one by one; steps end where there is no text. */
static void
server_init(Server *self, const Step *steps, const char *data_node)
{
  self->answers = g_ptr_array_new_with_free_func(g_free);
  for (; steps->text != NULL; steps++)
    g_ptr_array_add(self->answers, answer_of(steps, data_node));
  if (self->answers->len == 0)
    g_ptr_array_add(self->answers, g_strdup(""));
  g_ptr_array_add(self->answers, NULL);
  self->peer = http_peer_new((const char *const *)self->answers->pdata);
}

static HttpWebhdfs *
client_of(const char *const *urls)
{
  const HttpWebhdfsOptions options = {
      .urls = urls, .user = "me&you", .http = {.timeout_ms = TIMEOUT_MS}};
  HttpWebhdfs *client = http_webhdfs_new(&options, NULL);

  g_assert_nonnull(client);
  return client;
}

typedef struct {
  char *folder; /* owned */
  char *path;   /* owned */
} Source;

static void
source_clear(Source *self)
{
  g_unlink(self->path);
  g_rmdir(self->folder);
  g_free(self->path);
  g_free(self->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Source, source_clear)

static void
source_init(Source *self, size_t bytes)
{
  g_autofree char *large = g_strnfill(bytes, 'x');

  self->folder = g_dir_make_tmp("sluice-webhdfs-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "file", NULL);
  memcpy(large, CONTENT, strlen(CONTENT));
  g_assert_true(g_file_set_contents(self->path, large, (gssize)bytes, NULL));
}

static const struct {
  const char *name;
  Step name_node[MOST_STEPS];
  Step data_node[MOST_STEPS];
  const char *told; /* NULL: the file is there */
  Fault fault;
  size_t bytes; /* of the file; 0: as CONTENT has */
} puts_[] = {
    {"whole", {REDIRECT, WHOLE}, {TAKEN}, NULL, 0, 0},
    {"a umask was subtracted",
     {REDIRECT, {200, FILE_STATUS("5", "755")}, {200, ""}},
     {TAKEN},
     NULL,
     0,
     0},
    {"a part is there",
     {REDIRECT, {200, FILE_STATUS("3", "777")}},
     {TAKEN},
     "has 3 bytes",
     FAULT_PEER,
     0},
    {"nothing is there",
     {REDIRECT, {404, EXCEPTION("FileNotFoundException")}},
     {TAKEN},
     "has 0 bytes",
     FAULT_PEER,
     0},
    {"cut in the middle",
     {REDIRECT},
     {{0, HTTP_PEER_CUT}},
     "data node http://127.0.0.1:",
     FAULT_PEER,
     LARGE_BYTES},
    {"no answer to the bytes", {REDIRECT}, {{0, HTTP_PEER_SILENT}}, "timed out", FAULT_PEER, 0},
    {"half an answer to the bytes", {REDIRECT}, {{0, "HTTP/1.1 201 Cre"}}, "", FAULT_PEER, 0},
    {"no end of redirects",
     {REDIRECT},
     {REDIRECT},
     "it redirects once more, to /webhdfs",
     FAULT_SETUP,
     0},
    {"the data node may not",
     {REDIRECT},
     {{403, EXCEPTION("AccessControlException")}},
     "this user may not",
     FAULT_SETUP,
     0},
    {"the quota is full",
     {REDIRECT},
     {{403, EXCEPTION("DSQuotaExceededException")}},
     "the folder's quota is full: DSQuotaExceededException: because (user 'me&you')",
     FAULT_SETUP,
     0},
    {"the data node is ill", {REDIRECT}, {{500, "<html>"}}, ": status 500", FAULT_PEER, 0},
    {"the data node's disk is full",
     {REDIRECT},
     {{403, EXCEPTION("IOException")}},
     "IOException: because",
     FAULT_PEER,
     0},
    {"the name node may not",
     {{403, EXCEPTION("AccessControlException")}},
     {{0}},
     "name another with --user, or let the user write there: AccessControlException: because",
     FAULT_SETUP,
     0},
    {"wrong user",
     {{401, EXCEPTION("SecurityException")}},
     {{0}},
     "does not believe",
     FAULT_SETUP,
     0},
    {"unauthenticated", {{401, "<html>"}}, {{0}}, "status 401", FAULT_SETUP, 0},
    {"safe mode",
     {{403, EXCEPTION("SafeModeException")}},
     {{0}},
     "HDFS is in safe mode",
     FAULT_PEER,
     0},
    {"to be tried again",
     {{403, EXCEPTION("RetriableException")}},
     {{0}},
     "RetriableException: because",
     FAULT_PEER,
     0},
    {"no exception after all",
     {{403, "{\"RemoteException\":"}},
     {{0}},
     "status 403",
     FAULT_SETUP,
     0},
    {"another kind of exception",
     {{403, "{\"RemoteException\":7}"}},
     {{0}},
     "status 403",
     FAULT_SETUP,
     0},
    {"no redirect", {{200, ""}}, {{0}}, "as no WebHDFS answers", FAULT_SETUP, 0},
    {"another server", {{404, "<html>"}}, {{0}}, "as no WebHDFS answers", FAULT_SETUP, 0},
    {"a redirect to nowhere",
     {{0, "HTTP/1.1 307 Go\r\nContent-Length: 0\r\n\r\n"}},
     {{0}},
     "it redirects to ''",
     FAULT_SETUP,
     0},
    {"a redirect to no server",
     {{307, "file:///etc"}},
     {{0}},
     "it redirects to 'file:///etc'",
     FAULT_SETUP,
     0},
    {"the name node hangs up", {{0, ""}}, {{0}}, "no NameNode takes /a b/f: ", FAULT_PEER, 0},
    {"the name node is ill", {{503, ""}}, {{0}}, "status 503", FAULT_PEER, 0},
};

static guint
steps_of(const Step *steps)
{
  guint length = 0;

  while (steps[length].text != NULL)
    length++;
  return length;
}

static void
put_once(size_t i)
{
  g_auto(Server) data_node;
  g_auto(Server) name_node;
  g_auto(Source) source;
  g_autoptr(HttpWebhdfs) client = NULL;
  g_autoptr(GError) error = NULL;
  HttpWebhdfsPut put = {.path = "/a b/f", .mode = 0777};

  source_init(&source, puts_[i].bytes == 0 ? strlen(CONTENT) : puts_[i].bytes);
  server_init(&data_node, puts_[i].data_node, "");
  server_init(&name_node, puts_[i].name_node, http_peer_url(data_node.peer));
  client = client_of((const char *const[]){http_peer_url(name_node.peer), NULL});
  put.source = source.path;
  g_assert_cmpint(http_webhdfs_put(client, &put, &error), ==, puts_[i].told == NULL);
  g_test_message("%s: %s", puts_[i].name, error == NULL ? "put" : error->message);
  if (puts_[i].told != NULL) {
    g_assert_error(error, FAULT, (gint)puts_[i].fault);
    g_assert_nonnull(strstr(error->message, puts_[i].told));
  }
  g_assert_cmpuint(http_peer_requests(name_node.peer), ==, steps_of(puts_[i].name_node));
  g_assert_cmpuint(http_peer_requests(data_node.peer), ==, steps_of(puts_[i].data_node));
}

static void
a_file_is_whole_or_the_reason_is_told(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(puts_); i++)
    put_once(i);
}

static void
expect(HttpPeer *peer, guint i, const char *beginning)
{
  g_autofree char *request = http_peer_request(peer, i);

  g_test_message("%s", request);
  g_assert_true(g_str_has_prefix(request, beginning));
}

/* The body goes to the data node alone, and one that failed is passed over once. */
static void
a_file_goes_another_way_after_a_failure(void)
{
  const Step data_steps[] = {{500, ""}, TAKEN, {0}};
  const Step name_steps[] = {REDIRECT, {500, ""}, REDIRECT, WHOLE, {0}};
  g_auto(Server) data_node;
  g_auto(Server) name_node;
  g_auto(Source) source;
  g_autoptr(HttpWebhdfs) client = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *sent = NULL;
  HttpWebhdfsPut put = {.path = "/a b/f", .mode = 0777};

  source_init(&source, strlen(CONTENT));
  server_init(&data_node, data_steps, "");
  server_init(&name_node, name_steps, http_peer_url(data_node.peer));
  client = client_of((const char *const[]){http_peer_url(name_node.peer), NULL});
  put.source = source.path;
  g_assert_false(http_webhdfs_put(client, &put, NULL)); /* by the data node */
  g_assert_false(http_webhdfs_put(client, &put, NULL)); /* there is no other */
  g_assert_true(http_webhdfs_put(client, &put, NULL));

  first = g_strdup("PUT /webhdfs/v1/a%20b/f?op=CREATE&overwrite=true&permission=777"
                   "&user.name=me%26you HTTP/1.1\r\n");
  second = g_strdup_printf("PUT /webhdfs/v1/a%%20b/f?op=CREATE&overwrite=true&permission=777"
                           "&excludedatanodes=127.0.0.1%%3A%s&user.name=me%%26you HTTP/1.1\r\n",
                           strrchr(http_peer_url(data_node.peer), ':') + 1);
  expect(name_node.peer, 0, first);
  expect(name_node.peer, 1, second);
  expect(name_node.peer, 2, first);
  sent = http_peer_request(data_node.peer, 1);
  g_assert_true(g_str_has_prefix(sent, "PUT /webhdfs/v1/put?op=CREATE HTTP/1.1\r\n"));
  g_assert_nonnull(strstr(sent, "\r\nContent-Type: application/octet-stream\r\n"));
  g_assert_true(g_str_has_suffix(sent, "\r\n\r\n" CONTENT));
}

static bool
never(void *self)
{
  (void)self;
  return false;
}

static void
a_file_on_its_way_can_be_stopped(void)
{
  const Step data_steps[] = {{0, HTTP_PEER_SILENT}, {0}};
  const Step name_steps[] = {REDIRECT, {0}};
  g_auto(Server) data_node;
  g_auto(Server) name_node;
  g_auto(Source) source;
  g_autoptr(HttpWebhdfs) client = NULL;
  g_autoptr(GError) error = NULL;
  HttpWebhdfsPut put = {.path = "/f", .mode = 0777, .goes_on = never};

  source_init(&source, LARGE_BYTES);
  server_init(&data_node, data_steps, "");
  server_init(&name_node, name_steps, http_peer_url(data_node.peer));
  client = client_of((const char *const[]){http_peer_url(name_node.peer), NULL});
  put.source = source.path;
  g_assert_false(http_webhdfs_put(client, &put, &error));
  g_assert_nonnull(strstr(error->message, "cancelled"));
}

static void
a_file_that_cannot_be_read_is_told_before_anything_is_asked(void)
{
  g_autoptr(HttpWebhdfs) client = client_of((const char *const[]){"http://127.0.0.1:1", NULL});
  g_autoptr(GError) error = NULL;
  const HttpWebhdfsPut put = {.source = "/not/there", .path = "/f", .mode = 0777};

  g_assert_false(http_webhdfs_put(client, &put, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_true(g_str_has_prefix(error->message, "/not/there: cannot read: "));
}

/* Two NameNodes, of which the second is in charge, and is asked first from then on. */
static void
the_name_node_in_charge_is_found(void)
{
  const Step standby[] = {{403, EXCEPTION("StandbyException")}, {0}};
  const Step active[] = {{200, FILE_STATUS("5", "644")}, {200, "{\"boolean\":false}"}, {0}};
  const Step both[] = {{403, EXCEPTION("StandbyException")}, {0}};
  g_auto(Server) first;
  g_auto(Server) second;
  g_autoptr(HttpWebhdfs) client = NULL;
  g_autoptr(HttpWebhdfs) lost = NULL;
  g_autoptr(GError) error = NULL;
  HttpWebhdfsFile file;

  server_init(&first, standby, "");
  server_init(&second, active, "");
  client =
      client_of((const char *const[]){http_peer_url(first.peer), http_peer_url(second.peer), NULL});
  g_assert_true(http_webhdfs_look(client, "/f", &file, NULL));
  g_assert_true(file.exists && !file.is_folder && file.bytes == 5 && file.mode == 0644);
  g_assert_true(http_webhdfs_remove(client, "/f", NULL));
  g_assert_cmpuint(http_peer_requests(first.peer), ==, 1);
  g_assert_cmpuint(http_peer_requests(second.peer), ==, 2);
  expect(second.peer, 1, "DELETE /webhdfs/v1/f?op=DELETE&recursive=true&user.name=me%26you ");

  g_auto(Server) third;

  server_init(&third, both, "");
  lost = client_of((const char *const[]){"http://127.0.0.1:1", http_peer_url(third.peer), NULL});
  g_assert_false(http_webhdfs_look(lost, "/f", &file, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "http://127.0.0.1:1/webhdfs/v1/f?op=GETFILESTATUS"));
  g_assert_nonnull(strstr(error->message, "this NameNode is on standby"));
}

static void
a_folder_gets_its_mode(void)
{
  static const struct {
    Step steps[3];
    const char *told; /* NULL: it is made */
  } cases[] = {
      {{{200, "{\"boolean\":true}"}, {200, ""}}, NULL},
      {{{200, "{\"boolean\":false}"}}, "HDFS did not make the folder /d"},
      {{{200, "[]"}}, "HDFS did not make the folder /d"},
      {{{403, EXCEPTION("ParentNotDirectoryException")}}, "ParentNotDirectoryException: because"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Server) server;
    g_autoptr(HttpWebhdfs) client = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *url = NULL;

    server_init(&server, cases[i].steps, "");
    url = g_strconcat(http_peer_url(server.peer), "/webhdfs/v1/", NULL); /* may be there already */
    client = client_of((const char *const[]){url, NULL});
    g_assert_cmpint(http_webhdfs_make_folder(client, "/d", 0711, &error), ==,
                    cases[i].told == NULL);
    g_assert_cmpuint(http_peer_requests(server.peer), ==, steps_of(cases[i].steps));
    expect(server.peer, 0, "PUT /webhdfs/v1/d?op=MKDIRS&user.name=me%26you ");
    if (cases[i].told == NULL)
      expect(server.peer, 1, "PUT /webhdfs/v1/d?op=SETPERMISSION&permission=711&user.name=");
    else
      g_assert_nonnull(strstr(error->message, cases[i].told));
  }
}

static void
what_is_not_there_is_no_fault(void)
{
  const Step steps[] = {{404, EXCEPTION("FileNotFoundException")},
                        {404, EXCEPTION("FileNotFoundException")},
                        {200, "{\"FileStatus\":{}}"},
                        {0}};
  g_auto(Server) server;
  g_autoptr(HttpWebhdfs) client = NULL;
  g_autoptr(GError) error = NULL;
  HttpWebhdfsFile file = {.exists = true};

  server_init(&server, steps, "");
  client = client_of((const char *const[]){http_peer_url(server.peer), NULL});
  g_assert_true(http_webhdfs_look(client, "/f", &file, NULL));
  g_assert_false(file.exists);
  g_assert_true(http_webhdfs_remove(client, "/f", NULL));
  g_assert_false(http_webhdfs_look(client, "/f", &file, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/webhdfs/put", a_file_is_whole_or_the_reason_is_told);
  g_test_add_func("/webhdfs/again", a_file_goes_another_way_after_a_failure);
  g_test_add_func("/webhdfs/stop", a_file_on_its_way_can_be_stopped);
  g_test_add_func("/webhdfs/source", a_file_that_cannot_be_read_is_told_before_anything_is_asked);
  g_test_add_func("/webhdfs/standby", the_name_node_in_charge_is_found);
  g_test_add_func("/webhdfs/folder", a_folder_gets_its_mode);
  g_test_add_func("/webhdfs/absent", what_is_not_there_is_no_fault);
  return g_test_run();
}
