/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/op.h"

#include "datum/datum.h"
#include "datum/leaf.h"
#include "datum/render.h"

typedef struct {
  Datum datum;
  Value *values;
  PlanOutput *output;
  const Op *ops;
} Run;

static inline bool
read_integer(Run *self, const Op *op)
{
  int64_t integer = 0;
  Value *value = &self->values[op->slot];

  if (!(op->code == OP_INT ? datum_read_int(&self->datum, &integer)
                           : datum_read_long(&self->datum, &integer)))
    return false;
  value->kind = op->kind;
  if (op->kind == VALUE_INT)
    value->integer = integer;
  else if (op->kind == VALUE_FLOAT)
    value->single = (float)integer;
  else
    value->number = (double)integer;
  return true;
}

static inline bool
read_slice(Run *self, const Op *op)
{
  Value *value = &self->values[op->slot];

  value->kind = op->kind;
  return datum_read_slice(&self->datum, &value->text);
}

static inline bool
read_double(Run *self, const Op *op)
{
  Value *value = &self->values[op->slot];

  value->kind = VALUE_DOUBLE;
  return datum_read_double(&self->datum, &value->number);
}

static bool
read_float(Run *self, const Op *op)
{
  float single = 0;
  Value *value = &self->values[op->slot];

  if (!datum_read_float(&self->datum, &single))
    return false;
  value->kind = op->kind;
  if (op->kind == VALUE_FLOAT)
    value->single = single;
  else
    value->number = (double)single;
  return true;
}

static bool
read_boolean(Run *self, const Op *op)
{
  Value *value = &self->values[op->slot];

  value->kind = VALUE_BOOLEAN;
  return datum_read_boolean(&self->datum, &value->boolean);
}

static bool
read_enum(Run *self, const Op *op)
{
  const char *symbol = "";

  if (!leaf_symbol(&self->datum, op->match, &symbol))
    return false;
  self->values[op->slot] = (Value){.kind = VALUE_TEXT, .text = slice_text(symbol)};
  return true;
}

/* What is not a slice of the datum goes to the output's text. */
static bool
read_text(Run *self, const Op *op)
{
  PlanOutput *output = self->output;
  const uint8_t *first = self->datum.at;
  size_t start = output->text.len;

  if (!(op->code == OP_LOGICAL ? leaf_logical(&self->datum, op->match, &output->text)
                               : render_json(&self->datum, op->match, &output->text)))
    return false;
  if (op->code == OP_PEEK)
    self->datum.at = first;
  self->values[op->slot] = (Value){
      .kind = VALUE_TEXT,
      .text = slice((const void *)start, output->text.len - start), /* settle() adds the base */
  };
  output->moving[output->moving_length++] = op->slot;
  return true;
}

static bool
read_fixed(Run *self, const Op *op)
{
  Value *value = &self->values[op->slot];

  value->kind = VALUE_BYTES;
  return datum_read_fixed(&self->datum, op->length, &value->text);
}

/* The step behind this one; NULL: refused. */
static const Op *
take_branch(Run *self, const Op *op)
{
  size_t index = 0;

  if (!datum_read_index(&self->datum, op->length, "union branch", &index))
    return NULL;
  return self->ops + op->branches[index];
}

/* The same where one of two branches is null, as most nullable fields are. */
static inline const Op *
take_optional(Run *self, const Op *op)
{
  size_t index = 0;

  if (!datum_read_index(&self->datum, 2, "union branch", &index))
    return NULL;
  return op + (index == op->slot ? 1 + op->length : 1);
}

static bool
skip_slice(Run *self)
{
  Slice skipped;

  return datum_read_slice(&self->datum, &skipped);
}

static bool
skip_double(Run *self)
{
  double skipped = 0;

  return datum_read_double(&self->datum, &skipped);
}

static bool
run_step(Run *self, const Op *op)
{
  switch ((OpCode)op->code) {
  case OP_SLICE:
    return read_slice(self, op);
  case OP_INT:
  case OP_LONG:
    return read_integer(self, op);
  case OP_FLOAT:
    return read_float(self, op);
  case OP_DOUBLE:
    return read_double(self, op);
  case OP_BOOLEAN:
    return read_boolean(self, op);
  case OP_FIXED:
    return read_fixed(self, op);
  case OP_ENUM:
    return read_enum(self, op);
  case OP_LOGICAL:
  case OP_JSON:
  case OP_PEEK:
    return read_text(self, op);
  case OP_SKIP_SLICE:
    return skip_slice(self);
  case OP_SKIP_DOUBLE:
    return skip_double(self);
  case OP_SKIP:
    return datum_skip(&self->datum, op->type);
  case OP_CONSTANT:
    self->values[op->slot] = *op->constant;
    return true;
  case OP_REFUSE:
    return datum_refuse(&self->datum, "%s", op->refusal);
  case OP_UNION:
  case OP_OPTIONAL:
  case OP_JUMP:
  case OP_END:
    break;
  }
  g_assert_not_reached();
}

/* The step after this one; NULL: refused. */
static inline const Op *
next_step(Run *self, const Op *op)
{
  if (op->code == OP_OPTIONAL)
    return take_optional(self, op);
  if (op->code == OP_UNION)
    return take_branch(self, op);
  if (op->code == OP_JUMP)
    return self->ops + op->length;
  return run_step(self, op) ? op + 1 : NULL;
}

/* Text could move while it grew, so until now values held offsets. */
static void
settle(PlanOutput *output)
{
  for (size_t i = 0; i < output->moving_length; i++) {
    Value *value = &output->values[output->moving[i]];

    value->text.data = output->text.data + (uintptr_t)value->text.data;
  }
}

bool
op_run(const Op *ops, Slice datum, PlanOutput *output, GError **error)
{
  Run run = {.values = output->values, .output = output, .ops = ops};
  const Op *op = ops;

  datum_init(&run.datum, datum);
  while (op->code != OP_END) {
    const Op *next = next_step(&run, op);

    if (G_UNLIKELY(next == NULL)) {
      datum_fault(&run.datum, op->path, error);
      return false;
    }
    op = next;
  }
  if (G_UNLIKELY(run.datum.at != run.datum.end)) {
    datum_refuse(&run.datum, "%zu bytes are left over behind the record", datum_left(&run.datum));
    datum_fault(&run.datum, NULL, error);
    return false;
  }
  settle(output);
  return true;
}
