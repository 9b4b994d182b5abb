/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/match.h"

#include "schema/fallback.h"

enum { DEEPEST = 256, BLOCK_BYTES = 24 /* that malloc and a pointer to it add */ };

typedef struct {
  const SchemaNode *writer;
  const SchemaNode *reader;
} Pair;

struct MatchSet {
  Schema *writer;    /* owned */
  Schema *reader;    /* owned */
  GHashTable *known; /* owned: Pair -> Match, both in `memory`; NULL when all are matched */
  GPtrArray *memory; /* owned, of owned blocks */
  size_t bytes;      /* of those */
  size_t depth;      /* of match_pair() calls under way */
  const Match *root;
};

static const Match *match_types(MatchSet *self, const SchemaNode *writer, const SchemaNode *reader);

static guint
pair_hash(gconstpointer key)
{
  const Pair *pair = key;

  return g_direct_hash(pair->writer) * 31 + g_direct_hash(pair->reader);
}

static gboolean
pair_equal(gconstpointer a, gconstpointer b)
{
  const Pair *left = a;
  const Pair *right = b;

  return left->writer == right->writer && left->reader == right->reader;
}

static void *
keep(MatchSet *self, void *block, size_t bytes)
{
  g_ptr_array_add(self->memory, block);
  self->bytes += bytes + BLOCK_BYTES;
  return block;
}

static const char *
keep_text(MatchSet *self, char *text)
{
  return keep(self, text, strlen(text) + 1);
}

static void *
keep_zeroed(MatchSet *self, size_t bytes)
{
  return keep(self, g_malloc0(bytes), bytes);
}

#define make(self, Type, count) ((Type *)keep_zeroed(self, sizeof(Type) * ((count) + 1)))

static const char *
last_word(const char *name)
{
  const char *dot = strrchr(name, '.');

  return dot == NULL ? name : dot + 1;
}

/* Names match without their namespaces; an alias of the reader's counts as its name. */
static bool
names_match(const SchemaNode *writer, const SchemaNode *reader)
{
  const char *name = last_word(writer->name);

  if (strcmp(name, last_word(reader->name)) == 0)
    return true;
  for (size_t i = 0; reader->aliases[i] != NULL; i++) {
    if (strcmp(name, last_word(reader->aliases[i])) == 0)
      return true;
  }
  return false;
}

static bool
is_promoted(SchemaKind writer, SchemaKind reader)
{
  static const uint32_t promotions[] = {
      [SCHEMA_INT] = 1 << SCHEMA_LONG | 1 << SCHEMA_FLOAT | 1 << SCHEMA_DOUBLE,
      [SCHEMA_LONG] = 1 << SCHEMA_FLOAT | 1 << SCHEMA_DOUBLE,
      [SCHEMA_FLOAT] = 1 << SCHEMA_DOUBLE,
      [SCHEMA_BYTES] = 1 << SCHEMA_STRING,
      [SCHEMA_STRING] = 1 << SCHEMA_BYTES,
      [SCHEMA_FIXED] = 0,
  };

  return (promotions[writer] >> reader & 1) != 0;
}

/* How well a branch of the reader's suits, the best first. */
typedef enum { FIT_SAME, FIT_NAME, FIT_PROMOTION, FIT_NONE } Fit;

static Fit
fit_of(const SchemaNode *writer, const SchemaNode *reader)
{
  if (writer->kind != reader->kind)
    return is_promoted(writer->kind, reader->kind) ? FIT_PROMOTION : FIT_NONE;
  if (writer->name == NULL || strcmp(writer->name, reader->name) == 0)
    return FIT_SAME;
  return names_match(writer, reader) ? FIT_NAME : FIT_NONE;
}

/* NULL: none suits. The first branch that suits would do for the specification; the one that
 * needs no promotion loses nothing. */
static const SchemaNode *
best_branch(const SchemaNode *writer, const SchemaNode *reader)
{
  const SchemaNode *best = NULL;
  Fit best_fit = FIT_NONE;

  for (size_t i = 0; i < reader->length; i++) {
    Fit fit = fit_of(writer, reader->branches[i]);

    if (fit < best_fit) {
      best_fit = fit;
      best = reader->branches[i];
    }
  }
  return best;
}

static char *
describe(const SchemaNode *node)
{
  if (node->logical != LOGICAL_NONE)
    return g_strdup_printf("%s (%s)", schema_logical_name(node->logical),
                           schema_kind_name(node->kind));
  if (node->name == NULL)
    return g_strdup(schema_kind_name(node->kind));
  if (node->kind == SCHEMA_FIXED)
    return g_strdup_printf("fixed %s of %zu bytes", node->name, node->length);
  return g_strdup_printf("%s %s", schema_kind_name(node->kind), node->name);
}

/* Whether an alias would do: each of the reader's fields is there or has a default. */
static bool
has_our_fields(const SchemaNode *writer, const SchemaNode *reader)
{
  size_t found = 0;

  for (size_t i = 0; i < reader->length; i++) {
    const SchemaField *field = &reader->fields[i];
    bool is_there = schema_node_field(writer, field->name) != NULL;

    for (size_t j = 0; !is_there && field->aliases[j] != NULL; j++)
      is_there = schema_node_field(writer, field->aliases[j]) != NULL;
    if (!is_there && field->fallback == NULL)
      return false;
    found += is_there;
  }
  return found > 0;
}

static bool
has_our_symbols(const SchemaNode *writer, const SchemaNode *reader)
{
  for (size_t i = 0; i < writer->length; i++)
    if (g_strv_contains(reader->symbols, writer->symbols[i]))
      return true;
  return false;
}

static bool
alias_would_do(const SchemaNode *writer, const SchemaNode *reader)
{
  if (writer->kind != reader->kind || writer->name == NULL || names_match(writer, reader))
    return false;
  if (writer->kind == SCHEMA_FIXED)
    return writer->length == reader->length;
  return writer->kind == SCHEMA_RECORD ? has_our_fields(writer, reader)
                                       : has_our_symbols(writer, reader);
}

/* Two types of one kind differ by their names: what to do if they are the same all the same. */
static char *
alias_hint(const Match *match)
{
  if (!alias_would_do(match->writer, match->reader))
    return g_strdup("");
  return g_strdup_printf(": if they are the same, add \"aliases\": [\"%s\"] to ours",
                         match->writer->name);
}

static const Match *
refuse(MatchSet *self, Match *match)
{
  g_autofree char *hint = alias_hint(match);
  g_autofree char *writer = describe(match->writer);
  g_autofree char *reader = describe(match->reader);

  match->kind = MATCH_REFUSED;
  match->refusal = keep_text(
      self, g_strdup_printf("the writer's schema has %s, which cannot be read as %s%s%s", writer,
                            reader, match->reader->kind == SCHEMA_UNION ? " of ours" : "", hint));
  return match;
}

static void
match_symbols(MatchSet *self, Match *match)
{
  g_autoptr(GHashTable) ours = g_hash_table_new(g_str_hash, g_str_equal);
  const char **symbols = make(self, const char *, match->writer->length);

  for (size_t i = 0; i < match->reader->length; i++)
    g_hash_table_add(ours, (gpointer)match->reader->symbols[i]);
  for (size_t i = 0; i < match->writer->length; i++) {
    const char *symbol = match->writer->symbols[i];

    symbols[i] = g_hash_table_contains(ours, symbol) ? symbol : match->reader->default_symbol;
  }
  match->symbols = symbols;
}

/* The reader's field for each of the writer's: by name, else by one of the reader's aliases. */
static GHashTable *
pair_fields(const Match *match)
{
  g_autoptr(GHashTable) theirs = g_hash_table_new(g_str_hash, g_str_equal);
  GHashTable *ours = g_hash_table_new(NULL, NULL);

  for (size_t i = 0; i < match->writer->length; i++)
    g_hash_table_insert(theirs, (gpointer)match->writer->fields[i].name,
                        (gpointer)&match->writer->fields[i]);
  for (size_t i = 0; i < match->reader->length; i++) {
    const SchemaField *reader = &match->reader->fields[i];
    SchemaField *writer = g_hash_table_lookup(theirs, reader->name);

    if (writer != NULL)
      g_hash_table_insert(ours, writer, (gpointer)reader);
  }
  for (size_t i = 0; i < match->reader->length; i++) {
    const SchemaField *reader = &match->reader->fields[i];
    bool is_paired = g_hash_table_contains(theirs, reader->name);

    for (size_t j = 0; !is_paired && reader->aliases[j] != NULL; j++) {
      SchemaField *writer = g_hash_table_lookup(theirs, reader->aliases[j]);

      is_paired = writer != NULL && !g_hash_table_contains(ours, writer) &&
                  g_hash_table_insert(ours, writer, (gpointer)reader);
    }
  }
  return ours;
}

static void
add_default(MatchSet *self, MatchDefault *missing, const SchemaField *reader)
{
  g_auto(Bytes) datum = {0};
  g_autoptr(GError) error = NULL;

  missing->reader = reader;
  missing->match = match_types(self, reader->type, reader->type);
  if (reader->fallback != NULL && fallback_encode(reader, &datum, &error))
    missing->datum = slice(keep(self, g_memdup2(datum.data, datum.len), datum.len), datum.len);
  else if (reader->fallback != NULL)
    missing->refusal =
        keep_text(self, g_strdup_printf("the writer's schema has no field %s, and %s", reader->name,
                                        error->message));
  else
    missing->refusal =
        keep_text(self, g_strdup_printf("the writer's schema has no field %s, and ours "
                                        "gives it no default",
                                        reader->name));
}

static void
match_defaults(MatchSet *self, Match *match, GHashTable *found)
{
  MatchDefault *defaults = make(self, MatchDefault, match->reader->length);

  for (size_t i = 0; i < match->reader->length; i++) {
    const SchemaField *reader = &match->reader->fields[i];

    if (!g_hash_table_contains(found, reader))
      add_default(self, &defaults[match->defaults_length++], reader);
  }
  match->defaults = defaults;
}

static const char *
refusal_of_record(MatchSet *self, const Match *match)
{
  for (size_t i = 0; i < match->defaults_length; i++) {
    if (match->defaults[i].refusal != NULL)
      return match->defaults[i].refusal;
  }
  for (size_t i = 0; i < match->length; i++) {
    const MatchField *field = &match->fields[i];

    if (field->match != NULL && field->match->refusal != NULL)
      return keep_text(
          self, g_strdup_printf("in field %s %s", field->reader->name, field->match->refusal));
  }
  return NULL;
}

static void
match_record(MatchSet *self, Match *match)
{
  g_autoptr(GHashTable) ours = pair_fields(match);
  g_autoptr(GHashTable) found = g_hash_table_new(NULL, NULL);
  MatchField *fields = make(self, MatchField, match->writer->length);
  const SchemaField *last = NULL;

  match->is_straight = true;
  for (size_t i = 0; i < match->writer->length; i++) {
    const SchemaField *writer = &match->writer->fields[i];
    const SchemaField *reader = g_hash_table_lookup(ours, writer);

    fields[i].writer = writer;
    fields[i].reader = reader;
    if (reader == NULL)
      continue;
    fields[i].match = match_types(self, writer->type, reader->type);
    match->is_straight = match->is_straight && (last == NULL || last < reader);
    last = reader;
    g_hash_table_add(found, (gpointer)reader);
  }
  match->kind = MATCH_RECORD;
  match->fields = fields;
  match->length = match->writer->length;
  match_defaults(self, match, found);
  match->is_straight = match->is_straight && match->defaults_length == 0;
  match->refusal = refusal_of_record(self, match);
}

static void
match_branches(MatchSet *self, Match *match)
{
  size_t length = match->writer->length;
  const Match **branches = make(self, const Match *, length);
  size_t refused = 0;

  for (size_t i = 0; i < length; i++) {
    branches[i] = match_types(self, match->writer->branches[i], match->reader);
    refused += branches[i]->refusal != NULL;
  }
  match->refusal = refused == length ? branches[0]->refusal : NULL;
  match->kind = MATCH_UNION;
  match->branches = branches;
  match->length = length;
}

static const Match *
match_pair(MatchSet *self, Match *match)
{
  const SchemaNode *writer = match->writer;
  const SchemaNode *reader = match->reader;

  if (writer->kind == SCHEMA_UNION) {
    match_branches(self, match);
    return match;
  }
  if (fit_of(writer, reader) == FIT_NONE ||
      (writer->kind == SCHEMA_FIXED && writer->length != reader->length))
    return refuse(self, match);

  if (writer->kind == SCHEMA_RECORD) {
    match_record(self, match);
  } else if (writer->kind == SCHEMA_ARRAY || writer->kind == SCHEMA_MAP) {
    match->kind = MATCH_REPEATED;
    match->items = match_types(self, writer->items, reader->items);
  } else {
    match->kind = MATCH_LEAF;
    if (!logical_pair(writer, reader, &match->unit))
      return refuse(self, match);
    if (writer->kind == SCHEMA_ENUM)
      match_symbols(self, match);
  }
  return match;
}

static const Match *
match_types(MatchSet *self, const SchemaNode *writer, const SchemaNode *reader)
{
  const SchemaNode *branch = reader->kind == SCHEMA_UNION && writer->kind != SCHEMA_UNION
                                 ? best_branch(writer, reader)
                                 : reader;
  Pair pair = {writer, branch == NULL ? reader : branch};
  const Match *known = g_hash_table_lookup(self->known, &pair);

  if (known != NULL)
    return known;

  Match *match = make(self, Match, 1);

  *match = (Match){.writer = pair.writer, .reader = pair.reader};
  g_hash_table_insert(self->known, keep(self, g_memdup2(&pair, sizeof pair), sizeof pair), match);
  if (branch == NULL)
    return refuse(self, match);
  if (self->depth == DEEPEST) {
    match->kind = MATCH_REFUSED;
    match->refusal = "the schemas nest more than 256 types deep";
    return match;
  }

  self->depth++;
  match_pair(self, match);
  self->depth--;
  return match;
}

MatchSet *
match_set_new(Schema *writer, Schema *reader)
{
  MatchSet *self = g_new0(MatchSet, 1);

  self->writer = schema_ref(writer);
  self->reader = schema_ref(reader);
  self->known = g_hash_table_new(pair_hash, pair_equal);
  self->memory = g_ptr_array_new_with_free_func(g_free);
  self->root = match_types(self, schema_root(writer), schema_root(reader));
  g_clear_pointer(&self->known, g_hash_table_unref);
  return self;
}

void
match_set_free(MatchSet *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->memory);
  schema_unref(self->writer);
  schema_unref(self->reader);
  g_free(self);
}

size_t
match_set_size(const MatchSet *self)
{
  return self->bytes;
}

const Match *
match_set_root(const MatchSet *self)
{
  return self->root;
}
