/* SPDX-License-Identifier: Apache-2.0 */
#include "console/query.h"

#include "mapping/inputs.h"

#include <string.h>

enum {
  MOST_ROWS = 100,
  USUAL_ROWS = 20,
  MOST_VERSIONS = 10,
  MOST_COLUMNS = 100,
  MOST_INPUTS = 64,
  LONGEST_TEXT = 4 * 32767, /* a row key, each byte written as four */
};

void
console_query_free(ConsoleQuery *self)
{
  if (self == NULL)
    return;
  g_free(self->mappings);
  bytes_clear(&self->start);
  bytes_clear(&self->stop);
  g_array_unref(self->columns);
  g_ptr_array_unref(self->names);
  glance_place_clear(&self->place);
  g_free(self);
}

void
console_unescape(Bytes *out, const char *text)
{
  while (*text != '\0') {
    if (text[0] == '\\' && text[1] == 'x' && g_ascii_isxdigit(text[2]) &&
        g_ascii_isxdigit(text[3])) {
      bytes_append_u8(
          out, (uint8_t)(g_ascii_xdigit_value(text[2]) << 4 | g_ascii_xdigit_value(text[3])));
      text += 4;
    } else {
      bytes_append_u8(out, (uint8_t)*text++);
    }
  }
}

static const char *
text_of(const ConsoleParameters *parameters, const char *name)
{
  return parameters->get(parameters->self, name);
}

static bool
read_number(const ConsoleParameters *parameters, const char *name, int64_t most,
            int64_t *out_number, GError **error)
{
  const char *text = text_of(parameters, name);
  gint64 number = 0;

  if (text == NULL)
    return true;
  if (!g_ascii_string_to_signed(text, 10, 0, most, &number, NULL)) {
    fault_record(error, "%s: a whole number up to %" G_GINT64_FORMAT " is wanted", name, most);
    return false;
  }
  *out_number = number;
  return true;
}

static bool
read_bytes(const ConsoleParameters *parameters, const char *name, Bytes *out, GError **error)
{
  const char *text = text_of(parameters, name);

  if (text != NULL && strlen(text) > LONGEST_TEXT) {
    fault_record(error, "%s: it is longer than any key", name);
    return false;
  }
  if (text != NULL)
    console_unescape(out, text);
  return true;
}

static ConsoleQuery *
query_new(const ConsoleParameters *parameters, ConsoleMappings mappings, GError **error)
{
  g_autoptr(ConsoleQuery) self = g_new0(ConsoleQuery, 1);
  const char *table = text_of(parameters, "table");
  size_t length = 0;

  *self = (ConsoleQuery){.mappings = g_new0(const Mapping *, mappings.length + 1),
                         .columns = g_array_new(FALSE, FALSE, sizeof(Column)),
                         .names = g_ptr_array_new_with_free_func(g_free),
                         .versions = 1,
                         .rows = USUAL_ROWS};
  if (table == NULL) {
    fault_record(error, "table: say which");
    return NULL;
  }
  for (size_t i = 0; i < mappings.length; i++)
    if (strcmp(mapping_table(mappings.mappings[i]), table) == 0)
      self->mappings[length++] = mappings.mappings[i];
  if (length == 0) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, "no mapping of this service has that table");
    return NULL;
  }
  return g_steal_pointer(&self);
}

static void
take_one_row(ConsoleQuery *self)
{
  bytes_append_slice(&self->stop, bytes_slice(&self->start));
  bytes_append_u8(&self->stop, 0);
}

/* The least key behind all that begin so; none where that is only ff. */
static void
take_prefix(ConsoleQuery *self)
{
  bytes_append_slice(&self->stop, bytes_slice(&self->start));
  while (self->stop.len > 0 && self->stop.data[self->stop.len - 1] == 0xff)
    self->stop.len--;
  if (self->stop.len > 0)
    self->stop.data[self->stop.len - 1]++;
}

/* The key that is made of the mapping's fields. */
static bool
take_parts(ConsoleQuery *self, const ConsoleParameters *parameters, GError **error)
{
  g_auto(GStrv) inputs = mapping_inputs(self->mappings[0]);
  const char *texts[MOST_INPUTS + 1] = {NULL};

  for (size_t i = 0; inputs[i] != NULL && i < MOST_INPUTS; i++) {
    char name[16];

    g_snprintf(name, sizeof name, "part%zu", i);
    texts[i] = text_of(parameters, name);
    if (texts[i] == NULL) {
      fault_record(error, "%s: the key needs %s", name, inputs[i]);
      return false;
    }
  }
  if (g_strv_length(inputs) > MOST_INPUTS) {
    fault_record(error, "the key has more than %d parts", MOST_INPUTS);
    return false;
  }
  return mapping_key_of_inputs(self->mappings[0], texts, &self->start, error);
}

static bool
read_range(ConsoleQuery *self, const ConsoleParameters *parameters, GError **error)
{
  bool has_key = text_of(parameters, "key") != NULL;
  bool has_parts = text_of(parameters, "part0") != NULL;
  bool has_prefix = text_of(parameters, "prefix") != NULL;

  self->is_newest = text_of(parameters, "newest") != NULL;
  if (has_key + has_parts + has_prefix + self->is_newest != 1) {
    fault_record(error, "one of key, part0, prefix and newest is wanted");
    return false;
  }
  if (has_prefix) {
    if (!read_bytes(parameters, "prefix", &self->start, error))
      return false;
    take_prefix(self);
  } else if (!self->is_newest) {
    if (has_key ? !read_bytes(parameters, "key", &self->start, error)
                : !take_parts(self, parameters, error))
      return false;
    if (self->start.len == 0) {
      fault_record(error, "key: a row key has at least one byte");
      return false;
    }
    take_one_row(self);
  }
  return true;
}

static Slice
own(ConsoleQuery *self, const char *text)
{
  Bytes bytes = {0};

  bytes_reserve(&bytes, 1); /* an empty one has data, too: it is a qualifier */
  console_unescape(&bytes, text);
  g_ptr_array_add(self->names, bytes.data);
  return bytes_slice(&bytes);
}

static bool
read_columns(ConsoleQuery *self, const ConsoleParameters *parameters, GError **error)
{
  const char *text = text_of(parameters, "columns");
  g_auto(GStrv) parts = g_strsplit(text == NULL ? "" : text, ",", MOST_COLUMNS + 1);

  for (char **part = parts; *part != NULL; part++) {
    char *qualifier = strchr(g_strstrip(*part), ':');
    Column column = {0};

    if (**part == '\0' || **part == ':') {
      fault_record(error, "columns: family or family:qualifier is wanted, with commas between");
      return false;
    }
    if (qualifier != NULL)
      *qualifier++ = '\0';
    column.family = own(self, *part);
    column.qualifier = qualifier == NULL ? SLICE_EMPTY : own(self, qualifier);
    g_array_append_val(self->columns, column);
  }
  if (self->columns->len <= MOST_COLUMNS)
    return true;
  fault_record(error, "columns: at most %d", MOST_COLUMNS);
  return false;
}

static bool
read_hex(const char *text, Bytes *out)
{
  size_t len = strlen(text);

  for (size_t i = 0; i < len; i += 2) {
    if (!g_ascii_isxdigit(text[i]) || !g_ascii_isxdigit(text[i + 1]))
      return false;
    bytes_append_u8(
        out, (uint8_t)(g_ascii_xdigit_value(text[i]) << 4 | g_ascii_xdigit_value(text[i + 1])));
  }
  return true;
}

/* row, or row.family.qualifier, each in hex */
static bool
read_place(ConsoleQuery *self, const ConsoleParameters *parameters, GError **error)
{
  const char *text = text_of(parameters, "after");
  g_auto(GStrv) parts = text == NULL ? NULL : g_strsplit(text, ".", 4);
  guint length = parts == NULL ? 0 : g_strv_length(parts);

  if (text == NULL)
    return true;
  self->has_place = true;
  self->place.is_behind_column = length == 3;
  if (strlen(text) <= LONGEST_TEXT && (length == 1 || length == 3) &&
      read_hex(parts[0], &self->place.row) && self->place.row.len > 0 &&
      (length == 1 ||
       (read_hex(parts[1], &self->place.family) && read_hex(parts[2], &self->place.qualifier))))
    return true;
  fault_record(error, "after: it is the `next` of the answer before");
  return false;
}

static void
append_hex(GString *text, Slice bytes)
{
  for (size_t i = 0; i < bytes.len; i++)
    g_string_append_printf(text, "%02x", bytes.data[i]);
}

char *
console_place_text(const GlancePlace *place)
{
  GString *text = g_string_new(NULL);

  append_hex(text, bytes_slice(&place->row));
  if (place->is_behind_column) {
    g_string_append_c(text, '.');
    append_hex(text, bytes_slice(&place->family));
    g_string_append_c(text, '.');
    append_hex(text, bytes_slice(&place->qualifier));
  }
  return g_string_free(text, FALSE);
}

static bool
read_bounds(ConsoleQuery *self, const ConsoleParameters *parameters, GError **error)
{
  int64_t versions = self->versions;
  int64_t rows = self->rows;

  if (!read_number(parameters, "versions", MOST_VERSIONS, &versions, error) ||
      !read_number(parameters, "rows", MOST_ROWS, &rows, error) ||
      !read_number(parameters, "from_ms", G_MAXINT64 - 1, &self->from_ms, error) ||
      !read_number(parameters, "until_ms", G_MAXINT64 - 1, &self->until_ms, error))
    return false;
  self->versions = (uint32_t)MAX(versions, 1);
  self->rows = (uint32_t)MAX(rows, 1);
  if (text_of(parameters, "until_ms") == NULL || self->until_ms > self->from_ms)
    return true;
  fault_record(error, "until_ms: it is behind from_ms");
  return false;
}

ConsoleQuery *
console_query_rows(const ConsoleParameters *parameters, ConsoleMappings mappings, GError **error)
{
  g_autoptr(ConsoleQuery) self = query_new(parameters, mappings, error);

  if (self == NULL || !read_range(self, parameters, error) ||
      !read_columns(self, parameters, error) || !read_place(self, parameters, error) ||
      !read_bounds(self, parameters, error))
    return NULL;
  return g_steal_pointer(&self);
}

ConsoleQuery *
console_query_value(const ConsoleParameters *parameters, ConsoleMappings mappings, GError **error)
{
  g_autoptr(ConsoleQuery) self = query_new(parameters, mappings, error);
  const char *const wanted[] = {"key", "family", "qualifier", "timestamp_ms"};

  if (self == NULL)
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
    if (text_of(parameters, wanted[i]) == NULL) {
      fault_record(error, "%s: it is wanted", wanted[i]);
      return NULL;
    }
  }
  self->is_value = true;
  if (!read_bytes(parameters, "key", &self->place.row, error) ||
      !read_bytes(parameters, "family", &self->place.family, error) ||
      !read_bytes(parameters, "qualifier", &self->place.qualifier, error) ||
      !read_number(parameters, "timestamp_ms", G_MAXINT64 - 1, &self->from_ms, error))
    return NULL;
  if (self->place.row.len > 0 && self->place.family.len > 0)
    return g_steal_pointer(&self);
  fault_record(error, "key and family have at least one byte");
  return NULL;
}
