/* SPDX-License-Identifier: Apache-2.0 */
#include "report/line.h"

enum { WIDTH = 80 };

void
report_field_clear(ReportField *self)
{
  g_free(self->name);
  g_free(self->text);
}

/* "2023-11-14T22:13:20.017Z"; NULL where there is no such year. */
static char *
date_of(int64_t ms)
{
  g_autoptr(GDateTime) time = ms < 0 ? NULL : g_date_time_new_from_unix_utc(ms / 1000);
  g_autofree char *second = time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

  return second == NULL ? NULL : g_strdup_printf("%s.%03dZ", second, (int)(ms % 1000));
}

static char *
show_date(const ReportField *field)
{
  char *date = date_of(field->whole);

  return date != NULL ? date : g_strdup(field->text);
}

static char *
show_time(const ReportField *field)
{
  g_autofree char *date = date_of(field->whole);

  return date != NULL ? g_strdup_printf("%s (%s)", field->text, date) : g_strdup(field->text);
}

static char *
show_size(const ReportField *field)
{
  return g_format_size_full((guint64)field->whole, G_FORMAT_SIZE_IEC_UNITS);
}

static char *
show_plural(const ReportField *field)
{
  return g_strdup(field->whole == 1 ? "" : "s");
}

static char *
show_words(const ReportField *field)
{
  return g_strdelimit(g_strdup(field->text), "_", ' ');
}

/* What others wrote: on one line, whatever it is. */
static char *
show_line(const ReportField *field)
{
  char *valid = g_utf8_make_valid(field->text, -1);

  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = ' ';
  return valid;
}

static const struct {
  const char *word;
  char *(*show)(const ReportField *field);
} forms[] = {
    {"date", show_date}, {"time", show_time},   {"size", show_size},
    {"s", show_plural},  {"words", show_words}, {"line", show_line},
};

/* Of UTF-8; what is none is counted somehow, too. */
static size_t
characters(Slice text)
{
  size_t length = 0;

  for (size_t i = 0; i < text.len; i++)
    length += (text.data[i] & 0xC0) != 0x80;
  return length;
}

/* `form` is what stands behind the colon: [-][width][.decimals][word]. */
static void
append_field(Bytes *out, const ReportField *field, const char *form)
{
  bool is_left = *form == '-';
  char *rest = NULL;
  size_t width = g_ascii_strtoull(form + is_left, &rest, 10);
  g_autofree char *text = NULL;

  if (*rest == '.') {
    char decimals[8];
    char number[G_ASCII_DTOSTR_BUF_SIZE + 320]; /* no double has more digits before its point */

    g_snprintf(decimals, sizeof decimals, "%%.%df", (int)g_ascii_strtoull(rest + 1, &rest, 10));
    text = g_strdup(g_ascii_formatd(number, sizeof number, decimals, field->real));
  }
  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
    if (strcmp(rest, forms[i].word) == 0)
      text = forms[i].show(field);
  if (text == NULL)
    text = g_strdup(field->text);

  size_t length = characters(slice_text(text));

  for (size_t i = length; i < width && !is_left; i++)
    bytes_append_u8(out, ' ');
  bytes_append(out, text, strlen(text));
  for (size_t i = length; i < width && is_left; i++)
    bytes_append_u8(out, ' ');
}

static const ReportField *
find_field(const char *name, const ReportField *fields, size_t length)
{
  for (size_t i = length; i-- > 0;)
    if (*name == '\0' || *name == '.' || g_strcmp0(fields[i].name, name) == 0)
      return &fields[i];
  return NULL;
}

/* What stands between braces. A field that is not there shows as it was asked for. */
static void
append_braces(Bytes *out, const char *inside, const ReportField *fields, size_t length)
{
  g_auto(GStrv) parts = g_strsplit(inside, ":", 2);
  const ReportField *field = find_field(parts[0] == NULL ? "" : parts[0], fields, length);
  bool has_form = parts[0] != NULL && parts[1] != NULL;
  ReportField name;

  if (field == NULL) {
    bytes_append_u8(out, '{');
    bytes_append_slice(out, slice_text(inside));
    bytes_append_u8(out, '}');
    return;
  }
  if (g_strcmp0(parts[0], ".") == 0) {
    name = (ReportField){.text = field->name};
    field = &name;
  }
  append_field(out, field, has_form ? parts[1] : "");
}

/* Columns of the line that `out` ends with. */
static size_t
columns(const Bytes *out)
{
  size_t start = out->len;

  while (start > 0 && out->data[start - 1] != '\n')
    start--;
  return characters(slice(out->data + start, out->len - start));
}

/* Up to the next '|', line end, or the end. */
static const char *
append_piece(Bytes *out, const char *at, const ReportField *fields, size_t length)
{
  while (*at != '\0' && *at != '|' && *at != '\n') {
    const char *end = *at == '{' ? strchr(at, '}') : NULL;

    if (end == NULL) {
      bytes_append_u8(out, (uint8_t)*at++);
      continue;
    }

    g_autofree char *inside = g_strndup(at + 1, (gsize)(end - at - 1));

    append_braces(out, inside, fields, length);
    at = end + 1;
  }
  return at;
}

void
report_line_append(Bytes *out, const char *line, const ReportField *fields, size_t length)
{
  size_t indent = 0;
  bool has_indent = false;

  for (const char *at = append_piece(out, line, fields, length); *at != '\0';) {
    g_auto(Bytes) piece = {0};
    char mark = *at;

    at = append_piece(&piece, at + 1, fields, length);
    if (mark == '\n') {
      bytes_append_u8(out, '\n');
    } else if (!has_indent) {
      indent = columns(out);
      has_indent = true;
    } else if (columns(out) + 1 + columns(&piece) <= WIDTH) {
      bytes_append_u8(out, ' ');
    } else {
      bytes_append_u8(out, '\n');
      memset(bytes_reserve(out, indent), ' ', indent);
      out->len += indent;
    }
    bytes_append_slice(out, bytes_slice(&piece));
  }
}
