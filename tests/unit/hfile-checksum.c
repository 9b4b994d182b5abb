/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/checksum.h"

/* RFC 3720, appendix B.4, and the usual check value. */
static const struct {
  const char *data; /* NULL: `len` times `fill` */
  uint8_t fill;
  size_t len;
  uint32_t crc;
} vectors[] = {
    {"", 0, 0, 0},
    {"123456789", 0, 9, 0xe3069283},
    {NULL, 0x00, 32, 0x8a9136aa},
    {NULL, 0xff, 32, 0x62a8ab43},
};

static void
holds_for(HfileCrc crc_of)
{
  for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
    uint8_t filled[32];

    memset(filled, vectors[i].fill, sizeof filled);
    g_assert_cmphex(crc_of(0, slice(vectors[i].data != NULL ? (const void *)vectors[i].data
                                                            : (const void *)filled,
                                    vectors[i].len)),
                    ==, vectors[i].crc);
  }
}

static void
the_table_gives_the_known_values(void)
{
  holds_for(hfile_crc32c_by_table);
}

static void
the_instruction_gives_the_known_values(void)
{
  if (hfile_crc32c_by_instruction() == NULL) {
    g_test_skip("this processor has no CRC-32C instruction");
    return;
  }
  holds_for(hfile_crc32c_by_instruction());
}

static void
all_ways_agree_at_every_length_alignment_and_cut(void)
{
  HfileCrc fast = hfile_crc32c_by_instruction();
  uint8_t bytes[80];

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)(i * 37 + 11);
  for (size_t start = 0; start < 8; start++)
    for (size_t len = 0; start + len <= sizeof bytes; len++) {
      uint32_t whole = hfile_crc32c_by_table(0, slice(bytes + start, len));
      uint32_t first = hfile_crc32c_by_table(0, slice(bytes + start, len / 3));
      Slice rest = slice(bytes + start + len / 3, len - len / 3);

      g_assert_cmphex(hfile_crc32c_by_table(first, rest), ==, whole);
      if (fast != NULL)
        g_assert_cmphex(fast(fast(0, slice(bytes + start, len / 3)), rest), ==, whole);
    }
}

static void
chunks_run_over_head_and_body(void)
{
  const size_t body_bytes = 2 * HFILE_CHECKSUM_CHUNK_BYTES;
  g_autofree uint8_t *all = g_malloc(33 + body_bytes);
  g_auto(Bytes) sums = {0};
  size_t chunk = 0;

  for (size_t i = 0; i < 33 + body_bytes; i++)
    all[i] = (uint8_t)(i ^ (i >> 8));
  hfile_checksum_append(&sums, slice(all, 33), slice(all + 33, body_bytes));
  g_assert_cmpuint(sums.len, ==, 12);
  g_assert_cmpuint(sums.len, ==, hfile_checksum_bytes(33 + body_bytes, HFILE_CHECKSUM_CHUNK_BYTES));

  Slice covered = slice(all, 33 + body_bytes);

  g_assert_true(hfile_checksum_holds(HFILE_CHECKSUM_CRC32C, covered, HFILE_CHECKSUM_CHUNK_BYTES,
                                     bytes_slice(&sums), &chunk));
  all[HFILE_CHECKSUM_CHUNK_BYTES] ^= 1;
  g_assert_false(hfile_checksum_holds(HFILE_CHECKSUM_CRC32C, covered, HFILE_CHECKSUM_CHUNK_BYTES,
                                      bytes_slice(&sums), &chunk));
  g_assert_cmpuint(chunk, ==, 1);
}

static void
the_older_type_is_zlibs(void)
{
  const uint8_t sum[] = {0xcb, 0xf4, 0x39, 0x26};
  size_t chunk = 0;

  g_assert_true(hfile_checksum_holds(HFILE_CHECKSUM_CRC32, slice_text("123456789"), 64,
                                     slice(sum, sizeof sum), &chunk));
  g_assert_false(hfile_checksum_holds(HFILE_CHECKSUM_CRC32C, slice_text("123456789"), 64,
                                      slice(sum, sizeof sum), &chunk));
  g_assert_true(
      hfile_checksum_holds(HFILE_CHECKSUM_NONE, slice_text("123456789"), 0, SLICE_EMPTY, &chunk));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/checksum/table", the_table_gives_the_known_values);
  g_test_add_func("/checksum/instruction", the_instruction_gives_the_known_values);
  g_test_add_func("/checksum/agree", all_ways_agree_at_every_length_alignment_and_cut);
  g_test_add_func("/checksum/chunks", chunks_run_over_head_and_body);
  g_test_add_func("/checksum/types", the_older_type_is_zlibs);
  return g_test_run();
}
