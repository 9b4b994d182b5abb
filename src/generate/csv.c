/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/csv.h"

#include "csv/writer.h"
#include "text/text.h"

#include <math.h>

const char *const generate_csv_damages[] = {"short", "header", NULL};

struct GenerateCsv {
  char *folder; /* owned */
  const ShopEntity *entity;
  CsvWriter *writer; /* owned; NULL between entities */
};

GenerateCsv *
generate_csv_new(const char *folder)
{
  GenerateCsv *self = g_new0(GenerateCsv, 1);

  self->folder = g_strdup(folder);
  return self;
}

void
generate_csv_free(GenerateCsv *self)
{
  if (self == NULL)
    return;
  csv_writer_free(self->writer);
  g_free(self->folder);
  g_free(self);
}

static bool
write_header(GenerateCsv *self, GError **error)
{
  for (size_t i = 0; i < self->entity->fields_length; i++)
    csv_writer_field(self->writer, slice_text(self->entity->fields[i].name));
  return csv_writer_end_row(self->writer, error);
}

static bool
begin(void *data, const ShopEntity *entity, GError **error)
{
  GenerateCsv *self = data;
  g_autofree char *name = g_strconcat(entity->file, ".csv", NULL);
  g_autofree char *path = g_build_filename(self->folder, name, NULL);

  self->entity = entity;
  csv_writer_free(self->writer);
  self->writer = csv_writer_new(path, NULL, error);
  return self->writer != NULL && write_header(self, error);
}

/* Numbers in the one text form that tables hold them in. */
static void
write_value(CsvWriter *writer, const Value *value)
{
  uint8_t text[TEXT_NUMBER_BYTES];

  if (value->kind == VALUE_TEXT)
    csv_writer_field(writer, value->text);
  else if (value->kind == VALUE_MISSING)
    csv_writer_field(writer, SLICE_EMPTY);
  else if (isnan(value->number))
    csv_writer_field(writer, slice_text("nan"));
  else
    csv_writer_field(writer, slice(text, text_put_double(text, value->number)));
}

static bool
write_fields(GenerateCsv *self, const ShopRecord *record, size_t fields, GError **error)
{
  for (size_t i = 0; i < fields; i++)
    write_value(self->writer, &record->values[i]);
  return csv_writer_end_row(self->writer, error);
}

static bool
write_record(void *data, const ShopRecord *record, GError **error)
{
  GenerateCsv *self = data;

  return write_fields(self, record, record->length, error);
}

static bool
write_damaged(void *data, const ShopRecord *record, size_t damage, GError **error)
{
  GenerateCsv *self = data;

  if ((GenerateCsvDamage)damage == GENERATE_CSV_HEADER)
    return write_header(self, error);
  return write_fields(self, record, record->length / 2, error);
}

static bool
end(void *data, bool is_whole, GError **error)
{
  GenerateCsv *self = data;
  g_autoptr(CsvWriter) writer = g_steal_pointer(&self->writer);

  return !is_whole || csv_writer_finish(writer, error);
}

GenerateSink
generate_csv_sink(GenerateCsv *self)
{
  return (GenerateSink){
      .self = self,
      .damages = generate_csv_damages,
      .begin = begin,
      .record = write_record,
      .damaged = write_damaged,
      .end = end,
  };
}
