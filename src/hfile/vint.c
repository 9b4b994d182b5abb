/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/vint.h"

enum {
  VINT_ONE_BYTE_LEAST = -112, /* this or more: the byte is the value */
  VINT_POSITIVE = -112,       /* minus the number of bytes that follow */
  VINT_NEGATIVE = -120,
};

bool
hfile_take_vint(Cursor *self, int64_t *out_value)
{
  if (self->at == self->end)
    return false;

  int first = self->at[0] <= INT8_MAX ? self->at[0] : self->at[0] - 256;

  if (first >= VINT_ONE_BYTE_LEAST) {
    *out_value = first;
    self->at++;
    return true;
  }

  bool negative = first < VINT_NEGATIVE;
  size_t len = (size_t)((negative ? VINT_NEGATIVE : VINT_POSITIVE) - first);
  uint64_t value = 0;

  if (cursor_left(self) < 1 + len)
    return false;
  for (size_t i = 1; i <= len; i++)
    value = value << 8 | self->at[i];
  *out_value = (int64_t)(negative ? ~value : value);
  self->at += 1 + len;
  return true;
}

size_t
hfile_vint_bytes(int64_t value)
{
  size_t len = 1;

  if (value >= VINT_ONE_BYTE_LEAST && value <= INT8_MAX)
    return 1;
  for (uint64_t rest = (uint64_t)(value < 0 ? ~value : value); rest > 0; rest >>= 8)
    len++;
  return len;
}

void
hfile_append_vint(Bytes *out, int64_t value)
{
  uint64_t bits = (uint64_t)(value < 0 ? ~value : value);
  int following = (int)hfile_vint_bytes(value) - 1;

  if (following == 0) {
    bytes_append_u8(out, (uint8_t)value);
    return;
  }
  bytes_append_u8(out, (uint8_t)((value < 0 ? VINT_NEGATIVE : VINT_POSITIVE) - following));
  for (int i = following - 1; i >= 0; i--)
    bytes_append_u8(out, (uint8_t)(bits >> (8 * i)));
}
