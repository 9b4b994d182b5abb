/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"

#include "datum/op.h"

enum {
  MOST_OPS = 1 << 20,
  KEPT_BYTES = 256 << 10, /* of text, from run to run: one giant must not hold its memory */
};

struct Plan {
  MatchSet *matches; /* owned */
  GArray *ops;       /* owned, of Op */
  GPtrArray *memory; /* owned, of owned blocks */
  size_t length;     /* of fields */
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
} Compiler;

static bool compile_value(Compiler *self, const Match *match, GArray *wants, const char *path);

static void *
keep(Compiler *self, void *block)
{
  g_ptr_array_add(self->plan->memory, block);
  return block;
}

static const char *
path_below(Compiler *self, const char *path, const char *name)
{
  return keep(self, g_strconcat(path, *path == '\0' ? "" : ".", name, NULL));
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

static void
compile_skip(Compiler *self, const SchemaNode *type, const char *path)
{
  Op op = {.code = OP_SKIP, .type = type, .path = path};

  if (type->is_empty)
    return;
  if (type->kind == SCHEMA_STRING || type->kind == SCHEMA_BYTES)
    op.code = OP_SKIP_SLICE;
  else if (type->kind == SCHEMA_DOUBLE)
    op.code = OP_SKIP_DOUBLE;
  add_op(self, op);
}

/* What a plain value of the kind becomes. */
static const ValueKind value_kinds[] = {
    [SCHEMA_BOOLEAN] = VALUE_BOOLEAN, [SCHEMA_INT] = VALUE_INT,       [SCHEMA_LONG] = VALUE_INT,
    [SCHEMA_FLOAT] = VALUE_FLOAT,     [SCHEMA_DOUBLE] = VALUE_DOUBLE, [SCHEMA_BYTES] = VALUE_BYTES,
    [SCHEMA_STRING] = VALUE_TEXT,     [SCHEMA_ENUM] = VALUE_TEXT,     [SCHEMA_FIXED] = VALUE_BYTES,
};

static const OpCode leaf_codes[] = {
    [SCHEMA_BOOLEAN] = OP_BOOLEAN, [SCHEMA_INT] = OP_INT,       [SCHEMA_LONG] = OP_LONG,
    [SCHEMA_FLOAT] = OP_FLOAT,     [SCHEMA_DOUBLE] = OP_DOUBLE, [SCHEMA_BYTES] = OP_SLICE,
    [SCHEMA_STRING] = OP_SLICE,    [SCHEMA_ENUM] = OP_ENUM,     [SCHEMA_FIXED] = OP_FIXED,
};

static void
compile_leaf(Compiler *self, const Match *match, size_t slot, const char *path)
{
  if (match->writer->kind == SCHEMA_NULL)
    return; /* the value is missing, as it was before */
  add_op(self, (Op){
                   .code = match->unit.logical == LOGICAL_NONE ? leaf_codes[match->writer->kind]
                                                               : OP_LOGICAL,
                   .kind = value_kinds[match->reader->kind],
                   .slot = slot,
                   .length = match->writer->length,
                   .match = match,
                   .path = path,
               });
}

static bool
compile_refusal(Compiler *self, const char *refusal, const char *path)
{
  add_op(self, (Op){.code = OP_REFUSE, .refusal = refusal, .path = path});
  self->refusal = keep(self, *path == '\0' ? g_strdup(refusal)
                                           : g_strdup_printf("field %s: %s", path, refusal));
  return false;
}

static bool
compile_union(Compiler *self, const Match *match, GArray *wants, const char *path)
{
  g_autoptr(GArray) jumps = g_array_new(FALSE, FALSE, sizeof(size_t));
  size_t *branches = keep(self, g_new(size_t, match->length));
  const char *refusal = self->refusal;
  bool can_be_read = false;

  add_op(self, (Op){.code = OP_UNION, .branches = branches, .length = match->length, .path = path});
  for (size_t i = 0; i < match->length; i++) {
    branches[i] = self->ops->len;
    can_be_read = compile_value(self, match->branches[i], wants, path) || can_be_read;
    if (i + 1 < match->length) {
      size_t jump = add_op(self, (Op){.code = OP_JUMP, .path = path});

      g_array_append_val(jumps, jump);
    }
  }
  for (size_t i = 0; i < jumps->len; i++)
    op_at(self, g_array_index(jumps, size_t, i))->length = self->ops->len;
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
    Value *constant = keep(self, g_memdup2(&values[slot], sizeof values[slot]));

    if (constant->kind == VALUE_MISSING)
      continue;
    if (constant->kind == VALUE_TEXT || constant->kind == VALUE_BYTES)
      constant->text.data = keep(self, g_memdup2(constant->text.data, constant->text.len));
    add_op(self, (Op){.code = OP_CONSTANT, .slot = slot, .constant = constant, .path = path});
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
    return compile_refusal(self, keep(self, g_strdup(error->message)), path);
  add_constants(self, wants, output.values, path);
  return true;
}

static bool
compile_json(Compiler *self, OpCode code, const Match *match, size_t slot, const char *path)
{
  if (match->refusal != NULL)
    return compile_refusal(self, match->refusal, path);
  add_op(self, (Op){.code = code, .slot = slot, .match = match, .path = path});
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
      compile_skip(self, field->writer->type, path_below(self, path, field->writer->name));
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
compile(Plan *self, const PlanFields *fields, GError **error)
{
  g_autoptr(GArray) wants = g_array_new(FALSE, FALSE, sizeof(Want));
  Compiler compiler = {.plan = self, .ops = self->ops};

  for (size_t i = 0; i < fields->length; i++) {
    Want want = {.rest = fields->paths[i], .slot = i};

    if (schema_find(fields->reader, fields->paths[i], error) == NULL)
      return false;
    g_array_append_val(wants, want);
  }
  if (!compile_value(&compiler, match_set_root(self->matches), wants, "")) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, compiler.refusal);
    return false;
  }
  add_op(&compiler, (Op){.code = OP_END, .path = ""});
  return true;
}

Plan *
plan_new(Schema *writer, const PlanFields *fields, GError **error)
{
  Plan *self = g_new0(Plan, 1);

  self->matches = match_set_new(writer, fields->reader);
  self->ops = g_array_new(FALSE, TRUE, sizeof(Op));
  self->memory = g_ptr_array_new_with_free_func(g_free);
  self->length = fields->length;
  if (compile(self, fields, error))
    return self;
  plan_free(self);
  return NULL;
}

void
plan_free(Plan *self)
{
  if (self == NULL)
    return;
  match_set_free(self->matches);
  g_array_unref(self->ops);
  g_ptr_array_unref(self->memory);
  g_free(self);
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
  return op_run((const Op *)self->ops->data, datum, output, error);
}
