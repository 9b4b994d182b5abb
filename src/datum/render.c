/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/render.h"

#include "datum/leaf.h"
#include "json/put.h"

/* Where the text of one of the reader's fields lies in out. */
typedef struct {
  size_t start;
  size_t len;
} Span;

/* Where an entry of a map lies in out, its key first, without a comma. */
typedef struct {
  size_t start;
  size_t key_len;
  size_t len;
} Entry;

typedef struct {
  Datum *datum;
  Bytes *out;
  GArray *spans;   /* owned, of Span: of the records that are open; NULL until one needs it */
  GArray *entries; /* owned, of Entry: of the maps that are open; NULL until there is one */
} Render;

static bool render_value(Render *self, const Match *match);

static void
append_text(Bytes *out, const char *text)
{
  bytes_append(out, text, strlen(text));
}

static bool
is_too_long(const Render *self)
{
  return self->out->len > RENDER_BYTES;
}

/* {"name": before a record's field, ,"name": before one that is not the first. */
static void
append_name(Bytes *out, const char *name, bool is_first)
{
  bytes_append_u8(out, is_first ? '{' : ',');
  json_put_string(out, slice_text(name)); /* a writer's name may hold anything */
  bytes_append_u8(out, ':');
}

/* The fields come as they are wanted. */
static bool
render_straight(Render *self, const Match *match)
{
  bool is_first = true;

  for (size_t i = 0; i < match->length; i++) {
    const MatchField *field = &match->fields[i];

    if (field->match != NULL) {
      append_name(self->out, field->reader->name, is_first);
      is_first = false;
    }
    if (!(field->match == NULL ? datum_skip(self->datum, field->writer->type)
                               : render_value(self, field->match)))
      return datum_refuse_within(self->datum, ".%s", field->writer->name);
  }
  append_text(self->out, is_first ? "{}" : "}");
  return true;
}

static bool
render_default(Render *self, const MatchDefault *missing)
{
  Datum *outer = self->datum;
  Datum datum;

  if (missing->refusal != NULL)
    return datum_refuse(outer, "%s", missing->refusal);
  datum_init(&datum, missing->datum);
  datum.depth = outer->depth;
  self->datum = &datum;

  bool is_right = render_value(self, missing->match);

  self->datum = outer;
  if (is_right)
    return true;
  if (datum.inside != NULL)
    g_string_free(datum.inside, TRUE);
  return datum_refuse(outer, "the default of field %s: %s", missing->reader->name, datum.what);
}

/* Each of the reader's fields to out, in any order; spans says where. */
static bool
render_fields(Render *self, const Match *match, size_t base)
{
  const SchemaField *first = match->reader->fields;

  for (size_t i = 0; i < match->length; i++) {
    const MatchField *field = &match->fields[i];
    size_t start = self->out->len;

    if (!(field->match == NULL ? datum_skip(self->datum, field->writer->type)
                               : render_value(self, field->match)))
      return datum_refuse_within(self->datum, ".%s", field->writer->name);
    if (field->match != NULL)
      g_array_index(self->spans, Span, base + (size_t)(field->reader - first)) =
          (Span){start, self->out->len - start};
  }
  for (size_t i = 0; i < match->defaults_length; i++) {
    const MatchDefault *missing = &match->defaults[i];
    size_t start = self->out->len;

    if (!render_default(self, missing))
      return false;
    g_array_index(self->spans, Span, base + (size_t)(missing->reader - first)) =
        (Span){start, self->out->len - start};
  }
  return true;
}

/* The fields come in another order, or not all of them: they are written as they come, then put
 * together behind that, then moved to where the record begins. */
static bool
render_assembled(Render *self, const Match *match)
{
  const SchemaNode *reader = match->reader;
  size_t start = self->out->len;

  if (self->spans == NULL)
    self->spans = g_array_new(FALSE, TRUE, sizeof(Span));

  size_t base = self->spans->len;

  g_array_set_size(self->spans, (guint)(base + reader->length));
  if (!render_fields(self, match, base))
    return false;

  size_t assembled = self->out->len;

  for (size_t i = 0; i < reader->length; i++) {
    Span span = g_array_index(self->spans, Span, base + i);

    append_name(self->out, reader->fields[i].name, i == 0);
    bytes_reserve(self->out, span.len);
    bytes_append(self->out, self->out->data + span.start, span.len);
  }
  append_text(self->out, reader->length == 0 ? "{}" : "}");
  memmove(self->out->data + start, self->out->data + assembled, self->out->len - assembled);
  self->out->len = start + self->out->len - assembled;
  g_array_set_size(self->spans, (guint)base);
  return true;
}

static bool
render_key(Render *self)
{
  if (!leaf_json_string(self->datum, self->out))
    return false;
  bytes_append_u8(self->out, ':');
  return true;
}

static bool
render_entry(Render *self, const Match *match)
{
  Entry entry = {.start = self->out->len};

  if (!render_key(self))
    return false;
  entry.key_len = self->out->len - entry.start;
  if (!render_value(self, match->items))
    return false;
  entry.len = self->out->len - entry.start;
  g_array_append_val(self->entries, entry);
  return true;
}

/* `done` items came in blocks before. */
static bool
render_items(Render *self, const Match *match, DatumBlock block, uint64_t done)
{
  const uint8_t *first = self->datum->at;
  bool is_map = match->writer->kind == SCHEMA_MAP;

  for (uint64_t i = 0; i < block.items; i++) {
    if (done + i > 0)
      bytes_append_u8(self->out, ',');
    if (!(is_map ? render_entry(self, match) : render_value(self, match->items)))
      return datum_refuse_within(self->datum, "[%" G_GUINT64_FORMAT "]", done + i);
  }
  if (block.bytes != SIZE_MAX && block.bytes != (size_t)(self->datum->at - first))
    return datum_refuse(self->datum, "a block of %zu bytes took %zu", block.bytes,
                        (size_t)(self->datum->at - first));
  return true;
}

static int
compare_keys(gconstpointer a, gconstpointer b, gpointer text)
{
  const Entry *left = a;
  const Entry *right = b;
  int order = slice_compare(slice((const uint8_t *)text + left->start, left->key_len),
                            slice((const uint8_t *)text + right->start, right->key_len));

  return order != 0 ? order : (left->start > right->start) - (left->start < right->start);
}

static int
compare_starts(gconstpointer a, gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;

  return (left->start > right->start) - (left->start < right->start);
}

/* Takes entries out of the text, each with the comma behind it; in their order. */
static void
cut_entries(Bytes *out, const Entry *cut, size_t length)
{
  size_t end = cut[0].start;

  for (size_t i = 0; i < length; i++) {
    size_t kept = cut[i].start + cut[i].len + 1;
    size_t next = i + 1 < length ? cut[i + 1].start : out->len;

    memmove(out->data + end, out->data + kept, next - kept);
    end += next - kept;
  }
  out->len = end;
}

/* A map may have a key twice in the datum, but not in JSON: the last counts, as for Java's Avro.
 * By sorting, so that no choice of keys makes it slow. */
static void
drop_repeated(Render *self, size_t base)
{
  guint length = self->entries->len - (guint)base;
  Entry *entries = &g_array_index(self->entries, Entry, base);
  const uint8_t *text = self->out->data;
  size_t cut = 0;

  if (length < 2)
    return;
  g_qsort_with_data(entries, (gint)length, sizeof *entries, compare_keys, (gpointer)text);
  for (guint i = 0; i + 1 < length; i++) {
    if (entries[i].key_len == entries[i + 1].key_len &&
        memcmp(text + entries[i].start, text + entries[i + 1].start, entries[i].key_len) == 0)
      entries[cut++] = entries[i];
  }
  if (cut == 0)
    return;
  qsort(entries, cut, sizeof *entries, compare_starts);
  cut_entries(self->out, entries, cut);
}

static bool
render_blocks(Render *self, const Match *match)
{
  DatumBlock block = {0};
  uint64_t done = 0;

  do {
    if (!datum_read_block(self->datum, match->writer, &block) ||
        !datum_takes_items(self->datum, match->writer, done + block.items) ||
        !render_items(self, match, block, done))
      return false;
    done += block.items;
  } while (block.items > 0);
  return true;
}

static bool
render_array(Render *self, const Match *match)
{
  bytes_append_u8(self->out, '[');
  if (!render_blocks(self, match))
    return false;
  bytes_append_u8(self->out, ']');
  return true;
}

static bool
render_map(Render *self, const Match *match)
{
  if (self->entries == NULL)
    self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));

  guint base = self->entries->len;

  bytes_append_u8(self->out, '{');
  if (!render_blocks(self, match))
    return false;
  drop_repeated(self, base);
  bytes_append_u8(self->out, '}');
  g_array_set_size(self->entries, base);
  return true;
}

static bool
render_union(Render *self, const Match *match)
{
  size_t index = 0;

  return datum_read_index(self->datum, match->length, "union branch", &index) &&
         render_value(self, match->branches[index]);
}

static bool
render_record(Render *self, const Match *match)
{
  return match->is_straight ? render_straight(self, match) : render_assembled(self, match);
}

static bool
render_nested(Render *self, const Match *match)
{
  if (!datum_enter(self->datum))
    return false;
  if (!(match->kind == MATCH_RECORD         ? render_record(self, match)
        : match->writer->kind == SCHEMA_MAP ? render_map(self, match)
                                            : render_array(self, match)))
    return false;
  self->datum->depth--;
  return true;
}

static bool
render_value(Render *self, const Match *match)
{
  if (is_too_long(self))
    return datum_refuse(self->datum, "as JSON it is longer than %d bytes", RENDER_BYTES);

  switch (match->kind) {
  case MATCH_LEAF:
    return leaf_json(self->datum, match, self->out);
  case MATCH_UNION:
    return render_union(self, match);
  case MATCH_RECORD:
  case MATCH_REPEATED:
    return render_nested(self, match);
  case MATCH_REFUSED:
    return datum_refuse(self->datum, "%s", match->refusal);
  }
  g_assert_not_reached();
}

bool
render_json(Datum *datum, const Match *match, Bytes *out)
{
  Render render = {.datum = datum, .out = out};
  bool is_right = render_value(&render, match);

  if (render.spans != NULL)
    g_array_unref(render.spans);
  if (render.entries != NULL)
    g_array_unref(render.entries);
  return is_right;
}
