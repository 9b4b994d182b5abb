/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/pending.h"

static void
pending_clear(gpointer data)
{
  BulkPending *self = data;

  g_free(self->file.path);
  g_free(self->url);
}

GArray *
bulk_pending_new(void)
{
  GArray *self = g_array_new(FALSE, FALSE, sizeof(BulkPending));

  g_array_set_clear_func(self, pending_clear);
  return self;
}

void
bulk_pending_add(GArray *self, const BulkFile *file, Slice family)
{
  BulkPending pending = {.file = *file, .family = family};

  g_array_append_val(self, pending);
}

bool
bulk_pending_assign(GArray *self, const BulkRecut *how, uint64_t *recut, GError **error)
{
  g_auto(Bytes) first = {0};
  g_auto(Bytes) last = {0};

  for (guint i = 0; i < self->len;) {
    BulkPending *pending = &g_array_index(self, BulkPending, i);
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(BulkFile));
    Slice family = pending->family;

    if (!bulk_file_range(pending->file.path, &first, &last, error))
      return false;
    pending->file.region = bulk_regions_find(how->regions, bytes_slice(&first));
    if (bulk_regions_find(how->regions, bytes_slice(&last)) == pending->file.region) {
      i++;
      continue;
    }
    if (!bulk_file_recut(how, &pending->file, parts, error))
      return false;
    g_array_remove_index(self, i);
    for (guint j = 0; j < parts->len; j++)
      bulk_pending_add(self, &g_array_index(parts, BulkFile, j), family);
    ++*recut;
  }
  return true;
}

bool
bulk_pending_has(const GArray *self, size_t region)
{
  for (guint i = 0; i < self->len; i++)
    if (g_array_index(self, BulkPending, i).file.region == region)
      return true;
  return false;
}

static bool
is_among(const GArray *files, const char *url)
{
  for (guint i = 0; url != NULL && i < files->len; i++)
    if (g_array_index(files, RegionserverFile, i).url == url)
      return true;
  return false;
}

void
bulk_pending_take_live(GArray *self, const GArray *files, BulkLoadCounts *counts)
{
  for (guint i = self->len; i > 0; i--) {
    const BulkPending *pending = &g_array_index(self, BulkPending, i - 1);

    if (!is_among(files, pending->url))
      continue;
    counts->files++;
    counts->bytes += pending->file.bytes;
    g_array_remove_index(self, i - 1);
  }
}

void
bulk_pending_mark_asked(GArray *self, const GArray *files, bool may_be_live)
{
  for (guint i = 0; i < self->len; i++) {
    BulkPending *pending = &g_array_index(self, BulkPending, i);

    if (!is_among(files, pending->url))
      continue;
    pending->is_asked = true;
    pending->may_be_live |= may_be_live;
  }
}
