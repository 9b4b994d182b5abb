/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/check.h"

#include "hfile/trailer.h"
#include "support/hfile-files.h"
#include "support/hfile-forge.h"

#include <glib/gstdio.h>

/* What only larger files have, an index of several levels above all, and what trailer and file info
 * claim: each planted mistake must be told in these words. */

static void
seal(HfileForge *forge, size_t offset)
{
  HfileBlockHeader header = hfile_forge_header(forge, offset);

  hfile_forge_seal(forge, offset, &header);
}

/* Adds to the last byte of the big-endian number at `at` of the n-th block's payload. */
static void
raise_number(HfileForge *forge, HfileBlockType type, size_t n, size_t last_byte)
{
  size_t offset = hfile_forge_find(forge, type, n);

  hfile_forge_payload(forge, offset)[last_byte]++;
  seal(forge, offset);
}

static size_t
root_end(HfileForge *forge)
{
  return hfile_forge_header(forge, hfile_forge_find(forge, HFILE_ROOT_INDEX, 0)).payload_bytes;
}

static void
move_middle(HfileForge *forge)
{
  raise_number(forge, HFILE_ROOT_INDEX, 0, root_end(forge) - 1);
}

static void
misplace_middle(HfileForge *forge)
{
  raise_number(forge, HFILE_ROOT_INDEX, 0, root_end(forge) - 9);
}

static void
misstate_root_size(HfileForge *forge)
{
  raise_number(forge, HFILE_ROOT_INDEX, 0, 11);
}

static void
misstate_root_key(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_ROOT_INDEX, 0),
                      slice_text("row00000000"), slice_text("row////////"));
}

/* A leaf's table of offsets: its count, then one more than that. */
static size_t
leaf_entries(HfileForge *forge, size_t leaf)
{
  const uint8_t *payload =
      hfile_forge_payload(forge, hfile_forge_find(forge, HFILE_LEAF_INDEX, leaf));
  Cursor cursor = cursor_of(slice(payload, sizeof(uint32_t)));
  uint32_t count = 0;

  g_assert_true(cursor_take_be32(&cursor, &count));
  return sizeof(uint32_t) * (2 + (size_t)count);
}

static void
misstate_leaf_offset(HfileForge *forge)
{
  raise_number(forge, HFILE_LEAF_INDEX, 1, leaf_entries(forge, 1) + 7);
}

static void
misstate_leaf_size(HfileForge *forge)
{
  raise_number(forge, HFILE_LEAF_INDEX, 1, leaf_entries(forge, 1) + 11);
}

static void
misstate_leaf_count(HfileForge *forge)
{
  size_t offset = hfile_forge_find(forge, HFILE_LEAF_INDEX, 0);

  hfile_forge_payload(forge, offset)[3]--;
  seal(forge, offset);
}

enum { BLOOM_ENTRIES_AT = 4 + 8 + 4 + 4 + 8 + 8 + 4 + 1 };

static void
misstate_chunk_size(HfileForge *forge)
{
  raise_number(forge, HFILE_BLOOM_META, 0, BLOOM_ENTRIES_AT + 11);
}

static void
raise_chunk_key(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_BLOOM_META, 0),
                      slice_text("row00000000"), slice_text("row00000009"));
}

static void
misstate_hashes(HfileForge *forge)
{
  raise_number(forge, HFILE_BLOOM_META, 0, 4 + 8 + 3);
}

static void
negate_checksum_chunk(HfileForge *forge)
{
  size_t offset = hfile_forge_find(forge, HFILE_BLOOM_CHUNK, 0);
  HfileBlockHeader header = hfile_forge_header(forge, offset);

  header.checksum_chunk_bytes |= UINT32_C(1) << 31;
  hfile_forge_seal(forge, offset, &header);
}

static void
replace_in_info(HfileForge *forge, Slice from, Slice to)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_FILE_INFO, 0), from, to);
}

static void
end_time_range_early(HfileForge *forge)
{
  replace_in_info(forge, slice("TIMERANGE\x12\x10\0\0\x01\x8b\xcf\xe5\x68\x00\0\0\x01\x8b", 23),
                  slice("TIMERANGE\x12\x10\0\0\x01\x8b\xcf\xe5\x68\x00\0\0\x01\x8a", 23));
}

static void
drop_sequence_limit(HfileForge *forge)
{
  replace_in_info(forge, slice_text("MAX_MEMSTORE_TS_KEY"), slice_text("MAX_MEMSTORE_TS_KEX"));
}

static void
drop_average_key(HfileForge *forge)
{
  replace_in_info(forge, slice_text("hfile.AVG_KEY_LEN"), slice_text("hfile.AVG_KEY_LEM"));
}

/* The value's field becomes another, which HBase does not know. */
static void
drop_value(HfileForge *forge)
{
  replace_in_info(forge, slice_text("HISTORICAL\x12"), slice_text("HISTORICAL\x1a"));
}

static void
drop_name(HfileForge *forge)
{
  replace_in_info(forge, slice_text("\x0a\x0aHISTORICAL"), slice_text("\x1a\x0aHISTORICAL"));
}

static void
rewrite_trailer(HfileForge *forge, void (*change)(HfileTrailer *trailer))
{
  HfileTrailer trailer = {0};
  GError *error = NULL;

  hfile_trailer_parse(forge->bytes.data + forge->bytes.len - HFILE_TRAILER_BYTES, &trailer, &error);
  g_assert_no_error(error);
  change(&trailer);
  forge->bytes.len -= HFILE_TRAILER_BYTES;
  hfile_trailer_append(&trailer, &forge->bytes);
}

#define TRAILER_MISTAKE(name, statement)                                                           \
  static void change_##name(HfileTrailer *trailer)                                                 \
  {                                                                                                \
    statement;                                                                                     \
  }                                                                                                \
  static void name(HfileForge *forge)                                                              \
  {                                                                                                \
    rewrite_trailer(forge, change_##name);                                                         \
  }

TRAILER_MISTAKE(miscount_cells, trailer->cells++)
TRAILER_MISTAKE(claim_meta_entries, trailer->meta_entries = 1)
TRAILER_MISTAKE(miscount_root_entries, trailer->root_entries--)
TRAILER_MISTAKE(miscount_levels, trailer->index_levels++)
TRAILER_MISTAKE(move_first_block, trailer->first_data_offset++)
TRAILER_MISTAKE(move_last_block, trailer->last_data_offset--)

typedef enum { ONE_BLOCK, ONE_LEVEL, LEVELS } Base;

static const struct {
  const char *name;
  Base base;
  void (*plant)(HfileForge *forge);
  const char *told;
} mistakes[] = {
    {"size of the only entry", ONE_BLOCK, misstate_root_size, "its entry gives it a wrong size"},
    {"middle's place in its leaf", LEVELS, move_middle, "a wrong middle of the file"},
    {"middle's leaf", LEVELS, misplace_middle, "a wrong middle of the file"},
    {"root's size of a leaf", LEVELS, misstate_root_size, "a block of the index a wrong size"},
    {"root's key of a leaf", LEVELS, misstate_root_key,
     "is not the first of the block it leads to"},
    {"leaf's offset", LEVELS, misstate_leaf_offset, "its entry leads elsewhere"},
    {"leaf's size", LEVELS, misstate_leaf_size, "its entry gives it a wrong size"},
    {"leaf's count", LEVELS, misstate_leaf_count, "data index: "},
    {"size of a filter's chunk", ONE_LEVEL, misstate_chunk_size, "gives a chunk a wrong size"},
    {"key of a filter's chunk", ONE_LEVEL, raise_chunk_key, "not in the Bloom filter"},
    {"one hash more", LEVELS, misstate_hashes, "not in the Bloom filter: gets miss it"},
    {"checksum chunk below 0", ONE_LEVEL, negate_checksum_chunk, "that HBase cannot read"},
    {"time range ends early", ONE_LEVEL, end_time_range_early, "reads with a time range miss"},
    {"no most sequence id", LEVELS, drop_sequence_limit, "without MAX_MEMSTORE_TS_KEY"},
    {"no average key", ONE_LEVEL, drop_average_key, "no hfile.AVG_KEY_LEN: HBase refuses"},
    {"info without a value", ONE_LEVEL, drop_value, "file info: not a PBUF message"},
    {"info without a name", ONE_LEVEL, drop_name, "file info: not a PBUF message"},
    {"trailer's cells", ONE_LEVEL, miscount_cells, "claims 101 cells, the file holds 100"},
    {"trailer's meta index", ONE_LEVEL, claim_meta_entries, "does not hold the 1 entries"},
    {"trailer's root entries", ONE_LEVEL, miscount_root_entries, "data index: "},
    {"trailer's levels", ONE_LEVEL, miscount_levels, "data index: "},
    {"trailer's first block", ONE_LEVEL, move_first_block, "first or last data block is not where"},
    {"trailer's last block", ONE_LEVEL, move_last_block, "first or last data block is not where"},
};

static void
write_base(const char *path, Base base)
{
  static const HfileOptions options[] = {
      [ONE_BLOCK] = {.bloom = BLOOM_ROW},
      [ONE_LEVEL] = {.bloom = BLOOM_ROW, .block_bytes = 1000},
      [LEVELS] = {.bloom = BLOOM_ROW,
                  .block_bytes = 200,
                  .index_chunk_bytes = 200,
                  .has_sequence_ids = true},
  };

  hfile_write_plain(path, &options[base], 100);
}

static bool
is_told(const HfileReport *report, const GError *error, const char *what)
{
  if (error != NULL)
    return strstr(error->message, what) != NULL;
  for (size_t i = 0; i < fault_list_length(&report->faults); i++)
    if (strstr(fault_list_get(&report->faults, i), what) != NULL)
      return true;
  return false;
}

static void
each_mistake_is_told(void)
{
  g_autofree char *folder = g_dir_make_tmp("hfile-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
    g_auto(HfileForge) forge = {0};
    g_auto(HfileReport) report;
    g_autoptr(GError) error = NULL;

    hfile_report_init(&report);
    write_base(path, mistakes[i].base);
    hfile_forge_load(&forge, path);
    mistakes[i].plant(&forge);
    hfile_forge_save(&forge, path);
    hfile_check(path, &(HfileCheck){0}, &report, &error);
    if (!is_told(&report, error, mistakes[i].told))
      g_error("%s: %s", mistakes[i].name,
              error != NULL             ? error->message
              : report.faults_total > 0 ? fault_list_get(&report.faults, 0)
                                        : "no fault");
  }
  g_unlink(path);
  g_rmdir(folder);
}

static void
write_row(HfileForge *forge, size_t at, int number)
{
  char row[16];

  g_snprintf(row, sizeof row, "row%08d", number);
  memcpy(hfile_forge_payload(forge, 0) + at, row, strlen(row));
}

/* HBase's tool refuses such a file by its first and last key; the checker by each cell. */
static void
a_file_that_descends_is_told_cell_by_cell(void)
{
  enum { ROWS = 5, CELL_BYTES = 8 + 26 + 7, ROW_AT = 8 + 2 };
  g_autofree char *folder = g_dir_make_tmp("hfile-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);
  g_auto(HfileForge) forge = {0};
  g_auto(HfileReport) report;

  hfile_report_init(&report);
  hfile_write_plain(path, &(HfileOptions){0}, ROWS);
  hfile_forge_load(&forge, path);
  for (int i = 0; i < ROWS; i++)
    write_row(&forge, (size_t)i * CELL_BYTES + ROW_AT, ROWS - i);
  seal(&forge, 0);
  hfile_forge_save(&forge, path);
  g_assert_true(hfile_check(path, &(HfileCheck){0}, &report, NULL));
  g_assert_cmpuint(report.faults_total, >=, ROWS - 1);
  g_assert_nonnull(strstr(fault_list_get(&report.faults, 1), "sorts before row00000005/f1:q"));
  g_unlink(path);
  g_rmdir(folder);
}

/* As HBase writes it where checksums are switched off: the room for them stays. */
static void
a_file_without_checksums_is_sound(void)
{
  g_autofree char *folder = g_dir_make_tmp("hfile-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);
  g_auto(HfileForge) forge = {0};
  g_auto(HfileReport) report;

  hfile_report_init(&report);
  write_base(path, LEVELS);
  hfile_forge_load(&forge, path);
  for (size_t offset = 0; offset < forge.bytes.len - HFILE_TRAILER_BYTES;) {
    HfileBlockHeader header = hfile_forge_header(&forge, offset);

    header.checksum = HFILE_CHECKSUM_NONE;
    hfile_forge_seal(&forge, offset, &header);
    memset(hfile_forge_payload(&forge, offset) + header.payload_bytes, 0, header.checksums_bytes);
    offset += hfile_block_disk_bytes(&header);
  }
  hfile_forge_save(&forge, path);
  g_assert_true(hfile_check(path, &(HfileCheck){0}, &report, NULL));
  g_assert_cmpuint(report.faults_total, ==, 0);
  g_assert_cmpuint(report.statistics.cells, ==, 100);
  g_unlink(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/check/claims", each_mistake_is_told);
  g_test_add_func("/check/descending", a_file_that_descends_is_told_cell_by_cell);
  g_test_add_func("/check/no-checksums", a_file_without_checksums_is_sound);
  return g_test_run();
}
