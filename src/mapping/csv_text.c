/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "mapping/spelled.h"

/* `scratch` must not move while values point into it: room for the whole record comes first, each
 * text being read twice at most. */
static size_t
scratch_bytes(const Mapping *self, const Value *values)
{
  size_t bytes = 0;

  for (size_t i = 0; i < self->fields.nodes->len; i++)
    if (values[i].kind == VALUE_TEXT)
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

bool
mapping_parse_texts(const Mapping *self, Value *values, Bytes *scratch, GError **error)
{
  bytes_reset(scratch);
  bytes_reserve(scratch, scratch_bytes(self, values));
  for (size_t i = 0; i < self->fields.nodes->len; i++) {
    const SchemaNode *node = self->fields.nodes->pdata[i];
    Slice text = values[i].text;

    if (values[i].kind != VALUE_TEXT)
      continue;
    if (is_null(&self->nulls, node, scratch, &values[i])) {
      values[i].kind = VALUE_MISSING;
    } else if (!spelled_read(node, text, scratch, &values[i], error)) {
      g_prefix_error(error, "field %s: ", (const char *)self->fields.paths->pdata[i]);
      return false;
    }
  }
  return true;
}
