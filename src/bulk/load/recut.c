/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/recut.h"

#include "hfile/check/check.h"
#include "hfile/check/entries.h"

#include <glib/gstdio.h>

static bool
take_row(Slice serialised, Bytes *out_row, GError **error)
{
  HfileKey key;

  if (!hfile_key_parse(serialised, &key)) {
    g_set_error(error, FAULT, FAULT_RECORD, "damaged key");
    return false;
  }
  bytes_reset(out_row);
  bytes_append_slice(out_row, key.row);
  return true;
}

static bool
read_range(const char *path, Bytes *out_first, Bytes *out_last, GError **error)
{
  g_autoptr(HfileReader) reader = hfile_reader_open(path, error);
  g_autoptr(HfileEntries) entries = NULL;
  HfileEntry entry;
  Slice last;
  bool at_end = false;

  if (reader == NULL)
    return false;
  entries = hfile_entries_new(reader, error);
  if (entries == NULL || !hfile_entries_next(entries, &entry, &at_end, error))
    return false;
  if (at_end || !hfile_info_get(hfile_reader_info(reader), HFILE_INFO_LAST_KEY, &last)) {
    g_set_error(error, FAULT, FAULT_RECORD, "holds no cell");
    return false;
  }
  return take_row(entry.key, out_first, error) && take_row(last, out_last, error);
}

bool
bulk_file_range(const char *path, Bytes *out_first, Bytes *out_last, GError **error)
{
  if (read_range(path, out_first, out_last, error))
    return true;
  g_prefix_error(error, "%s: ", path);
  return false;
}

/* A file that is being cut: where its cells go now. */
typedef struct {
  const BulkRecut *recut;
  const BulkFile *file;
  HfileWriter *writer; /* owned */
  BulkFile part;       /* the file being written */
  GArray *parts;       /* owned, of BulkFile: finished */
  GError *error;       /* owned */
} Cut;

static void
cut_clear(Cut *self)
{
  hfile_writer_free(self->writer);
  g_free(self->part.path);
  g_array_unref(self->parts);
  g_clear_error(&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cut, cut_clear)

static bool
end_part(Cut *self)
{
  if (self->writer == NULL)
    return true;
  if (!hfile_writer_finish(self->writer, &self->error))
    return false;
  self->part.bytes = hfile_writer_bytes(self->writer);
  self->part.cells = hfile_writer_cells(self->writer);
  g_array_append_val(self->parts, self->part);
  self->part.path = NULL;
  hfile_writer_free(self->writer);
  self->writer = NULL;
  return true;
}

static bool
begin_part(Cut *self, size_t region)
{
  self->part = (BulkFile){.family = self->file->family, .region = region};
  self->part.path = g_strdup_printf("%s-cut-%zu", self->file->path, region);
  self->writer =
      hfile_writer_new(self->part.path, &self->recut->hfile[self->file->family], &self->error);
  return self->writer != NULL;
}

static void
add_cell(void *data, const HfileCell *cell)
{
  Cut *self = data;
  size_t region = bulk_regions_find(self->recut->regions, cell->key.row);
  Cell copy = {.row = cell->key.row,
               .family = cell->key.family,
               .qualifier = cell->key.qualifier,
               .value = cell->value,
               .timestamp = cell->key.timestamp,
               .type = (CellType)cell->key.type};

  if (self->error != NULL)
    return;
  if ((self->writer == NULL || region != self->part.region) &&
      !(end_part(self) && begin_part(self, region)))
    return;
  hfile_writer_append(self->writer, &copy, &self->error);
}

/* There is no use in reading on after an error. */
static bool
goes_on(void *data)
{
  Cut *self = data;

  return self->error == NULL && wait_goes_on(self->recut->stop, &self->error);
}

/* Reads the old file through the checker: what is damaged is not handed on. */
static bool
copy_cells(Cut *self, GError **error)
{
  const HfileCheck check = {.visit = add_cell, .goes_on = goes_on, .self = self};
  g_auto(HfileReport) report;

  hfile_report_init(&report);
  if (!hfile_check(self->file->path, &check, &report, error))
    return false;
  if (self->error == NULL && report.faults_total > 0)
    g_set_error(&self->error, FAULT, FAULT_SETUP, "%s: %s", self->file->path,
                fault_list_get(&report.faults, 0));
  if (self->error == NULL)
    end_part(self);
  if (self->error == NULL)
    return true;
  g_propagate_error(error, g_steal_pointer(&self->error));
  return false;
}

bool
bulk_file_recut(const BulkRecut *self, const BulkFile *file, GArray *out_files, GError **error)
{
  g_auto(Cut)
      cut = {.recut = self, .file = file, .parts = g_array_new(FALSE, FALSE, sizeof(BulkFile))};
  bool is_whole = copy_cells(&cut, error);

  for (guint i = 0; i < cut.parts->len; i++) {
    BulkFile part = g_array_index(cut.parts, BulkFile, i);

    if (is_whole) {
      g_array_append_val(out_files, part);
    } else {
      g_unlink(part.path);
      g_free(part.path);
    }
  }
  if (is_whole)
    g_unlink(file->path);
  return is_whole;
}
