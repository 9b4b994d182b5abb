/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

#include "json/put.h"
#include "text/text.h"

static void put_node(Bytes *out, JsonNode *node);

/* With the zeros that json_parse() took away. */
static void
put_text(Bytes *out, const char *text)
{
  g_auto(Bytes) whole = {0};

  for (; *text != '\0'; text = g_utf8_next_char(text)) {
    if (g_utf8_get_char(text) == JSON_NUL)
      bytes_append_u8(&whole, 0);
    else
      bytes_append(&whole, text, (size_t)(g_utf8_next_char(text) - text));
  }
  json_put_string(out, bytes_slice(&whole));
}

static void
put_value(Bytes *out, JsonNode *node)
{
  GType type = json_node_get_value_type(node);

  if (type == G_TYPE_STRING) {
    put_text(out, json_node_get_string(node));
  } else if (type == G_TYPE_BOOLEAN) {
    bytes_append_slice(out, slice_text(json_node_get_boolean(node) ? "true" : "false"));
  } else if (type == G_TYPE_DOUBLE) {
    json_put_double(out, json_node_get_double(node));
  } else {
    uint8_t *at = bytes_reserve(out, TEXT_NUMBER_BYTES);

    out->len += text_put_integer(at, json_node_get_int(node));
  }
}

static void
put_object(Bytes *out, JsonObject *object)
{
  JsonObjectIter members;
  const char *name = NULL;
  JsonNode *value = NULL;
  bool has_any = false;

  bytes_append_u8(out, '{');
  json_object_iter_init_ordered(&members, object);
  for (; json_object_iter_next_ordered(&members, &name, &value); has_any = true) {
    if (has_any)
      bytes_append_u8(out, ',');
    put_text(out, name);
    bytes_append_u8(out, ':');
    put_node(out, value);
  }
  bytes_append_u8(out, '}');
}

static void
put_array(Bytes *out, JsonArray *array)
{
  bytes_append_u8(out, '[');
  for (guint i = 0; i < json_array_get_length(array); i++) {
    if (i > 0)
      bytes_append_u8(out, ',');
    put_node(out, json_array_get_element(array, i));
  }
  bytes_append_u8(out, ']');
}

static void
put_node(Bytes *out, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT(node))
    put_object(out, json_node_get_object(node));
  else if (JSON_NODE_HOLDS_ARRAY(node))
    put_array(out, json_node_get_array(node));
  else if (JSON_NODE_HOLDS_NULL(node))
    bytes_append_slice(out, slice_text("null"));
  else
    put_value(out, node);
}

char *
json_write(JsonNode *node)
{
  g_auto(Bytes) text = {0};

  put_node(&text, node);
  return slice_to_text(bytes_slice(&text));
}
