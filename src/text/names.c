/* SPDX-License-Identifier: Apache-2.0 */
#include "text/names.h"

#include <stdbool.h>
#include <string.h>

static bool
is_name(const char *text)
{
  if (!g_ascii_isalpha(*text) && *text != '_')
    return false;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum(*text) && *text != '_')
      return false;
  return true;
}

/* Letters without their marks; what has none in ASCII becomes a '?', which is no part of a name. */
static char *
to_ascii(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);

  return g_str_to_ascii(valid, "de"); /* as German has it: ä is ae, not a */
}

static char *
make_name(const char *text)
{
  g_autofree char *ascii = to_ascii(text);
  g_autoptr(GString) name = g_string_new(NULL);

  for (const char *at = ascii; *at != '\0'; at++) {
    if (g_ascii_isalnum(*at))
      g_string_append_c(name, g_ascii_tolower(*at));
    else if (name->len > 0 && name->str[name->len - 1] != '_')
      g_string_append_c(name, '_');
  }
  while (name->len > 0 && name->str[name->len - 1] == '_')
    g_string_truncate(name, name->len - 1);
  if (name->len == 0)
    g_string_assign(name, "column");
  if (g_ascii_isdigit(*name->str))
    g_string_prepend_c(name, '_');
  return g_string_free(g_steal_pointer(&name), FALSE);
}

char *
names_field(const char *text, GHashTable *taken)
{
  g_autofree char *base = is_name(text) ? g_strdup(text) : make_name(text);
  char *name = g_strdup(base);

  for (unsigned i = 2; g_hash_table_contains(taken, name); i++) {
    g_free(name);
    name = g_strdup_printf("%s_%u", base, i);
  }
  g_hash_table_add(taken, g_strdup(name));
  return name;
}

char *
names_record(const char *text)
{
  g_autofree char *name = make_name(text);
  g_autoptr(GString) record = g_string_new(*name == '_' ? "_" : NULL);
  bool is_first = true;

  for (const char *at = name + (*name == '_'); *at != '\0'; at++) {
    if (*at != '_')
      g_string_append_c(record, is_first ? g_ascii_toupper(*at) : *at);
    is_first = *at == '_';
  }
  return g_string_free(g_steal_pointer(&record), FALSE);
}

char *
names_table(const char *text)
{
  g_autofree char *ascii = to_ascii(text);

  for (char *at = ascii; *at != '\0'; at++)
    if (!g_ascii_isalnum(*at) && strchr("_.-", *at) == NULL)
      *at = '_';
  return *ascii == '\0' || strchr(".-", *ascii) != NULL ? g_strconcat("t_", ascii, NULL)
                                                        : g_steal_pointer(&ascii);
}
