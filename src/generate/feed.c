/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/feed.h"

#include "avrofile/rows.h"
#include "datum/recode.h"

enum { EXAMPLES = 5, RECORDS_PER_QUESTION = 1024 };

struct GenerateFeed {
  GenerateFeedOptions options;
  GenerateFed fed;
  FaultList examples;
  Row row;
  Bytes value;  /* owned: framing and datum */
  size_t frame; /* bytes of framing, in every value */
  /* Of the file under way: */
  const char *path;   /* borrowed */
  AvrofileRows *rows; /* owned */
  MatchSet *matches;  /* owned; NULL: the records stay as they are */
};

GenerateFeed *
generate_feed_new(const GenerateFeedOptions *options)
{
  GenerateFeed *self = g_new0(GenerateFeed, 1);

  self->options = *options;
  bytes_reserve(&self->value, 1); /* an empty message is not a null one: it points somewhere */
  return self;
}

void
generate_feed_free(GenerateFeed *self)
{
  if (self == NULL)
    return;
  avrofile_rows_free(self->rows);
  match_set_free(self->matches);
  fault_list_clear(&self->examples);
  row_clear(&self->row);
  bytes_clear(&self->value);
  g_free(self);
}

static bool
frame_confluent(GenerateFeed *self, GError **error)
{
  const AvrofileReader *reader = avrofile_rows_reader(self->rows);
  g_autofree char *name = g_strconcat(self->options.topic, "-value", NULL);
  const HttpSubject subject = {name, avrofile_reader_schema_text(reader)};
  uint32_t id = 0;

  if (!http_registry_register(self->options.registry, &subject, &id, error))
    return false;
  bytes_append_u8(&self->value, 0);
  bytes_append_be32(&self->value, id);
  return true;
}

static void
frame_single_object(GenerateFeed *self)
{
  uint64_t fingerprint = GUINT64_TO_LE(schema_fingerprint(mapping_schema(self->options.mapping)));

  bytes_append(&self->value, "\xC3\x01", 2);
  bytes_append(&self->value, &fingerprint, sizeof fingerprint);
}

/* Datums of one canonical form are one another's. */
static void
prepare_recode(GenerateFeed *self)
{
  Schema *writer = avrofile_reader_schema(avrofile_rows_reader(self->rows));
  Schema *reader = mapping_schema(self->options.mapping);
  g_autofree char *theirs = schema_canonical(writer);
  g_autofree char *ours = schema_canonical(reader);

  if (strcmp(theirs, ours) != 0)
    self->matches = match_set_new(writer, reader);
}

static bool
open_file(GenerateFeed *self, const char *path, GError **error)
{
  const AvrofileRowsOptions options = {
      .mapping = self->options.mapping,
      .timestamp_ms = self->options.timestamp_ms,
      .before = self->fed.records,
  };

  if (mapping_format(self->options.mapping) == MAPPING_JSON) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s has JSON records, and what object container files hold is sent as Avro",
                mapping_path(self->options.mapping));
    return false;
  }
  g_clear_pointer(&self->rows, avrofile_rows_free);
  g_clear_pointer(&self->matches, match_set_free);
  self->path = path;
  self->rows = avrofile_rows_open(path, &options, error);
  if (self->rows == NULL)
    return false;
  bytes_reset(&self->value);

  switch (mapping_framing(self->options.mapping)) {
  case MAPPING_CONFLUENT:
    if (!frame_confluent(self, error))
      return false;
    break;
  case MAPPING_SINGLE_OBJECT:
    frame_single_object(self);
    prepare_recode(self);
    break;
  case MAPPING_DATUM:
    prepare_recode(self);
    break;
  }
  self->frame = self->value.len;
  return true;
}

static bool
write_value(GenerateFeed *self, const AvrofileRecord *record, GError **error)
{
  Schema *reader = mapping_schema(self->options.mapping);
  Datum datum;

  self->value.len = self->frame;
  if (self->matches == NULL) {
    bytes_append_slice(&self->value, record->datum);
    return true;
  }
  datum_init(&datum, record->datum);
  if (recode(&datum, match_set_root(self->matches), schema_root(reader), &self->value))
    return true;
  datum_fault(&datum, "", error);
  g_prefix_error(error, "%s record %" G_GUINT64_FORMAT ": ", self->path, record->number);
  return false;
}

/* The key is ours to make only where the mapping does not say what is in it. */
static bool
send(GenerateFeed *self, GError **error)
{
  bool has_key = !mapping_reads_key(self->options.mapping);
  const KafkaRecord message = {
      .topic = self->options.topic,
      .partition = KAFKA_BY_KEY,
      .key = has_key ? self->row.key : SLICE_EMPTY,
      .value = bytes_slice(&self->value),
      .timestamp_ms = self->row.timestamp,
  };

  self->fed.messages++;
  return kafka_producer_send(self->options.producer, &message, error);
}

/* One record; *out_is_end after the last. */
static bool
feed_one(GenerateFeed *self, bool *out_is_end, GError **error)
{
  AvrofileRecord record = {0};
  g_autoptr(GError) fault = NULL;
  bool is_right = avrofile_rows_next(self->rows, &self->row, &record, out_is_end, &fault);

  if (is_right && *out_is_end)
    return true;
  is_right = is_right && write_value(self, &record, &fault);
  if (!is_right && !g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  self->fed.records++;
  if (is_right)
    return send(self, error);
  self->fed.bad++;
  if (fault_list_length(&self->examples) < EXAMPLES)
    fault_list_add(&self->examples, "%s", fault->message);
  return true;
}

bool
generate_feed_file(GenerateFeed *self, const char *path, bool *out_is_whole, GError **error)
{
  const GenerateFeedOptions *options = &self->options;
  bool is_end = false;

  if (!open_file(self, path, error))
    return false;
  *out_is_whole = false;
  for (uint64_t turn = 0; !is_end; turn++) {
    if (turn % RECORDS_PER_QUESTION == 0 &&
        !options->go_on(options->self, &self->fed, avrofile_rows_reader(self->rows)))
      return true;
    if (!feed_one(self, &is_end, error))
      return false;
  }
  *out_is_whole = true;
  return true;
}

GenerateFed
generate_feed_counts(const GenerateFeed *self)
{
  return self->fed;
}

const FaultList *
generate_feed_examples(const GenerateFeed *self)
{
  return &self->examples;
}
