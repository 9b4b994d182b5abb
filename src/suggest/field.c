/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/field.h"

#include "text/text.h"

#define FAR_MS INT64_C(7258118400000) /* 2200 */

enum { EXACT_DIGITS = 15 /* that every double keeps */, LONG_DIGITS = 18, EXAMPLE_BYTES = 32 };

const char *const suggest_nulls[SUGGEST_NULLS] = {"NULL", "null", "\\N",  "NA", "N/A",
                                                  "n/a",  "None", "none", "-",  "NaN"};
const char suggest_separators[] = "#|~^";

SuggestField *
suggest_field_new(const char *path, const Times *times)
{
  SuggestField *self = g_new0(SuggestField, 1);

  self->known = times;
  self->path = g_strdup(path);
  self->marks = g_array_new(FALSE, TRUE, sizeof(uint64_t));
  self->forms = TIMES_ALL;
  self->has_clock = true;
  self->is_rising = true;
  return self;
}

void
suggest_field_free(SuggestField *self)
{
  g_free(self->path);
  g_free(self->column);
  g_free(self->type);
  g_array_unref(self->marks);
  g_free(self->times);
  g_free(self->example);
  bytes_clear(&self->last);
  g_free(self);
}

/* FNV-1a over 64 bits, with its bits mixed at the end. Never 0. */
uint64_t
suggest_digest(uint64_t seed, Slice text)
{
  uint64_t digest = UINT64_C(0xcbf29ce484222325) ^ seed;

  for (size_t i = 0; i < text.len; i++)
    digest = (digest ^ text.data[i]) * UINT64_C(0x100000001b3);
  digest = (digest ^ digest >> 32) * UINT64_C(0xd6e8feb86659fd93);
  digest ^= digest >> 32;
  return digest == 0 ? 1 : digest;
}

/* "007" and "+49" would not be what they are as numbers. */
static SuggestClass
number_class(Slice text, char point)
{
  const uint8_t *at = text.data, *end = text.data + text.len;
  size_t whole = 0, fraction = 0;
  bool has_point = false;

  at += at < end && *at == '-';
  if (at < end && *at == '0' && end - at > 1 && g_ascii_isdigit(at[1]))
    return SUGGEST_TEXT;
  for (; at < end && g_ascii_isdigit(*at); at++)
    whole++;
  has_point = whole > 0 && at < end && *at == (uint8_t)point;
  for (at += has_point; has_point && at < end && g_ascii_isdigit(*at); at++)
    fraction++;
  if (whole > 0 && at < end && end - at > 1 && (*at == 'e' || *at == 'E')) {
    double number;

    return point == '.' && text_parse_double(text, &number) && whole + fraction <= EXACT_DIGITS
               ? SUGGEST_DOUBLE
               : SUGGEST_TEXT;
  }
  if (at != end || whole == 0 || (has_point && fraction == 0))
    return SUGGEST_TEXT;
  if (!has_point)
    return whole <= LONG_DIGITS ? SUGGEST_LONG : SUGGEST_TEXT;
  return whole + fraction <= EXACT_DIGITS ? SUGGEST_DOUBLE : SUGGEST_TEXT;
}

SuggestClass
suggest_class(Slice text, char point)
{
  g_autofree char *word = text.len == 4 || text.len == 5 ? slice_to_text(text) : NULL;

  if (word != NULL &&
      (g_ascii_strcasecmp(word, "true") == 0 || g_ascii_strcasecmp(word, "false") == 0))
    return SUGGEST_BOOLEAN;
  return number_class(text, point);
}

static int
find_null(Slice text)
{
  for (size_t i = 0; text.len <= 4 && i < SUGGEST_NULLS; i++)
    if (slice_equal(text, slice_text(suggest_nulls[i])))
      return (int)i;
  return -1;
}

static void
add_time(SuggestField *self, Slice text)
{
  int64_t ms = 0;
  TimesForms forms = times_forms(self->known, text, &ms);

  self->forms &= forms;
  if (forms == 0) {
    self->timeless++;
    return;
  }
  self->is_far |= ms < 0 || ms > FAR_MS;
  if (self->times == NULL)
    self->times = g_new0(uint64_t, times_length());
  for (size_t i = 0; i < times_length(); i++)
    if (forms & TIMES_OF(i)) {
      self->times[i]++;
      self->has_clock &= times_has_clock(i, text);
      break;
    }
}

/* Whole numbers rise as numbers do, all else as HBase orders keys. */
static void
add_order(SuggestField *self, Slice text)
{
  int64_t before, now;
  Slice last = bytes_slice(&self->last);

  if (self->is_rising && self->present > 0)
    self->is_rising = text_parse_integer(last, &before) && text_parse_integer(text, &now)
                          ? before <= now
                          : slice_compare(last, text) <= 0;
  bytes_reset(&self->last);
  if (self->is_rising)
    bytes_append_slice(&self->last, text);
}

static void
add_example(SuggestField *self, Slice text)
{
  size_t len = MIN(text.len, EXAMPLE_BYTES);
  g_autofree char *copy = slice_to_text(slice(text.data, len));

  g_strdelimit(copy, "\r\n\t", ' ');
  self->example = g_utf8_make_valid(copy, -1);
  if (len < text.len) {
    g_autofree char *cut = g_steal_pointer(&self->example);

    self->example = g_strconcat(cut, "...", NULL);
  }
}

void
suggest_field_add(SuggestField *self, size_t row, Slice text, char point)
{
  uint64_t mark;
  int null;

  if (text.data == NULL)
    return;
  mark = suggest_digest(0, text);
  g_array_set_size(self->marks, (guint)row);
  g_array_append_val(self->marks, mark);
  self->bytes += text.len;
  for (size_t i = 0; i < SUGGEST_SEPARATORS; i++)
    if (memchr(text.data, suggest_separators[i], text.len) != NULL)
      self->separators |= 1U << i;
  add_order(self, text);
  self->present++;
  null = find_null(text);
  if (null >= 0) {
    self->nulls[null]++;
    return;
  }
  if (self->example == NULL)
    add_example(self, text);
  self->classes[suggest_class(text, point)]++;
  if (point == '.' && suggest_class(text, ',') == SUGGEST_DOUBLE) {
    self->commas++;
    self->thousands += text.len > 4 && text.data[text.len - 4] == ',';
  }
  add_time(self, text);
}

void
suggest_field_add_value(SuggestField *self, size_t row, const Value *value)
{
  uint8_t number[TEXT_NUMBER_BYTES];
  Slice text = slice(number, 0);

  switch (value->kind) {
  case VALUE_MISSING:
    return;
  case VALUE_TEXT:
  case VALUE_BYTES:
    text = value->text.data == NULL ? text : value->text;
    break;
  case VALUE_INT:
    text.len = text_put_integer(number, value->integer);
    break;
  case VALUE_FLOAT:
    text.len = text_put_float(number, value->single);
    break;
  case VALUE_DOUBLE:
    text.len = text_put_double(number, value->number);
    break;
  case VALUE_BOOLEAN:
    text = slice_text(value->boolean ? "true" : "false");
    break;
  }
  suggest_field_add(self, row, text, '.');
}

void
suggest_field_end(SuggestField *self, size_t rows)
{
  g_array_set_size(self->marks, (guint)rows);
}

SuggestClass
suggest_field_class(const SuggestField *self)
{
  uint64_t longs = self->classes[SUGGEST_LONG], doubles = self->classes[SUGGEST_DOUBLE];
  uint64_t booleans = self->classes[SUGGEST_BOOLEAN], texts = self->classes[SUGGEST_TEXT];

  if (texts > 0 || (booleans > 0 && longs + doubles > 0))
    return SUGGEST_TEXT;
  if (booleans > 0)
    return SUGGEST_BOOLEAN;
  return doubles > 0 ? SUGGEST_DOUBLE : longs > 0 ? SUGGEST_LONG : SUGGEST_TEXT;
}

bool
suggest_field_has_null(const SuggestField *self, size_t null)
{
  return self->nulls[null] > 0 && suggest_field_class(self) != SUGGEST_TEXT;
}

uint64_t
suggest_field_missing(const SuggestField *self)
{
  uint64_t missing = self->marks->len - self->present;

  for (size_t i = 0; i < SUGGEST_NULLS; i++)
    if (suggest_field_has_null(self, i))
      missing += self->nulls[i];
  return missing;
}
