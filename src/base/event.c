/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

#include <string.h>

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const char word_bytes[] = SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS " ,-";
static const char key_bytes[] = SMALL "_";

enum { MOST_DIGITS = 20 }; /* of 64 bits, with a sign */

void
event_append_text(GString *json, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);

  g_string_append_c(json, '"');
  for (const char *at = valid; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      g_string_append_printf(json, "\\%c", *at);
    else if (*at == '\n')
      g_string_append(json, "\\n");
    else if ((unsigned char)*at < 0x20 || *at == 0x7f)
      g_string_append_printf(json, "\\u%04x", (unsigned)*at);
    else
      g_string_append_c(json, *at);
  }
  g_string_append_c(json, '"');
}

static bool
is_number(const char *text)
{
  const char *digits = *text == '-' ? text + 1 : text;
  size_t length = strspn(digits, DIGITS);

  return length > 0 && length < MOST_DIGITS && digits[length] == '\0' &&
         (*digits != '0' || strcmp(text, "0") == 0);
}

/* How many bytes at the start may stand without quotes. */
static size_t
plain_length(const char *text)
{
  size_t length = 0;

  while ((unsigned char)text[length] > ' ' && text[length] != '\'' && text[length] != '"' &&
         text[length] != 0x7f)
    length++;
  return length;
}

char *
event_value(const char *text)
{
  size_t plain = plain_length(text);
  char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';
  GString *value;

  if (plain > 0 && text[plain] == '\0' && !is_number(text))
    return g_strdup(text);
  value = g_string_new(NULL);
  g_string_append_c(value, quote);
  for (; *text != '\0'; text++) {
    if (*text == quote)
      g_string_append_c(value, quote);
    g_string_append_c(value, *text);
  }
  g_string_append_c(value, quote);
  return g_string_free(value, FALSE);
}

/* What a value in quotes says, and where it ends; NULL if it does not. */
static const char *
read_quoted(const char *at, GString *value)
{
  char quote = *at++;

  for (; *at != '\0'; at++) {
    if (*at == quote && at[1] != quote)
      return at + 1;
    at += *at == quote;
    g_string_append_c(value, *at);
  }
  return NULL;
}

/* The pair at `at` becomes a member. Returns where it ends; NULL if it is none. */
static const char *
append_pair(GString *json, const char *at)
{
  g_autoptr(GString) value = g_string_new(NULL);
  size_t key = strspn(at, key_bytes);
  g_autofree char *name = g_strndup(at, key);
  bool is_name = strcmp(name, "topic") == 0 || strcmp(name, "table") == 0;
  bool is_quoted;

  if (key == 0 || at[key] != '=')
    return NULL;
  g_string_append_printf(json, ",\"%s\":", name);
  at += key + 1;
  is_quoted = *at == '\'' || *at == '"';
  if (is_quoted) {
    at = read_quoted(at, value);
  } else {
    g_string_append_len(value, at, (gssize)plain_length(at));
    at += value->len;
  }
  if (at == NULL || (*at != '\0' && *at != ' ') || (!is_quoted && value->len == 0))
    return NULL;
  if (!is_quoted && !is_name && is_number(value->str))
    g_string_append(json, value->str);
  else
    event_append_text(json, value->str);
  return at;
}

void
event_append_members(GString *json, const char *line)
{
  size_t words = strspn(line, word_bytes);
  size_t before = json->len;
  g_autofree char *event = NULL;
  const char *at;

  while (words > 0 && line[words - 1] != ' ') /* the first key begins with the bytes of a word */
    words--;
  if (words < 2 || strchr(line + words, '=') == NULL)
    return;
  event = g_strndup(line, words - 1);
  g_string_append(json, ",\"event\":");
  event_append_text(json, event);
  at = append_pair(json, line + words);
  while (at != NULL && *at == ' ')
    at = append_pair(json, at + 1);
  if (at == NULL)
    g_string_truncate(json, before);
}
