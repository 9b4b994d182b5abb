/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/decoder.h"

#include <inttypes.h>

#include "datum/framing.h"
#include "json/fields.h"

/* Schemas at hand without a lock, by the last bits of their ids. */
enum { HANDY = 16 };

typedef struct {
  Writer *writer; /* owned; NULL: none */
  uint32_t id;
} Handy;

struct Decoder {
  const Mapping *mapping; /* borrowed */
  JsonFields *json;       /* owned; NULL: the records are Avro, and `own` is not */
  const char *path;       /* of the mapping, for messages; borrowed from it */
  MappingFraming framing;
  const SchemaSource *source; /* borrowed; NULL where the framing needs none */
  PlanFields fields;          /* borrowed from the mapping */
  Plan *own;                  /* owned: of datums that the mapping's own schema wrote */
  uint64_t fingerprint;       /* of the mapping's own schema */
  Handy handy[HANDY];
  char *notice; /* owned */
  PlanOutput output;
  Bytes spelled; /* owned: texts that JSON's became by the schema */
};

/* Takes fields with reader, paths and length set. */
static bool
prepare_json(Decoder *self, GError **error)
{
  JsonTypes types = self->fields.reader == NULL ? JSON_OWN_TYPES : JSON_TEXTS;

  self->json = json_fields_new(self->fields.paths, self->fields.length, types, error);
  if (self->json != NULL)
    return true;
  g_prefix_error(error, "%s: ", self->path);
  return false;
}

static Decoder *
decoder_of(const Mapping *mapping, const PlanFields *fields, const SchemaSource *source,
           GError **error)
{
  g_autoptr(Decoder) self = g_new0(Decoder, 1);

  self->mapping = mapping;
  self->path = mapping_path(mapping);
  self->framing = mapping_framing(mapping);
  self->source = source;
  self->fields = *fields;
  plan_output_init(&self->output, fields->length);
  if (mapping_format(mapping) == MAPPING_JSON)
    return prepare_json(self, error) ? g_steal_pointer(&self) : NULL;
  self->fingerprint = schema_fingerprint(fields->reader);
  if (self->framing == MAPPING_CONFLUENT && source == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: $.record.framing: confluent needs a schema registry: set registry.url",
                self->path);
    return NULL;
  }
  self->own = plan_new(fields->reader, fields, error);
  if (self->own == NULL) {
    g_prefix_error(error, "%s: ", self->path);
    return NULL;
  }
  return g_steal_pointer(&self);
}

Decoder *
decoder_new(const Mapping *mapping, const SchemaSource *source, GError **error)
{
  PlanFields fields = {.reader = mapping_schema(mapping)};

  fields.paths = mapping_fields(mapping, &fields.length);
  return decoder_of(mapping, &fields, source, error);
}

Decoder *
decoder_new_for_keys(const Mapping *mapping, const SchemaSource *source, GError **error)
{
  PlanFields fields = {.reader = mapping_key_schema(mapping)};

  fields.paths = mapping_key_fields(mapping, &fields.length);
  return decoder_of(mapping, &fields, source, error);
}

void
decoder_free(Decoder *self)
{
  if (self == NULL)
    return;
  plan_free(self->own);
  json_fields_free(self->json);
  bytes_clear(&self->spelled);
  for (size_t i = 0; i < HANDY; i++)
    writer_unref(self->handy[i].writer);
  plan_output_clear(&self->output);
  g_free(self->notice);
  g_free(self);
}

static void
add_hint(GError **error, const char *hint)
{
  if (error == NULL)
    return;

  g_autofree char *bare = (*error)->message;

  (*error)->message = g_strconcat(bare, hint, NULL);
}

/* Where a framing was expected: whether there is none is soon tried. */
static void
add_datum_hint(Decoder *self, Slice payload, GError **error)
{
  bool is_bare = self->json != NULL ? json_fields_read(self->json, payload, NULL) != NULL
                                    : plan_run(self->own, payload, &self->output, NULL);

  if (is_bare)
    add_hint(error, "; without that it can be read: set record.framing to datum");
}

static bool
decode_datum(Decoder *self, Slice payload, GError **error)
{
  if (plan_run(self->own, payload, &self->output, error))
    return true;
  add_hint(error, framing_hint(payload));
  return false;
}

static void
keep_notice(Decoder *self, uint32_t id, const char *refusal)
{
  g_free(self->notice);
  self->notice = g_strdup_printf("%s: records written with schema %" PRIu32
                                 " of the registry cannot be read: %s",
                                 self->path, id, refusal);
}

static Writer *
meet_writer(Decoder *self, uint32_t id, GError **error)
{
  g_autoptr(Schema) schema = self->source->lookup(self->source->self, id, error);

  if (schema == NULL)
    return NULL;

  /* a Kafka key that is no record is read as one of one field, on both sides */
  g_autoptr(Schema) written =
      schema_was_no_record(self->fields.reader) ? schema_as_record(schema) : schema_ref(schema);
  Writer *writer = writer_new(written, &self->fields);

  if (writer->plan == NULL)
    keep_notice(self, id, writer->refusal);
  if (self->source->writers != NULL)
    writers_put(self->source->writers, self->fields.reader, id, writer);
  return writer;
}

static const Writer *
find_writer(Decoder *self, uint32_t id, GError **error)
{
  Handy *handy = &self->handy[id % HANDY];
  Writer *writer = NULL;

  if (G_LIKELY(handy->writer != NULL && handy->id == id))
    return handy->writer;
  if (self->source->writers != NULL)
    writer = writers_get(self->source->writers, self->fields.reader, id);
  if (writer == NULL)
    writer = meet_writer(self, id, error);
  if (writer == NULL)
    return NULL;
  writer_unref(handy->writer);
  *handy = (Handy){writer, id};
  return writer;
}

static bool
decode_confluent(Decoder *self, const Framed *framed, GError **error)
{
  uint32_t id = (uint32_t)framed->schema;
  const Writer *writer = find_writer(self, id, error);

  if (writer == NULL)
    return false;
  if (writer->plan == NULL) {
    fault_record(error, "schema %" PRIu32 ": %s", id, writer->refusal);
    fault_set_kind(error, writer->refusal);
    return false;
  }
  if (plan_run(writer->plan, framed->datum, &self->output, error))
    return true;
  g_prefix_error(error, "schema %" PRIu32 ": ", id);
  return false;
}

static bool
decode_single_object(Decoder *self, const Framed *framed, GError **error)
{
  if (framed->schema == self->fingerprint)
    return plan_run(self->own, framed->datum, &self->output, error);
  fault_record(error,
               "written with a schema of fingerprint %016" PRIx64
               ", and the mapping's has %016" PRIx64
               ": single-object encoding is read with the mapping's own schema alone",
               framed->schema, self->fingerprint);
  return false;
}

/* The schema of JSON records says what their texts are, as it does of CSV's. */
static bool
decode_json(Decoder *self, Slice document, GError **error)
{
  const Value *values = json_fields_read(self->json, document, error);

  if (values == NULL) {
    if (self->framing == MAPPING_DATUM)
      add_hint(error, framing_hint(document));
    return false;
  }
  memcpy(self->output.values, values, self->fields.length * sizeof *values);
  return self->fields.reader == NULL ||
         mapping_parse_texts(self->mapping, '.', self->output.values, &self->spelled, error);
}

static bool
decode(Decoder *self, Slice payload, GError **error)
{
  Framed framed = {0};

  if (!framing_open(self->framing, payload, &framed, error)) {
    add_datum_hint(self, payload, error);
    return false;
  }
  if (self->json != NULL)
    return decode_json(self, framed.datum, error);

  switch (self->framing) {
  case MAPPING_DATUM:
    return decode_datum(self, framed.datum, error);
  case MAPPING_CONFLUENT:
    return decode_confluent(self, &framed, error);
  case MAPPING_SINGLE_OBJECT:
    return decode_single_object(self, &framed, error);
  }
  g_assert_not_reached();
}

const Value *
decoder_decode(Decoder *self, Slice payload, GError **error)
{
  return decode(self, payload, error) ? self->output.values : NULL;
}

char *
decoder_take_notice(Decoder *self)
{
  return g_steal_pointer(&self->notice);
}
