/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/encoding.h"

enum { CELLS = 3, HEAD_BYTES = HFILE_ENCODING_NUMBER_BYTES + HFILE_ENCODING_SIZE_BYTES };

static const Cell cells[CELLS] = {
    {.row = {(const uint8_t *)"row", 3},
     .family = {(const uint8_t *)"f", 1},
     .qualifier = {(const uint8_t *)"a", 1},
     .value = {(const uint8_t *)"value", 5},
     .timestamp = 1700000000000,
     .type = CELL_PUT},
    {.row = {(const uint8_t *)"row", 3},
     .family = {(const uint8_t *)"f", 1},
     .qualifier = {(const uint8_t *)"ab", 2},
     .value = {(const uint8_t *)"value", 5},
     .timestamp = 1700000000001,
     .type = CELL_PUT},
    {.row = {(const uint8_t *)"rows", 4},
     .family = {(const uint8_t *)"f", 1},
     .qualifier = {(const uint8_t *)"", 0},
     .value = {(const uint8_t *)"", 0},
     .timestamp = 7,
     .type = CELL_DELETE_FAMILY},
};

static void
encode(HfileEncoding encoding, bool has_sequence_ids, Bytes *out)
{
  g_autoptr(HfileEncoder) encoder = hfile_encoder_new(encoding, has_sequence_ids);

  for (size_t i = 0; i < CELLS; i++)
    hfile_encoder_append(encoder, &cells[i]);
  bytes_append_slice(out, hfile_encoder_finish(encoder));
}

static const HfileEncoding encodings[] = {HFILE_ENCODING_PREFIX, HFILE_ENCODING_DIFF,
                                          HFILE_ENCODING_FAST_DIFF, HFILE_ENCODING_ROW_INDEX};

static void
what_is_encoded_comes_back(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(encodings); i++)
    for (int has_ids = 0; has_ids <= 1; has_ids++) {
      HfileDecoding decoding = {encodings[i], {.has_sequence_ids = has_ids}, false};
      g_auto(Bytes) encoded = {0};
      g_auto(Bytes) plain = {0};
      g_auto(Bytes) wanted = {0};
      GError *error = NULL;

      encode(encodings[i], has_ids, &encoded);
      encode(HFILE_ENCODING_NONE, has_ids, &wanted);
      hfile_decode(&decoding, bytes_slice(&encoded), &plain, &error);
      g_assert_no_error(error);
      g_assert_cmpmem(plain.data, plain.len, wanted.data, wanted.len);
    }
}

/* By hand, from FastDiffDeltaEncoder's description: the second cell shares row, family and "a", all
 * but a byte of the time, the type and the value; the third has another row. */
static void
fast_diff_says_only_what_is_new(void)
{
  static const uint8_t wanted[] = {
      0, 4, 0, 0, 0, 86, /* number; bytes without encoding */
      0, 17, 5, 0, 0, 3, 'r', 'o', 'w', 1, 'f', 'a', 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0, 4, 'v',
      'a', 'l', 'u', 'e',
      /* flags: 7 bytes of time, value's length, type, value; key's length; shared; "b"; time */
      7 | 16 | 32 | 64, 18, 8, 'b', 1,
      /* 2 bytes of time; key's and value's length; shared; row from its length's second byte */
      2, 17, 0, 1, 4, 'r', 'o', 'w', 's', 0, 0, 0, 0, 0, 7, 14};
  g_auto(Bytes) encoded = {0};

  encode(HFILE_ENCODING_FAST_DIFF, false, &encoded);
  g_assert_cmpmem(encoded.data, encoded.len, wanted, sizeof wanted);
}

static char *
damage(HfileEncoding encoding, size_t at, uint8_t byte)
{
  HfileDecoding decoding = {.encoding = encoding};
  g_auto(Bytes) encoded = {0};
  g_auto(Bytes) plain = {0};
  g_autoptr(GError) error = NULL;

  encode(encoding, false, &encoded);
  g_assert_cmpuint(at, <, encoded.len);
  encoded.data[at] = byte;
  g_assert_false(hfile_decode(&decoding, bytes_slice(&encoded), &plain, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  return g_strdup(error->message);
}

static void
damage_is_told(void)
{
  static const struct {
    HfileEncoding encoding;
    size_t at;
    uint8_t byte;
    const char *what;
  } cases[] = {
      {HFILE_ENCODING_FAST_DIFF, 1, 3, "another encoding than file info says"},
      {HFILE_ENCODING_FAST_DIFF, 5, 77, "does not hold the bytes that it says"},
      {HFILE_ENCODING_FAST_DIFF, HEAD_BYTES, 8, "the first refers to one before it"},
      {HFILE_ENCODING_FAST_DIFF, HEAD_BYTES + 1, 11, "key is too short"},
      {HFILE_ENCODING_FAST_DIFF, HEAD_BYTES + 26 + 2, 99, "shares more than there is"},
      {HFILE_ENCODING_FAST_DIFF, HEAD_BYTES + 26 + 1, 12, "its lengths contradict"},
      {HFILE_ENCODING_DIFF, HEAD_BYTES + 2, 1, "the first refers to one before it"},
      {HFILE_ENCODING_DIFF, HEAD_BYTES, 200, "beyond the block"},
      {HFILE_ENCODING_PREFIX, HEAD_BYTES + 2, 1, "shares more than there is"},
      {HFILE_ENCODING_PREFIX, HEAD_BYTES, 200, "beyond the block"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *told = damage(cases[i].encoding, cases[i].at, cases[i].byte);

    g_test_message("%s", told);
    g_assert_nonnull(strstr(told, cases[i].what));
  }
}

/* HBase searches a row's cells by it. */
static void
a_wrong_index_of_rows_is_told(void)
{
  g_auto(Bytes) encoded = {0};

  encode(HFILE_ENCODING_ROW_INDEX, false, &encoded);

  size_t index = encoded.len - 4 - 3 * 4; /* 2 rows, 0, where the second begins; the cells' bytes */
  g_autofree char *elsewhere = damage(HFILE_ENCODING_ROW_INDEX, index + 11, 1);
  g_autofree char *count = damage(HFILE_ENCODING_ROW_INDEX, index + 3, 1);
  g_autofree char *size = damage(HFILE_ENCODING_ROW_INDEX, encoded.len - 3, 1);

  g_assert_nonnull(strstr(elsewhere, "leads elsewhere"));
  g_assert_nonnull(strstr(count, "damaged"));
  g_assert_nonnull(strstr(size, "beyond the block"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hfile/encoding/what-is-encoded-comes-back", what_is_encoded_comes_back);
  g_test_add_func("/hfile/encoding/fast-diff-says-only-what-is-new",
                  fast_diff_says_only_what_is_new);
  g_test_add_func("/hfile/encoding/damage-is-told", damage_is_told);
  g_test_add_func("/hfile/encoding/a-wrong-index-of-rows-is-told", a_wrong_index_of_rows_is_told);
  return g_test_run();
}
