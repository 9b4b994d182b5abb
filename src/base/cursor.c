/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"

static bool
take(Cursor *self, void *out, size_t len)
{
  if (cursor_left(self) < len)
    return false;
  memcpy(out, self->at, len);
  self->at += len;
  return true;
}

bool
cursor_take_u8(Cursor *self, uint8_t *out_value)
{
  return take(self, out_value, sizeof *out_value);
}

bool
cursor_take_be16(Cursor *self, uint16_t *out_value)
{
  uint16_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT16_FROM_BE(value);
  return true;
}

bool
cursor_take_be32(Cursor *self, uint32_t *out_value)
{
  uint32_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT32_FROM_BE(value);
  return true;
}

bool
cursor_take_be64(Cursor *self, uint64_t *out_value)
{
  uint64_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT64_FROM_BE(value);
  return true;
}

bool
cursor_take_slice(Cursor *self, uint64_t len, Slice *out_slice)
{
  if (cursor_left(self) < len)
    return false;
  *out_slice = slice(self->at, (size_t)len);
  self->at += len;
  return true;
}
