/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/bloom.h"

static void
the_hash_is_hbases(void)
{
  const struct {
    const char *key;
    uint32_t seed;
    uint32_t hash;
  } vectors[] = {
      {"", 0, 0},
      {"a", 0, 0x92685f5e},
      {"row00000000", 0, 0x48fd54e6},
      {"row00000000", 1, 0x78315903},
      {"\xff\xfe\xfd", 0, 0xe3203b2b}, /* tail bytes from 0x80 up */
      {"abcd\x80", 0, 0x0e5396f3},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
    g_assert_cmphex(hfile_bloom_hash(slice_text(vectors[i].key), vectors[i].seed), ==,
                    vectors[i].hash);
}

static void
chunks_are_sized_as_hbase_sizes_them(void)
{
  const struct {
    Bloom kind;
    HfileBloomSize size;
  } cases[] = {
      {BLOOM_ROW, {7, 109306}}, {BLOOM_ROWPREFIX, {7, 109306}}, {BLOOM_ROWCOL, {8, 95069}}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    HfileBloomSize size = hfile_bloom_size(cases[i].kind);

    g_assert_cmpuint(size.hashes, ==, cases[i].size.hashes);
    g_assert_cmpuint(size.keys_most, ==, cases[i].size.keys_most);
  }
}

static void
each_kind_hashes_its_part_of_the_key(void)
{
  const HfileKey key = {slice_text("row"), slice_text("f"), slice_text("q"), 5, CELL_PUT};
  const struct {
    Bloom kind;
    Slice key;
  } cases[] = {
      {BLOOM_ROW, slice_text("row")},
      {BLOOM_ROWPREFIX, slice_text("ro")},
      {BLOOM_ROWCOL, slice("\0\3row\0q\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 16)},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Bytes) scratch = {0};
    Slice found;

    g_assert_true(hfile_bloom_key(cases[i].kind, 2, &key, &scratch, &found));
    g_assert_cmpmem(found.data, found.len, cases[i].key.data, cases[i].key.len);
  }
}

static void
names_lead_back_to_kinds(void)
{
  for (int i = BLOOM_NONE; i <= BLOOM_ROWPREFIX; i++) {
    Bloom found;

    g_assert_true(hfile_bloom_find(slice_text(hfile_bloom_name((Bloom)i)), &found));
    g_assert_cmpint(found, ==, i);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bloom/hash", the_hash_is_hbases);
  g_test_add_func("/bloom/size", chunks_are_sized_as_hbase_sizes_them);
  g_test_add_func("/bloom/key", each_kind_hashes_its_part_of_the_key);
  g_test_add_func("/bloom/names", names_lead_back_to_kinds);
  return g_test_run();
}
