/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/staging.h"

#include "base/event.h"
#include "bulk/load/hdfs.h"
#include "bulk/store.h"

#include <string.h>

enum { CLEANING_PATIENCE_MS = 10000 };
/* Of a run that was asked to stop. */
enum { LAST_PATIENCE_MS = 1000 };

struct BulkStaging {
  BulkStagingOptions options;
  char *folder;         /* owned */
  HttpWebhdfs *webhdfs; /* owned; NULL: no HDFS */
  BulkHdfs *hdfs;       /* owned; NULL: no HDFS */
};

/* A NameNode's HTTP port, as it is unless somebody changed it. */
static char *
usual_webhdfs(const char *authority)
{
  const char *colon = strrchr(authority, ':');
  bool has_port = colon != NULL && strchr(colon, ']') == NULL;

  return g_strdup_printf("http://%.*s:9870",
                         (int)(has_port ? (size_t)(colon - authority) : strlen(authority)),
                         authority);
}

const char *
bulk_staging_user(const BulkStaging *self)
{
  const char *hadoop = g_getenv("HADOOP_USER_NAME");

  if (self->options.user != NULL)
    return self->options.user;
  if (self->options.config->bulkload.user != NULL)
    return self->options.config->bulkload.user;
  return hadoop != NULL && *hadoop != '\0' ? hadoop : g_get_user_name();
}

static bool
set_up_hdfs(BulkStaging *self, const char *staging, GError **error)
{
  const Config *config = self->options.config;
  g_autofree char *authority = NULL;
  g_autofree char *path = NULL;
  g_autofree char *usual = NULL;
  HttpWebhdfsOptions options = {
      .urls = (const char *const *)config->bulkload.webhdfs,
      .user = bulk_staging_user(self),
      .http = {.ca_location = config->bulkload.webhdfs_ca_location,
               .timeout_ms = config->bulkload.webhdfs_timeout_ms},
  };
  const char *guess[] = {NULL, NULL};

  if (!bulk_hdfs_split(staging, &authority, &path)) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "staging folder '%s': give hdfs://host:port/folder, with host and port as HBase's "
                "own hbase.rootdir has them",
                staging);
    return false;
  }
  if (options.urls == NULL || *options.urls == NULL) {
    usual = usual_webhdfs(authority);
    guess[0] = usual;
    options.urls = guess;
  }
  self->webhdfs = http_webhdfs_new(&options, error);
  if (self->webhdfs == NULL)
    return false;
  http_webhdfs_set_patience(self->webhdfs, self->options.watch->cancellable,
                            config->bulkload.webhdfs_timeout_ms);
  self->hdfs = bulk_hdfs_new(self->webhdfs, staging, self->options.watch);
  return true;
}

/* Files on HDFS are written on this machine first. */
static bool
understand(BulkStaging *self, GError **error)
{
  const Config *config = self->options.config;
  const char *temp = config->bulkload.temp != NULL ? config->bulkload.temp : g_get_tmp_dir();
  const char *staging =
      self->options.staging != NULL ? self->options.staging : config->bulkload.staging;
  const char *scheme_end = staging == NULL ? NULL : strstr(staging, "://");

  if (scheme_end == NULL) {
    self->folder = g_strdup(staging == NULL ? temp : staging);
    return true;
  }
  if (g_str_has_prefix(staging, "hdfs:")) {
    self->folder = g_strdup(temp);
    return set_up_hdfs(self, staging, error);
  }
  g_set_error(error, FAULT, FAULT_SETUP,
              "staging folder '%s': only hdfs:// and folders of this machine can be written to; "
              "--output and 'hbase completebulkload' are the way to others",
              staging);
  return false;
}

BulkStaging *
bulk_staging_new(const BulkStagingOptions *options, GError **error)
{
  g_autoptr(BulkStaging) self = g_new0(BulkStaging, 1);

  self->options = *options;
  return understand(self, error) ? g_steal_pointer(&self) : NULL;
}

/* HDFS may be away for a moment. */
static bool
insist(const BulkStaging *self, WaitStep step, void *data, int64_t patience_ms, GError **error)
{
  Wait wait = {.until_us = wait_until_us(patience_ms), .what = "for=hdfs"};

  return bulk_watch_insist(self->options.watch, &wait, step, data, error);
}

static bool
remove_once(void *hdfs, GError **error)
{
  return bulk_hdfs_remove(hdfs, error);
}

/* Also after a stop, which ended all else. */
static bool
remove_folder(BulkStaging *self, GError **error)
{
  bool is_stopped = !bulk_watch_goes_on(self->options.watch, NULL);

  if (!is_stopped)
    return insist(self, remove_once, self->hdfs, CLEANING_PATIENCE_MS, error);
  http_webhdfs_set_patience(self->webhdfs, NULL, LAST_PATIENCE_MS);
  return remove_once(self->hdfs, error);
}

void
bulk_staging_free(BulkStaging *self)
{
  g_autoptr(GError) problem = NULL;

  if (self == NULL)
    return;
  if (self->hdfs != NULL && !remove_folder(self, &problem)) {
    g_autofree char *folder = event_value(bulk_hdfs_url(self->hdfs));
    g_autofree char *reason = event_value(problem->message);

    g_warning("cannot remove folder=%s reason=%s hint='hdfs dfs -rm -r does it'", folder, reason);
  }
  bulk_hdfs_free(self->hdfs);
  http_webhdfs_free(self->webhdfs);
  g_free(self->folder);
  g_free(self);
}

const char *
bulk_staging_folder(const BulkStaging *self)
{
  return self->folder;
}

static bool
make_once(void *hdfs, GError **error)
{
  return bulk_hdfs_make(hdfs, error);
}

bool
bulk_staging_open(BulkStaging *self, GError **error)
{
  return self->hdfs == NULL ||
         insist(self, make_once, self->hdfs, self->options.patience_ms, error);
}

BulkPlace
bulk_staging_get(BulkStaging *self)
{
  return self->hdfs == NULL ? bulk_place_shared() : bulk_hdfs_place(self->hdfs);
}

typedef struct {
  BulkPlace place;
  const BulkFile *file;
  const char *family;
} Put;

static bool
put_once(void *data, GError **error)
{
  const Put *put = data;
  g_autofree char *url = put->place.put(put->place.self, put->file->path, put->family, error);

  return url != NULL;
}

bool
bulk_staging_put_all(BulkStaging *self, const GArray *files, const BulkPlan *plan, GError **error)
{
  Put put = {.place = bulk_staging_get(self)};
  uint64_t done = 0;
  uint64_t total = 0;

  for (guint i = 0; i < files->len; i++)
    total += g_array_index(files, BulkFile, i).bytes;
  for (guint i = 0; self->hdfs != NULL && i < files->len; i++) {
    Slice name;
    g_autofree char *family = NULL;

    put.file = &g_array_index(files, BulkFile, i);
    name = plan->family[put.file->family].name;
    family = slice_to_text(name);
    put.family = family;
    if (!insist(self, put_once, &put, self->options.patience_ms, error))
      return false;
    done += put.file->bytes;
    bulk_watch_progress(self->options.watch, BULK_PLACING, done, total, 0);
  }
  return true;
}

const char *
bulk_staging_url(const BulkStaging *self)
{
  return self->hdfs == NULL ? NULL : bulk_hdfs_url(self->hdfs);
}
