/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/csv.h"

#include "generate/datum.h"

#include <glib/gstdio.h>
#include <math.h>

/* The data set is the same on every machine: SHA-256 of each entity's first thousand records at
 * scale 0.05 with seed 1, once as key, time and datum in a row, once as CSV rows without the
 * header. A change of the generator changes them, and makes another data set of the same seed. */
static const struct {
  const char *datums;
  const char *rows;
} golden[SHOP_ENTITIES] = {
    {"eda6446d3bd9aa3bc5a3c0c4f381836196f8050bac720aea7dce5b60612d7e9b",
     "02322269f562abe90953a076dd03092387e38c3fb31a69f8e0d4dfa16041251a"},
    {"167d5883e626b45481be9dea51853c2575dd8372e2a3e93b37aec2eec64c9e0c",
     "bf8c751930e1f4cec014761615252f6bdfbfc5bcf221b9112d2fd2490bc1825f"},
    {"38f72e8a0f6a9b6aabe70133410587c77a74bbc5e251e6448c5dc617896d2019",
     "3f37c8363d967cab4dd87e75c97f7680c996e5b64f13120ef75f1b1077ba709d"},
    {"3d0e6533f0536df9a646b3875c6bebec1687b2e9e87bf269e942a80f43b73358",
     "f074de0729692e24ee72a2d3f32ca53098d7cbd43ad319fa297d326fd1091d71"},
};

enum { GOLDEN_RECORDS = 1000 };

typedef struct {
  char *path; /* owned */
} Folder;

static void
folder_init(Folder *self)
{
  self->path = g_dir_make_tmp("generate-csv-XXXXXX", NULL);
  g_assert_nonnull(self->path);
}

static size_t
folder_files(const Folder *self)
{
  g_autoptr(GDir) dir = g_dir_open(self->path, 0, NULL);
  size_t files = 0;

  while (g_dir_read_name(dir) != NULL)
    files++;
  return files;
}

static char *
folder_read(const Folder *self, const char *name)
{
  g_autofree char *path = g_build_filename(self->path, name, NULL);
  char *text = NULL;

  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  return text;
}

static void
folder_clear(Folder *self)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    g_autofree char *name = g_strconcat(shop_entities[i].file, ".csv", NULL);
    g_autofree char *path = g_build_filename(self->path, name, NULL);

    g_unlink(path);
  }
  g_assert_cmpint(g_rmdir(self->path), ==, 0);
  g_free(self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Folder, folder_clear)

/* A macro, so that the call comes before the look at its error. */
#define assert_ok(is_ok, error)                                                                    \
  do {                                                                                             \
    bool was_ok = (is_ok);                                                                         \
    g_assert_no_error(error);                                                                      \
    g_assert_true(was_ok);                                                                         \
  } while (false)

static char *
hash_datums(const ShopEntity *entity, ShopVisits *visits)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) bytes = {0};

  for (uint64_t i = 0; i < GOLDEN_RECORDS; i++) {
    bytes_reset(&bytes);
    entity->fill(visits, i, &record);
    shop_entity_put_key(entity, &record, &bytes);
    bytes_append_be64(&bytes, (uint64_t)record.time_ms);
    generate_datum_put(entity, &record, &bytes);
    g_checksum_update(checksum, bytes.data, (gssize)bytes.len);
  }
  return g_strdup(g_checksum_get_string(checksum));
}

static char *
write_rows(const ShopEntity *entity, ShopVisits *visits)
{
  g_auto(Folder) folder = {0};
  g_auto(ShopRecord) record = {0};
  g_autoptr(GError) error = NULL;

  folder_init(&folder);

  g_autoptr(GenerateCsv) csv = generate_csv_new(folder.path);
  GenerateSink sink = generate_csv_sink(csv);

  assert_ok(sink.begin(sink.self, entity, &error), error);
  for (uint64_t i = 0; i < GOLDEN_RECORDS; i++) {
    entity->fill(visits, i, &record);
    assert_ok(sink.record(sink.self, &record, &error), error);
  }
  assert_ok(sink.end(sink.self, true, &error), error);
  g_autofree char *name = g_strconcat(entity->file, ".csv", NULL);

  return folder_read(&folder, name);
}

static void
one_seed_gives_one_data_set_on_every_machine(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);

  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    g_autofree char *datums = hash_datums(&shop_entities[i], visits);
    g_autofree char *text = write_rows(&shop_entities[i], visits);
    const char *rows = strstr(text, "\r\n") + 2;
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, rows, -1);

    g_assert_cmpstr(datums, ==, golden[i].datums);
    g_assert_cmpstr(hash, ==, golden[i].rows);
  }
}

/* An event: one record with a field of each kind missing. */
static void
fill_odd(ShopRecord *record)
{
  shop_record_reset(record);
  shop_record_text(record, slice_text("a,b"));
  shop_record_missing(record);
  shop_record_text(record, slice_text("2024"));
  shop_record_text(record, SLICE_EMPTY);
  shop_record_text(record, slice_text("nan"));
  shop_record_number(record, NAN);
  shop_record_finish(record, 0);
}

static void
rows_and_damages_are_written_as_stated(void)
{
  g_auto(Folder) folder = {0};
  g_auto(ShopRecord) record = {0};
  g_autoptr(GError) error = NULL;

  folder_init(&folder);

  g_autoptr(GenerateCsv) csv = generate_csv_new(folder.path);
  GenerateSink sink = generate_csv_sink(csv);

  fill_odd(&record);
  assert_ok(sink.begin(sink.self, &shop_entities[3], &error), error);
  assert_ok(sink.record(sink.self, &record, &error), error);
  assert_ok(sink.damaged(sink.self, &record, GENERATE_CSV_SHORT, &error), error);
  assert_ok(sink.damaged(sink.self, &record, GENERATE_CSV_HEADER, &error), error);
  assert_ok(sink.end(sink.self, true, &error), error);

  g_autofree char *text = folder_read(&folder, "click_stream.csv");

  g_assert_cmpstr(text, ==,
                  "session_id,event_name,event_time,event_id,traffic_source,event_metadata\r\n"
                  "\"a,b\",,2024,,nan,nan\r\n"
                  "\"a,b\",,2024\r\n"
                  "session_id,event_name,event_time,event_id,traffic_source,event_metadata\r\n");
}

static void
half_a_file_is_none(void)
{
  g_auto(Folder) folder = {0};
  g_autoptr(GError) error = NULL;

  folder_init(&folder);

  g_autoptr(GenerateCsv) csv = generate_csv_new(folder.path);
  GenerateSink sink = generate_csv_sink(csv);

  assert_ok(sink.begin(sink.self, &shop_entities[0], &error), error);
  g_assert_cmpuint(folder_files(&folder), ==, 1);
  assert_ok(sink.end(sink.self, false, &error), error);
  g_assert_cmpuint(folder_files(&folder), ==, 0);
}

static void
a_folder_that_is_not_there_is_named(void)
{
  g_autoptr(GenerateCsv) csv = generate_csv_new("/nowhere/at/all");
  GenerateSink sink = generate_csv_sink(csv);
  g_autoptr(GError) error = NULL;

  g_assert_false(sink.begin(sink.self, &shop_entities[0], &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_true(g_str_has_prefix(error->message, "/nowhere/at/all/customer.csv"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate-csv/golden", one_seed_gives_one_data_set_on_every_machine);
  g_test_add_func("/generate-csv/rows", rows_and_damages_are_written_as_stated);
  g_test_add_func("/generate-csv/half", half_a_file_is_none);
  g_test_add_func("/generate-csv/no-folder", a_folder_that_is_not_there_is_named);
  return g_test_run();
}
