/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load.h"

#include "base/retry.h"

enum { FIRST_WAIT_MS = 200, LONGEST_WAIT_MS = 5000, LOOK_MS = 100 };
enum { REFUSALS_BEFORE_ASKING = 3, LEAST_TRIES = 3 };

static const char refused[] = "a region server refuses the files and does not say why";

/* A file on its way. */
typedef struct {
  BulkFile file;
  char *url; /* owned; NULL: not placed yet */
  bool was_placed;
  bool is_asked; /* a load was asked for, and did not come about or nobody knows */
  bool may_be_live;
  Slice family; /* its name */
} Pending;

typedef struct {
  const BulkLoadOptions *options;
  GArray *pending;      /* owned, of Pending */
  BulkServers *servers; /* owned */
  GPtrArray *meta;      /* owned, of MetaRegion: as looked up last */
  BulkRegions *regions; /* owned: where they begin */
  GHashTable *loaders;  /* owned: server -> Loader */
  GHashTable *silent;   /* owned: servers that did not answer in this round */
  bool is_place_silent; /* in this round */
  uint64_t bytes;       /* of all files */
  unsigned refusals;    /* without a reason, since a region last went live */
  uint64_t placed;      /* files, each when it was for the first time */
  BulkLoadCounts *counts;
} Load;

static void
pending_clear(gpointer data)
{
  Pending *self = data;

  g_free(self->file.path);
  g_free(self->url);
}

static void
load_clear(Load *self)
{
  g_array_unref(self->pending);
  bulk_servers_free(self->servers);
  if (self->meta != NULL)
    g_ptr_array_unref(self->meta);
  bulk_regions_free(self->regions);
  g_hash_table_unref(self->loaders);
  g_hash_table_unref(self->silent);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Load, load_clear)

static void
add_pending(Load *self, const BulkFile *file)
{
  Pending pending = {.file = *file, .family = self->options->plan->family[file->family].name};

  g_array_append_val(self->pending, pending);
}

static bool
look_up_regions(Load *self, GError **error)
{
  const BulkLoadOptions *options = self->options;
  GPtrArray *meta = bulk_servers_regions(self->servers, options->table, options->rpc, error);
  g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(Slice));

  if (meta == NULL)
    return false;
  for (guint i = 1; i < meta->len; i++) {
    size_t len = 0;
    const void *data = g_bytes_get_data(((MetaRegion *)meta->pdata[i])->start, &len);
    Slice start = slice(data, len);

    g_array_append_val(starts, start);
  }
  if (self->meta != NULL)
    g_ptr_array_unref(self->meta);
  self->meta = meta;
  bulk_regions_free(self->regions);
  self->regions = bulk_regions_new((const Slice *)(const void *)starts->data, starts->len);
  return true;
}

/* Finds the region of each file, and cuts anew those that lie in several. */
static bool
assign_regions(Load *self, GError **error)
{
  g_auto(Bytes) first = {0};
  g_auto(Bytes) last = {0};

  for (guint i = 0; i < self->pending->len;) {
    Pending *pending = &g_array_index(self->pending, Pending, i);
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(BulkFile));

    if (!bulk_file_range(pending->file.path, &first, &last, error))
      return false;
    pending->file.region = bulk_regions_find(self->regions, bytes_slice(&first));
    if (bulk_regions_find(self->regions, bytes_slice(&last)) == pending->file.region) {
      i++;
      continue;
    }
    if (!bulk_file_recut(&pending->file, self->regions, &self->options->hfile[pending->file.family],
                         parts, error))
      return false;
    g_array_remove_index(self->pending, i);
    for (guint j = 0; j < parts->len; j++)
      add_pending(self, &g_array_index(parts, BulkFile, j));
    self->counts->recut++;
  }
  return true;
}

/* The connection to the region's server. */
static Loader *
loader_of(Load *self, const MetaRegion *region, GError **error)
{
  Loader *loader = g_hash_table_lookup(self->loaders, region->server);

  if (loader != NULL)
    return loader;
  loader = loader_open(region->server, self->options->rpc, error);
  if (loader != NULL)
    g_hash_table_insert(self->loaders, g_strdup(region->server), loader);
  return loader;
}

static bool
place_file(Load *self, Pending *pending, GError **error)
{
  const BulkPlace *place = self->options->place;
  g_autofree char *family = slice_to_text(pending->family);

  if (pending->url == NULL)
    pending->url = place->put(place->self, pending->file.path, family, error);
  if (pending->url == NULL)
    return false;
  self->placed += !pending->was_placed;
  pending->was_placed = true;
  return true;
}

/* The region's files, placed; no more of a family than a server takes at once. */
static GArray *
gather(Load *self, size_t region, GError **error)
{
  g_autoptr(GArray) of_family = g_array_new(FALSE, TRUE, sizeof(unsigned));
  GArray *files = g_array_new(FALSE, FALSE, sizeof(LoaderFile));

  g_array_set_size(of_family, (guint)self->options->plan->families);
  for (guint i = 0; i < self->pending->len; i++) {
    Pending *pending = &g_array_index(self->pending, Pending, i);
    LoaderFile file = {.family = pending->family};

    if (pending->file.region != region ||
        g_array_index(of_family, unsigned, pending->file.family)++ >= BULK_FILES_MOST)
      continue;
    if (!place_file(self, pending, error)) {
      g_array_unref(files);
      return NULL;
    }
    file.url = pending->url;
    g_array_append_val(files, file);
  }
  return files;
}

static bool
is_among(const GArray *files, const char *url)
{
  for (guint i = 0; url != NULL && i < files->len; i++)
    if (g_array_index(files, LoaderFile, i).url == url)
      return true;
  return false;
}

static void
take_live(Load *self, const GArray *files)
{
  for (guint i = self->pending->len; i > 0; i--) {
    const Pending *pending = &g_array_index(self->pending, Pending, i - 1);

    if (!is_among(files, pending->url))
      continue;
    self->counts->files++;
    self->counts->bytes += pending->file.bytes;
    g_array_remove_index(self->pending, i - 1);
  }
  self->refusals = 0;
}

static void
mark_asked(Load *self, const GArray *files, bool may_be_live)
{
  for (guint i = 0; i < self->pending->len; i++) {
    Pending *pending = &g_array_index(self->pending, Pending, i);

    if (!is_among(files, pending->url))
      continue;
    pending->is_asked = true;
    pending->may_be_live |= may_be_live;
  }
}

/* With a token, a server that takes files keeps them in a place of its own meanwhile and puts them
 * back if the load fails, but a refusal says nothing of its reason; after some of them the load is
 * asked for without. So it is at once where files are copied: there is nothing to put back, and
 * with a token they would be copied twice. */
static bool
call_server(Load *self, Loader *loader, LoaderCall *call, bool *out_is_loaded, GError **error)
{
  g_auto(Bytes) token = {0};
  bool is_answered;

  if (!self->options->place->is_taken || self->refusals >= REFUSALS_BEFORE_ASKING)
    return loader_load(loader, call, out_is_loaded, error);
  if (!loader_prepare(loader, self->options->table, call->region, &token, error))
    return false;
  call->token = bytes_slice(&token);
  is_answered = loader_load(loader, call, out_is_loaded, error);
  /* Whatever came of it: without this the server keeps the empty place, no more. */
  if (is_answered || !g_error_matches(*error, FAULT, FAULT_PEER))
    loader_cleanup(loader, call->region, call->token, NULL);
  return is_answered;
}

static bool
load_region(Load *self, size_t region, GError **error)
{
  const MetaRegion *meta = self->meta->pdata[region];
  g_autoptr(GArray) files = gather(self, region, error);
  LoaderCall call = {.region = meta, .files = files};
  bool is_loaded = false;
  Loader *loader;

  if (files == NULL) {
    self->is_place_silent = true;
    return false;
  }
  loader = loader_of(self, meta, error);
  if (loader == NULL) {
    g_hash_table_add(self->silent, g_strdup(meta->server));
    return false;
  }
  if (!call_server(self, loader, &call, &is_loaded, error)) {
    if (loader_is_lost(loader)) {
      mark_asked(self, files, true);
      g_hash_table_add(self->silent, g_strdup(meta->server));
      g_hash_table_remove(self->loaders, meta->server);
    }
    return false;
  }
  if (is_loaded) {
    take_live(self, files);
  } else {
    mark_asked(self, files, false);
    self->refusals++;
  }
  return true;
}

/* A server that ended the load in the middle, without a word or with a refusal, may have taken
 * files away: to be live, or to a place of its own where nobody finds them. They are placed anew,
 * and loaded once more, which does no harm to those that are live. */
static bool
settle_asked(Load *self, GError **error)
{
  const BulkPlace *place = self->options->place;

  for (guint i = self->pending->len; i > 0; i--) {
    Pending *pending = &g_array_index(self->pending, Pending, i - 1);
    bool has = false;

    if (!pending->is_asked)
      continue;
    if (!place->has(place->self, pending->url, &has, error))
      return false;
    pending->is_asked = false;
    if (!has)
      g_clear_pointer(&pending->url, g_free);
  }
  return true;
}

static bool
has_files(const Load *self, size_t region)
{
  for (guint i = 0; i < self->pending->len; i++)
    if (g_array_index(self->pending, Pending, i).file.region == region)
      return true;
  return false;
}

static bool
is_due(const Load *self, size_t region)
{
  const MetaRegion *meta = self->meta->pdata[region];

  return !self->is_place_silent && has_files(self, region) &&
         !g_hash_table_contains(self->silent, meta->server);
}

/* Asks each region once. One that is not ready does not keep the others from their files: the first
 * such problem is told at the end. */
static bool
ask_regions(Load *self, GError **error)
{
  GError *first = NULL;

  for (size_t region = 0; region < self->meta->len; region++) {
    g_autoptr(GError) problem = NULL;

    if (!is_due(self, region))
      continue;
    if (!bulk_watch_goes_on(self->options->watch, &problem) ||
        (!load_region(self, region, &problem) && !g_error_matches(problem, FAULT, FAULT_PEER))) {
      g_clear_error(&first);
      g_propagate_error(error, g_steal_pointer(&problem));
      return false;
    }
    self->counts->regions += !has_files(self, region);
    if (first == NULL)
      first = g_steal_pointer(&problem);
    bulk_watch_progress(self->options->watch, BULK_LOADING, MIN(self->counts->bytes, self->bytes),
                        self->bytes, 0);
  }
  if (first == NULL)
    return true;
  g_propagate_error(error, first);
  return false;
}

/* Looks at the table as it is now, and asks. */
static bool
load_once(Load *self, GError **error)
{
  g_hash_table_remove_all(self->silent);
  self->is_place_silent = false;
  return settle_asked(self, error) && look_up_regions(self, error) && assign_regions(self, error) &&
         ask_regions(self, error);
}

/* In short steps, so that a stop is seen. */
static bool
wait_for(const Load *self, uint32_t wait_ms, GError **error)
{
  for (uint32_t waited = 0; waited < wait_ms; waited += LOOK_MS) {
    if (!bulk_watch_goes_on(self->options->watch, error))
      return false;
    g_usleep((gulong)LOOK_MS * 1000);
  }
  return true;
}

/* Whether to try again after the problem: it may pass, and the time is not up. One try can take it
 * all, when a large file is on its way. */
static bool
may_pass(const GError *problem, const Retry *retry, int64_t until_us)
{
  return (problem == NULL || g_error_matches(problem, FAULT, FAULT_PEER)) &&
         (retry->tries < LEAST_TRIES || g_get_monotonic_time() < until_us);
}

/* Once each time the load stands still: a first try that fails is nothing to look at, a region may
 * just have moved. */
static void
tell_waiting(const Load *self, unsigned tries, const GError *problem)
{
  enum { WORTH_TELLING = 1 };

  if (tries == WORTH_TELLING)
    g_message("waiting table=%s live=%" G_GUINT64_FORMAT " left=%u reason='%s'",
              self->options->table, self->counts->files, self->pending->len,
              problem == NULL ? refused : problem->message);
}

static bool
load_all(Load *self, GError **error)
{
  Retry retry = {.first_ms = FIRST_WAIT_MS, .longest_ms = LONGEST_WAIT_MS};
  int64_t until_us = g_get_monotonic_time() + self->options->timeout_ms * 1000;

  while (self->pending->len > 0) {
    g_autoptr(GError) problem = NULL;
    uint64_t seen = self->counts->files + self->placed;

    load_once(self, &problem);
    if (self->pending->len == 0)
      break;
    if (seen != self->counts->files + self->placed) {
      until_us = g_get_monotonic_time() + self->options->timeout_ms * 1000;
      retry_reset(&retry);
    }
    if (!may_pass(problem, &retry, until_us)) {
      if (problem == NULL)
        g_set_error_literal(&problem, FAULT, FAULT_PEER, refused);
      g_propagate_error(error, g_steal_pointer(&problem));
      return false;
    }
    tell_waiting(self, retry.tries, problem);
    if (!wait_for(self, retry_next_ms(&retry), error))
      return false;
  }
  return true;
}

bool
bulk_load(const BulkLoadOptions *options, GArray *files, BulkLoadCounts *out_counts, GError **error)
{
  g_auto(Load) load = {
      .options = options,
      .pending = g_array_new(FALSE, FALSE, sizeof(Pending)),
      .servers = bulk_servers_new(options->servers),
      .loaders =
          g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)loader_free),
      .silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .counts = out_counts,
  };
  bool is_whole;

  *out_counts = (BulkLoadCounts){0};
  for (guint i = 0; i < files->len; i++) {
    BulkFile *file = &g_array_index(files, BulkFile, i);

    add_pending(&load, file);
    load.bytes += file->bytes;
    file->path = NULL; /* pending has it now */
  }
  g_array_set_size(files, 0);
  g_array_set_clear_func(load.pending, pending_clear);
  is_whole = load_all(&load, error);
  for (guint i = 0; i < load.pending->len; i++) {
    Pending *pending = &g_array_index(load.pending, Pending, i);
    BulkFile file = pending->file;

    out_counts->unanswered += pending->may_be_live;
    pending->file.path = NULL;
    g_array_append_val(files, file);
  }
  return is_whole;
}
