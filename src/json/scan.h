/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* JSON text while it is read: RFC 8259, checked to the last byte, and besides it a byte order mark
 * at the beginning and NaN, Infinity and -Infinity as Python writes them. Nothing is allocated. A
 * failure leaves what was wrong, and `at` where. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
  const uint8_t *start;
  size_t depth;     /* objects and arrays that are open */
  const char *what; /* after a failure */
} JsonScan;

enum { JSON_SCAN_DEPTH = 256 };

typedef struct {
  Slice raw;        /* without its quotes */
  bool has_escapes; /* json_scan_unescape() makes the text of it */
} JsonString;

typedef enum {
  JSON_NUMBER_INTEGER,  /* digits alone */
  JSON_NUMBER_DECIMAL,  /* with a point or an exponent */
  JSON_NUMBER_NAN,      /* no number at all: missing */
  JSON_NUMBER_INFINITY, /* Infinity, -Infinity */
} JsonNumberKind;

typedef struct {
  Slice text;
  JsonNumberKind kind;
} JsonNumber;

void json_scan_init(JsonScan *self, Slice text);

/* Always false, so that a read can end with it. */
static inline bool
json_scan_refuse(JsonScan *self, const char *what)
{
  self->what = what;
  return false;
}

static inline void
json_scan_space(JsonScan *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\n' || *self->at == '\t' || *self->at == '\r'))
    self->at++;
}

/* The byte that stands there; 0 at the end, which no JSON begins with. */
static inline uint8_t
json_scan_peek(const JsonScan *self)
{
  return self->at < self->end ? *self->at : 0;
}

/* From the quote on. */
bool json_scan_string(JsonScan *self, JsonString *out_string);

/* From the digit, the minus, or the N or I of Python's words on. */
bool json_scan_number(JsonScan *self, JsonNumber *out_number);

/* "true", "false", "null". */
bool json_scan_word(JsonScan *self, const char *word);

/* A comma, or the closing bracket, behind a member or element; *out_more: another follows. */
bool json_scan_next_slowly(JsonScan *self, uint8_t closing, bool *out_more);

static inline bool
json_scan_next(JsonScan *self, uint8_t closing, bool *out_more)
{
  const uint8_t *at = self->at;

  if (self->end - at < 2 || at[0] != ',' || at[1] <= ' ')
    return json_scan_next_slowly(self, closing, out_more);
  self->at++;
  *out_more = true;
  return true;
}

/* Opens an object or array; *out_more: it is not empty. json_scan_next() closes it. */
bool json_scan_open(JsonScan *self, uint8_t closing, bool *out_more);

/* A member's name and the colon; the value comes next. */
bool json_scan_key(JsonScan *self, JsonString *out_key);

/* Steps over one value of any kind. */
bool json_scan_skip(JsonScan *self);

/* Nothing but space is left. */
bool json_scan_end(JsonScan *self);

/* Appends the text of a string that was scanned. */
void json_scan_unescape(Slice raw, Bytes *out);
