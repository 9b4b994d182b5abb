/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stages.h"

#include "bulk/build.h"
#include "bulk/intake.h"
#include "generate/csv.h"
#include "generate/shop/entity.h"
#include "support/file.h"
#include "support/hfile-files.h"
#include "support/mapping-case.h"

#include <glib/gstdio.h>

/* What one record costs between a CSV file and its cells in HFiles, and what one cell costs in each
 * form that a file may have. */

enum { MEMORY_BYTES = 64 * 1024 * 1024, LITTLE_BYTES = 512 * 1024, CELL_ROWS = 4000 };

static void
expect(bool is_good, const GError *error)
{
  if (!is_good)
    g_error("%s", error != NULL ? error->message : "it failed");
}

static char *
write_csv(const ShopEntity *entity, const char *folder)
{
  g_autofree char *name = g_strconcat(entity->file, ".csv", NULL);
  g_auto(ShopRecord) record = {0};
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_autoptr(GenerateCsv) csv = generate_csv_new(folder);
  GenerateSink sink = generate_csv_sink(csv);
  g_autoptr(GError) error = NULL;

  expect(sink.begin(sink.self, entity, &error), error);
  for (size_t i = 0; i < STAGE_RECORDS; i++) {
    shop_record_reset(&record);
    entity->fill(visits, i, &record);
    expect(sink.record(sink.self, &record, &error), error);
  }
  expect(sink.end(sink.self, true, &error), error);
  return g_build_filename(folder, name, NULL);
}

static void
read_csv(const char *name, const char *path)
{
  g_autofree char *stage = g_strconcat("csv, ", name, NULL);
  g_autoptr(GError) error = NULL;
  const CsvOptions options = {0};
  g_autoptr(CsvReader) reader =
      csv_reader_new(csv_source_open(path, NULL, &error), &options, &error);
  CsvRecord record = {.length = 1};

  expect(reader != NULL, error);
  stage_begin();
  while (record.length > 0)
    expect(csv_reader_next(reader, &record, &error), error);
  stage_end(stage, STAGE_RECORDS);
}

static BulkMapper *
map(const char *stage, const BulkMapperOptions *options, const char *path, Sort *sort)
{
  g_auto(CsvFindings) findings = {0};
  g_autoptr(GError) error = NULL;
  CsvFile *file = csv_file_new(path, options->mapping, options->reading, &findings);
  BulkMapper *mapper = bulk_mapper_new(options, sort);
  CsvRecord record = {.length = 1};
  BulkBatch batch;

  expect(file != NULL && csv_file_open(file, &error), error);
  bulk_batch_init(&batch);
  stage_begin();
  while (record.length > 0) {
    bulk_batch_begin(&batch, path, csv_file_columns(file));
    while (!bulk_batch_is_full(&batch)) {
      expect(csv_file_next(file, &record, &error), error);
      if (record.length == 0)
        break;
      bulk_batch_add(&batch, &record, batch.records->len);
    }
    bulk_mapper_map(mapper, &batch);
    expect(batch.failure == NULL && batch.rejects->len == 0, batch.failure);
  }
  stage_end(stage, STAGE_RECORDS);
  bulk_batch_clear(&batch);
  csv_file_free(file);
  return mapper;
}

static void
walk(const char *stage, Sort *sort)
{
  g_autoptr(SortMerge) merge = sort_merge_new(&bulk_row_order);
  g_autoptr(GError) error = NULL;
  const uint8_t *row = NULL;

  stage_begin();
  expect(sort_finish(sort, &error), error);
  sort_join(sort, merge);
  do
    expect(sort_merge_next(merge, &row, &error), error);
  while (row != NULL);
  stage_end(stage, STAGE_RECORDS);
}

static void
ignore_progress(void *self, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows)
{
  (void)self, (void)phase, (void)done, (void)total, (void)rows;
}

static void
remove_files(GArray *files)
{
  for (guint i = 0; i < files->len; i++) {
    const char *path = g_array_index(files, BulkFile, i).path;
    g_autofree char *folder = g_path_get_dirname(path);

    g_unlink(path);
    g_rmdir(folder);
  }
  g_array_unref(files);
}

static void
build(const char *stage, const BulkMapperOptions *mapped, BulkMapper *mapper, const char *folder)
{
  static const BulkWatch watch = {.progress = ignore_progress};
  g_autofree HfileOptions *hfile = g_new0(HfileOptions, mapped->plan->families);
  const BulkBuildOptions options = {
      .store = {.plan = mapped->plan,
                .regions = mapped->regions,
                .folder = folder,
                .file_most_bytes = UINT64_MAX,
                .hfile = hfile},
      .family_bytes = bulk_mapper_by_family(mapper),
      .jobs = 1,
      .rows_total = bulk_mapper_amount(mapper).rows,
      .watch = &watch,
  };
  g_autoptr(SortMerge) merge = sort_merge_new(&bulk_row_order);
  GArray *files = bulk_files_new();
  g_autoptr(GError) error = NULL;
  BulkBuildCounts counts;

  for (size_t i = 0; i < mapped->plan->families; i++)
    hfile[i] = (HfileOptions){.family = mapped->plan->family[i].name,
                              .bloom = mapped->plan->family[i].bloom};
  sort_join(bulk_mapper_sort(mapper), merge);
  stage_begin();
  expect(bulk_build(&options, merge, files, &counts, &error), error);
  stage_end(stage, STAGE_RECORDS);
  remove_files(files);
}

/* CSV, mapping, sort in memory and beyond it, and the files. */
static void
road(const ShopEntity *entity, const char *folder)
{
  static const CsvReading reading;
  g_autofree char *map_stage = g_strconcat("map and pack, ", entity->name, NULL);
  g_autofree char *sort_stage = g_strconcat("sort, ", entity->name, NULL);
  g_autofree char *spill_stage = g_strconcat("spill, ", entity->name, NULL);
  g_autofree char *merge_stage = g_strconcat("merge of spills, ", entity->name, NULL);
  g_autofree char *build_stage = g_strconcat("build, ", entity->name, NULL);
  g_autofree char *csv = write_csv(entity, folder);
  g_autoptr(Mapping) mapping = mapping_case_builtin(entity->name);
  g_autoptr(BulkPlan) plan = bulk_plan_new(mapping);
  g_autoptr(BulkRegions) regions = bulk_regions_new(NULL, 0);
  const BulkMapperOptions options = {
      .mapping = mapping, .plan = plan, .regions = regions, .reading = &reading};

  read_csv(entity->name, csv);

  g_autoptr(BulkMapper) mapper =
      map(map_stage, &options, csv, sort_new(&bulk_row_order, folder, MEMORY_BYTES));

  walk(sort_stage, bulk_mapper_sort(mapper));
  build(build_stage, &options, mapper, folder);

  g_autoptr(BulkMapper) spilling =
      map(spill_stage, &options, csv, sort_new(&bulk_row_order, folder, LITTLE_BYTES));

  walk(merge_stage, bulk_mapper_sort(spilling));
  expect(sort_spilled_bytes(bulk_mapper_sort(spilling)) > 0, NULL);
  g_unlink(csv);
}

static void
write_cells(const char *what, const char *form, const char *path, const HfileOptions *options)
{
  g_autofree char *stage = g_strdup_printf("hfile, %s %s", what, form);

  stage_begin();
  hfile_write_mixed(path, options, CELL_ROWS);
  stage_end(stage, CELL_ROWS);
}

void
stages_bulk(void)
{
  g_auto(TestFile) place = test_file_make("file");
  g_autofree char *folder = g_path_get_dirname(place.path);

  for (size_t i = 0; i < SHOP_ENTITIES; i++)
    if (strcmp(shop_entities[i].name, "transactions") == 0 ||
        strcmp(shop_entities[i].name, "clickstream") == 0)
      road(&shop_entities[i], folder);
  for (int i = 0; i < HFILE_ENCODINGS; i++)
    write_cells("encoding", hfile_encoding_name((HfileEncoding)i), place.path,
                &(HfileOptions){.encoding = (HfileEncoding)i, .bloom = BLOOM_ROW});
  for (int i = HFILE_CODEC_NONE + 1; i < HFILE_CODECS; i++)
    write_cells("packed by", hfile_codec_name((HfileCodecKind)i), place.path,
                &(HfileOptions){.codec = (HfileCodecKind)i, .bloom = BLOOM_ROW});
  write_cells("Bloom filter", "ROWCOL", place.path, &(HfileOptions){.bloom = BLOOM_ROWCOL});
}
