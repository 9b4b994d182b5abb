/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/store.h"

#include "bulk/load/recut.h"
#include "hfile/check/check.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

enum { COLUMNS = 2, BIG_BYTES = 300 * 1024 };

/* One family, `f`, with a column without a name and one called `a`; it may keep what is deleted. */
typedef struct {
  char *folder;
  Family family;
  Column columns[COLUMNS];
  const Column *by_rank[COLUMNS];
  uint16_t rank_of[COLUMNS];
  size_t first_rank[2];
  uint32_t versions[1];
  bool keeps_deleted[1];
  int64_t dead_before[1];
  BulkPlan plan;
  BulkRegions *regions;
  HfileOptions hfile;
  BulkPacker packer;
  Bytes rows;
  uint64_t sequence;
} Fixture;

static void
make(Fixture *self, gconstpointer data)
{
  Slice family = slice_text("f");

  (void)data;
  *self = (Fixture){.folder = g_dir_make_tmp("store-XXXXXX", NULL),
                    .family = {.name = family, .versions = 3},
                    .rank_of = {0, 1},
                    .first_rank = {0, COLUMNS},
                    .versions = {3}};
  self->columns[0] = (Column){0, 0, family, slice_text("")};
  self->columns[1] = (Column){1, 0, family, slice_text("a")};
  for (size_t i = 0; i < COLUMNS; i++)
    self->by_rank[i] = &self->columns[i];
  self->plan = (BulkPlan){.families = 1,
                          .family = &self->family,
                          .columns = COLUMNS,
                          .by_rank = self->by_rank,
                          .rank_of = self->rank_of,
                          .first_rank = self->first_rank,
                          .versions = self->versions,
                          .keeps_deleted = self->keeps_deleted,
                          .dead_before = self->dead_before};
  self->regions = bulk_regions_new((const Slice[]){slice_text("m")}, 1);
  self->hfile = (HfileOptions){.family = family};
  bulk_packer_init(&self->packer, &self->plan);
}

static void
clear_folder(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    clear_folder(below);
  }
  g_remove(path);
}

static void
clear(Fixture *self, gconstpointer data)
{
  (void)data;
  clear_folder(self->folder);
  g_free(self->folder);
  bulk_regions_free(self->regions);
  bulk_packer_clear(&self->packer);
  bytes_clear(&self->rows);
}

static BulkStore *
new_store(const Fixture *self)
{
  return bulk_store_new(&(BulkStoreOptions){.plan = &self->plan,
                                            .regions = self->regions,
                                            .folder = self->folder,
                                            .file_most_bytes = UINT64_MAX,
                                            .hfile = &self->hfile},
                        0);
}

/* Packs a row behind the others: `column` -1 is its deletion. */
static void
add_row(Fixture *self, const char *key, int64_t timestamp, int column, const char *value)
{
  RowCell cell = {.column = column < 0 ? NULL : &self->columns[column],
                  .value = value == NULL ? SLICE_EMPTY : slice_text(value),
                  .is_delete = value == NULL};
  Row row = {.kind = column < 0 ? ROW_DELETE : ROW_PUT,
             .key = slice_text(key),
             .timestamp = timestamp,
             .cells = &cell,
             .cells_length = column < 0 ? 0 : 1};
  Slice packed;

  g_assert_true(bulk_packer_pack(&self->packer, &row, self->sequence++, &packed, NULL));
  bytes_append_slice(&self->rows, packed);
}

static void
show(void *data, const HfileCell *cell)
{
  GString *text = data;
  g_autofree char *key = hfile_key_quote(&cell->key);

  g_string_append_printf(text, "%s ", key);
}

/* The cells of the store's files, "| " between them; all of them are sound. */
static char *
read_files(BulkStore *store)
{
  g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(BulkFile));
  GString *text = g_string_new(NULL);

  bulk_store_hand_over(store, 0, files);
  for (guint i = 0; i < files->len; i++) {
    BulkFile *file = &g_array_index(files, BulkFile, i);
    const HfileCheck check = {.family = slice_text("f"), .visit = show, .self = text};
    g_auto(HfileReport) report;

    hfile_report_init(&report);
    g_assert_true(hfile_check(file->path, &check, &report, NULL));
    g_assert_cmpuint(report.faults_total, ==, 0);
    g_string_append(text, "| ");
    g_free(file->path);
  }
  return g_string_free(text, FALSE);
}

static void
deletions_of_a_row_stand_where_hbase_looks_for_them(Fixture *self, gconstpointer data)
{
  static const char *const wanted[] = {
      /* what is hidden is left out, */
      "r/f:/9/Put r/f:/7/DeleteFamily r/f:a/8/Put | z/f:/5/DeleteFamily | ",
      /* and is there where it can still be read */
      "r/f:/9/Put r/f:/7/DeleteFamily r/f:/6/Put r/f:/3/DeleteFamily r/f:a/8/Put r/f:a/7/Put | "
      "z/f:/5/DeleteFamily | ",
  };

  (void)data;
  add_row(self, "r", 9, 0, "v");
  add_row(self, "r", 8, 1, "v");
  add_row(self, "r", 7, -1, NULL);
  add_row(self, "r", 7, 1, "v");
  add_row(self, "r", 6, 0, "v");
  add_row(self, "r", 3, -1, NULL);
  for (int keeps = 0; keeps <= 1; keeps++) {
    g_autoptr(BulkStore) store = NULL;
    g_auto(Bytes) group = {0};
    BulkCell deletion = {.rank = COLUMNS, .is_delete = true};
    BulkRow alone = {.key = slice_text("z"), .timestamp = 5};
    GError *error = NULL;

    self->keeps_deleted[0] = keeps;
    bulk_regions_free(self->regions);
    self->regions = bulk_regions_new((const Slice[]){slice_text("s")}, 1);
    store = new_store(self);
    bytes_append_slice(&group, bytes_slice(&self->rows));
    bulk_store_add_group(store, group.data, 6, &error);
    g_assert_no_error(error);
    g_assert_true(bulk_store_add(store, &alone, &(BulkCells){&deletion, 1}, &error));
    g_assert_true(bulk_store_finish(store, &error));

    g_autofree char *found = read_files(store);

    g_assert_cmpstr(found, ==, wanted[keeps]);
  }
}

static size_t
count_files(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  size_t files = dir == NULL ? 1 : 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    files += count_files(below);
  }
  return files;
}

/* The limit on a file's size stands in for a full disk. */
static struct rlimit
fill_disk(rlim_t bytes)
{
  struct rlimit kept;

  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = bytes, .rlim_max = kept.rlim_max});
  return kept;
}

static void
a_full_disk_is_told_and_leaves_nothing(Fixture *self, gconstpointer data)
{
  g_autofree char *big = g_strnfill(BIG_BYTES, 'v');
  BulkStore *store = new_store(self);
  g_autoptr(GError) error = NULL;
  BulkCell cell = {.rank = 1, .value = slice_text(big)};
  bool is_written = true;

  (void)data;
  /* The first region's file is whole, the second's is not. */
  for (int i = 0; i < 2; i++) {
    BulkRow row = {.key = slice_text(i == 0 ? "a" : "z"), .timestamp = 1};

    is_written = is_written && bulk_store_add(store, &row, &(BulkCells){&cell, 1}, &error);
  }
  g_assert_true(is_written);

  struct rlimit kept = fill_disk(BIG_BYTES / 2);

  is_written = bulk_store_finish(store, &error);
  setrlimit(RLIMIT_FSIZE, &kept);
  g_assert_false(is_written);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, self->folder));
  bulk_store_free(store);
  g_assert_cmpuint(count_files(self->folder), ==, 0);
}

/* A file of rows a and z, to be cut at m. */
static BulkFile
make_file(Fixture *self, const char *value)
{
  g_autoptr(HfileWriter) writer = NULL;
  BulkFile file = {.path = g_build_filename(self->folder, "file", NULL)};

  writer = hfile_writer_new(file.path, &self->hfile, NULL);
  for (int i = 0; i < 2; i++) {
    Cell cell = {.row = slice_text(i == 0 ? "a" : "z"),
                 .family = self->hfile.family,
                 .value = slice_text(value),
                 .type = CELL_PUT};

    g_assert_true(hfile_writer_append(writer, &cell, NULL));
  }
  g_assert_true(hfile_writer_finish(writer, NULL));
  return file;
}

static void
what_cannot_be_cut_stays_as_it_was(Fixture *self, gconstpointer data)
{
  g_autofree char *big = g_strnfill(BIG_BYTES, 'v');
  BulkFile file = make_file(self, big);

  (void)data;
  for (int i = 0; i < 2; i++) {
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(BulkFile));
    g_autoptr(GError) error = NULL;
    struct rlimit kept = {0};
    bool is_cut;

    if (i == 0) {
      kept = fill_disk(BIG_BYTES / 2);
    } else {
      g_autofree char *bytes = NULL;
      gsize len = 0;

      g_assert_true(g_file_get_contents(file.path, &bytes, &len, NULL));
      bytes[BIG_BYTES / 2] ^= 1; /* a checksum is wrong then */
      g_assert_true(g_file_set_contents(file.path, bytes, (gssize)len, NULL));
    }
    is_cut = bulk_file_recut(&(BulkRecut){self->regions, &self->hfile, NULL}, &file, parts, &error);
    if (i == 0)
      setrlimit(RLIMIT_FSIZE, &kept);
    g_test_message("%s", error == NULL ? "-" : error->message);
    g_assert_false(is_cut);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_cmpuint(parts->len, ==, 0);
    g_assert_cmpuint(count_files(self->folder), ==, 1);
  }
  g_free(file.path);
}

static void
a_stop_ends_a_cut_and_leaves_the_file(Fixture *self, gconstpointer data)
{
  g_autofree char *big = g_strnfill(BIG_BYTES, 'v');
  BulkFile file = make_file(self, big);
  g_autoptr(GCancellable) stop = g_cancellable_new();
  g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(BulkFile));
  g_autoptr(GError) error = NULL;

  (void)data;
  g_cancellable_cancel(stop);
  g_assert_false(
      bulk_file_recut(&(BulkRecut){self->regions, &self->hfile, stop}, &file, parts, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint(parts->len, ==, 0);
  g_assert_cmpuint(count_files(self->folder), ==, 1);
  g_free(file.path);
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test)(Fixture *self, gconstpointer data);
  } tests[] = {
      {"/bulk/store/deletions-of-a-row", deletions_of_a_row_stand_where_hbase_looks_for_them},
      {"/bulk/store/full-disk", a_full_disk_is_told_and_leaves_nothing},
      {"/bulk/store/recut", what_cannot_be_cut_stays_as_it_was},
      {"/bulk/store/stop", a_stop_ends_a_cut_and_leaves_the_file},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, make, tests[i].test, clear);
  return g_test_run();
}
