/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/codec.h"

enum { LONG_BYTES = 700 * 1024 }; /* several chunks of Hadoop's frame */

/* Half of it packs well, half of it does not. */
static void
fill(Bytes *bytes, size_t len)
{
  uint32_t state = 1;

  for (size_t i = 0; i < len; i++) {
    state = state * 1664525 + 1013904223;
    bytes_append_u8(bytes, i % 2048 < 1024 ? (uint8_t)'a' : (uint8_t)(state >> 24));
  }
}

static void
what_is_packed_unpacks(void)
{
  static const size_t lengths[] = {0, 1, 100, 65536, 204800, 204801, LONG_BYTES};

  for (size_t kind = HFILE_CODEC_GZ; kind < HFILE_CODECS; kind++) {
    g_autoptr(HfileCodec) codec = hfile_codec_new((HfileCodecKind)kind);

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
      g_auto(Bytes) raw = {0};
      g_auto(Bytes) packed = {0};
      g_auto(Bytes) back = {0};
      GError *error = NULL;

      fill(&raw, lengths[i]);
      hfile_codec_pack(codec, bytes_slice(&raw), &packed, &error);
      g_assert_no_error(error);
      hfile_codec_unpack(codec, bytes_slice(&packed), raw.len, &back, &error);
      g_assert_no_error(error);
      g_assert_cmpmem(back.data, back.len, raw.data, raw.len);
    }
  }
}

static void
damaged_bytes_and_wrong_sizes_are_refused(void)
{
  for (size_t kind = HFILE_CODEC_NONE; kind < HFILE_CODECS; kind++) {
    g_autoptr(HfileCodec) codec = hfile_codec_new((HfileCodecKind)kind);
    g_auto(Bytes) raw = {0};
    g_auto(Bytes) packed = {0};

    fill(&raw, 4096);
    if (kind == HFILE_CODEC_NONE)
      bytes_append_slice(&packed, bytes_slice(&raw));
    else
      g_assert_true(hfile_codec_pack(codec, bytes_slice(&raw), &packed, NULL));

    const struct {
      size_t packed_bytes;
      size_t raw_bytes;
    } cases[] = {
        {packed.len, raw.len - 1},
        {packed.len, raw.len + 1},
        {packed.len - 1, raw.len},
        {3, raw.len},
        {0, raw.len},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
      g_auto(Bytes) back = {0};
      g_autoptr(GError) error = NULL;

      g_assert_false(hfile_codec_unpack(codec, slice(packed.data, cases[i].packed_bytes),
                                        cases[i].raw_bytes, &back, &error));
      g_assert_error(error, FAULT, FAULT_RECORD);
      g_assert_true(g_str_has_prefix(error->message, hfile_codec_name((HfileCodecKind)kind)));
    }
  }
}

/* Some bytes of a chunk whose lengths promise two gigabytes. */
static void
a_promise_of_more_than_the_bytes_can_hold_costs_no_memory(void)
{
  static const uint8_t frames[][24] = {
      [HFILE_CODEC_SNAPPY] = {0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 7, 0},
      [HFILE_CODEC_LZ4] = {0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 8, 0xf0, 0xff, 0xff, 0xff, 7, 0},
  };

  for (size_t kind = HFILE_CODEC_SNAPPY; kind <= HFILE_CODEC_LZ4; kind++) {
    g_autoptr(HfileCodec) codec = hfile_codec_new((HfileCodecKind)kind);
    g_auto(Bytes) back = {0};

    g_assert_false(hfile_codec_unpack(codec, slice(frames[kind], 16), INT32_MAX, &back, NULL));
    g_assert_cmpuint(back.capacity, <, 64 * 1024);
  }
}

static void
gzip_members_start_as_hbase_starts_them(void)
{
  static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
  g_autoptr(HfileCodec) codec = hfile_codec_new(HFILE_CODEC_GZ);
  g_auto(Bytes) packed = {0};

  g_assert_true(hfile_codec_pack(codec, slice_text("hello"), &packed, NULL));
  g_assert_cmpmem(packed.data, sizeof head, head, sizeof head);
}

static void
names_and_numbers_lead_back(void)
{
  static const uint32_t numbers[HFILE_CODECS] = {2, 1, 3, 4, 6};

  for (size_t i = 0; i < HFILE_CODECS; i++) {
    HfileCodecKind kind = (HfileCodecKind)i;
    HfileCodecKind found;

    g_assert_true(hfile_codec_find(hfile_codec_name(kind), &found));
    g_assert_cmpint(found, ==, kind);
    g_assert_cmpuint(hfile_codec_number(kind), ==, numbers[i]);
    g_assert_true(hfile_codec_find_number(numbers[i], &found));
    g_assert_cmpint(found, ==, kind);
    g_assert_null(hfile_codec_foreign_name(numbers[i]));
    g_assert_cmpint(hfile_codec_is_stock(kind), ==, i <= HFILE_CODEC_GZ);
  }
  g_assert_cmpstr(hfile_codec_foreign_name(0), ==, "LZO");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/codec/round-trip", what_is_packed_unpacks);
  g_test_add_func("/codec/damaged", damaged_bytes_and_wrong_sizes_are_refused);
  g_test_add_func("/codec/bounded", a_promise_of_more_than_the_bytes_can_hold_costs_no_memory);
  g_test_add_func("/codec/gzip", gzip_members_start_as_hbase_starts_them);
  g_test_add_func("/codec/names", names_and_numbers_lead_back);
  return g_test_run();
}
