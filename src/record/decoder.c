/* SPDX-License-Identifier: Apache-2.0 */
#include "record/decoder.h"

#include "record/plan.h"

struct Decoder {
  const Mapping *mapping; /* borrowed */
  PlanFields fields;      /* borrowed from the mapping */
  Plan *own;              /* owned: of datums that the mapping's own schema wrote */
  PlanOutput output;
};

Decoder *
decoder_new(const Mapping *mapping, const SchemaSource *source, GError **error)
{
  g_autoptr(Decoder) self = g_new0(Decoder, 1);

  (void)source;
  self->mapping = mapping;
  self->fields.reader = mapping_schema(mapping);
  self->fields.paths = mapping_fields(mapping, &self->fields.length);
  plan_output_init(&self->output, self->fields.length);
  self->own = plan_new(self->fields.reader, &self->fields, error);
  if (self->own == NULL) {
    g_prefix_error(error, "%s: ", mapping_path(mapping));
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
decoder_free(Decoder *self)
{
  if (self == NULL)
    return;
  plan_free(self->own);
  plan_output_clear(&self->output);
  g_free(self);
}

const Value *
decoder_decode(Decoder *self, Slice payload, GError **error)
{
  return plan_run(self->own, payload, &self->output, error) ? self->output.values : NULL;
}
