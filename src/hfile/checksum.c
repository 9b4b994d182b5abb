/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/checksum.h"

#include "pack/pack.h"

enum { CRC_BYTES = 4, LANES = 8 };

/* Castagnoli's polynomial, bit-reversed. */
#define POLYNOMIAL UINT32_C(0x82f63b78)

typedef struct {
  uint32_t lane[LANES][256];
} CrcTable;

/* lane[0] advances a CRC by one byte, lane[i] by that byte and i zero bytes after it, so that eight
 * bytes are eight look-ups that do not wait for each other. */
static const CrcTable *
crc_table(void)
{
  static CrcTable table;
  static gsize is_ready = 0;

  if (!g_once_init_enter(&is_ready))
    return &table;
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;

    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (POLYNOMIAL & (0U - (crc & 1)));
    table.lane[0][byte] = crc;
  }
  for (size_t i = 1; i < LANES; i++)
    for (size_t byte = 0; byte < 256; byte++) {
      uint32_t before = table.lane[i - 1][byte];

      table.lane[i][byte] = (before >> 8) ^ table.lane[0][before & 0xff];
    }
  g_once_init_leave(&is_ready, 1);
  return &table;
}

uint32_t
hfile_crc32c_by_table(uint32_t crc, Slice bytes)
{
  const CrcTable *table = crc_table();
  const uint8_t *at = bytes.data;
  size_t left = bytes.len;

  crc = ~crc;
  for (; left >= LANES; left -= LANES, at += LANES) {
    uint32_t mixed = 0;

    for (size_t i = 0; i < LANES; i++) {
      uint8_t byte = (uint8_t)(at[i] ^ (i < CRC_BYTES ? crc >> (8 * i) : 0));

      mixed ^= table->lane[LANES - 1 - i][byte];
    }
    crc = mixed;
  }
  for (; left > 0; left--, at++)
    crc = (crc >> 8) ^ table->lane[0][(crc ^ *at) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
crc32c_by_sse42(uint32_t crc, Slice bytes)
{
  const uint8_t *at = bytes.data;
  size_t left = bytes.len;
  uint64_t state = ~crc;

  for (; left >= sizeof(uint64_t); left -= sizeof(uint64_t), at += sizeof(uint64_t)) {
    uint64_t word;

    memcpy(&word, at, sizeof word);
    state = __builtin_ia32_crc32di(state, word);
  }
  for (; left > 0; left--, at++)
    state = __builtin_ia32_crc32qi((uint32_t)state, *at);
  return ~(uint32_t)state;
}

HfileCrc
hfile_crc32c_by_instruction(void)
{
  return __builtin_cpu_supports("sse4.2") ? crc32c_by_sse42 : NULL;
}
#else
HfileCrc
hfile_crc32c_by_instruction(void)
{
  return NULL;
}
#endif

uint32_t
hfile_crc32c(uint32_t crc, Slice bytes)
{
  HfileCrc fast = hfile_crc32c_by_instruction();

  return fast != NULL ? fast(crc, bytes) : hfile_crc32c_by_table(crc, bytes);
}

size_t
hfile_checksum_bytes(size_t covered_bytes, uint32_t chunk_bytes)
{
  if (chunk_bytes == 0)
    return 0;
  return CRC_BYTES * (covered_bytes / chunk_bytes + (covered_bytes % chunk_bytes != 0));
}

static Slice
take_front(Slice *from, size_t most)
{
  Slice front = slice(from->data, MIN(from->len, most));

  if (front.len > 0)
    *from = slice(from->data + front.len, from->len - front.len);
  return front;
}

void
hfile_checksum_append(Bytes *out, Slice head, Slice body)
{
  while (head.len + body.len > 0) {
    Slice first = take_front(&head, HFILE_CHECKSUM_CHUNK_BYTES);
    Slice second = take_front(&body, HFILE_CHECKSUM_CHUNK_BYTES - first.len);

    bytes_append_be32(out, hfile_crc32c(hfile_crc32c(0, first), second));
  }
}

bool
hfile_checksum_holds(HfileChecksum type, Slice covered, uint32_t chunk_bytes, Slice sums,
                     size_t *out_chunk)
{
  HfileCrc crc_of = type == HFILE_CHECKSUM_CRC32 ? pack_crc32 : hfile_crc32c;

  if (type == HFILE_CHECKSUM_NONE)
    return true;
  for (size_t i = 0; covered.len > 0; i++) {
    uint8_t crc[CRC_BYTES];

    put_be32(crc, crc_of(0, take_front(&covered, chunk_bytes)));
    if (sums.len < (i + 1) * CRC_BYTES || memcmp(crc, sums.data + i * CRC_BYTES, CRC_BYTES) != 0) {
      *out_chunk = i;
      return false;
    }
  }
  return true;
}
