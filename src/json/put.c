/* SPDX-License-Identifier: Apache-2.0 */
#include "json/put.h"

#include <math.h>

#include "text/text.h"

static void
append_text(Bytes *out, const char *text)
{
  bytes_append(out, text, strlen(text));
}

static void
append_escaped(Bytes *out, uint8_t byte)
{
  static const char hex[] = "0123456789abcdef";
  static const char letters[] = {
      ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', [0x1F] = 0};
  const char *letter = byte < 0x20 ? &letters[byte] : (const char *)&byte;

  if (*letter != 0) {
    bytes_append_u8(out, '\\');
    bytes_append_u8(out, (uint8_t)*letter);
    return;
  }
  append_text(out, "\\u00");
  bytes_append_u8(out, (uint8_t)hex[byte >> 4]);
  bytes_append_u8(out, (uint8_t)hex[byte & 15]);
}

static inline bool
needs_escape(uint8_t byte)
{
  return byte < 0x20 || byte == '"' || byte == '\\';
}

void
json_put_string(Bytes *out, Slice text)
{
  size_t plain = 0; /* where the bytes that stand for themselves begin */

  bytes_append_u8(out, '"');
  for (size_t i = 0; i < text.len; i++) {
    if (!needs_escape(text.data[i]))
      continue;
    bytes_append(out, text.data + plain, i - plain);
    append_escaped(out, text.data[i]);
    plain = i + 1;
  }
  if (plain < text.len)
    bytes_append(out, text.data + plain, text.len - plain);
  bytes_append_u8(out, '"');
}

void
json_put_bytes(Bytes *out, Slice bytes)
{
  bytes_append_u8(out, '"');
  for (size_t i = 0; i < bytes.len; i++) {
    uint8_t byte = bytes.data[i];

    if (needs_escape(byte)) {
      append_escaped(out, byte);
    } else if (byte < 0x80) {
      bytes_append_u8(out, byte);
    } else {
      bytes_append_u8(out, (uint8_t)(0xC0 | byte >> 6));
      bytes_append_u8(out, (uint8_t)(0x80 | (byte & 0x3F)));
    }
  }
  bytes_append_u8(out, '"');
}

void
json_put_double(Bytes *out, double number)
{
  if (isnan(number))
    append_text(out, "null");
  else if (isinf(number))
    append_text(out, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  else
    out->len += text_put_double(bytes_reserve(out, TEXT_NUMBER_BYTES), number);
}

void
json_put_float(Bytes *out, float number)
{
  if (isfinite(number))
    out->len += text_put_float(bytes_reserve(out, TEXT_NUMBER_BYTES), number);
  else
    json_put_double(out, (double)number);
}
