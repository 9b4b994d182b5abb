/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/csv.h"

#include <string.h>

void
cmd_csv_clear(CmdCsv *self)
{
  g_free(self->delimiter);
  g_free(self->quote);
  g_free(self->escape);
  g_free(self->comment);
  g_free(self->encoding);
  g_free(self->columns);
  g_strfreev(self->nulls);
  g_strfreev(self->names);
  g_free(self->delimiter_bytes);
}

GOptionEntry *
cmd_csv_join(CmdCsv *self, const GOptionEntry *own)
{
  const GOptionEntry entries[] = {
      {"delimiter", 0, 0, G_OPTION_ARG_FILENAME, &self->delimiter,
       "CSV: what is between fields: one or several characters, tab, or bytes as \\x01 (default: a "
       "comma)",
       "TEXT"},
      {"quote", 0, 0, G_OPTION_ARG_FILENAME, &self->quote,
       "CSV: what is around fields that hold a delimiter or line end: one character, or none "
       "(default: \"; none where the delimiter is a tab)",
       "C|none"},
      {"escape", 0, 0, G_OPTION_ARG_FILENAME, &self->escape,
       "CSV: what makes the next character part of the field, as \\ does in dumps of MySQL, "
       "PostgreSQL and Hive; before N alone it means missing (default: none)",
       "C"},
      {"columns", 0, 0, G_OPTION_ARG_FILENAME, &self->columns,
       "CSV: files have no header line; these are their columns, in order", "NAME,NAME..."},
      {"skip-lines", 0, 0, G_OPTION_ARG_INT, &self->skip_lines,
       "CSV: pass over the first N lines of each file", "N"},
      {"comment", 0, 0, G_OPTION_ARG_FILENAME, &self->comment,
       "CSV: pass over lines that begin with it", "C"},
      {"encoding", 0, 0, G_OPTION_ARG_FILENAME, &self->encoding,
       "CSV: of the files, by a name that iconv knows: UTF-16, ISO-8859-1 (default: UTF-8)",
       "NAME"},
      {"null", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->nulls,
       "CSV: a text that means missing, beside the mapping's own; may be repeated", "TEXT"},
      {"quoted-empty", 0, 0, G_OPTION_ARG_NONE, &self->has_quoted_empty,
       "CSV: \"\" is an empty text, and only nothing at all is missing", NULL},
      {"decimal-comma", 0, 0, G_OPTION_ARG_NONE, &self->has_decimal_comma,
       "CSV: numbers have a comma before their fraction", NULL},
      {"allow-missing-columns", 0, 0, G_OPTION_ARG_NONE, &self->may_miss,
       "CSV: take files that have no column for some field; its value is missing then", NULL},
      {"keep-headers", 0, 0, G_OPTION_ARG_NONE, &self->keeps_headers,
       "CSV: a line like the header, further down, is a record like others", NULL},
      {0},
  };
  size_t own_length = 0;
  GOptionEntry *all;

  while (own[own_length].long_name != NULL)
    own_length++;
  all = g_new0(GOptionEntry, own_length + G_N_ELEMENTS(entries) + 1);
  memcpy(all, own, own_length * sizeof *own);
  memcpy(all + own_length, entries, sizeof entries);
  /* An empty name is what takes the rest: it comes last, and once. */
  for (size_t i = 0; i < own_length; i++)
    if (*all[i].long_name == '\0') {
      GOptionEntry rest = all[i];

      memmove(all + i, all + i + 1, (own_length + G_N_ELEMENTS(entries) - i - 1) * sizeof *all);
      all[own_length + G_N_ELEMENTS(entries) - 2] = rest;
      break;
    }
  return all;
}

bool
cmd_csv_is_given(const CmdCsv *self)
{
  return self->delimiter != NULL || self->quote != NULL || self->escape != NULL ||
         self->comment != NULL || self->encoding != NULL || self->columns != NULL ||
         self->nulls != NULL || self->skip_lines != 0 || self->may_miss || self->keeps_headers ||
         self->has_quoted_empty || self->has_decimal_comma;
}

static bool
refuse(GError **error, const char *option, const char *wanted)
{
  g_set_error(error, FAULT, FAULT_SETUP, "--%s: give %s", option, wanted);
  return false;
}

/* The bytes that a text stands for: tab, and \t, \\, \xNN within it. NULL if it is none. */
static char *
read_bytes(const char *text)
{
  g_autoptr(GString) bytes = g_string_new(NULL);

  if (strcmp(text, "tab") == 0)
    return g_strdup("\t");
  if (strcmp(text, "\\") == 0)
    return g_strdup(text);
  for (; *text != '\0'; text++) {
    if (*text != '\\') {
      g_string_append_c(bytes, *text);
    } else if (text[1] == 't' || text[1] == '\\') {
      g_string_append_c(bytes, *++text == 't' ? '\t' : '\\');
    } else if (text[1] == 'x' && g_ascii_isxdigit(text[2]) && g_ascii_isxdigit(text[3])) {
      g_string_append_c(bytes,
                        (char)(g_ascii_xdigit_value(text[2]) * 16 + g_ascii_xdigit_value(text[3])));
      text += 3;
    } else {
      return NULL;
    }
  }
  if (bytes->len == 0 || strlen(bytes->str) != bytes->len)
    return NULL;
  return g_string_free(g_steal_pointer(&bytes), FALSE);
}

static bool
read_byte(const char *option, const char *text, char *out_byte, GError **error)
{
  g_autofree char *bytes = text == NULL ? NULL : read_bytes(text);

  if (text == NULL)
    return true;
  if (bytes == NULL || strlen(bytes) != 1 || strchr("\r\n", *bytes) != NULL)
    return refuse(error, option, "one character, and no line end");
  *out_byte = *bytes;
  return true;
}

static bool
understand_form(CmdCsv *self, CsvForm *form, GError **error)
{
  bool has_quote = self->quote != NULL && strcmp(self->quote, "none") != 0;
  char marks[3] = {0};

  if (self->delimiter != NULL) {
    self->delimiter_bytes = read_bytes(self->delimiter);
    if (self->delimiter_bytes == NULL || strpbrk(self->delimiter_bytes, "\r\n") != NULL)
      return refuse(error, "delimiter", "characters that are no line end, tab, or bytes as \\x01");
    form->delimiter = self->delimiter_bytes;
  }
  if ((has_quote && !read_byte("quote", self->quote, &form->quote, error)) ||
      !read_byte("escape", self->escape, &form->escape, error) ||
      !read_byte("comment", self->comment, &form->comment, error))
    return false;
  if (form->escape == (has_quote ? form->quote : '"'))
    form->escape = '\0'; /* a doubled quote, which it is without saying so */
  /* Quotes are text in files of tabs by their definition (IANA's text/tab-separated-values) and as
   * most tools write them. A field that begins with one would swallow the lines behind it. */
  form->has_no_quotes = self->quote != NULL
                            ? !has_quote
                            : form->delimiter != NULL && strcmp(form->delimiter, "\t") == 0;
  marks[0] = form->has_no_quotes ? '\0' : form->quote != '\0' ? form->quote : '"';
  marks[*marks != '\0'] = form->escape;
  if (strpbrk(form->delimiter != NULL ? form->delimiter : ",", marks) != NULL)
    return refuse(error, "delimiter", "characters that are neither quote nor escape");
  return true;
}

bool
cmd_csv_understand(CmdCsv *self, CsvReading *out_reading, GError **error)
{
  CsvReading reading = {
      .csv.encoding = self->encoding,
      .csv.skip_lines = (unsigned)MAX(self->skip_lines, 0),
      .null_texts = (const char *const *)self->nulls,
      .may_miss = self->may_miss,
      .keeps_headers = self->keeps_headers,
      .has_quoted_empty = self->has_quoted_empty,
      .has_decimal_comma = self->has_decimal_comma,
  };

  if (self->skip_lines < 0)
    return refuse(error, "skip-lines", "0 or more");
  if (!understand_form(self, &reading.csv.form, error))
    return false;
  if (self->columns != NULL) {
    self->names = g_strsplit(self->columns, ",", -1);
    for (char **name = self->names; *name != NULL; name++)
      g_strstrip(*name);
    reading.names = (const char *const *)self->names;
    if (*self->columns == '\0')
      return refuse(error, "columns", "the names, with commas between them");
  }
  *out_reading = reading;
  return true;
}
