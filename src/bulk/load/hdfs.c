/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/hdfs.h"

#include <string.h>

/* The folder is passed through; files are taken out of the folders of families, by a server that
 * acts as us and then by one that is somebody else. */
enum { PASSAGE_MODE = 0711, SHARED_MODE = 0777 };

static const char scheme[] = "hdfs://";

struct BulkHdfs {
  HttpWebhdfs *webhdfs;   /* borrowed */
  const BulkWatch *watch; /* borrowed */
  char *url;              /* owned: of the folder, as region servers have it */
  char *staging;          /* owned: its path, as WebHDFS has it */
  char *path;             /* owned: of the folder */
  GHashTable *families;   /* owned: those that have a folder */
  unsigned puts;          /* how often a file was put, for names that are new */
  bool is_made;
};

bool
bulk_hdfs_split(const char *url, char **out_authority, char **out_path)
{
  const char *authority = url + strlen(scheme);
  const char *path;

  if (!g_str_has_prefix(url, scheme) || (path = strchr(authority, '/')) == NULL ||
      path == authority || path[strspn(path, "/")] == '\0')
    return false;
  *out_authority = g_strndup(authority, (size_t)(path - authority));
  *out_path = g_strdup(path);
  for (size_t len = strlen(path); (*out_path)[len - 1] == '/'; len--)
    (*out_path)[len - 1] = '\0';
  return true;
}

BulkHdfs *
bulk_hdfs_new(HttpWebhdfs *webhdfs, const char *staging, const BulkWatch *watch)
{
  BulkHdfs *self = g_new0(BulkHdfs, 1);
  g_autofree char *authority = NULL;

  if (!bulk_hdfs_split(staging, &authority, &self->staging))
    g_error("no HDFS folder: %s", staging);
  self->webhdfs = webhdfs;
  self->watch = watch;
  self->path =
      g_strdup_printf("%s/sluice-bulkload-%08x%08x", self->staging, g_random_int(), g_random_int());
  self->url = g_strconcat(scheme, authority, self->path, NULL);
  self->families = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
bulk_hdfs_free(BulkHdfs *self)
{
  if (self == NULL)
    return;
  g_free(self->url);
  g_free(self->staging);
  g_free(self->path);
  g_hash_table_unref(self->families);
  g_free(self);
}

bool
bulk_hdfs_make(BulkHdfs *self, GError **error)
{
  HttpWebhdfsFile staging;

  if (!http_webhdfs_look(self->webhdfs, self->staging, &staging, error))
    return false;
  if (!staging.exists || !staging.is_folder) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: there is no such folder on HDFS: %s", self->staging,
                staging.exists ? "it is a file" : "'hdfs dfs -mkdir' makes one");
    return false;
  }
  self->is_made = true; /* a call that failed may have made it all the same */
  return http_webhdfs_make_folder(self->webhdfs, self->path, PASSAGE_MODE, error);
}

bool
bulk_hdfs_remove(BulkHdfs *self, GError **error)
{
  if (self->is_made && !http_webhdfs_remove(self->webhdfs, self->path, error))
    return false;
  self->is_made = false;
  return true;
}

const char *
bulk_hdfs_url(const BulkHdfs *self)
{
  return self->url;
}

static bool
goes_on(void *data)
{
  const BulkHdfs *self = data;

  return bulk_watch_goes_on(self->watch, NULL);
}

static bool
make_family(BulkHdfs *self, const char *family, GError **error)
{
  g_autofree char *path = g_strconcat(self->path, "/", family, NULL);

  if (g_hash_table_contains(self->families, family))
    return true;
  if (!http_webhdfs_make_folder(self->webhdfs, path, SHARED_MODE, error))
    return false;
  g_hash_table_add(self->families, g_strdup(family));
  return true;
}

static char *
put(void *data, const char *path, const char *family, GError **error)
{
  BulkHdfs *self = data;
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *below = g_strdup_printf("/%s/%s-%u", family, name, self->puts);
  g_autofree char *target = g_strconcat(self->path, below, NULL);
  const HttpWebhdfsPut what = {
      .source = path, .path = target, .mode = SHARED_MODE, .goes_on = goes_on, .self = self};

  if (!make_family(self, family, error) || !http_webhdfs_put(self->webhdfs, &what, error))
    return NULL;
  self->puts++;
  return g_strconcat(self->url, below, NULL);
}

static bool
has(void *data, const char *url, bool *out_has, GError **error)
{
  BulkHdfs *self = data;
  g_autofree char *path = g_strconcat(self->path, url + strlen(self->url), NULL);
  HttpWebhdfsFile file;

  if (!http_webhdfs_look(self->webhdfs, path, &file, error))
    return false;
  *out_has = file.exists;
  return true;
}

BulkPlace
bulk_hdfs_place(BulkHdfs *self)
{
  return (BulkPlace){.self = self, .put = put, .has = has, .is_taken = true};
}
