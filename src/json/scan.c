/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

static const char ended[] = "the text ends in the middle of a value";

void
json_scan_init(JsonScan *self, Slice text)
{
  static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};

  *self = (JsonScan){.at = text.data, .start = text.data};
  self->end = text.len == 0 ? text.data : text.data + text.len;
  if (text.len >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0)
    self->at += sizeof mark;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Where a quote, a backslash, a control character or a byte beyond ASCII comes first. Eight bytes
 * at a time: a borrow may mark a byte wrongly, but only behind one that is marked rightly. */
static inline const uint8_t *
plain_end(const uint8_t *at, const uint8_t *end)
{
  while (end - at >= 8) {
    uint64_t word;

    memcpy(&word, at, sizeof word);
    word = GUINT64_FROM_LE(word);

    uint64_t quote = word ^ EACH_BYTE('"');
    uint64_t slash = word ^ EACH_BYTE('\\');
    uint64_t found = ((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash) |
                     (word - EACH_BYTE(0x20)) | word;

    found &= EACH_BYTE(0x80);
    if (found != 0)
      return at + (__builtin_ctzll(found) >> 3);
    at += 8;
  }
  while (at < end && *at != '"' && *at != '\\' && *at >= 0x20 && *at < 0x80)
    at++;
  return at;
}

/* Of the character that begins with this byte beyond ASCII; 0: it is not UTF-8. */
static size_t
utf8_length(const uint8_t *at, const uint8_t *end)
{
  size_t left = (size_t)(end - at);
  uint8_t first = at[0];
  size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;

  if (first < 0xC2 || first > 0xF4 || left < length)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((at[i] & 0xC0) != 0x80)
      return 0;
  if ((first == 0xE0 && at[1] < 0xA0) || (first == 0xED && at[1] > 0x9F) || /* surrogates */
      (first == 0xF0 && at[1] < 0x90) || (first == 0xF4 && at[1] > 0x8F))
    return 0;
  return length;
}

/* The four hex digits, or -1. */
static int
code_unit(const uint8_t *at, const uint8_t *end)
{
  int unit = 0;

  if (end - at < 4)
    return -1;
  for (size_t i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value((char)at[i]);

    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

static bool
scan_unicode_escape(JsonScan *self)
{
  int unit = code_unit(self->at + 2, self->end);
  const uint8_t *behind = self->at + 6;
  int low = -1;

  if (unit < 0)
    return json_scan_refuse(self, "expected four hex digits after \\u");
  if (unit >= 0xD800 && unit <= 0xDFFF) {
    if (unit < 0xDC00 && self->end - behind >= 2 && behind[0] == '\\' && behind[1] == 'u')
      low = code_unit(behind + 2, self->end);
    if (low < 0xDC00 || low > 0xDFFF)
      return json_scan_refuse(self, "one half of a surrogate pair alone is no character");
    behind += 6;
  }
  self->at = behind;
  return true;
}

static bool
scan_escape(JsonScan *self)
{
  uint8_t letter = self->end - self->at < 2 ? 0 : self->at[1];

  switch (letter) {
  case 'u':
    return scan_unicode_escape(self);
  case '"':
  case '\\':
  case '/':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    self->at += 2;
    return true;
  default:
    return json_scan_refuse(self, "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  }
}

bool
json_scan_string(JsonScan *self, JsonString *out_string)
{
  const uint8_t *first = self->at + 1;
  bool has_escapes = false;

  self->at = first;
  for (;;) {
    self->at = plain_end(self->at, self->end);
    if (G_UNLIKELY(self->at == self->end))
      return json_scan_refuse(self, "the text ends in the middle of a string");
    if (G_LIKELY(*self->at == '"'))
      break;
    if (*self->at == '\\') {
      has_escapes = true;
      if (!scan_escape(self))
        return false;
    } else if (*self->at < 0x20) {
      return json_scan_refuse(self, "a control character in a string must be escaped");
    } else {
      size_t length = utf8_length(self->at, self->end);

      if (length == 0)
        return json_scan_refuse(self, "a string that is not UTF-8");
      self->at += length;
    }
  }
  *out_string = (JsonString){slice(first, (size_t)(self->at - first)), has_escapes};
  self->at++;
  return true;
}

/* Whether there was one at least. */
static inline bool
scan_digits(JsonScan *self)
{
  const uint8_t *first = self->at;

  while (self->at < self->end && (uint8_t)(*self->at - '0') < 10)
    self->at++;
  return self->at > first;
}

bool
json_scan_word(JsonScan *self, const char *word)
{
  size_t len = strlen(word);

  if ((size_t)(self->end - self->at) < len || memcmp(self->at, word, len) != 0)
    return json_scan_refuse(self, self->at == self->end ? ended : "expected a value");
  self->at += len;
  return true;
}

static bool
scan_fraction(JsonScan *self, JsonNumber *number)
{
  if (json_scan_peek(self) == '.') {
    number->kind = JSON_NUMBER_DECIMAL;
    self->at++;
    if (!scan_digits(self))
      return json_scan_refuse(self, "expected digits behind the point");
  }
  if ((json_scan_peek(self) | 0x20) == 'e') {
    number->kind = JSON_NUMBER_DECIMAL;
    self->at++;
    if (json_scan_peek(self) == '+' || json_scan_peek(self) == '-')
      self->at++;
    if (!scan_digits(self))
      return json_scan_refuse(self, "expected digits in the exponent");
  }
  return true;
}

bool
json_scan_number(JsonScan *self, JsonNumber *out_number)
{
  JsonNumber number = {.text = {.data = self->at}};

  if (json_scan_peek(self) == 'N') {
    number.kind = JSON_NUMBER_NAN;
    if (!json_scan_word(self, "NaN"))
      return false;
  } else {
    if (json_scan_peek(self) == '-')
      self->at++;

    const uint8_t *digits = self->at;

    if (json_scan_peek(self) == 'I') {
      number.kind = JSON_NUMBER_INFINITY;
      if (!json_scan_word(self, "Infinity"))
        return false;
    } else if (!scan_digits(self)) {
      return json_scan_refuse(self, self->at == self->end ? ended : "expected a value");
    } else if (*digits == '0' && self->at - digits > 1) {
      self->at = digits;
      return json_scan_refuse(self, "a number has no leading zero");
    } else if (!scan_fraction(self, &number)) {
      return false;
    }
  }
  number.text.len = (size_t)(self->at - number.text.data);
  *out_number = number;
  return true;
}

bool
json_scan_open(JsonScan *self, uint8_t closing, bool *out_more)
{
  if (self->depth == JSON_SCAN_DEPTH)
    return json_scan_refuse(self, "nested more than 256 deep");
  self->depth++;
  self->at++;
  json_scan_space(self);
  *out_more = json_scan_peek(self) != closing;
  if (*out_more)
    return true;
  self->at++;
  self->depth--;
  return true;
}

bool
json_scan_next_slowly(JsonScan *self, uint8_t closing, bool *out_more)
{
  json_scan_space(self);
  *out_more = json_scan_peek(self) == ',';
  if (!*out_more && json_scan_peek(self) != closing)
    return json_scan_refuse(self, self->at == self->end ? ended
                                  : closing == '}'      ? "expected ',' or '}'"
                                                        : "expected ',' or ']'");
  self->depth -= !*out_more;
  self->at++;
  json_scan_space(self);
  return true;
}

bool
json_scan_key(JsonScan *self, JsonString *out_key)
{
  if (json_scan_peek(self) != '"')
    return json_scan_refuse(self,
                            self->at == self->end ? ended : "expected a name in double quotes");
  if (!json_scan_string(self, out_key))
    return false;
  if (json_scan_peek(self) != ':') {
    json_scan_space(self);
    if (json_scan_peek(self) != ':')
      return json_scan_refuse(self, self->at == self->end ? ended : "expected ':' after a name");
  }
  self->at++;
  json_scan_space(self);
  return true;
}

static bool
skip_object(JsonScan *self)
{
  JsonString key;
  bool more = false;

  if (!json_scan_open(self, '}', &more))
    return false;
  while (more)
    if (!json_scan_key(self, &key) || !json_scan_skip(self) || !json_scan_next(self, '}', &more))
      return false;
  return true;
}

static bool
skip_array(JsonScan *self)
{
  bool more = false;

  if (!json_scan_open(self, ']', &more))
    return false;
  while (more)
    if (!json_scan_skip(self) || !json_scan_next(self, ']', &more))
      return false;
  return true;
}

/* It calls itself no deeper than JSON_SCAN_DEPTH. */
bool
json_scan_skip(JsonScan *self)
{
  JsonString string;
  JsonNumber number;

  switch (json_scan_peek(self)) {
  case '"':
    return json_scan_string(self, &string);
  case '{':
    return skip_object(self);
  case '[':
    return skip_array(self);
  case 't':
    return json_scan_word(self, "true");
  case 'f':
    return json_scan_word(self, "false");
  case 'n':
    return json_scan_word(self, "null");
  default:
    return json_scan_number(self, &number);
  }
}

bool
json_scan_end(JsonScan *self)
{
  json_scan_space(self);
  return self->at == self->end || json_scan_refuse(self, "expected nothing behind the JSON value");
}

/* The character of a \u escape that was scanned, both halves where it has two. */
static const uint8_t *
unescape_unicode(const uint8_t *at, const uint8_t *end, Bytes *out)
{
  gunichar character = (gunichar)code_unit(at + 2, end);

  at += 6;
  if (character >= 0xD800 && character <= 0xDFFF) {
    character = 0x10000 + ((character - 0xD800) << 10) + (gunichar)code_unit(at + 2, end) - 0xDC00;
    at += 6;
  }
  out->len += (size_t)g_unichar_to_utf8(character, (char *)bytes_reserve(out, 6));
  return at;
}

void
json_scan_unescape(Slice raw, Bytes *out)
{
  static const char letters[] = "bfnrt";
  static const char controls[] = "\b\f\n\r\t";
  const uint8_t *at = raw.data;
  const uint8_t *end = raw.data + raw.len;

  while (at < end) {
    const uint8_t *slash = memchr(at, '\\', (size_t)(end - at));
    const char *letter;

    bytes_append(out, at, (size_t)((slash == NULL ? end : slash) - at));
    if (slash == NULL)
      return;
    at = slash;
    if (at[1] == 'u') {
      at = unescape_unicode(at, end, out);
      continue;
    }
    letter = memchr(letters, at[1], sizeof letters - 1);
    bytes_append_u8(out, letter == NULL ? at[1] : (uint8_t)controls[letter - letters]);
    at += 2;
  }
}
