/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/load.h"

#include "base/event.h"
#include "base/retry.h"
#include "bulk/load/loaders.h"
#include "bulk/load/pending.h"

enum { FIRST_WAIT_MS = 200, LONGEST_WAIT_MS = 5000 };
enum { REFUSALS_BEFORE_ASKING = 3, LEAST_TRIES = 3 };

static const char refused[] = "a region server refuses the files and does not say why";

typedef struct {
  const BulkLoadOptions *options;
  GArray *pending;      /* owned, of BulkPending */
  BulkServers *servers; /* owned */
  GPtrArray *meta;      /* owned, of RegionserverRegion: as looked up last */
  BulkRegions *regions; /* owned: where they begin */
  BulkLoaders *loaders; /* owned */
  GHashTable *silent;   /* owned: servers that did not answer in this round */
  bool is_place_silent; /* in this round */
  uint64_t bytes;       /* of all files */
  unsigned refusals;    /* without a reason, since a region last went live */
  uint64_t placed;      /* files, each when it was for the first time */
  BulkLoadCounts *counts;
} Load;

static void
load_clear(Load *self)
{
  g_array_unref(self->pending);
  bulk_servers_free(self->servers);
  if (self->meta != NULL)
    g_ptr_array_unref(self->meta);
  bulk_regions_free(self->regions);
  bulk_loaders_free(self->loaders);
  g_hash_table_unref(self->silent);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Load, load_clear)

/* One region's call. While it is under way, in a thread of its own, nobody changes the load. */
typedef struct {
  Load *load; /* borrowed */
  size_t region;
  GArray *files;              /* owned, of RegionserverFile: placed */
  RegionserverLoader *loader; /* owned */
  bool is_loaded;
  GError *error; /* owned; NULL: it was answered */
} Ask;

static void
ask_free(void *data)
{
  Ask *self = data;
  const RegionserverRegion *meta = self->load->meta->pdata[self->region];

  if (self->loader != NULL)
    bulk_loaders_give(self->load->loaders, meta->server, self->loader);
  g_array_unref(self->files);
  g_clear_error(&self->error);
  g_free(self);
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
    const void *data = g_bytes_get_data(((RegionserverRegion *)meta->pdata[i])->start, &len);
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

static bool
place_file(Load *self, BulkPending *pending, GError **error)
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
  GArray *files = g_array_new(FALSE, FALSE, sizeof(RegionserverFile));

  g_array_set_size(of_family, (guint)self->options->plan->families);
  for (guint i = 0; i < self->pending->len; i++) {
    BulkPending *pending = &g_array_index(self->pending, BulkPending, i);
    RegionserverFile file = {.family = pending->family};

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

/* With a token, a server that takes files keeps them in a place of its own meanwhile and puts them
 * back if the load fails, but a refusal says nothing of its reason; after some of them the load is
 * asked for without. So it is at once where files are copied: there is nothing to put back, and
 * with a token they would be copied twice. */
static void *
call_server(void *data)
{
  Ask *self = data;
  const Load *load = self->load;
  RegionserverCall call = {.region = load->meta->pdata[self->region], .files = self->files};
  g_auto(Bytes) token = {0};

  if (!load->options->place->is_taken || load->refusals >= REFUSALS_BEFORE_ASKING) {
    regionserver_loader_load(self->loader, &call, &self->is_loaded, &self->error);
    return NULL;
  }
  if (!regionserver_loader_prepare(self->loader, load->options->table, call.region, &token,
                                   &self->error))
    return NULL;
  call.token = bytes_slice(&token);
  regionserver_loader_load(self->loader, &call, &self->is_loaded, &self->error);
  /* Whatever came of it: without this the server keeps the empty place, no more. */
  if (self->error == NULL || !g_error_matches(self->error, FAULT, FAULT_PEER))
    regionserver_loader_cleanup(self->loader, call.region, call.token, NULL);
  return NULL;
}

/* NULL: nobody can be asked now. */
static Ask *
prepare_ask(Load *self, size_t region, GError **error)
{
  const RegionserverRegion *meta = self->meta->pdata[region];
  GArray *files = gather(self, region, error);
  Ask *ask;

  if (files == NULL) {
    self->is_place_silent = true;
    return NULL;
  }
  ask = g_new0(Ask, 1);
  *ask = (Ask){.load = self, .region = region, .files = files};
  ask->loader = bulk_loaders_take(self->loaders, meta->server, error);
  if (ask->loader != NULL)
    return ask;
  g_hash_table_add(self->silent, g_strdup(meta->server));
  ask_free(ask);
  return NULL;
}

/* What the answer means. */
static void
settle_ask(Load *self, const Ask *ask)
{
  const RegionserverRegion *meta = self->meta->pdata[ask->region];

  if (ask->error != NULL && regionserver_loader_is_lost(ask->loader)) {
    bulk_pending_mark_asked(self->pending, ask->files, true);
    g_hash_table_add(self->silent, g_strdup(meta->server));
  }
  if (ask->error != NULL)
    return;
  if (ask->is_loaded) {
    bulk_pending_take_live(self->pending, ask->files, self->counts);
    self->refusals = 0;
  } else {
    bulk_pending_mark_asked(self->pending, ask->files, false);
    self->refusals++;
  }
  self->counts->regions += !bulk_pending_has(self->pending, ask->region);
}

/* Keeps the worst of the problems: one that no time mends, or else the first one. Takes it. */
static void
keep_problem(GError **kept, GError *problem)
{
  if (*kept == NULL ||
      (g_error_matches(*kept, FAULT, FAULT_PEER) && !g_error_matches(problem, FAULT, FAULT_PEER))) {
    g_clear_error(kept);
    *kept = problem;
  } else {
    g_error_free(problem);
  }
}

static bool
is_for_good(const GError *problem)
{
  return problem != NULL && !g_error_matches(problem, FAULT, FAULT_PEER);
}

/* A server that ended the load in the middle, without a word or with a refusal, may have taken
 * files away: to be live, or to a place of its own where nobody finds them. They are placed anew,
 * and loaded once more, which does no harm to those that are live. */
static bool
settle_asked(Load *self, GError **error)
{
  const BulkPlace *place = self->options->place;

  for (guint i = self->pending->len; i > 0; i--) {
    BulkPending *pending = &g_array_index(self->pending, BulkPending, i - 1);
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
is_due(const Load *self, size_t region)
{
  const RegionserverRegion *meta = self->meta->pdata[region];

  return !self->is_place_silent && bulk_pending_has(self->pending, region) &&
         !g_hash_table_contains(self->silent, meta->server);
}

/* The next regions that can be asked at once, from *region on. */
static GPtrArray *
prepare_asks(Load *self, size_t *region, GError **kept)
{
  GPtrArray *asks = g_ptr_array_new_with_free_func(ask_free);

  for (; *region < self->meta->len && asks->len < MAX(self->options->at_once, 1); ++*region) {
    GError *problem = NULL;
    Ask *ask;

    if (!is_due(self, *region))
      continue;
    ask = bulk_watch_goes_on(self->options->watch, &problem) ? prepare_ask(self, *region, &problem)
                                                             : NULL;
    if (ask != NULL)
      g_ptr_array_add(asks, ask);
    else
      keep_problem(kept, problem);
    if (is_for_good(*kept))
      break;
  }
  return asks;
}

/* A thread for each, but the first, which is ours. */
static void
call_servers(const GPtrArray *asks)
{
  g_autofree GThread **threads = g_new0(GThread *, asks->len);

  for (guint i = 1; i < asks->len; i++)
    threads[i] = g_thread_new("load", call_server, asks->pdata[i]);
  if (asks->len > 0)
    call_server(asks->pdata[0]);
  for (guint i = 1; i < asks->len; i++)
    g_thread_join(threads[i]);
}

/* Asks each region once, some at once. One that is not ready does not keep the others from their
 * files: the first such problem is told at the end. */
static bool
ask_regions(Load *self, GError **error)
{
  GError *kept = NULL;

  for (size_t region = 0; region < self->meta->len && !is_for_good(kept);) {
    g_autoptr(GPtrArray) asks = prepare_asks(self, &region, &kept);

    if (is_for_good(kept))
      break;
    call_servers(asks);
    for (guint i = 0; i < asks->len; i++) {
      Ask *ask = asks->pdata[i];

      settle_ask(self, ask);
      if (ask->error != NULL)
        keep_problem(&kept, g_steal_pointer(&ask->error));
    }
    bulk_watch_progress(self->options->watch, BULK_LOADING, MIN(self->counts->bytes, self->bytes),
                        self->bytes, 0);
  }
  if (kept == NULL)
    return true;
  g_propagate_error(error, kept);
  return false;
}

/* Looks at the table as it is now, and asks. */
static bool
load_once(Load *self, GError **error)
{
  BulkRecut recut = {.hfile = self->options->hfile, .stop = self->options->watch->cancellable};

  g_hash_table_remove_all(self->silent);
  self->is_place_silent = false;
  if (!settle_asked(self, error) || !look_up_regions(self, error))
    return false;
  recut.regions = self->regions;
  return bulk_pending_assign(self->pending, &recut, &self->counts->recut, error) &&
         ask_regions(self, error);
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
  g_autofree char *reason = NULL;

  if (tries != WORTH_TELLING)
    return;
  reason = event_value(problem == NULL ? refused : problem->message);
  g_message("waiting table=%s live=%" G_GUINT64_FORMAT " left=%u reason=%s", self->options->table,
            self->counts->files, self->pending->len, reason);
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
    if (!bulk_watch_goes_on(self->options->watch, error))
      return false;
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
    if (!bulk_watch_wait(self->options->watch, retry_next_ms(&retry), error))
      return false;
  }
  return true;
}

bool
bulk_load(const BulkLoadOptions *options, GArray *files, BulkLoadCounts *out_counts, GError **error)
{
  g_auto(Load) load = {
      .options = options,
      .pending = bulk_pending_new(),
      .servers = bulk_servers_new(options->servers),
      .loaders = bulk_loaders_new(options->rpc),
      .silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .counts = out_counts,
  };
  bool is_whole;

  *out_counts = (BulkLoadCounts){0};
  for (guint i = 0; i < files->len; i++) {
    BulkFile *file = &g_array_index(files, BulkFile, i);

    load.bytes += file->bytes;
    bulk_pending_add(load.pending, file, options->plan->family[file->family].name);
    file->path = NULL; /* pending has it now */
  }
  g_array_set_size(files, 0);
  is_whole = load_all(&load, error);
  for (guint i = 0; i < load.pending->len; i++) {
    BulkPending *pending = &g_array_index(load.pending, BulkPending, i);
    BulkFile file = pending->file;

    out_counts->unanswered += pending->may_be_live;
    pending->file.path = NULL;
    g_array_append_val(files, file);
  }
  return is_whole;
}
