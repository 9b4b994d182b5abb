/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/build.h"
#include "bulk/intake.h"
#include "hfile/checksum.h"
#include "hfile/disk.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* phases MAPPING CSV FOLDER: where one thread's time goes from CSV to HFiles, in memory enough, and
 * beside each step what the machine could do at best: the same bytes read, copied, summed, written
 * and nothing else.
 *
 *   read | parse | map and pack | sort | merge | encode, sum and write
 *
 * Every step is measured by itself, whole batches at a time. */

enum { CHUNK_BYTES = 1024 * 1024 };

typedef struct {
  double cpu;
  double wall;
} Time;

typedef struct {
  Mapping *mapping;
  BulkPlan *plan;
  BulkRegions *regions;
  HfileOptions *hfile; /* by family */
  CsvFile *input;
  const char *csv;
  char *folder; /* for the HFiles */
  BulkMapper *mapper;
  GArray *files;
  uint64_t csv_bytes;
  uint64_t hfile_bytes;
  uint8_t *chunk;
  BulkBuildCounts counts;
  uint64_t cells;
} Bench;

static Time
now(void)
{
  struct timespec cpu;
  struct timespec wall;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  clock_gettime(CLOCK_MONOTONIC, &wall);
  return (Time){(double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9,
                (double)wall.tv_sec + (double)wall.tv_nsec / 1e9};
}

static void
add_since(Time *sum, Time then)
{
  Time end = now();

  sum->cpu += end.cpu - then.cpu;
  sum->wall += end.wall - then.wall;
}

static Time
without(Time all, Time part)
{
  return (Time){all.cpu - part.cpu, all.wall - part.wall};
}

static void
expect(bool is_good, GError *error)
{
  if (!is_good)
    g_error("%s", error != NULL ? error->message : "it failed");
}

static void
print(const char *name, Time took, uint64_t bytes)
{
  double mib = (double)bytes / (1024 * 1024);

  printf("  %-28s %8.3f %8.3f %8.0f\n", name, took.cpu, took.wall,
         took.cpu > 0 ? mib / took.cpu : 0);
}

static Time
read_file(Bench *self)
{
  Time took = {0};
  Time start = now();
  int fd = open(self->csv, O_RDONLY | O_CLOEXEC);

  expect(fd >= 0, NULL);
  while (read(fd, self->chunk, CHUNK_BYTES) > 0)
    ;
  close(fd);
  add_since(&took, start);
  return took;
}

static Time
parse_file(Bench *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CsvSource) source = csv_source_open(self->csv, NULL, &error);
  g_autoptr(CsvReader) reader = NULL;
  const CsvOptions options = {0};
  CsvRecord record = {.length = 1};
  Time took = {0};
  Time start;

  expect(source != NULL, error);
  reader = csv_reader_new(g_steal_pointer(&source), &options, &error);
  expect(reader != NULL, error);
  start = now();
  while (record.length > 0)
    expect(csv_reader_next(reader, &record, &error), error);
  add_since(&took, start);
  return took;
}

/* The reader's half and the mapper's half of the intake, a batch at a time. */
static void
take_in(Bench *self, Time *out_parse, Time *out_map)
{
  g_autoptr(GError) error = NULL;
  CsvRecord record = {.length = 1};
  uint64_t records = 0;
  BulkBatch batch;

  expect(csv_file_open(self->input, &error), error);
  bulk_batch_init(&batch);
  while (record.length > 0) {
    Time start = now();

    bulk_batch_begin(&batch, self->csv, csv_file_columns(self->input));
    while (!bulk_batch_is_full(&batch)) {
      expect(csv_file_next(self->input, &record, &error), error);
      if (record.length == 0)
        break;
      bulk_batch_add(&batch, &record, records++);
    }
    add_since(out_parse, start);
    start = now();
    bulk_mapper_map(self->mapper, &batch);
    add_since(out_map, start);
    expect(batch.failure == NULL && batch.rejects->len == 0, batch.failure);
  }
  bulk_batch_clear(&batch);
}

static Time
sort_rows(Bench *self)
{
  g_autoptr(GError) error = NULL;
  Time took = {0};
  Time start = now();

  expect(sort_finish(bulk_mapper_sort(self->mapper), &error), error);
  add_since(&took, start);
  return took;
}

static Time
walk_rows(Bench *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SortMerge) merge = sort_merge_new(&bulk_row_order);
  const uint8_t *row = NULL;
  uint64_t bytes = 0;
  Time took = {0};
  Time start = now();

  sort_join(bulk_mapper_sort(self->mapper), merge);
  do {
    expect(sort_merge_next(merge, &row, &error), error);
    bytes += row == NULL ? 0 : sort_entry_bytes(row);
  } while (row != NULL);
  add_since(&took, start);
  g_debug("%" G_GUINT64_FORMAT " bytes", bytes);
  return took;
}

static void
ignore_progress(void *self, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows)
{
  (void)self, (void)phase, (void)done, (void)total, (void)rows;
}

static Time
build_files(Bench *self)
{
  static const BulkWatch watch = {.progress = ignore_progress};
  const BulkBuildOptions options = {
      .store = {.plan = self->plan,
                .regions = self->regions,
                .folder = self->folder,
                .file_most_bytes = UINT64_MAX,
                .hfile = self->hfile},
      .family_bytes = bulk_mapper_by_family(self->mapper),
      .jobs = 1,
      .rows_total = bulk_mapper_amount(self->mapper).rows,
      .watch = &watch,
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(SortMerge) merge = sort_merge_new(&bulk_row_order);
  Time took = {0};
  Time start = now();

  sort_join(bulk_mapper_sort(self->mapper), merge);
  expect(bulk_build(&options, merge, self->files, &self->counts, &error), error);
  add_since(&took, start);
  for (guint i = 0; i < self->files->len; i++) {
    self->hfile_bytes += g_array_index(self->files, BulkFile, i).bytes;
    self->cells += g_array_index(self->files, BulkFile, i).cells;
  }
  return took;
}

static const char *
file_path(const Bench *self, guint i)
{
  return g_array_index(self->files, BulkFile, i).path;
}

/* As many bytes as the HFiles have, by the chunks of a checksum. */
static Time
sum_bytes(Bench *self)
{
  g_auto(Bytes) sums = {0};
  Time took = {0};
  Time start = now();

  for (uint64_t done = 0; done < self->hfile_bytes; done += CHUNK_BYTES) {
    bytes_reset(&sums);
    hfile_checksum_append(&sums, SLICE_EMPTY, slice(self->chunk, CHUNK_BYTES));
  }
  add_since(&took, start);
  return took;
}

/* As many bytes, on to the disk, as a block at a time comes. */
static Time
write_bytes(Bench *self)
{
  enum { BLOCK_BYTES = 64 * 1024 };
  g_autofree char *path = g_build_filename(self->folder, "bytes", NULL);
  g_autoptr(GError) error = NULL;
  Time took = {0};
  Time start = now();
  g_autoptr(WholeFile) file = whole_file_new(path, "", 0600, &error);

  expect(file != NULL, error);

  g_autoptr(HfileDisk) disk = hfile_disk_new(file);

  for (uint64_t done = 0; done < self->hfile_bytes; done += BLOCK_BYTES)
    expect(hfile_disk_append(disk, slice(self->chunk, BLOCK_BYTES), &error), error);
  expect(hfile_disk_finish(disk, &error) && whole_file_finish(file, &error), error);
  add_since(&took, start);
  unlink(path);
  return took;
}

static Time
copy_bytes(Bench *self)
{
  g_autofree uint8_t *to = g_malloc0((gsize)CHUNK_BYTES * 64);
  Time took = {0};
  Time start = now();

  for (uint64_t done = 0; done < self->hfile_bytes; done += CHUNK_BYTES)
    memcpy(to + done % ((uint64_t)CHUNK_BYTES * 64), self->chunk, CHUNK_BYTES);
  add_since(&took, start);
  g_debug("last %u", to[CHUNK_BYTES - 1]);
  return took;
}

static void
open_all(Bench *self, const char *mapping, const char *csv, const char *folder)
{
  static const CsvReading reading;
  g_auto(FaultList) faults = {0};
  g_auto(CsvFindings) findings = {0};
  struct stat status;

  self->mapping = mapping_load(mapping, &faults);
  expect(self->mapping != NULL, NULL);
  self->plan = bulk_plan_new(self->mapping);
  self->regions = bulk_regions_new(NULL, 0);
  self->hfile = g_new0(HfileOptions, self->plan->families);
  for (size_t i = 0; i < self->plan->families; i++)
    self->hfile[i] =
        (HfileOptions){.family = self->plan->family[i].name, .bloom = self->plan->family[i].bloom};
  self->csv = csv;
  self->input = csv_file_new(csv, self->mapping, &reading, &findings);
  expect(self->input != NULL && stat(csv, &status) == 0, NULL);
  self->csv_bytes = (uint64_t)status.st_size;
  self->folder = g_build_filename(folder, "phases-XXXXXX", NULL);
  expect(g_mkdtemp(self->folder) != NULL, NULL);
  /* A packed row is smaller than its text, or by its head larger, and has an entry. */
  self->mapper =
      bulk_mapper_new(&(BulkMapperOptions){.mapping = self->mapping,
                                           .plan = self->plan,
                                           .regions = self->regions,
                                           .reading = &reading},
                      sort_new(&bulk_row_order, folder, (size_t)self->csv_bytes * 3 + CHUNK_BYTES));
  self->files = bulk_files_new();
  self->chunk = g_malloc0(CHUNK_BYTES);
}

static void
remove_files(Bench *self)
{
  for (guint i = 0; i < self->files->len; i++) {
    g_autofree char *family = g_path_get_dirname(file_path(self, i));

    unlink(file_path(self, i));
    rmdir(family);
  }
  rmdir(self->folder);
}

static void
clear(Bench *self)
{
  g_array_unref(self->files);
  bulk_mapper_free(self->mapper);
  csv_file_free(self->input);
  bulk_regions_free(self->regions);
  bulk_plan_free(self->plan);
  mapping_free(self->mapping);
  g_free(self->hfile);
  g_free(self->folder);
  g_free(self->chunk);
}

static void
run(Bench *self)
{
  Time read = read_file(self);
  Time parse = parse_file(self);
  Time batch = {0};
  Time map = {0};

  take_in(self, &batch, &map);

  Time sort = sort_rows(self);
  Time walk = walk_rows(self);
  Time build = build_files(self);
  Time sum = sum_bytes(self);
  Time write = write_bytes(self);
  Time encode = without(without(without(build, walk), sum), write);

  printf("  one thread, memory enough       CPU s   wall s   MiB/s\n");
  print("read", read, self->csv_bytes);
  print("parse", without(parse, read), self->csv_bytes);
  print("hand over", without(batch, parse), self->csv_bytes);
  print("map and pack", map, self->csv_bytes);
  print("sort", sort, self->csv_bytes);
  print("walk in order", walk, self->csv_bytes);
  print("encode (cells, index, Bloom)", encode, self->hfile_bytes);
  print("checksum", sum, self->hfile_bytes);
  print("write", write, self->hfile_bytes);
  print("all of it",
        (Time){batch.cpu + map.cpu + sort.cpu + build.cpu,
               batch.wall + map.wall + sort.wall + build.wall},
        self->hfile_bytes);
  printf("  at best, the machine alone\n");
  print("read the CSV", read, self->csv_bytes);
  print("copy the HFiles' bytes once", copy_bytes(self), self->hfile_bytes);
  print("write and sync those bytes", write, self->hfile_bytes);
}

int
main(int argc, char **argv)
{
  Bench bench = {0};

  setlocale(LC_ALL, "");
  if (argc != 4) {
    fprintf(stderr, "Usage: bench-phases MAPPING CSV FOLDER\n");
    return 2;
  }
  open_all(&bench, argv[1], argv[2], argv[3]);
  run(&bench);
  remove_files(&bench);
  clear(&bench);
  return 0;
}
