/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/store.h"

#include <errno.h>
#include <glib/gstdio.h>

enum { FOLDER_MODE = 0777 };

/* A cell of a group of rows, to be put in order. */
typedef struct {
  BulkCell cell;
  int64_t timestamp;
  size_t place; /* of its column; the row's deletion has that of a column without a name */
  CellType type;
} Version;

struct BulkStore {
  BulkStoreOptions options;
  size_t family;
  size_t first_rank;
  size_t end_rank;
  HfileWriter *writer; /* owned; NULL: no file is open */
  char *path;          /* owned; of the open file */
  size_t region;       /* of the open file */
  unsigned part;       /* how many files the region has before it */
  GArray *files;       /* owned, of BulkFile */
  GArray *versions;    /* owned, of Version: scratch */
  BulkGroup *group;    /* owned */
};

static void
file_clear(gpointer data)
{
  g_free(((BulkFile *)data)->path);
}

BulkStore *
bulk_store_new(const BulkStoreOptions *options, size_t family)
{
  BulkStore *self = g_new0(BulkStore, 1);

  self->options = *options;
  self->family = family;
  self->first_rank = options->plan->first_rank[family];
  self->end_rank = options->plan->first_rank[family + 1];
  self->files = g_array_new(FALSE, FALSE, sizeof(BulkFile));
  g_array_set_clear_func(self->files, file_clear);
  self->versions = g_array_new(FALSE, FALSE, sizeof(Version));
  self->group = bulk_group_new(options->plan);
  return self;
}

void
bulk_store_free(BulkStore *self)
{
  if (self == NULL)
    return;
  hfile_writer_free(self->writer);
  g_free(self->path);
  for (guint i = 0; i < self->files->len; i++)
    g_unlink(g_array_index(self->files, BulkFile, i).path);
  g_array_unref(self->files);
  g_array_unref(self->versions);
  bulk_group_free(self->group);
  g_free(self);
}

static bool
close_file(BulkStore *self, GError **error)
{
  BulkFile file = {.family = self->family, .region = self->region};

  if (self->writer == NULL)
    return true;
  if (!hfile_writer_finish(self->writer, error))
    return false;
  file.path = g_steal_pointer(&self->path);
  file.bytes = hfile_writer_bytes(self->writer);
  file.cells = hfile_writer_cells(self->writer);
  g_array_append_val(self->files, file);
  hfile_writer_free(self->writer);
  self->writer = NULL;
  return true;
}

static bool
open_file(BulkStore *self, GError **error)
{
  Slice family = self->options.plan->family[self->family].name;
  g_autofree char *name = slice_to_text(family);
  g_autofree char *folder = g_build_filename(self->options.folder, name, NULL);

  if (g_mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
    int code = errno;

    g_set_error(error, FAULT, FAULT_SETUP, "%s: cannot create: %s", folder, g_strerror(code));
    return false;
  }
  HfileOptions options = self->options.hfile[self->family];

  options.pool = self->options.pool;
  self->path = g_strdup_printf("%s/region-%05zu-%02u", folder, self->region, self->part);
  self->writer = hfile_writer_new(self->path, &options, error);
  return self->writer != NULL;
}

/* Makes sure that the open file is one for the row. */
static bool
turn_to(BulkStore *self, Slice row, GError **error)
{
  const BulkRegions *regions = self->options.regions;
  bool in_region = self->region + 1 == bulk_regions_length(regions) ||
                   slice_compare(row, bulk_regions_start(regions, self->region + 1)) < 0;
  bool is_full = false;

  if (self->writer != NULL && self->part + 1 < BULK_FILES_MOST &&
      !hfile_writer_is_full(self->writer, self->options.file_most_bytes, &is_full, error))
    return false;
  if (in_region && self->writer != NULL && !is_full)
    return true;
  if (!close_file(self, error))
    return false;
  self->part = in_region && is_full ? self->part + 1 : 0;
  self->region = bulk_regions_find(regions, row);
  return open_file(self, error);
}

/* Deletes the family: a deletion of the row is one of each. */
static bool
append_row_deletion(BulkStore *self, Slice row, int64_t timestamp, GError **error)
{
  Cell whole = {.row = row,
                .family = self->options.plan->family[self->family].name,
                .timestamp = timestamp,
                .type = CELL_DELETE_FAMILY};

  return hfile_writer_append(self->writer, &whole, error);
}

static bool
is_row_deletion(const BulkStore *self, const BulkCell *cell)
{
  return cell->rank == bulk_plan_row_rank(self->options.plan);
}

static bool
append(BulkStore *self, Slice row, const BulkCell *cell, int64_t timestamp, GError **error)
{
  if (is_row_deletion(self, cell))
    return append_row_deletion(self, row, timestamp, error);

  const Column *column = self->options.plan->by_rank[cell->rank];
  Cell whole = {.row = row,
                .family = column->family,
                .qualifier = column->qualifier,
                .value = cell->value,
                .timestamp = timestamp,
                .type = cell->is_delete ? CELL_DELETE_COLUMN : CELL_PUT};

  return hfile_writer_append(self->writer, &whole, error);
}

bool
bulk_store_add(BulkStore *self, const BulkRow *row, const BulkCells *cells, GError **error)
{
  const BulkCell *cell = cells->cells;
  const BulkCell *end = cell + cells->length;

  while (cell < end && cell->rank < self->first_rank)
    cell++;
  if (cell < end && is_row_deletion(self, cell)) /* nothing else is in such a row */
    return turn_to(self, row->key, error) &&
           append_row_deletion(self, row->key, row->timestamp, error);
  if (cell == end || cell->rank >= self->end_rank)
    return true;
  if (!turn_to(self, row->key, error))
    return false;
  for (; cell < end && cell->rank < self->end_rank; cell++)
    if (!append(self, row->key, cell, row->timestamp, error))
      return false;
  return true;
}

/* As HBase orders a column's cells: the newest first, of one timestamp the deletion first. */
static gint
compare_versions(gconstpointer a, gconstpointer b)
{
  const Version *left = a;
  const Version *right = b;

  if (left->place != right->place)
    return left->place < right->place ? -1 : 1;
  if (left->timestamp != right->timestamp)
    return left->timestamp > right->timestamp ? -1 : 1;
  return (int)right->type - (int)left->type;
}

/* False: the cell is not of this family. */
static bool
set_place(const BulkStore *self, Version *version)
{
  const BulkPlan *plan = self->options.plan;
  size_t rank = version->cell.rank;
  bool is_row = is_row_deletion(self, &version->cell);
  bool has_nameless =
      self->first_rank < self->end_rank && plan->by_rank[self->first_rank]->qualifier.len == 0;

  version->place = is_row && has_nameless ? self->first_rank + 1 : is_row ? 0 : rank + 1;
  version->type = is_row                    ? CELL_DELETE_FAMILY
                  : version->cell.is_delete ? CELL_DELETE_COLUMN
                                            : CELL_PUT;
  return is_row || (rank >= self->first_rank && rank < self->end_rank);
}

static void
choose_versions(BulkStore *self, const uint8_t *rows, size_t length)
{
  g_array_set_size(self->versions, 0);
  bulk_group_begin(self->group);
  for (size_t i = 0; i < length; i++, rows += sort_entry_bytes(rows)) {
    BulkRow row = bulk_row_open(rows);
    Version version = {.timestamp = row.timestamp};

    while (bulk_row_next(&row, &version.cell))
      if (set_place(self, &version) && bulk_group_admits(self->group, &version.cell, row.timestamp))
        g_array_append_val(self->versions, version);
  }
  g_array_sort(self->versions, compare_versions);
}

bool
bulk_store_add_group(BulkStore *self, const uint8_t *rows, size_t length, GError **error)
{
  Slice key = bulk_row_key(rows);

  choose_versions(self, rows, length);
  if (self->versions->len > 0 && !turn_to(self, key, error))
    return false;
  for (guint i = 0; i < self->versions->len; i++) {
    const Version *version = &g_array_index(self->versions, Version, i);

    if (!append(self, key, &version->cell, version->timestamp, error))
      return false;
  }
  return true;
}

bool
bulk_store_finish(BulkStore *self, GError **error)
{
  return close_file(self, error);
}

void
bulk_store_hand_over(BulkStore *self, size_t family, GArray *out_files)
{
  if (family != self->family)
    return;
  for (guint i = 0; i < self->files->len; i++) {
    BulkFile *file = &g_array_index(self->files, BulkFile, i);
    BulkFile handed = *file;

    handed.path = g_steal_pointer(&file->path);
    g_array_append_val(out_files, handed);
  }
  g_array_set_size(self->files, 0);
}
