/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"

#include "datum/op.h"

enum {
  MOST_OPS = 1 << 20,
  BLOCK_BYTES = 24, /* that malloc and a pointer to it add */
  TEXT_CHUNK = 512,
  KEPT_BYTES = 256 << 10, /* of text, from run to run: one giant must not hold its memory */
};

struct Plan {
  MatchSet *matches; /* owned; NULL where no step looks at one */
  Op *ops;           /* owned */
  size_t ops_length;
  GStringChunk *texts; /* owned; NULL: none */
  GPtrArray *memory;   /* owned, of owned blocks; NULL: none */
  size_t bytes;        /* of those */
  size_t length;       /* of fields */
};

/* A path of which `rest` is left below the value at hand; "" wants the value itself. */
typedef struct {
  const char *rest;
  size_t slot;
} Want;

typedef struct {
  Plan *plan;
  GArray *ops;         /* of Op: where steps go; the plan's, or those of a default */
  const char *refusal; /* the last value that can never be read: "field x: ..."; owned by plan */
  bool needs_matches;  /* a step looks at them, or at the writer's schema */
} Compiler;

static bool compile_value(Compiler *self, const Match *match, GArray *wants, const char *path);

static void *
keep(Compiler *self, void *block, size_t bytes)
{
  Plan *plan = self->plan;

  if (plan->memory == NULL)
    plan->memory = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(plan->memory, block);
  plan->bytes += bytes + BLOCK_BYTES;
  return block;
}

static const char *
keep_text(Compiler *self, const char *text)
{
  Plan *plan = self->plan;

  if (plan->texts == NULL)
    plan->texts = g_string_chunk_new(TEXT_CHUNK);
  plan->bytes += strlen(text) + 1;
  return g_string_chunk_insert(plan->texts, text);
}

/* The names of the path, with a dot between. */
static const char *
keep_path(Compiler *self, const char *path, const char *name)
{
  g_autofree char *below = g_strconcat(path, *path == '\0' ? "" : ".", name, NULL);

  return keep_text(self, below);
}

static const char *
path_below(Compiler *self, const char *path, const char *name)
{
  return *path == '\0' ? name : keep_path(self, path, name);
}

/* Those of the wants that lead into the field, as seen from its value. */
static GArray *
wants_below(const GArray *wants, const char *name)
{
  GArray *below = g_array_new(FALSE, FALSE, sizeof(Want));
  size_t len = strlen(name);

  for (size_t i = 0; i < wants->len; i++) {
    Want want = g_array_index(wants, Want, i);

    if (strncmp(want.rest, name, len) != 0 || (want.rest[len] != '.' && want.rest[len] != '\0'))
      continue;
    want.rest += want.rest[len] == '.' ? len + 1 : len;
    g_array_append_val(below, want);
  }
  return below;
}

/* The want of the value itself, or NULL where only parts of it are wanted, or nothing. */
static const Want *
want_of_whole(const GArray *wants)
{
  for (size_t i = 0; i < wants->len; i++) {
    if (*g_array_index(wants, Want, i).rest == '\0')
      return &g_array_index(wants, Want, i);
  }
  return NULL;
}

static Op *
op_at(Compiler *self, size_t i)
{
  return &g_array_index(self->ops, Op, i);
}

static size_t
add_op(Compiler *self, Op op)
{
  g_array_append_val(self->ops, op);
  return self->ops->len - 1;
}

/* The index of null in a union of it and one other; -1: it is none such. */
static int
optional_null(const SchemaNode *type)
{
  if (type->kind != SCHEMA_UNION || type->length != 2)
    return -1;
  for (int i = 0; i < 2; i++)
    if (type->branches[i]->kind == SCHEMA_NULL)
      return i;
  return -1;
}

static void
compile_skip(Compiler *self, const SchemaNode *type, const char *path)
{
  Op op = {.code = OP_SKIP, .type = type, .path = path};
  int null = optional_null(type);

  if (type->is_empty)
    return;
  if (null >= 0) {
    size_t optional = add_op(self, (Op){.code = OP_OPTIONAL, .slot = (uint16_t)null, .path = path});

    compile_skip(self, type->branches[1 - null], path);
    op_at(self, optional)->length = (uint32_t)(self->ops->len - optional - 1);
    return;
  }
  if (type->kind == SCHEMA_STRING || type->kind == SCHEMA_BYTES)
    op.code = OP_SKIP_SLICE;
  else if (type->kind == SCHEMA_DOUBLE)
    op.code = OP_SKIP_DOUBLE;
  else if (type->kind > SCHEMA_STRING || type->logical != LOGICAL_NONE)
    self->needs_matches = true; /* the plain ones are the same in all schemas */
  add_op(self, op);
}

/* What a plain value of the kind becomes. */
static const ValueKind value_kinds[] = {
    [SCHEMA_BOOLEAN] = VALUE_BOOLEAN, [SCHEMA_INT] = VALUE_INT,       [SCHEMA_LONG] = VALUE_INT,
    [SCHEMA_FLOAT] = VALUE_FLOAT,     [SCHEMA_DOUBLE] = VALUE_DOUBLE, [SCHEMA_BYTES] = VALUE_BYTES,
    [SCHEMA_STRING] = VALUE_TEXT,     [SCHEMA_ENUM] = VALUE_TEXT,     [SCHEMA_FIXED] = VALUE_BYTES,
};

static const uint8_t leaf_codes[] = {
    [SCHEMA_BOOLEAN] = OP_BOOLEAN, [SCHEMA_INT] = OP_INT,       [SCHEMA_LONG] = OP_LONG,
    [SCHEMA_FLOAT] = OP_FLOAT,     [SCHEMA_DOUBLE] = OP_DOUBLE, [SCHEMA_BYTES] = OP_SLICE,
    [SCHEMA_STRING] = OP_SLICE,    [SCHEMA_ENUM] = OP_ENUM,     [SCHEMA_FIXED] = OP_FIXED,
};

static void
compile_leaf(Compiler *self, const Match *match, size_t slot, const char *path)
{
  if (match->writer->kind == SCHEMA_NULL)
    return; /* the value is missing, as it was before */

  uint8_t code = match->unit.logical == LOGICAL_NONE ? leaf_codes[match->writer->kind] : OP_LOGICAL;
  bool looks = code == OP_LOGICAL || code == OP_ENUM;

  self->needs_matches = self->needs_matches || looks;
  add_op(self, (Op){
                   .code = code,
                   .kind = (uint8_t)value_kinds[match->reader->kind],
                   .slot = (uint16_t)slot,
                   .length = (uint32_t)match->writer->length,
                   .match = looks ? match : NULL,
                   .path = path,
               });
}

static bool
compile_refusal(Compiler *self, const char *refusal, const char *path)
{
  add_op(self, (Op){.code = OP_REFUSE, .refusal = keep_text(self, refusal), .path = path});

  g_autofree char *told = *path == '\0' ? NULL : g_strdup_printf("field %s: %s", path, refusal);

  self->refusal = keep_text(self, told == NULL ? refusal : told);
  return false;
}

/* Null is what missing values are, so only the other branch has steps. */
static bool
compile_optional(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  size_t null = (size_t)optional_null(match->writer);
  size_t optional = add_op(self, (Op){.code = OP_OPTIONAL, .slot = (uint16_t)null, .path = path});
  const char *refusal = self->refusal;

  compile_value(self, match->branches[1 - null], wants, path);
  op_at(self, optional)->length = (uint32_t)(self->ops->len - optional - 1);
  self->refusal = refusal;
  return true;
}

static bool
compile_union(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  int null = optional_null(match->writer);

  if (null >= 0 && match->branches[null]->kind == MATCH_LEAF)
    return compile_optional(self, match, wants, path);

  g_autoptr(GArray) jumps = g_array_new(FALSE, FALSE, sizeof(size_t));
  uint32_t *branches = keep(self, g_new(uint32_t, match->length), match->length * sizeof(uint32_t));
  const char *refusal = self->refusal;
  bool can_be_read = false;

  add_op(self, (Op){.code = OP_UNION,
                    .branches = branches,
                    .length = (uint32_t)match->length,
                    .path = path});
  for (size_t i = 0; i < match->length; i++) {
    branches[i] = (uint32_t)self->ops->len;
    can_be_read = compile_value(self, match->branches[i], wants, path) || can_be_read;
    if (i + 1 < match->length) {
      size_t jump = add_op(self, (Op){.code = OP_JUMP, .path = path});

      g_array_append_val(jumps, jump);
    }
  }
  for (size_t i = 0; i < jumps->len; i++)
    op_at(self, g_array_index(jumps, size_t, i))->length = (uint32_t)self->ops->len;
  if (can_be_read)
    self->refusal = refusal;
  return can_be_read;
}

/* A default is the same for every record: its values are made now. */
static void
add_constants(Compiler *self, const GArray *wants, const Value *values, const char *path)
{
  for (size_t i = 0; i < wants->len; i++) {
    size_t slot = g_array_index(wants, Want, i).slot;
    Value *constant = keep(self, g_memdup2(&values[slot], sizeof values[slot]), sizeof(Value));

    if (constant->kind == VALUE_MISSING)
      continue;
    if (constant->kind == VALUE_TEXT || constant->kind == VALUE_BYTES)
      constant->text.data =
          keep(self, g_memdup2(constant->text.data, constant->text.len), constant->text.len);
    add_op(self,
           (Op){.code = OP_CONSTANT, .slot = (uint16_t)slot, .constant = constant, .path = path});
  }
}

static bool
compile_default(Compiler *self, const MatchDefault *missing, GArray *wants, const char *path)
{
  g_autoptr(GArray) steps = g_array_new(FALSE, TRUE, sizeof(Op));
  g_auto(PlanOutput) output = {0};
  g_autoptr(GError) error = NULL;
  Compiler compiler = {.plan = self->plan, .ops = steps};

  if (missing->refusal != NULL)
    return compile_refusal(self, missing->refusal, path);
  plan_output_init(&output, self->plan->length);
  compile_value(&compiler, missing->match, wants, path);
  add_op(&compiler, (Op){.code = OP_END, .path = ""});
  if (!op_run((const Op *)steps->data, missing->datum, &output, &error))
    return compile_refusal(self, error->message, path);
  add_constants(self, wants, output.values, path);
  return true;
}

static bool
compile_json(Compiler *self, OpCode code, const Match *match, size_t slot, const char *path)
{
  if (match->refusal != NULL)
    return compile_refusal(self, match->refusal, path);
  self->needs_matches = true;
  add_op(self, (Op){.code = code, .slot = (uint16_t)slot, .match = match, .path = path});
  return true;
}

static bool
compile_field(Compiler *self, const MatchField *field, GArray *wants, const char *path)
{
  const char *field_path = path_below(self, path, field->reader->name);
  g_autoptr(GArray) below = wants_below(wants, field->reader->name);

  if (below->len > 0)
    return compile_value(self, field->match, below, field_path);
  compile_skip(self, field->writer->type, field_path);
  return true;
}

static bool
compile_fields(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  bool can_be_read = true;

  for (size_t i = 0; i < match->length; i++) {
    const MatchField *field = &match->fields[i];

    if (field->reader == NULL)
      compile_skip(self, field->writer->type, keep_path(self, path, field->writer->name));
    else
      can_be_read = compile_field(self, field, wants, path) && can_be_read;
  }
  for (size_t i = 0; i < match->defaults_length; i++) {
    const MatchDefault *missing = &match->defaults[i];
    g_autoptr(GArray) below = wants_below(wants, missing->reader->name);

    if (below->len > 0)
      can_be_read =
          compile_default(self, missing, below, path_below(self, path, missing->reader->name)) &&
          can_be_read;
  }
  return can_be_read;
}

/* As a whole, in parts, or both. */
static bool
compile_record(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  const Want *whole = want_of_whole(wants);

  if (whole != NULL && wants->len == 1)
    return compile_json(self, OP_JSON, match, whole->slot, path);
  if (whole != NULL && !compile_json(self, OP_PEEK, match, whole->slot, path))
    return false;
  return compile_fields(self, match, wants, path);
}

/* False where no such value can ever be read; then self->refusal says why. */
static bool
compile_value(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  const Want *whole = want_of_whole(wants);

  if (self->ops->len > MOST_OPS)
    return compile_refusal(self, "its unions of records within unions have too many forms", path);

  switch (match->kind) {
  case MATCH_REFUSED:
    return compile_refusal(self, match->refusal, path);
  case MATCH_UNION:
    return compile_union(self, match, wants, path);
  case MATCH_RECORD:
    return compile_record(self, match, wants, path);
  case MATCH_REPEATED:
    if (whole != NULL)
      return compile_json(self, OP_JSON, match, whole->slot, path);
    break;
  case MATCH_LEAF:
    if (whole != NULL) {
      compile_leaf(self, match, whole->slot, path);
      return true;
    }
    break;
  }
  compile_skip(self, match->writer, path); /* parts are wanted of what has none */
  return true;
}

static bool
compile(Compiler *self, const PlanFields *fields, GError **error)
{
  g_autoptr(GArray) wants = g_array_new(FALSE, FALSE, sizeof(Want));

  if (fields->length > PLAN_FIELDS) {
    g_set_error(error, FAULT, FAULT_SETUP, "%zu fields; at most %d are read", fields->length,
                PLAN_FIELDS);
    return false;
  }
  for (size_t i = 0; i < fields->length; i++) {
    Want want = {.rest = fields->paths[i], .slot = i};

    if (schema_find(fields->reader, fields->paths[i], error) == NULL)
      return false;
    g_array_append_val(wants, want);
  }
  if (!compile_value(self, match_set_root(self->plan->matches), wants, "")) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, self->refusal);
    return false;
  }
  add_op(self, (Op){.code = OP_END, .path = ""});
  return true;
}

/* From here on nothing but what is needed; mostly that is none of the writer's schema. */
static void
finish(Compiler *self, Schema *writer)
{
  Plan *plan = self->plan;

  plan->ops_length = self->ops->len;
  plan->ops = g_memdup2(self->ops->data, self->ops->len * sizeof(Op));
  if (self->needs_matches)
    plan->bytes += match_set_size(plan->matches) + schema_size(writer);
  else
    g_clear_pointer(&plan->matches, match_set_free);
}

Plan *
plan_new(Schema *writer, const PlanFields *fields, GError **error)
{
  g_autoptr(Plan) self = g_new0(Plan, 1);
  g_autoptr(GArray) ops = g_array_new(FALSE, TRUE, sizeof(Op));
  Compiler compiler = {.plan = self, .ops = ops};

  self->matches = match_set_new(writer, fields->reader);
  self->length = fields->length;
  if (!compile(&compiler, fields, error))
    return NULL;
  finish(&compiler, writer);
  return g_steal_pointer(&self);
}

void
plan_free(Plan *self)
{
  if (self == NULL)
    return;
  match_set_free(self->matches);
  g_free(self->ops);
  if (self->texts != NULL)
    g_string_chunk_free(self->texts);
  if (self->memory != NULL)
    g_ptr_array_unref(self->memory);
  g_free(self);
}

size_t
plan_size(const Plan *self)
{
  return sizeof *self + self->ops_length * sizeof(Op) + self->bytes;
}

void
plan_output_init(PlanOutput *self, size_t fields_length)
{
  *self = (PlanOutput){
      .values = g_new0(Value, MAX(fields_length, 1)),
      .moving = g_new0(size_t, MAX(fields_length, 1)),
  };
}

void
plan_output_clear(PlanOutput *self)
{
  g_free(self->values);
  g_free(self->moving);
  bytes_clear(&self->text);
}

bool
plan_run(const Plan *self, Slice datum, PlanOutput *output, GError **error)
{
  memset(output->values, 0, self->length * sizeof *output->values);
  if (output->text.capacity > KEPT_BYTES)
    bytes_clear(&output->text);
  bytes_reset(&output->text);
  output->moving_length = 0;
  return op_run(self->ops, datum, output, error);
}
