/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/json.h"

#include "json/put.h"

static void
put_value(Bytes *out, const Value *value)
{
  if (value->kind == VALUE_TEXT)
    json_put_string(out, value->text);
  else if (value->kind == VALUE_DOUBLE)
    json_put_double(out, value->number);
  else
    bytes_append(out, "null", 4);
}

void
generate_json_put(const ShopEntity *entity, const ShopRecord *record, Bytes *out)
{
  for (size_t i = 0; i < entity->fields_length; i++) {
    bytes_append_u8(out, i == 0 ? '{' : ',');
    json_put_string(out, slice_text(entity->fields[i].name));
    bytes_append_u8(out, ':');
    put_value(out, &record->values[i]);
  }
  bytes_append_u8(out, '}');
}

void
generate_json_put_damaged(const ShopEntity *entity, const ShopRecord *record,
                          GenerateDatumDamage damage, Bytes *out)
{
  static const char text[] = "this message is not JSON";
  size_t start = out->len;

  generate_json_put(entity, record, out);
  switch (damage) {
  case GENERATE_DATUM_CUT:
    out->len = start + (out->len - start) / 2;
    break;
  case GENERATE_DATUM_TRAILING:
    bytes_append_u8(out, '!');
    break;
  case GENERATE_DATUM_LENGTH: /* a text that goes on to the end of the message */
    out->data[out->len - 1] = ',';
    bytes_append(out, "\"", 1);
    break;
  case GENERATE_DATUM_EMPTY:
    out->len = start;
    break;
  case GENERATE_DATUM_TEXT:
    out->len = start;
    bytes_append(out, text, sizeof text - 1);
    break;
  }
}
