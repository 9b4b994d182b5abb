/* SPDX-License-Identifier: Apache-2.0 */
#include "json/fields.h"

#include "json/number.h"
#include "json/place.h"

enum { KEPT_BYTES = 256 << 10 /* of scratch, from document to document */ };

struct JsonFields {
  JsonPlace *root; /* owned */
  JsonTypes types;
  size_t length;
  Value *values;  /* owned */
  size_t *moving; /* owned: values that are offsets into text, until it moves no more */
  size_t moving_length;
  Bytes text; /* owned: strings without escapes, compact JSON */
  Bytes key;  /* owned: a name without escapes */
  uint64_t objects;
  JsonScan scan;
  const char *failed_at; /* the innermost path that was being read */
};

static bool read_value(JsonFields *self, JsonPlace *node);

static bool
add_path(JsonFields *self, const char *path, size_t slot, GError **error)
{
  g_autoptr(GArray) steps = json_path_parse(path, error);
  JsonPlace *node = self->root;

  if (steps == NULL)
    return false;
  for (guint i = 0; i < steps->len; i++)
    node = json_place_below(node, &g_array_index(steps, JsonStep, i));
  if (node->slot != JSON_PLACE_NONE) {
    g_set_error(error, FAULT, FAULT_SETUP, "'%s' is another spelling of a path that is there",
                path);
    return false;
  }
  node->slot = (int)slot;
  return true;
}

JsonFields *
json_fields_new(const char *const *paths, size_t length, JsonTypes types, GError **error)
{
  g_autoptr(JsonFields) self = g_new0(JsonFields, 1);

  self->root = json_place_new(g_strdup(""));
  self->types = types;
  self->length = length;
  self->values = g_new0(Value, length + 1);
  self->moving = g_new0(size_t, length + 1);
  if (length >= UINT16_MAX) {
    g_set_error(error, FAULT, FAULT_SETUP, "%zu fields; at most %d are read", length,
                UINT16_MAX - 1);
    return NULL;
  }
  for (size_t i = 0; i < length; i++)
    if (!add_path(self, paths[i], i, error))
      return NULL;
  json_place_index(self->root);
  return g_steal_pointer(&self);
}

void
json_fields_free(JsonFields *self)
{
  if (self == NULL)
    return;
  json_place_free(self->root);
  g_free(self->values);
  g_free(self->moving);
  bytes_clear(&self->text);
  bytes_clear(&self->key);
  g_free(self);
}

/* Whether the name stands here with its quotes and the colon, as it mostly does. */
static inline bool
take_expected(JsonScan *scan, const JsonEdge *edge)
{
  size_t len = edge->name.len;
  const uint8_t *at = scan->at;

  if (!edge->is_plain || (size_t)(scan->end - at) < len + 3 || at[0] != '"' || at[len + 1] != '"' ||
      at[len + 2] != ':' || memcmp(at + 1, edge->name.data, len) != 0)
    return false;
  scan->at += len + 3;
  if (json_scan_peek(scan) <= ' ')
    json_scan_space(scan);
  return true;
}

static Slice
name_text(JsonFields *self, const JsonString *key)
{
  if (!key->has_escapes)
    return key->raw;
  bytes_reset(&self->key);
  json_scan_unescape(key->raw, &self->key);
  return bytes_slice(&self->key);
}

/* A text that was appended to the scratch from `start` on. */
static void
set_moving(JsonFields *self, const JsonPlace *node, ValueKind kind, size_t start)
{
  self->values[node->slot] = (Value){
      .kind = kind,
      .text = slice((const void *)start, self->text.len - start),
  };
  self->moving[self->moving_length++] = (size_t)node->slot;
}

static bool
read_string(JsonFields *self, const JsonPlace *node)
{
  JsonString string;
  ValueKind kind = self->types == JSON_TEXTS ? VALUE_BYTES : VALUE_TEXT;
  size_t start = self->text.len;

  if (!json_scan_string(&self->scan, &string))
    return false;
  if (node->slot == JSON_PLACE_NONE)
    return true;
  if (string.has_escapes) {
    json_scan_unescape(string.raw, &self->text);
    set_moving(self, node, kind, start);
  } else {
    self->values[node->slot] = (Value){.kind = kind, .text = string.raw};
  }
  return true;
}

static bool
read_number(JsonFields *self, const JsonPlace *node)
{
  JsonNumber number;
  const uint8_t *first = self->scan.at;
  Value *value = node->slot == JSON_PLACE_NONE ? NULL : &self->values[node->slot];

  if (!json_scan_number(&self->scan, &number))
    return false;
  if (value == NULL || number.kind == JSON_NUMBER_NAN)
    return true;
  if (self->types == JSON_TEXTS) {
    bool is_negative = number.text.data[0] == '-';

    if (number.kind == JSON_NUMBER_INFINITY)
      number.text = slice_text(is_negative ? "-inf" : "inf");
    *value = (Value){.kind = VALUE_TEXT, .text = number.text};
    return true;
  }
  if (json_number_value(&number, value))
    return true;
  self->scan.at = first;
  return json_scan_refuse(&self->scan, "a number beyond the range of a double");
}

static bool
read_boolean(JsonFields *self, const JsonPlace *node)
{
  bool boolean = *self->scan.at == 't';
  const char *word = boolean ? "true" : "false";

  if (!json_scan_word(&self->scan, word))
    return false;
  if (node->slot != JSON_PLACE_NONE)
    self->values[node->slot] = self->types == JSON_TEXTS
                                   ? (Value){.kind = VALUE_TEXT, .text = slice_text(word)}
                                   : (Value){.kind = VALUE_BOOLEAN, .boolean = boolean};
  return true;
}

/* The member whose name comes next, NULL for one that nobody wants. Members mostly come in the
 * order of the document before: `then` points to where that is kept. */
static bool
read_name(JsonFields *self, const JsonPlace *node, guint *then, JsonEdge **out_edge)
{
  JsonString key;
  JsonEdge *edges = (JsonEdge *)node->names->data;

  if (G_LIKELY(*then < node->names->len && take_expected(&self->scan, &edges[*then]))) {
    *out_edge = &edges[*then];
    return true;
  }
  if (!json_scan_key(&self->scan, &key))
    return false;
  *out_edge = json_place_find(node, name_text(self, &key));
  if (*out_edge != NULL)
    *then = (guint)(*out_edge - edges);
  return true;
}

static bool
read_members(JsonFields *self, JsonPlace *node)
{
  uint64_t object = ++self->objects;
  guint *then = &node->first;
  bool more = false;

  if (!json_scan_open(&self->scan, '}', &more))
    return false;
  while (more) {
    const uint8_t *first = self->scan.at;
    JsonEdge *edge = NULL;

    if (!read_name(self, node, then, &edge))
      return false;
    if (edge == NULL) {
      if (!json_scan_skip(&self->scan))
        return false;
    } else if (edge->met_in == object) {
      self->scan.at = first;
      self->failed_at = edge->node->path;
      return json_scan_refuse(&self->scan, "the name stands twice in its object");
    } else {
      edge->met_in = object;
      then = &edge->then;
      if (!read_value(self, edge->node))
        return false;
    }
    if (!json_scan_next(&self->scan, '}', &more))
      return false;
  }
  return true;
}

/* Whether the object, which was checked, has that text as that member. */
static bool
is_selected(JsonFields *self, const JsonEdge *edge, const uint8_t *object, const uint8_t *end)
{
  JsonScan scan = {.at = object, .end = end, .start = object};
  JsonString key, text;
  bool more = false;

  if (*object != '{')
    return false;
  json_scan_open(&scan, '}', &more);
  while (more) {
    json_scan_key(&scan, &key);

    bool is_it = slice_equal(name_text(self, &key), edge->name);

    if (is_it && *scan.at == '"') {
      json_scan_string(&scan, &text);
      return slice_equal(name_text(self, &text), edge->text);
    }
    const uint8_t *first = scan.at;

    json_scan_skip(&scan);
    if (is_it) /* a number or a word, as it is written */
      return slice_equal(slice(first, (size_t)(scan.at - first)), edge->text);
    json_scan_next(&scan, '}', &more);
  }
  return false;
}

/* The element lies from `first` to where the scan is now: those that want it read it again. */
static bool
read_element(JsonFields *self, const JsonPlace *node, size_t index, const uint8_t *first)
{
  const uint8_t *end = self->scan.at;

  for (guint i = 0; i < node->items->len; i++) {
    JsonEdge *edge = &g_array_index(node->items, JsonEdge, i);
    bool is_it = edge->kind == JSON_STEP_INDEX
                     ? edge->index == index
                     : edge->met_in != UINT64_MAX && is_selected(self, edge, first, end);

    if (!is_it)
      continue;
    self->scan.at = first;
    if (!read_value(self, edge->node))
      return false;
    edge->met_in = UINT64_MAX; /* the first that is selected counts */
  }
  self->scan.at = end;
  return true;
}

static bool
read_elements(JsonFields *self, const JsonPlace *node)
{
  size_t index = 0;
  bool more = false;

  for (guint i = 0; i < node->items->len; i++)
    g_array_index(node->items, JsonEdge, i).met_in = 0;
  if (!json_scan_open(&self->scan, ']', &more))
    return false;
  while (more) {
    const uint8_t *first = self->scan.at;

    if (!json_scan_skip(&self->scan) || !read_element(self, node, index++, first) ||
        !json_scan_next(&self->scan, ']', &more))
      return false;
  }
  return true;
}

/* An object or an array: as a whole, in parts, or both. */
static bool
read_container(JsonFields *self, JsonPlace *node)
{
  JsonScan *scan = &self->scan;
  const uint8_t *first = scan->at;
  bool has_parts = *first == '{' ? node->names->len > 0 : node->items->len > 0;
  size_t start = self->text.len;

  if (node->slot != JSON_PLACE_NONE) {
    if (!json_scan_skip(scan))
      return false;
    json_compact(slice(first, (size_t)(scan->at - first)), &self->text);
    set_moving(self, node, VALUE_TEXT, start);
    if (!has_parts)
      return true;
    scan->at = first;
  }
  if (!has_parts)
    return json_scan_skip(scan);
  return *first == '{' ? read_members(self, node) : read_elements(self, node);
}

static bool
read_scalar(JsonFields *self, const JsonPlace *node)
{
  switch (json_scan_peek(&self->scan)) {
  case '"':
    return read_string(self, node);
  case 't':
  case 'f':
    return read_boolean(self, node);
  case 'n':
    return json_scan_word(&self->scan, "null");
  default:
    return read_number(self, node);
  }
}

static bool
read_value(JsonFields *self, JsonPlace *node)
{
  uint8_t byte = json_scan_peek(&self->scan);

  if (byte == '{' || byte == '[' ? read_container(self, node) : read_scalar(self, node))
    return true;
  if (self->failed_at == NULL)
    self->failed_at = node->path;
  return false;
}

static bool
read_document(JsonFields *self)
{
  json_scan_space(&self->scan);
  if (json_scan_peek(&self->scan) != '{')
    return json_scan_refuse(&self->scan, "a record in JSON is an object, { ... }");
  return read_value(self, self->root) && json_scan_end(&self->scan);
}

static void
set_error(const JsonFields *self, GError **error)
{
  size_t byte = (size_t)(self->scan.at - self->scan.start);
  size_t left = (size_t)(self->scan.end - self->scan.at);
  g_autofree char *found = slice_quote(slice(self->scan.at, MIN(left, 8)));
  const char *path = self->failed_at == NULL ? "" : self->failed_at;

  fault_record(error, "%s%s%sbyte %zu%s: %s%s%s%s", *path == '\0' ? "" : "field ", path,
               *path == '\0' ? "" : " (", byte, *path == '\0' ? "" : ")", self->scan.what,
               left == 0 ? "" : ", found '", found, left == 0 ? "" : "'");
  fault_set_kind(error, self->scan.what);
  fault_set_field(error, self->failed_at);
}

/* Text could move while it grew, so until now values held offsets. */
static void
settle(JsonFields *self)
{
  for (size_t i = 0; i < self->moving_length; i++) {
    Slice *text = &self->values[self->moving[i]].text;

    text->data = self->text.data + (uintptr_t)text->data;
  }
}

const Value *
json_fields_read(JsonFields *self, Slice document, GError **error)
{
  memset(self->values, 0, self->length * sizeof *self->values);
  if (self->text.capacity > KEPT_BYTES)
    bytes_clear(&self->text);
  bytes_reset(&self->text);
  self->moving_length = 0;
  self->failed_at = NULL;
  json_scan_init(&self->scan, document);
  if (!read_document(self)) {
    set_error(self, error);
    return NULL;
  }
  settle(self);
  return self->values;
}
