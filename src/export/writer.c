/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include "avrofile/writer.h"
#include "base/whole_file.h"
#include "csv/writer.h"
#include "json/put.h"

#include <math.h>

enum { BUFFER_BYTES = 256 * 1024, FILE_MODE = 0666 };

/* Fields of one record, in order. */
struct ExportWriter {
  const ExportLayout *layout; /* borrowed */
  ExportForm form;
  CsvWriter *csv;  /* owned, like those below: one of the three */
  WholeFile *json; /* of Bytes that wait in `buffer` */
  AvrofileWriter *avro;
  Bytes buffer;
};

void
export_writer_free(ExportWriter *self)
{
  if (self == NULL)
    return;
  csv_writer_free(self->csv);
  whole_file_free(self->json);
  avrofile_writer_free(self->avro);
  bytes_clear(&self->buffer);
  g_free(self);
}

static bool
put_header(ExportWriter *self, GError **error)
{
  csv_writer_field(self->csv, slice_text(self->layout->row));
  csv_writer_field(self->csv, slice_text(self->layout->timestamp));
  for (guint i = 0; i < self->layout->columns->len; i++)
    csv_writer_field(self->csv,
                     slice_text(g_array_index(self->layout->columns, ExportColumn, i).name));
  return csv_writer_end_row(self->csv, error);
}

ExportWriter *
export_writer_new(const ExportLayout *layout, ExportForm form, const char *path, GError **error)
{
  g_autoptr(ExportWriter) self = g_new0(ExportWriter, 1);
  const char *to = path == NULL ? "/dev/stdout" : path;
  g_autofree char *schema = NULL;

  self->layout = layout;
  self->form = form;
  switch (form) {
  case EXPORT_CSV:
    self->csv = csv_writer_new(to, NULL, error);
    if (self->csv == NULL || !put_header(self, error))
      return NULL;
    break;
  case EXPORT_JSON:
    self->json = whole_file_new(to, "", FILE_MODE, error);
    if (self->json == NULL)
      return NULL;
    break;
  case EXPORT_AVRO:
  case EXPORT_FORMS:
    schema = export_schema(layout);
    self->avro = avrofile_writer_new(to, slice_text(schema), AVROFILE_DEFLATE, error);
    if (self->avro == NULL)
      return NULL;
    break;
  }
  return g_steal_pointer(&self);
}

/* As convert_to_text(), but for the zero below zero, which has a sign in HBase's bytes. */
static Slice
text_of(const Value *value, uint8_t *scratch)
{
  if ((value->kind == VALUE_DOUBLE && value->number == 0 && signbit(value->number)) ||
      (value->kind == VALUE_FLOAT && value->single == 0 && signbit(value->single)))
    return slice_text("-0.0");
  return convert_to_text(value, scratch);
}

static bool
put_csv(ExportWriter *self, Slice key, int64_t timestamp, const Value *values, GError **error)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  const Value time = {.kind = VALUE_INT, .integer = timestamp};

  csv_writer_field(self->csv, key);
  csv_writer_field(self->csv, convert_to_text(&time, scratch));
  for (guint i = 0; i < self->layout->columns->len; i++) {
    CsvField field = {.is_quoted = values[i].kind != VALUE_MISSING};

    if (field.is_quoted)
      field.text = text_of(&values[i], scratch);
    csv_writer_put(self->csv, &field);
  }
  return csv_writer_end_row(self->csv, error);
}

static void
put_name(Bytes *out, const char *name)
{
  bytes_append_u8(out, out->len == 0 || out->data[out->len - 1] == '\n' ? '{' : ',');
  json_put_string(out, slice_text(name));
  bytes_append_u8(out, ':');
}

static void
put_json_value(Bytes *out, const Value *value)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  bool is_infinite = (value->kind == VALUE_DOUBLE && isinf(value->number)) ||
                     (value->kind == VALUE_FLOAT && isinf(value->single));

  if (value->kind == VALUE_BYTES)
    json_put_bytes(out, value->text);
  else if (value->kind == VALUE_TEXT)
    json_put_string(out, value->text);
  else if (is_infinite)
    json_put_string(out, text_of(value, scratch));
  else
    bytes_append_slice(out, text_of(value, scratch));
}

static bool
put_json(ExportWriter *self, Slice key, int64_t timestamp, const Value *values, GError **error)
{
  Bytes *out = &self->buffer;
  const Value first[] = {
      {.kind = self->layout->has_binary_keys ? VALUE_BYTES : VALUE_TEXT, .text = key},
      {.kind = VALUE_INT, .integer = timestamp},
  };

  put_name(out, self->layout->row);
  put_json_value(out, &first[0]);
  put_name(out, self->layout->timestamp);
  put_json_value(out, &first[1]);
  for (guint i = 0; i < self->layout->columns->len; i++) {
    if (values[i].kind == VALUE_MISSING)
      continue;
    put_name(out, g_array_index(self->layout->columns, ExportColumn, i).name);
    put_json_value(out, &values[i]);
  }
  bytes_append(out, "}\n", 2);
  if (out->len < BUFFER_BYTES)
    return true;
  if (!whole_file_write(self->json, bytes_slice(out), error))
    return false;
  bytes_reset(out);
  return true;
}

static void
put_long(Bytes *out, int64_t value)
{
  uint64_t left = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);

  for (; left >= 0x80; left >>= 7)
    bytes_append_u8(out, (uint8_t)(left | 0x80));
  bytes_append_u8(out, (uint8_t)left);
}

static void
put_bytes(Bytes *out, Slice bytes)
{
  put_long(out, (int64_t)bytes.len);
  bytes_append_slice(out, bytes);
}

static void
put_avro_value(Bytes *out, const Value *value)
{
  uint64_t bits = 0;
  uint32_t single = 0;

  switch (value->kind) {
  case VALUE_MISSING:
    break;
  case VALUE_TEXT:
  case VALUE_BYTES:
    put_bytes(out, value->text);
    break;
  case VALUE_INT:
    put_long(out, value->integer);
    break;
  case VALUE_FLOAT:
    memcpy(&single, &value->single, sizeof single);
    single = GUINT32_TO_LE(single);
    bytes_append(out, &single, sizeof single);
    break;
  case VALUE_DOUBLE:
    memcpy(&bits, &value->number, sizeof bits);
    bits = GUINT64_TO_LE(bits);
    bytes_append(out, &bits, sizeof bits);
    break;
  case VALUE_BOOLEAN:
    bytes_append_u8(out, value->boolean);
    break;
  }
}

static bool
put_avro(ExportWriter *self, Slice key, int64_t timestamp, const Value *values, GError **error)
{
  Bytes *out = &self->buffer;

  bytes_reset(out);
  put_bytes(out, key);
  put_long(out, timestamp);
  for (guint i = 0; i < self->layout->columns->len; i++) {
    put_long(out, values[i].kind != VALUE_MISSING); /* of the union with null */
    put_avro_value(out, &values[i]);
  }
  return avrofile_writer_append(self->avro, bytes_slice(out), error);
}

bool
export_writer_put(ExportWriter *self, Slice key, int64_t timestamp, const Value *values,
                  GError **error)
{
  return self->form == EXPORT_CSV    ? put_csv(self, key, timestamp, values, error)
         : self->form == EXPORT_JSON ? put_json(self, key, timestamp, values, error)
                                     : put_avro(self, key, timestamp, values, error);
}

bool
export_writer_finish(ExportWriter *self, GError **error)
{
  if (self->csv != NULL)
    return csv_writer_finish(self->csv, error);
  if (self->avro != NULL)
    return avrofile_writer_finish(self->avro, error);
  return whole_file_write(self->json, bytes_slice(&self->buffer), error) &&
         whole_file_finish(self->json, error);
}
