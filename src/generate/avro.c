/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/avro.h"

#include "avrofile/writer.h"
#include "generate/datum.h"

static const char *const no_damages[] = {NULL};

struct GenerateAvro {
  char *folder; /* owned */
  const ShopEntity *entity;
  AvrofileWriter *writer; /* owned; NULL between entities */
  Bytes datum;            /* owned */
};

GenerateAvro *
generate_avro_new(const char *folder)
{
  GenerateAvro *self = g_new0(GenerateAvro, 1);

  self->folder = g_strdup(folder);
  return self;
}

void
generate_avro_free(GenerateAvro *self)
{
  if (self == NULL)
    return;
  avrofile_writer_free(self->writer);
  bytes_clear(&self->datum);
  g_free(self->folder);
  g_free(self);
}

char *
generate_avro_schema(const ShopEntity *entity)
{
  static const char *const types[] = {
      [SHOP_TEXT] = "\"string\"",
      [SHOP_OPTIONAL_TEXT] = "[\"string\",\"null\"]",
      [SHOP_NUMBER] = "\"double\"",
  };
  GString *text = g_string_new(NULL);

  g_string_append_printf(text,
                         "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"sluice\","
                         "\"fields\":[",
                         entity->type);
  for (size_t i = 0; i < entity->fields_length; i++)
    g_string_append_printf(text, "%s{\"name\":\"%s\",\"type\":%s}", i == 0 ? "" : ",",
                           entity->fields[i].name, types[entity->fields[i].type]);
  g_string_append(text, "]}");
  return g_string_free(text, FALSE);
}

static bool
begin(void *data, const ShopEntity *entity, GError **error)
{
  GenerateAvro *self = data;
  g_autofree char *name = g_strconcat(entity->file, ".avro", NULL);
  g_autofree char *path = g_build_filename(self->folder, name, NULL);
  g_autofree char *schema = generate_avro_schema(entity);

  self->entity = entity;
  avrofile_writer_free(self->writer);
  self->writer = avrofile_writer_new(path, slice_text(schema), AVROFILE_DEFLATE, error);
  return self->writer != NULL;
}

static bool
write_record(void *data, const ShopRecord *record, GError **error)
{
  GenerateAvro *self = data;

  bytes_reset(&self->datum);
  generate_datum_put(self->entity, record, &self->datum);
  return avrofile_writer_append(self->writer, bytes_slice(&self->datum), error);
}

static bool
end(void *data, bool is_whole, GError **error)
{
  GenerateAvro *self = data;
  g_autoptr(AvrofileWriter) writer = g_steal_pointer(&self->writer);

  return !is_whole || avrofile_writer_finish(writer, error);
}

GenerateSink
generate_avro_sink(GenerateAvro *self)
{
  return (GenerateSink){
      .self = self,
      .damages = no_damages,
      .begin = begin,
      .record = write_record,
      .end = end,
  };
}
