/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. Empty is len 0, whatever data says. */
typedef struct {
  const uint8_t *data;
  size_t len;
} Slice;

#define SLICE_EMPTY ((Slice){NULL, 0})

static inline Slice
slice(const void *data, size_t len)
{
  return (Slice){.data = (const uint8_t *)data, .len = len};
}

static inline Slice
slice_text(const char *text)
{
  return slice(text, strlen(text));
}

/* A copy that ends as C's texts do; never NULL. The caller's. */
char *slice_to_text(Slice self);

bool slice_equal(Slice a, Slice b);

/* As HBase orders keys: unsigned bytes, a prefix before what extends it. */
int slice_compare(Slice a, Slice b);

/* For an error message: printable ASCII as it is, every other byte as \xNN, cut at 64 bytes. */
char *slice_quote(Slice text);

/* A buffer that grows and is reused: bytes_reset() keeps its memory. Zeroed is empty. */
typedef struct {
  uint8_t *data; /* owned */
  size_t len;
  size_t capacity;
} Bytes;

void bytes_clear(Bytes *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bytes, bytes_clear)

/* Makes room for `more` bytes behind the end and returns where they go; moves what is there. */
uint8_t *bytes_reserve(Bytes *self, size_t more);

static inline void
bytes_reset(Bytes *self)
{
  self->len = 0;
}

static inline Slice
bytes_slice(const Bytes *self)
{
  return slice(self->data, self->len);
}

static inline void
bytes_append(Bytes *self, const void *data, size_t len)
{
  uint8_t *at = bytes_reserve(self, len);

  if (len > 0)
    memcpy(at, data, len);
  self->len += len;
}

static inline void
bytes_append_slice(Bytes *self, Slice text)
{
  bytes_append(self, text.data, text.len);
}

static inline void
bytes_append_u8(Bytes *self, uint8_t value)
{
  *bytes_reserve(self, 1) = value;
  self->len += 1;
}

/* Big-endian, the order of Thrift, HBase and HFiles alike. */
static inline void
put_be16(uint8_t *at, uint16_t value)
{
  value = GUINT16_TO_BE(value);
  memcpy(at, &value, sizeof value);
}

static inline void
put_be32(uint8_t *at, uint32_t value)
{
  value = GUINT32_TO_BE(value);
  memcpy(at, &value, sizeof value);
}

static inline void
put_be64(uint8_t *at, uint64_t value)
{
  value = GUINT64_TO_BE(value);
  memcpy(at, &value, sizeof value);
}

void bytes_append_be16(Bytes *self, uint16_t value);
void bytes_append_be32(Bytes *self, uint32_t value);
void bytes_append_be64(Bytes *self, uint64_t value);
