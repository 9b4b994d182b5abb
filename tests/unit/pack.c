/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

enum { LONG_BYTES = 300000 };

static const PackKind kinds[] = {PACK_DEFLATE, PACK_GZIP, PACK_SNAPPY, PACK_LZ4, PACK_ZSTD};

static const bool is_piecewise[] = {
    [PACK_DEFLATE] = true, [PACK_GZIP] = true, [PACK_ZSTD] = true, [PACK_SNAPPY] = false};

/* Text that packs well, with the first byte's own. */
static void
fill(Bytes *raw, size_t len, uint8_t first)
{
  for (size_t i = 0; i < len; i++)
    bytes_append_u8(raw, (uint8_t)(i == 0 ? first : (i * i / 100) % 50));
}

static void
append(Pack *pack, const Bytes *raw, Bytes *out)
{
  g_autoptr(GError) error = NULL;

  g_assert_true(pack_append(pack, bytes_slice(raw), out, &error));
  g_assert_no_error(error);
}

static void
what_is_packed_unpacks_to_itself(void)
{
  const size_t lengths[] = {0, 1, 1000, LONG_BYTES};

  for (size_t i = 0; i < G_N_ELEMENTS(kinds) * G_N_ELEMENTS(lengths); i++) {
    g_autoptr(Pack) pack = pack_new(kinds[i / G_N_ELEMENTS(lengths)], 0);
    g_auto(Bytes) raw = {0};
    g_auto(Bytes) packed = {0};

    fill(&raw, lengths[i % G_N_ELEMENTS(lengths)], 'a');
    append(pack, &raw, &packed);
    /* twice: nothing is left over from the first time */
    for (int again = 0; again < 2; again++) {
      g_auto(Bytes) back = {0};
      Slice rest = bytes_slice(&packed);

      g_assert_cmpint(pack_unpack(pack, &rest, raw.len, &back), ==, PACK_WHOLE);
      g_assert_cmpuint(rest.len, ==, 0);
      g_assert_cmpmem(back.data, back.len, raw.data, raw.len);
    }
  }
}

static void
more_than_was_asked_for_and_less_than_there_should_be_are_told(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autoptr(Pack) pack = pack_new(kinds[i], 0);
    g_auto(Bytes) raw = {0};
    g_auto(Bytes) packed = {0};
    g_auto(Bytes) back = {0};
    Slice rest;
    PackState state;

    fill(&raw, LONG_BYTES, 'a');
    append(pack, &raw, &packed);
    rest = bytes_slice(&packed);
    state = pack_unpack(pack, &rest, raw.len - 1, &back);
    g_assert_cmpint(state, ==, kinds[i] == PACK_LZ4 ? PACK_DAMAGED : PACK_LARGE);
    rest = slice(packed.data, packed.len - 1);
    bytes_reset(&back);
    state = pack_unpack(pack, &rest, raw.len, &back);
    g_assert_cmpint(state, ==, is_piecewise[kinds[i]] ? PACK_SHORT : PACK_DAMAGED);
    if (state == PACK_DAMAGED)
      g_assert_nonnull(pack_reason(pack));
    /* and after that the next is unpacked as ever */
    rest = bytes_slice(&packed);
    bytes_reset(&back);
    g_assert_cmpint(pack_unpack(pack, &rest, raw.len, &back), ==, PACK_WHOLE);
    g_assert_cmpmem(back.data, back.len, raw.data, raw.len);
  }
}

static void
two_in_a_row_are_taken_one_by_one_and_in_pieces(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autoptr(Pack) pack = pack_new(kinds[i], 0);
    g_auto(Bytes) raw = {0};
    g_auto(Bytes) packed = {0};
    g_auto(Bytes) back = {0};
    size_t taken = 0;
    unsigned wholes = 0;

    if (!is_piecewise[kinds[i]])
      continue;
    fill(&raw, LONG_BYTES, 'a');
    append(pack, &raw, &packed);
    append(pack, &raw, &packed);
    while (wholes < 2) {
      Slice piece = slice(packed.data + taken, MIN(packed.len - taken, 100));
      size_t before = piece.len;
      size_t made = 0;
      PackState state = pack_step(pack, &piece, bytes_reserve(&back, 1000), 1000, &made);

      taken += before - piece.len;
      back.len += made;
      wholes += state == PACK_WHOLE;
      g_assert_true(state == PACK_WHOLE || state == PACK_MORE);
    }
    g_assert_cmpuint(taken, ==, packed.len);
    g_assert_cmpuint(back.len, ==, 2 * raw.len);
    g_assert_cmpmem(back.data + raw.len, raw.len, raw.data, raw.len);
  }
}

static void
bytes_of_another_kind_are_damaged(void)
{
  static const uint8_t noise[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autoptr(Pack) pack = pack_new(kinds[i], 0);
    g_auto(Bytes) back = {0};
    Slice rest = slice(noise, sizeof noise);

    g_assert_cmpint(pack_unpack(pack, &rest, LONG_BYTES, &back), ==, PACK_DAMAGED);
    g_assert_nonnull(pack_reason(pack));
    g_assert_cmpuint(back.len, ==, 0);
  }
}

static void
the_checksum_is_the_known_one(void)
{
  g_assert_cmphex(pack_crc32(0, slice_text("123456789")), ==, 0xcbf43926);
  g_assert_cmphex(pack_crc32(pack_crc32(0, slice_text("1234")), slice_text("56789")), ==,
                  0xcbf43926);
  g_assert_cmphex(pack_crc32(7, SLICE_EMPTY), ==, 7);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pack/round-trip", what_is_packed_unpacks_to_itself);
  g_test_add_func("/pack/sizes", more_than_was_asked_for_and_less_than_there_should_be_are_told);
  g_test_add_func("/pack/pieces", two_in_a_row_are_taken_one_by_one_and_in_pieces);
  g_test_add_func("/pack/damaged", bytes_of_another_kind_are_damaged);
  g_test_add_func("/pack/crc32", the_checksum_is_the_known_one);
  return g_test_run();
}
