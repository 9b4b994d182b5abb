/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

enum { FIRST_CAPACITY = 64, QUOTED_BYTES = 64 };

char *
slice_to_text(Slice self)
{
  return self.len == 0 ? g_strdup("") : g_strndup((const char *)self.data, self.len);
}

bool
slice_equal(Slice a, Slice b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int
slice_compare(Slice a, Slice b)
{
  size_t shorter = MIN(a.len, b.len);
  int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

  if (order != 0)
    return order;
  return (a.len > b.len) - (a.len < b.len);
}

char *
slice_quote(Slice text)
{
  GString *quoted = g_string_new(NULL);
  size_t shown = MIN(text.len, QUOTED_BYTES);

  for (size_t i = 0; i < shown; i++) {
    char c = (char)text.data[i];

    if (g_ascii_isprint(c) && c != '\\')
      g_string_append_c(quoted, c);
    else
      g_string_append_printf(quoted, "\\x%02x", text.data[i]);
  }
  if (shown < text.len)
    g_string_append_printf(quoted, "... (%zu bytes)", text.len);
  return g_string_free(quoted, FALSE);
}

void
bytes_clear(Bytes *self)
{
  g_free(self->data);
  *self = (Bytes){0};
}

uint8_t *
bytes_reserve(Bytes *self, size_t more)
{
  size_t needed = self->len + more;

  if (needed > self->capacity) {
    self->capacity = MAX(MAX(needed, self->capacity + self->capacity / 2), FIRST_CAPACITY);
    self->data = g_realloc(self->data, self->capacity);
  }
  return self->data + self->len;
}

void
bytes_append_be16(Bytes *self, uint16_t value)
{
  put_be16(bytes_reserve(self, sizeof value), value);
  self->len += sizeof value;
}

void
bytes_append_be32(Bytes *self, uint32_t value)
{
  put_be32(bytes_reserve(self, sizeof value), value);
  self->len += sizeof value;
}

void
bytes_append_be64(Bytes *self, uint64_t value)
{
  put_be64(bytes_reserve(self, sizeof value), value);
  self->len += sizeof value;
}
