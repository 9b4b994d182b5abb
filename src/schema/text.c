/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/tree.h"

#include "json/json.h"

static const char bom[] = "\xEF\xBB\xBF";

/* Blanks what lies between, but for the ends of lines, which errors count. */
static char *
blank(char *at, const char *end)
{
  for (; at < end; at++)
    if (*at != '\n')
      *at = ' ';
  return at;
}

/* The end of the comment that begins here; `at` itself where none does. A comment without an end
 * is left to be refused as JSON. */
static char *
comment_end(char *at, char *end)
{
  char *last;

  if (end - at < 2 || *at != '/')
    return at;
  if (at[1] == '/') {
    last = memchr(at, '\n', (size_t)(end - at));
    return last == NULL ? end : last;
  }
  if (at[1] != '*')
    return at;
  last = g_strstr_len(at + 2, end - at - 2, "*/");
  return last == NULL ? at : last + 2;
}

static char *
string_end(char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\' && at + 1 < end)
      at++;
  return at < end ? at + 1 : at;
}

JsonNode *
schema_text_parse(const SchemaText *text, GError **error)
{
  size_t skipped = text->len >= 3 && memcmp(text->text, bom, 3) == 0 ? 3 : 0;
  size_t len = MIN(text->len - skipped, (size_t)JSON_BYTES + 1); /* more is refused by its size */
  g_autofree char *copy = g_malloc(len + 1);
  char *end = copy + len;
  char *at = copy;

  memcpy(copy, text->text + skipped, len);
  *end = '\0';
  while (at < end) {
    char *behind = *at == '"' ? string_end(at, end) : blank(at, comment_end(at, end));

    at = MAX(behind, at + 1);
  }
  return json_parse(text->name, copy, len, error);
}
