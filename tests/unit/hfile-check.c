/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/check.h"

#include "hfile/trailer.h"
#include "support/hfile-files.h"
#include "support/hfile-forge.h"

#include <glib/gstdio.h>

typedef struct {
  char *folder;
  char *path;
} Place;

static void
place_clear(Place *self)
{
  g_unlink(self->path);
  g_rmdir(self->folder);
  g_free(self->path);
  g_free(self->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static Place
place_make(void)
{
  Place place = {.folder = g_dir_make_tmp("hfile-XXXXXX", NULL)};

  place.path = g_build_filename(place.folder, "file", NULL);
  return place;
}

static void
every_kind_of_file_that_we_write_is_faultless(void)
{
  for (int codec = 0; codec < HFILE_CODECS; codec++)
    for (int bloom = BLOOM_NONE; bloom <= BLOOM_ROWPREFIX; bloom++)
      for (int small = 0; small < 2; small++) {
        HfileOptions options = {.codec = (HfileCodecKind)codec,
                                .bloom = (Bloom)bloom,
                                .bloom_prefix_bytes = 4,
                                .block_bytes = small ? 512 : 0,
                                .index_chunk_bytes = small ? 512 : 0,
                                .has_sequence_ids = small};
        g_auto(Place) place = place_make();
        g_auto(HfileReport) report;
        GError *error = NULL;

        hfile_report_init(&report);
        hfile_write_mixed(place.path, &options, 3000);
        hfile_check(place.path, &(HfileCheck){0}, &report, &error);
        g_assert_no_error(error);
        if (report.faults_total > 0)
          g_test_message("%s", fault_list_get(&report.faults, 0));
        g_assert_cmpuint(report.faults_total, ==, 0);
        g_assert_true(report.is_whole);
        g_assert_cmpuint(fault_list_length(&report.warnings), ==, codec > HFILE_CODEC_GZ);
        g_assert_cmpuint(report.rows, ==, 3000);
        g_assert_cmpuint(report.statistics.cells, ==, 3 * 3000 + 300 + 429);
        g_assert_cmpuint(report.statistics.family_deletes, ==, 300);
        g_assert_cmpint(report.bloom, ==, bloom);
        g_assert_cmpuint(report.trailer.index_levels, >=, small ? 3 : 1);
      }
}

static void
golden_files_are_faultless(void)
{
  for (size_t i = 0; i < HFILE_GOLDEN_FILES; i++) {
    g_auto(Place) place = place_make();
    g_auto(HfileReport) report;
    GError *error = NULL;

    hfile_report_init(&report);
    hfile_golden_write(&hfile_golden[i], place.path);
    hfile_check(place.path, &(HfileCheck){.family = slice_text("f1")}, &report, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(report.faults_total, ==, 0);
    g_assert_cmpuint(fault_list_length(&report.warnings), ==, 0);
  }
}

/* The mistakes: each is planted in the file that hfile_write_plain() or hfile_write_mixed() made,
 * and must be told in these words. */

static void
reseal_bytes(HfileForge *forge, size_t offset, size_t at, Slice to)
{
  HfileBlockHeader header = hfile_forge_header(forge, offset);

  if (to.len > 0)
    memcpy(hfile_forge_payload(forge, offset) + at, to.data, to.len);
  hfile_forge_seal(forge, offset, &header);
}

static void
swap_rows(HfileForge *forge)
{
  size_t data = hfile_forge_find(forge, HFILE_DATA, 1);

  hfile_forge_replace(forge, data, slice_text("row00000025"), slice_text("row00000020"));
}

static void
descend(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_DATA, 0), slice_text("row00000003"),
                      slice_text("row00000000"));
}

static void
change_family(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_DATA, 1), slice("row00000025\2f1", 14),
                      slice("row00000025\2f2", 14));
}

static void
break_checksum(HfileForge *forge)
{
  size_t data = hfile_forge_find(forge, HFILE_DATA, 1);
  HfileBlockHeader header = hfile_forge_header(forge, data);

  hfile_forge_payload(forge, data)[header.payload_bytes] ^= 1;
}

static void
break_previous_offset(HfileForge *forge)
{
  size_t data = hfile_forge_find(forge, HFILE_DATA, 2);
  HfileBlockHeader header = hfile_forge_header(forge, data);

  header.previous_offset = 0;
  hfile_forge_seal(forge, data, &header);
}

/* The reference's MurmurHash2, for a key of five bytes: unsigned tail. */
static uint32_t
stock_hash(const uint8_t *key, uint32_t seed)
{
  const uint32_t factor = 0x5bd1e995;
  uint32_t hash = seed ^ 5;
  uint32_t word;

  memcpy(&word, key, sizeof word);
  word *= factor;
  word ^= word >> 24;
  hash = (hash * factor) ^ (word * factor);
  hash = (hash ^ key[4]) * factor;
  hash = (hash ^ hash >> 13) * factor;
  return hash ^ hash >> 15;
}

static void
use_stock_hash(HfileForge *forge)
{
  size_t chunk = hfile_forge_find(forge, HFILE_BLOOM_CHUNK, 0);
  HfileBlockHeader header = hfile_forge_header(forge, chunk);
  uint8_t *bits = hfile_forge_payload(forge, chunk);

  memset(bits, 0, header.payload_bytes);
  for (uint64_t i = 0; i < 100; i++) {
    uint8_t row[8];

    put_be64(row, i * UINT64_C(2654435761));

    uint32_t first = stock_hash(row + 3, 0);
    uint32_t second = stock_hash(row + 3, first);

    for (uint32_t k = 0; k < 7; k++) {
      int64_t bit = llabs((int64_t)(int32_t)(first + k * second)) % (header.payload_bytes * 8);

      bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
    }
  }
  hfile_forge_seal(forge, chunk, &header);
}

static void
empty_deletes(HfileForge *forge)
{
  size_t chunk = hfile_forge_find(forge, HFILE_BLOOM_CHUNK, 1);
  HfileBlockHeader header = hfile_forge_header(forge, chunk);

  memset(hfile_forge_payload(forge, chunk), 0, header.payload_bytes);
  hfile_forge_seal(forge, chunk, &header);
}

static void
replace_in_info(HfileForge *forge, Slice from, Slice to)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_FILE_INFO, 0), from, to);
}

static void
lower_last_bloom_key(HfileForge *forge)
{
  replace_in_info(forge, slice_text("LAST_BLOOM_KEY\x12\x0brow00000099"),
                  slice_text("LAST_BLOOM_KEY\x12\x0brow00000098"));
}

static void
drop_last_bloom_key(HfileForge *forge)
{
  replace_in_info(forge, slice_text("LAST_BLOOM_KEY"), slice_text("LAST_BLOOM_KEZ"));
}

static void
narrow_time_range(HfileForge *forge)
{
  replace_in_info(forge, slice("TIMERANGE\x12\x10\0\0\x01\x8b\xcf\xe5\x68\x00", 19),
                  slice("TIMERANGE\x12\x10\0\0\x01\x8b\xcf\xe5\x68\x01", 19));
}

static void
claim_sequence_ids(HfileForge *forge)
{
  replace_in_info(forge, slice("hfile.AVG_KEY_LEN\x12\4\0\0\0\x1a", 23),
                  slice("KEY_VALUE_VERSION\x12\4\0\0\0\x01", 23));
}

static void
drop_last_key(HfileForge *forge)
{
  replace_in_info(forge, slice_text("hfile.LASTKEY"), slice_text("hfile.LASTKEZ"));
}

static void
change_last_key(HfileForge *forge)
{
  replace_in_info(forge, slice("hfile.LASTKEY\x12\x1a\0\x0brow00000099", 28),
                  slice("hfile.LASTKEY\x12\x1a\0\x0brow00000098", 28));
}

static void
drop_average(HfileForge *forge)
{
  replace_in_info(forge, slice_text("hfile.AVG_VALUE_LEN"), slice_text("hfile.AVG_VALUE_LEM"));
}

static void
drop_biggest_key(HfileForge *forge)
{
  replace_in_info(forge, slice_text("hfile.KEY_OF_BIGGEST_CELL"),
                  slice_text("hfile.KEY_OF_BIGGEST_CELM"));
}

static void
hide_family_deletes(HfileForge *forge)
{
  replace_in_info(forge, slice("DELETE_FAMILY_COUNT\x12\x08\0\0\0\0\0\0\0\x0a", 29),
                  slice("DELETE_FAMILY_COUNT\x12\x08\0\0\0\0\0\0\0\0", 29));
}

static void
stop_time(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_DATA, 0),
                      slice("row00000005\2f1q\0\0\x01\x8b\xcf\xe5\x68\x05", 23),
                      slice("row00000005\2f1q\x7f\xff\xff\xff\xff\xff\xff\xff", 23));
}

static void
turn_time_back(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_DATA, 0),
                      slice("row00000005\2f1q\0\0\x01\x8b\xcf\xe5\x68\x05", 23),
                      slice("row00000005\2f1q\xff\xff\xff\xff\xff\xff\xff\xff", 23));
}

enum { ROOT_SIZE_AT = 8 };

static void
misstate_index_size(HfileForge *forge)
{
  size_t root = hfile_forge_find(forge, HFILE_ROOT_INDEX, 0);

  hfile_forge_payload(forge, root)[ROOT_SIZE_AT + 3] += 1;
  reseal_bytes(forge, root, 0, SLICE_EMPTY);
}

static void
misstate_index_offset(HfileForge *forge)
{
  size_t root = hfile_forge_find(forge, HFILE_ROOT_INDEX, 0);

  hfile_forge_payload(forge, root)[7] += 1;
  reseal_bytes(forge, root, 0, SLICE_EMPTY);
}

static void
raise_index_key(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_ROOT_INDEX, 0), slice_text("row0000002"),
                      slice_text("row0000003"));
}

static void
lower_index_key(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_ROOT_INDEX, 0), slice_text("row0000002"),
                      slice_text("row0000001"));
}

static void
change_first_index_key(HfileForge *forge)
{
  hfile_forge_replace(forge, hfile_forge_find(forge, HFILE_ROOT_INDEX, 0),
                      slice_text("row00000000"), slice_text("row////////"));
}

static void
change_comparator(HfileForge *forge)
{
  uint8_t *trailer = forge->bytes.data + forge->bytes.len - HFILE_TRAILER_BYTES;
  uint8_t *found = memmem(trailer, HFILE_TRAILER_BYTES, "KVComparator", 12);

  g_assert_nonnull(found);
  *found = 'X';
}

/* The trailer's last field, 12, is the codec: 0 is LZO. */
static uint8_t *
codec_field(HfileForge *forge)
{
  uint8_t *trailer = forge->bytes.data + forge->bytes.len - HFILE_TRAILER_BYTES;
  uint8_t *found = memmem(trailer, HFILE_TRAILER_BYTES, "KVComparator\x60\x02", 14);

  g_assert_nonnull(found);
  return found + 12;
}

static void
use_lzo(HfileForge *forge)
{
  codec_field(forge)[1] = 0;
}

static void
encrypt(HfileForge *forge)
{
  memcpy(codec_field(forge), "\x6a\x00", 2);
}

static void
cut_end(HfileForge *forge)
{
  forge->bytes.len -= 1;
}

static void
empty_file(HfileForge *forge)
{
  forge->bytes.len = 0;
}

typedef struct {
  const char *name;
  void (*plant)(HfileForge *forge);
  const char *told;
  bool mixed;
} Mistake;

static const Mistake mistakes[] = {
    {"row out of order at a block's start", swap_rows, "gets miss it"},
    {"row out of order", descend, "sorts before row00000002/f1:q/1700000000002/Put, which comes"},
    {"other family", change_family, "cell row00000025/f2:q/1700000000025/Put: not of family f1"},
    {"wrong checksum", break_checksum, "checksum of chunk 0 is wrong"},
    {"wrong previous block", break_previous_offset, "reverse scans lose rows"},
    {"stock hash", use_stock_hash, "not in the Bloom filter: gets miss it", true},
    {"filter of deletes", empty_deletes, "not in the filter of family deletes", true},
    {"last Bloom key too small", lower_last_bloom_key, "LAST_BLOOM_KEY is not the last key"},
    {"no last Bloom key", drop_last_bloom_key, "no LAST_BLOOM_KEY"},
    {"time range too narrow", narrow_time_range, "reads with a time range miss cells"},
    {"sequence ids that are not there", claim_sequence_ids, "data block at 0, its cell 1: cell: "},
    {"no last key", drop_last_key, "no hfile.LASTKEY: HBase refuses"},
    {"wrong last key", change_last_key, "hfile.LASTKEY is not the last cell's key"},
    {"no average", drop_average, "no hfile.AVG_VALUE_LEN: HBase refuses"},
    {"half of the biggest cell", drop_biggest_key, "come together or not at all"},
    {"hidden deletes", hide_family_deletes, "reads may pass over deletes", true},
    {"last timestamp of all", stop_time, "no later put would ever win"},
    {"negative timestamp", turn_time_back, "negative timestamp"},
    {"index entry's size", misstate_index_size, "its entry gives it a wrong size"},
    {"index entry's offset", misstate_index_offset, "its entry leads elsewhere"},
    {"first index key", change_first_index_key, "is not the file's first key"},
    {"index key too high", raise_index_key, "sorts after its first cell"},
    {"index key too low", lower_index_key, "does not sort after the block before"},
};

static void
each_mistake_that_hbase_takes_in_silence_is_told(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
    const Mistake *mistake = &mistakes[i];
    HfileOptions options = {.bloom = BLOOM_ROW, .block_bytes = 1000};
    g_auto(Place) place = place_make();
    g_auto(HfileForge) forge = {0};
    g_auto(HfileReport) report;
    g_autoptr(GError) error = NULL;

    hfile_report_init(&report);
    if (mistake->mixed)
      hfile_write_mixed(place.path, &options, 100);
    else
      hfile_write_plain(place.path, &options, 100);
    hfile_forge_load(&forge, place.path);
    mistake->plant(&forge);
    hfile_forge_save(&forge, place.path);
    g_assert_true(hfile_check(place.path, &(HfileCheck){0}, &report, &error));

    bool told = false;

    for (size_t j = 0; j < fault_list_length(&report.faults); j++)
      told = told || strstr(fault_list_get(&report.faults, j), mistake->told) != NULL;
    if (!told)
      g_test_message("%s: %s", mistake->name,
                     report.faults_total > 0 ? fault_list_get(&report.faults, 0) : "no fault");
    g_assert_true(told);
  }
}

static void
a_file_that_cannot_be_read_at_all_is_an_error(void)
{
  const struct {
    void (*plant)(HfileForge *forge);
    const char *told;
    Fault fault;
  } cases[] = {
      {change_comparator, "trailer: unknown comparator", FAULT_RECORD},
      {cut_end, "not an HFile, or cut short", FAULT_RECORD},
      {empty_file, "too short for an HFile", FAULT_RECORD},
      {use_lzo, "compressed with LZO, which is not supported", FAULT_SETUP},
      {encrypt, "the file is encrypted, which is not supported", FAULT_SETUP},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Place) place = place_make();
    g_auto(HfileForge) forge = {0};
    g_auto(HfileReport) report;
    g_autoptr(GError) error = NULL;

    hfile_report_init(&report);
    hfile_write_plain(place.path, &(HfileOptions){0}, 10);
    hfile_forge_load(&forge, place.path);
    cases[i].plant(&forge);
    hfile_forge_save(&forge, place.path);
    g_assert_false(hfile_check(place.path, &(HfileCheck){0}, &report, &error));
    g_assert_error(error, FAULT, (int)cases[i].fault);
    g_assert_nonnull(strstr(error->message, cases[i].told));
  }
}

static void
cells_of_another_family_than_asked_for_are_told(void)
{
  g_auto(Place) place = place_make();
  g_auto(HfileReport) report;

  hfile_report_init(&report);
  hfile_write_plain(place.path, &(HfileOptions){0}, 3);
  g_assert_true(
      hfile_check(place.path, &(HfileCheck){.family = slice_text("other")}, &report, NULL));
  g_assert_cmpuint(report.faults_total, ==, 3);
}

static void
count_visit(void *self, const HfileCell *cell)
{
  *(uint64_t *)self += cell->value.len;
}

static void
a_visitor_sees_every_cell(void)
{
  g_auto(Place) place = place_make();
  g_auto(HfileReport) report;
  uint64_t value_bytes = 0;

  hfile_report_init(&report);
  hfile_write_mixed(place.path, &(HfileOptions){.codec = HFILE_CODEC_ZSTD}, 1000);
  g_assert_true(hfile_check(place.path, &(HfileCheck){.visit = count_visit, .self = &value_bytes},
                            &report, NULL));
  g_assert_cmpuint(value_bytes, ==, report.statistics.value_bytes);
  g_assert_cmpuint(value_bytes, >, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/check/ours", every_kind_of_file_that_we_write_is_faultless);
  g_test_add_func("/check/golden", golden_files_are_faultless);
  g_test_add_func("/check/mistakes", each_mistake_that_hbase_takes_in_silence_is_told);
  g_test_add_func("/check/unreadable", a_file_that_cannot_be_read_at_all_is_an_error);
  g_test_add_func("/check/family", cells_of_another_family_than_asked_for_are_told);
  g_test_add_func("/check/visit", a_visitor_sees_every_cell);
  return g_test_run();
}
