/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include "datum/framing.h"
#include "datum/plan.h"
#include "json/json.h"
#include "kafka/reader.h"

#include <string.h>

/* A topic is looked at in so many places from its beginning to its end. */
enum { PARTS = 8, WAIT_MS = 200, MOST_BYTES = 64 << 20, FRAME_BYTES = 5, MOST_CELLS = 4 << 20 };

/* A record's bytes. */
typedef struct {
  char *key; /* owned; NULL: there is none */
  size_t key_len;
  char *value; /* owned */
  size_t len;
  SuggestOrigin origin;
} Message;

static void
message_clear(void *message)
{
  Message *self = message;

  g_free(self->key);
  g_free(self->value);
}

/* Never NULL of what is there, be it empty. */
static char *
copy(Slice bytes)
{
  char *copied = bytes.data == NULL ? NULL : g_malloc(bytes.len + 1);

  if (copied != NULL && bytes.len > 0)
    memcpy(copied, bytes.data, bytes.len);
  return copied;
}

static void
keep(GArray *messages, const KafkaMessage *message)
{
  Message kept = {
      .key = copy(message->key),
      .key_len = message->key.len,
      .value = copy(message->value),
      .len = message->value.len,
      .origin = {message->partition->id, message->offset},
  };

  g_array_append_val(messages, kept);
}

static bool
read_part(const SuggestTopic *topic, KafkaReader *reader, GArray *messages, size_t *bytes,
          GError **error)
{
  for (;;) {
    KafkaMessage message = {0};
    KafkaReading reading = kafka_reader_next(reader, &message, WAIT_MS, error);

    if (reading == KAFKA_READER_FAILED || g_cancellable_set_error_if_cancelled(topic->stop, error))
      return false;
    if (reading == KAFKA_READER_END)
      return true;
    if (reading == KAFKA_READER_IDLE)
      continue;
    if (message.value.data != NULL && messages->len < topic->most && *bytes < MOST_BYTES) {
      *bytes += message.value.len + message.key.len;
      keep(messages, &message);
    }
    kafka_message_release(&message);
  }
}

static GArray *
read_messages(Suggest *self, const SuggestTopic *topic, GError **error)
{
  g_autoptr(KafkaReader) reader = kafka_reader_new(topic->properties, topic->topic,
                                                   (int)MIN(topic->timeout_ms, G_MAXINT), error);
  g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(Message));
  size_t bytes = 0;

  g_array_set_clear_func(messages, message_clear);
  if (reader == NULL)
    return NULL;
  self->is_cut = kafka_reader_total(reader) > topic->most;
  for (unsigned i = 0; i < PARTS; i++) {
    const KafkaReaderPart part = {i, PARTS, (topic->most + PARTS - 1) / PARTS};

    if (!kafka_reader_seek(reader, &part, error) ||
        !read_part(topic, reader, messages, &bytes, error))
      return NULL;
  }
  if (messages->len > 0)
    return g_steal_pointer(&messages);
  g_set_error(error, FAULT, FAULT_RECORD, "topic %s holds no record with a value to look at",
              topic->topic);
  return NULL;
}

static Slice
value_of(const GArray *messages, guint i)
{
  const Message *message = &g_array_index(messages, Message, i);

  return slice(message->value, message->len);
}

static bool
is_json(Slice text)
{
  g_autoptr(JsonNode) node = NULL;
  size_t blanks = 0;

  while (blanks < text.len && strchr(" \t\r\n\xef\xbb\xbf", text.data[blanks]) != NULL)
    blanks++;
  if (blanks == text.len || text.data[blanks] != '{')
    return false;
  node = json_parse("record", (const char *)text.data, text.len, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT(node);
}

static bool
has_confluent_frame(Slice value)
{
  return value.len > FRAME_BYTES && value.data[0] == 0;
}

/* What most records are. A sample of them decides: parsing is slow. */
static bool
find_format(Suggest *self, const SuggestTopic *topic, const GArray *messages, GError **error)
{
  enum { LOOKED_AT = 100 };
  guint stride = MAX(messages->len / LOOKED_AT, 1);
  guint looked_at = 0, json = 0, framed_json = 0, framed = 0, single = 0;

  for (guint i = 0; i < messages->len; i += stride, looked_at++) {
    Slice value = value_of(messages, i);

    if (is_json(value))
      json++;
    else if (value.len >= 2 && value.data[0] == 0xc3 && value.data[1] == 0x01)
      single++;
    else if (has_confluent_frame(value)) {
      framed++;
      framed_json += is_json(slice(value.data + FRAME_BYTES, value.len - FRAME_BYTES));
    }
  }
  self->format = (json + framed_json) * 2 > looked_at ? MAPPING_JSON : MAPPING_AVRO;
  self->framing = framed * 2 > looked_at   ? MAPPING_CONFLUENT
                  : single * 2 > looked_at ? MAPPING_SINGLE_OBJECT
                                           : MAPPING_DATUM;
  if (self->format == MAPPING_JSON || self->schemas != NULL)
    return true;
  if (self->framing == MAPPING_CONFLUENT && topic->registry != NULL)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              self->framing == MAPPING_CONFLUENT
                  ? "topic %s: its records name their schema in a registry: say where it is, -X "
                    "registry.url=http://..."
                  : "topic %s: its records are no JSON, and do not say which schema wrote them: "
                    "give it, --schema FILE or --subject SUBJECT",
              topic->topic);
  return false;
}

/* The schema that came last has what those before it have, and more. */
static bool
fetch_schema(Suggest *self, HttpRegistry *registry, const GArray *messages, GError **error)
{
  uint32_t last = 0;

  for (guint i = 0; i < messages->len; i++) {
    Framed framed = {0};

    if (framing_open(MAPPING_CONFLUENT, value_of(messages, i), &framed, NULL))
      last = MAX(last, (uint32_t)framed.schema);
  }
  self->schemas = http_registry_texts(registry, last, error);
  if (self->schemas == NULL)
    return false;
  fault_list_add(&self->found, "schema %u of the registry", last);
  return true;
}

/* The plans of writers by their schema's id. */
typedef struct {
  Suggest *suggest;
  HttpRegistry *registry;
  Schema *schema; /* owned */
  PlanFields fields;
  GPtrArray *paths;  /* owned, of borrowed texts */
  GHashTable *plans; /* owned: id -> owned Plan; NULL: it cannot be read */
  PlanOutput output;
} AvroSample;

static void
avro_sample_clear(AvroSample *self)
{
  plan_output_clear(&self->output);
  g_clear_pointer(&self->plans, g_hash_table_unref);
  g_clear_pointer(&self->paths, g_ptr_array_unref);
  g_clear_pointer(&self->schema, schema_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AvroSample, avro_sample_clear)

static void
free_plan(void *plan)
{
  plan_free(plan);
}

static Plan *
plan_for(AvroSample *self, uint64_t id, GError **error)
{
  gpointer key = GUINT_TO_POINTER((guint)id), known = NULL;
  bool is_framed = self->suggest->framing == MAPPING_CONFLUENT;
  g_autoptr(Schema) writer = NULL;
  Plan *plan;

  if (!is_framed)
    key = NULL;
  if (g_hash_table_lookup_extended(self->plans, key, NULL, &known))
    return known;
  writer = is_framed && self->registry != NULL
               ? http_registry_lookup(self->registry, (uint32_t)id, error)
               : schema_ref(self->schema);
  if (writer == NULL)
    return NULL;
  plan = plan_new(writer, &self->fields, error);
  if (plan != NULL)
    g_hash_table_insert(self->plans, key, plan);
  return plan;
}

static bool
take_datum(AvroSample *self, Slice value, GError **error)
{
  Framed framed = {0};
  Suggest *suggest = self->suggest;
  Plan *plan;

  if (!framing_open(suggest->framing, value, &framed, error))
    return false;
  plan = plan_for(self, framed.schema, error);
  if (plan == NULL || !plan_run(plan, framed.datum, &self->output, error))
    return false;
  for (guint i = 0; i < suggest->fields->len; i++)
    suggest_field_add_value(suggest->fields->pdata[i], suggest->rows, &self->output.values[i]);
  return true;
}

static bool
take_data(AvroSample *self, const GArray *messages, GError **error)
{
  Suggest *suggest = self->suggest;

  for (guint i = 0; i < messages->len && suggest->rows * suggest->fields->len < MOST_CELLS; i++) {
    g_autoptr(GError) fault = NULL;

    if (take_datum(self, value_of(messages, i), &fault)) {
      g_array_append_val(suggest->places, i);
      suggest->rows++;
      continue;
    }
    if (g_error_matches(fault, FAULT, FAULT_PEER)) {
      g_propagate_error(error, g_steal_pointer(&fault));
      return false;
    }
    if (suggest->bad++ == 0)
      fault_list_add(&suggest->notes, "bad records: the first: %s", fault->message);
  }
  suggest->is_cut |= suggest->rows + suggest->bad < messages->len;
  return true;
}

static bool
read_avro(Suggest *self, const SuggestTopic *topic, const GArray *messages, GError **error)
{
  g_auto(AvroSample) sample = {.suggest = self, .registry = topic->registry};

  if (self->schemas == NULL && !fetch_schema(self, topic->registry, messages, error))
    return false;
  sample.schema = suggest_schema(self, error);
  if (sample.schema == NULL)
    return false;
  sample.paths = g_ptr_array_new();
  for (guint i = 0; i < self->fields->len; i++)
    g_ptr_array_add(sample.paths, ((SuggestField *)self->fields->pdata[i])->path);
  sample.fields =
      (PlanFields){sample.schema, (const char *const *)sample.paths->pdata, sample.paths->len};
  sample.plans = g_hash_table_new_full(NULL, NULL, NULL, free_plan);
  plan_output_init(&sample.output, sample.paths->len);
  return take_data(&sample, messages, error);
}

static void
read_json(Suggest *self, const GArray *messages)
{
  g_autofree Slice *documents = g_new0(Slice, messages->len);
  size_t frame = self->framing == MAPPING_CONFLUENT ? FRAME_BYTES : 0;

  for (guint i = 0; i < messages->len; i++) {
    Slice value = value_of(messages, i);

    documents[i] = value.len < frame ? value : slice(value.data + frame, value.len - frame);
  }
  suggest_json(self, documents, messages->len);
}

static void
read_keys(Suggest *self, const GArray *messages)
{
  self->key = suggest_field_new("the Kafka key", self->times);
  for (guint i = 0; i < self->rows; i++) {
    const Message *message =
        &g_array_index(messages, Message, g_array_index(self->places, guint, i));

    g_array_append_val(self->origins, message->origin);

    suggest_field_add(self->key, i, slice(message->key, message->key_len), '.');
  }
  suggest_field_end(self->key, self->rows);
}

static const char *
format_name(const Suggest *self)
{
  static const char *const names[][3] = {
      {"Avro", "Avro behind a schema's id (Confluent)",
       "Avro behind a fingerprint (single-object)"},
      {"JSON", "JSON behind a schema's id (Confluent)", "JSON"},
  };

  return names[self->format][self->framing];
}

bool
suggest_topic(Suggest *self, const SuggestTopic *topic, GError **error)
{
  g_autoptr(GArray) messages = read_messages(self, topic, error);

  if (messages == NULL || !find_format(self, topic, messages, error))
    return false;
  self->topic = g_strdup(topic->topic);
  if (self->format == MAPPING_JSON)
    read_json(self, messages);
  else if (!read_avro(self, topic, messages, error))
    return false;
  if (self->rows == 0 || self->fields->len == 0) {
    g_set_error(error, FAULT, FAULT_RECORD, "topic %s: no record could be read: %s", topic->topic,
                fault_list_length(&self->notes) > 0 ? fault_list_get(&self->notes, 0)
                                                    : "none has a member");
    return false;
  }
  read_keys(self, messages);
  for (guint i = 0; i < self->fields->len; i++)
    suggest_field_end(self->fields->pdata[i], self->rows);
  fault_list_add(&self->found, "topic %s: %s", topic->topic, format_name(self));
  return true;
}
