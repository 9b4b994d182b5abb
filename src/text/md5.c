/* SPDX-License-Identifier: Apache-2.0 */
#include "text/md5.h"

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8 };

/* floor(2^32 * abs(sin(i + 1))) */
static const uint32_t SINES[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const uint8_t ROTATIONS[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t
rotate_left(uint32_t value, unsigned bits)
{
  return value << bits | value >> (32 - bits);
}

/* The round's function of three words, and which word of the block step i takes. */
static uint32_t
mix(unsigned i, const uint32_t s[4], unsigned *out_word)
{
  switch (i / 16) {
  case 0:
    *out_word = i;
    return (s[1] & s[2]) | (~s[1] & s[3]);
  case 1:
    *out_word = (5 * i + 1) % 16;
    return (s[3] & s[1]) | (~s[3] & s[2]);
  case 2:
    *out_word = (3 * i + 5) % 16;
    return s[1] ^ s[2] ^ s[3];
  default:
    *out_word = 7 * i % 16;
    return s[2] ^ (s[1] | ~s[3]);
  }
}

static void
add_block(uint32_t state[4], const uint8_t *block)
{
  uint32_t words[16];
  uint32_t s[4] = {state[0], state[1], state[2], state[3]};

  memcpy(words, block, BLOCK_BYTES);
  for (unsigned i = 0; i < 64; i++) {
    unsigned word;
    uint32_t mixed = mix(i, s, &word);
    uint32_t sum = s[0] + mixed + SINES[i] + GUINT32_FROM_LE(words[word]);

    s[0] = s[3];
    s[3] = s[2];
    s[2] = s[1];
    s[1] += rotate_left(sum, ROTATIONS[i / 16][i % 4]);
  }
  for (unsigned i = 0; i < 4; i++)
    state[i] += s[i];
}

/* The rest of the message, a 1 bit, zeros, and the message's length in bits. */
static void
add_tail(uint32_t state[4], Slice rest, uint64_t message_bytes)
{
  uint8_t tail[2 * BLOCK_BYTES] = {0};
  size_t len = rest.len + 1 + LENGTH_BYTES > BLOCK_BYTES ? sizeof tail : BLOCK_BYTES;
  uint64_t bits = GUINT64_TO_LE(message_bytes * 8);

  if (rest.len > 0)
    memcpy(tail, rest.data, rest.len);
  tail[rest.len] = 0x80;
  memcpy(tail + len - LENGTH_BYTES, &bits, sizeof bits);
  for (size_t at = 0; at < len; at += BLOCK_BYTES)
    add_block(state, tail + at);
}

void
md5(Slice message, uint8_t out_digest[MD5_BYTES])
{
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  size_t at = 0;

  for (; message.len - at >= BLOCK_BYTES; at += BLOCK_BYTES)
    add_block(state, message.data + at);
  add_tail(state, slice(message.data + at, message.len - at), message.len);
  for (unsigned i = 0; i < 4; i++)
    state[i] = GUINT32_TO_LE(state[i]);
  memcpy(out_digest, state, MD5_BYTES);
}
