/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>

#include "base/bytes.h"

enum {
  ESCAPE_LEN = 6, /* \uXXXX */
  SHOWN_BYTES = 16,
};

typedef struct {
  const char *name;
  char *text; /* owned: the copy that json-glib will read; NULs are replaced in it */
  char *at;
  const char *end; /* *end is 0, so that one byte may be looked at without asking */
  bool has_comma;  /* the last thing before `at` */
  size_t depth;
  GHashTable *keys[JSON_DEPTH]; /* owned: of each open object; NULL for an array */
} Checker;

static void
checker_clear(Checker *self)
{
  for (size_t i = 0; i < self->depth; i++)
    if (self->keys[i] != NULL)
      g_hash_table_unref(self->keys[i]);
  g_free(self->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Checker, checker_clear)

static size_t
line_of(const Checker *self, const char *at)
{
  size_t line = 1;

  for (const char *c = self->text; c < at; c++)
    line += *c == '\n';
  return line;
}

/* Always false, so that a check can end with it. */
static bool
refuse(const Checker *self, const char *at, GError **error, const char *what)
{
  g_autofree char *found = slice_quote(slice(at, MIN((size_t)(self->end - at), SHOWN_BYTES)));

  g_set_error(error, FAULT, FAULT_SETUP, "%s:%zu: %s, found %s%s%s", self->name, line_of(self, at),
              what, at < self->end ? "'" : "", at < self->end ? found : "the end of the text",
              at < self->end ? "'" : "");
  return false;
}

static void
skip_space(Checker *self)
{
  while (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r')
    self->at++;
}

/* The four hex digits behind \u, or -1. */
static int
code_unit(const char *digits)
{
  int unit = 0;

  for (size_t i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value(digits[i]);

    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

static bool
check_unicode_escape(Checker *self, GError **error)
{
  int unit = code_unit(self->at + 2);
  char *first = self->at;

  if (unit < 0)
    return refuse(self, first, error, "expected four hex digits after \\u");
  self->at += ESCAPE_LEN;
  if (unit == 0)
    memcpy(first, "\\ufdd0", ESCAPE_LEN); /* JSON_NUL */
  if (unit < 0xD800 || unit > 0xDFFF)
    return true;

  int low = self->at[0] == '\\' && self->at[1] == 'u' ? code_unit(self->at + 2) : -1;

  if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
    return refuse(self, first, error, "expected both halves of a surrogate pair");
  self->at += ESCAPE_LEN;
  return true;
}

/* People write these, and other readers take them. */
static const char *
expected_at(const Checker *self, const char *what)
{
  if (self->at[0] == '/' && (self->at[1] == '/' || self->at[1] == '*'))
    return "there are no comments in JSON";
  if (self->at[0] == '\'')
    return "a text is in double quotes";
  if (self->has_comma && (self->at[0] == '}' || self->at[0] == ']'))
    return "one comma too many: none stands before a closing bracket";
  return self->has_comma && self->at[0] == ',' ? "one comma too many" : what;
}

static bool
check_string(Checker *self, GError **error)
{
  const char *first = self->at;

  if (*self->at != '"')
    return refuse(self, first, error, expected_at(self, "expected a string in double quotes"));
  self->at++;
  while (*self->at != '"') {
    if (self->at == self->end)
      return refuse(self, first, error, "expected a closing quote on this string");
    if ((uint8_t)*self->at < 0x20)
      return refuse(self, self->at, error, "expected a control character to be escaped");
    if (*self->at != '\\') {
      self->at++;
    } else if (self->at[1] == 'u') {
      if (!check_unicode_escape(self, error))
        return false;
    } else {
      if (self->at[1] == '\0' || strchr("\"\\/bfnrt", self->at[1]) == NULL)
        return refuse(self, self->at, error,
                      "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
      self->at += 2;
    }
  }
  self->at++;
  return true;
}

/* Returns how many digits were stepped over. */
static size_t
skip_digits(Checker *self)
{
  const char *first = self->at;

  while (g_ascii_isdigit(*self->at))
    self->at++;
  return (size_t)(self->at - first);
}

static bool
number_fits(const char *first, bool is_integer)
{
  if (!is_integer)
    return isfinite(g_ascii_strtod(first, NULL));
  errno = 0;
  g_ascii_strtoll(first, NULL, 10);
  return errno != ERANGE;
}

static bool
check_number(Checker *self, GError **error)
{
  const char *first = self->at;
  bool is_integer = true;

  if (*self->at == '-')
    self->at++;

  bool has_zero = *self->at == '0';
  size_t digits = skip_digits(self);

  if (digits == 0 || (has_zero && digits > 1))
    return refuse(self, first, error,
                  expected_at(self, "expected a value (a number has no leading zero or sign +)"));
  if (*self->at == '.') {
    is_integer = false;
    self->at++;
    if (skip_digits(self) == 0)
      return refuse(self, first, error, "expected digits behind the point");
  }
  if (*self->at == 'e' || *self->at == 'E') {
    is_integer = false;
    self->at++;
    if (*self->at == '+' || *self->at == '-')
      self->at++;
    if (skip_digits(self) == 0)
      return refuse(self, first, error, "expected digits in the exponent");
  }
  if (!number_fits(first, is_integer))
    return refuse(self, first, error,
                  is_integer ? "expected an integer within 64 bits"
                             : "expected a number within the range of a double");
  return true;
}

static bool
skip_word(Checker *self, const char *word)
{
  if (strncmp(self->at, word, strlen(word)) != 0)
    return false;
  self->at += strlen(word);
  return true;
}

static bool
check_scalar(Checker *self, GError **error)
{
  if (*self->at == '"')
    return check_string(self, error);
  if (skip_word(self, "true") || skip_word(self, "false") || skip_word(self, "null"))
    return true;
  return check_number(self, error);
}

static bool
check_key(Checker *self, GError **error)
{
  skip_space(self);

  const char *first = self->at;

  if (!check_string(self, error))
    return false;
  self->has_comma = false;

  char *key = g_strndup(first, (size_t)(self->at - first));

  if (!g_hash_table_add(self->keys[self->depth - 1], key)) /* the set owns it now */
    return refuse(self, first, error, "expected each key once in an object");
  skip_space(self);
  if (*self->at != ':')
    return refuse(self, self->at, error, "expected ':' after a key");
  self->at++;
  return true;
}

static bool
open_container(Checker *self, GError **error)
{
  bool is_object = *self->at == '{';

  if (self->depth == JSON_DEPTH) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s:%zu: nested more than %d deep", self->name,
                line_of(self, self->at), JSON_DEPTH);
    return false;
  }
  self->keys[self->depth++] =
      is_object ? g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) : NULL;
  self->at++;
  return true;
}

/* Behind a value: closes what ends here. True with depth 0 at the end of all, or before a value
 * that follows. */
static bool
check_what_follows(Checker *self, GError **error)
{
  while (self->depth > 0) {
    GHashTable *keys = self->keys[self->depth - 1];

    skip_space(self);
    if (*self->at == ',') {
      self->at++;
      self->has_comma = true;
      return keys == NULL || check_key(self, error);
    }
    if (*self->at != (keys == NULL ? ']' : '}'))
      return refuse(
          self, self->at, error,
          expected_at(self, keys == NULL ? "expected ',' or ']'" : "expected ',' or '}'"));
    self->at++;
    self->depth--;
    if (keys != NULL)
      g_hash_table_unref(keys);
  }
  return true;
}

/* Steps over one value as far as it goes without a value inside: a scalar, an empty container, or
 * the opening of one that is not empty. */
static bool
check_value(Checker *self, bool *out_is_open, GError **error)
{
  skip_space(self);
  *out_is_open = false;
  if (*self->at != '{' && *self->at != '[') {
    if (!check_scalar(self, error))
      return false;
    self->has_comma = false;
    return true;
  }
  self->has_comma = false;
  if (!open_container(self, error))
    return false;

  bool is_object = self->keys[self->depth - 1] != NULL;

  skip_space(self);
  if (*self->at == (is_object ? '}' : ']'))
    return true; /* check_what_follows() closes it */
  *out_is_open = true;
  return !is_object || check_key(self, error);
}

static bool
check_text(Checker *self, GError **error)
{
  bool is_open = false;

  do {
    if (!check_value(self, &is_open, error))
      return false;
    if (!is_open && !check_what_follows(self, error))
      return false;
  } while (self->depth > 0);

  skip_space(self);
  if (self->at != self->end)
    return refuse(self, self->at, error, "expected nothing behind the JSON value");
  return true;
}

/* What is no JSON at first sight is told as what it is. */
static bool
check_start(const Checker *self, GError **error)
{
  const char *text = self->text + strspn(self->text, " \t\r\n");
  const char *what = NULL;

  if (text == self->end)
    what = "it is empty; JSON is expected";
  else if (g_str_has_prefix(text, "\xef\xbb\xbf"))
    what = "it begins with a byte order mark; save it as UTF-8 without one";
  else if (g_str_has_prefix(text, "\xff\xfe") || g_str_has_prefix(text, "\xfe\xff"))
    what = "it is UTF-16; save it as UTF-8";
  if (what != NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", self->name, what);
  return what == NULL;
}

static bool
check_size(const char *name, size_t len, GError **error)
{
  if (len <= JSON_BYTES)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "%s: %zu bytes of JSON; at most %d are read", name, len,
              JSON_BYTES);
  return false;
}

static bool
check_encoding(const Checker *self, GError **error)
{
  const char *bad = NULL;

  if (g_utf8_validate(self->text, self->end - self->text, &bad))
    return true;
  return refuse(self, bad, error, "expected UTF-8");
}

JsonNode *
json_parse(const char *name, const char *text, size_t len, GError **error)
{
  if (!check_size(name, len, error))
    return NULL;

  g_auto(Checker) checker = {.name = name, .text = g_strndup("", len)};

  if (len > 0)
    memcpy(checker.text, text, len);
  checker.at = checker.text;
  checker.end = checker.text + len;
  if (!check_start(&checker, error) || !check_encoding(&checker, error) ||
      !check_text(&checker, error))
    return NULL;

  g_autoptr(JsonParser) parser = json_parser_new_immutable();
  g_autoptr(GError) cause = NULL;

  if (!json_parser_load_from_data(parser, checker.text, (gssize)len, &cause)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", name, cause->message);
    return NULL;
  }
  return json_parser_steal_root(parser);
}

char *
json_read(const char *path, size_t *out_len, GError **error)
{
  GStatBuf status;
  g_autofree char *text = NULL;
  g_autoptr(GError) cause = NULL;

  if (g_stat(path, &status) == 0 && !check_size(path, (size_t)status.st_size, error))
    return NULL;
  if (!g_file_get_contents(path, &text, out_len, &cause)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s", cause->message);
    return NULL;
  }
  return g_steal_pointer(&text);
}

JsonNode *
json_load(const char *path, GError **error)
{
  size_t len = 0;
  g_autofree char *text = json_read(path, &len, error);

  return text == NULL ? NULL : json_parse(path, text, len, error);
}
