/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "mapping/spelled.h"
#include "mapping/words.h"

/* One field's name in CSV files. The fields are known by now: what reads none is a mistake. */
static void
read_column(Mapping *self, const Place *place, const char *field, JsonNode *node)
{
  const char *column = place_read_text(place, node);
  guint index;

  if (self->fields.paths->len == 0 || column == NULL)
    return;
  if (!g_ptr_array_find_with_equal_func(self->fields.paths, field, g_str_equal, &index)) {
    g_autoptr(GPtrArray) known = g_ptr_array_copy(self->fields.paths, NULL, NULL);

    g_ptr_array_add(known, NULL);
    place_fault_word(place, "field", field, (const char *const *)known->pdata);
    return;
  }
  if (*column == '\0')
    place_fault(place, "the text is empty");
  g_free(self->csv_columns->pdata[index]);
  self->csv_columns->pdata[index] = g_strdup(column);
}

void
mapping_read_csv(Mapping *self, const Place *root, JsonObject *object)
{
  JsonNode *node = json_object_get_member(object, "csv");
  Place place = place_key(root, "csv");
  Place columns_place = place_key(&place, "columns");
  JsonObject *csv = node == NULL ? NULL : place_read_object(&place, node, mapping_csv_keys);
  JsonNode *columns_node = csv == NULL ? NULL : json_object_get_member(csv, "columns");
  JsonObject *columns =
      columns_node == NULL ? NULL : place_read_object(&columns_place, columns_node, NULL);
  g_autoptr(GList) fields = columns == NULL ? NULL : json_object_get_members(columns);

  g_ptr_array_set_size(self->csv_columns, (int)self->fields.paths->len);
  for (GList *field = fields; field != NULL; field = field->next) {
    Place member = place_key(&columns_place, field->data);

    read_column(self, &member, field->data, json_object_get_member(columns, field->data));
  }
}

/* `scratch` must not move while values point into it: room for the whole record comes first, each
 * text being read twice at most. */
static size_t
scratch_bytes(const Mapping *self, const Value *values)
{
  size_t bytes = 0;

  for (size_t i = 0; i < self->fields.nodes->len; i++)
    if (values[i].kind != VALUE_MISSING)
      bytes += 2 * spelled_bytes(self->fields.nodes->pdata[i], values[i].text);
  return bytes;
}

/* A text among `nulls` may also be another spelling of a date or time, whose own text is not among
 * them; then it is that, as it would be from Avro. */
static bool
is_null(const Nulls *nulls, const SchemaNode *node, Bytes *scratch, const Value *value)
{
  Value read;

  return nulls_hold_text(nulls, value->text) &&
         (node->logical == LOGICAL_NONE || !spelled_read(node, value->text, scratch, &read, NULL) ||
          nulls_hold(nulls, &read));
}

/* A number with a comma where its point should be, with a point. One that has a point is refused:
 * 1.234 may well mean 1234 there. */
static bool
put_point(const SchemaNode *node, Slice *text, Bytes *scratch, GError **error)
{
  const uint8_t *comma = text->len == 0 ? NULL : memchr(text->data, ',', text->len);
  size_t start = scratch->len;

  if (text->len == 0 || !spelled_is_number(node))
    return true;
  if (memchr(text->data, '.', text->len) != NULL) {
    g_autofree char *quoted = slice_quote(*text);

    fault_record(error, "not a number with a decimal comma: '%s'", quoted);
    return false;
  }
  if (comma == NULL)
    return true;
  bytes_append_slice(scratch, *text);
  scratch->data[start + (size_t)(comma - text->data)] = '.';
  *text = slice(scratch->data + start, text->len);
  return true;
}

bool
mapping_parse_texts(const Mapping *self, char point, Value *values, Bytes *scratch, GError **error)
{
  bytes_reset(scratch);
  bytes_reserve(scratch, scratch_bytes(self, values));
  for (size_t i = 0; i < self->fields.nodes->len; i++) {
    const SchemaNode *node = self->fields.nodes->pdata[i];
    /* An empty text is no number and no time, even where it is one. */
    bool is_value =
        values[i].kind == VALUE_BYTES && node->logical == LOGICAL_NONE && !spelled_is_number(node);

    if (values[i].kind == VALUE_MISSING)
      continue;
    values[i].kind = VALUE_TEXT;
    if (!is_value && is_null(&self->csv_nulls, node, scratch, &values[i])) {
      values[i].kind = VALUE_MISSING;
      continue;
    }

    Slice text = values[i].text;

    if ((point == ',' && !put_point(node, &text, scratch, error)) ||
        !spelled_read(node, text, scratch, &values[i], error)) {
      fault_set_field(error, self->fields.paths->pdata[i]);
      g_prefix_error(error, "field %s: ", (const char *)self->fields.paths->pdata[i]);
      return false;
    }
  }
  return true;
}
