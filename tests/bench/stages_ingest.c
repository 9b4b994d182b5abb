/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stages.h"

#include "generate/datum.h"
#include "generate/json.h"
#include "json/fields.h"
#include "stream/writer.h"
#include "support/mapping-case.h"

/* What one record costs between Kafka and the socket, each step by itself, and then all of it in a
 * writer between memory and a sink that takes everything. */

enum { BATCH_ROWS = 500, READ_AT_ONCE = 1000, FRAME_BYTES = 2 * 1024 * 1024 };

typedef void (*PutRecord)(const ShopEntity *entity, const ShopRecord *record, Bytes *out);

/* Records of one entity, each behind the same framing. */
typedef struct {
  Bytes bytes;
  size_t ends[STAGE_RECORDS];
} Payloads;

static Slice
payload_at(const Payloads *self, size_t i)
{
  size_t start = i == 0 ? 0 : self->ends[i - 1];

  return slice(self->bytes.data + start, self->ends[i] - start);
}

static const ShopEntity *
entity_of(const char *name)
{
  const ShopEntity *entity = shop_entities;

  while (strcmp(entity->name, name) != 0)
    entity++;
  return entity;
}

static Payloads *
payloads_new(const ShopEntity *entity, Slice framing, PutRecord put)
{
  g_auto(ShopRecord) record = {0};
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  Payloads *self = g_new0(Payloads, 1);

  for (size_t i = 0; i < STAGE_RECORDS; i++) {
    shop_record_reset(&record);
    entity->fill(visits, i, &record);
    bytes_append_slice(&self->bytes, framing);
    put(entity, &record, &self->bytes);
    self->ends[i] = self->bytes.len;
  }
  return self;
}

static void
payloads_free(Payloads *self)
{
  bytes_clear(&self->bytes);
  g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Payloads, payloads_free)

static void
decode(const char *stage, Decoder *decoder, const Payloads *payloads)
{
  g_autoptr(GError) error = NULL;

  /* The writer's schema is met with the first record; what that costs is no record's. */
  if (decoder_decode(decoder, payload_at(payloads, 0), &error) == NULL)
    g_error("%s", error->message);
  stage_begin();
  for (size_t i = 0; i < STAGE_RECORDS; i++)
    if (decoder_decode(decoder, payload_at(payloads, i), &error) == NULL)
      g_error("%s", error->message);
  stage_end(stage, STAGE_RECORDS);
}

static Schema *
lookup(void *self, uint32_t id, GError **error)
{
  (void)id, (void)error;
  return schema_ref(self);
}

/* With Confluent's framing; the mapping's schema is the writer's, or has a field more with a
 * default, one of another name and one less. */
static void
decode_confluent(const char *stage, bool is_resolved)
{
  g_autofree char *text = mapping_case_builtin_text("transactions.avsc");
  g_autofree char *mapping_text = mapping_case_builtin_text("transactions.json");
  g_autofree char *framed = mapping_case_replaced(mapping_text, "\"transactions.avsc\"",
                                                  "\"value.avsc\", \"framing\": \"confluent\"");
  g_autofree char *own =
      mapping_case_replaced(text, "\"fields\": [",
                            "\"fields\": [{\"name\": \"channel\", \"type\": \"string\", "
                            "\"default\": \"shop\"},");
  g_auto(MappingCase) mapping = mapping_case_load(is_resolved ? own : text, NULL, framed);
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) writer = schema_parse("writer", text, strlen(text), &error);
  SchemaSource source = {writer, lookup};
  g_autoptr(Payloads) payloads =
      payloads_new(entity_of("transactions"), slice("\0\0\0\0\1", 5), generate_datum_put);
  g_autoptr(Decoder) decoder = decoder_new(mapping.mapping, &source, &error);

  g_assert_no_error(error);
  decode(stage, decoder, payloads);
}

static void
read_json(void)
{
  static const char *const paths[] = {"created_at",       "customer_id",    "booking_id",
                                      "session_id",       "payment_method", "promo_amount",
                                      "payment_status",   "total_amount",   "promo_code",
                                      "product_metadata", "shipment_fee"};
  g_autoptr(Payloads) payloads =
      payloads_new(entity_of("transactions"), SLICE_EMPTY, generate_json_put);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonFields) fields =
      json_fields_new(paths, G_N_ELEMENTS(paths), JSON_OWN_TYPES, &error);

  g_assert_no_error(error);
  stage_begin();
  for (size_t i = 0; i < STAGE_RECORDS; i++)
    if (json_fields_read(fields, payload_at(payloads, i), &error) == NULL)
      g_error("%s", error->message);
  stage_end("json", STAGE_RECORDS);
}

/* Values of all records, which stay good as long as the payloads. */
static Value *
decode_all(const Mapping *mapping, const Payloads *payloads, size_t *out_fields)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Decoder) decoder = decoder_new(mapping, NULL, &error);
  Value *values;

  mapping_fields(mapping, out_fields);
  values = g_new0(Value, STAGE_RECORDS * *out_fields);
  for (size_t i = 0; i < STAGE_RECORDS; i++)
    memcpy(values + i * *out_fields, decoder_decode(decoder, payload_at(payloads, i), &error),
           *out_fields * sizeof *values);
  g_assert_no_error(error);
  return values;
}

static void
build_frames(const char *stage, WireProtocol protocol, const Mapping *mapping, const Row *rows)
{
  size_t columns_length;
  const Column *columns = mapping_columns(mapping, &columns_length);
  g_autoptr(FramePlan) plan =
      frame_plan_new(protocol, mapping_table(mapping), columns, columns_length);
  g_auto(FrameRows) frame = {0};

  stage_begin();
  for (size_t i = 0; i < STAGE_RECORDS; i++) {
    FrameSize size = frame_row_size(&rows[i]);

    if (i % BATCH_ROWS == 0)
      frame_rows_reset(&frame);
    frame_rows_append(&frame, plan, FRAME_PUT, &rows[i], &size);
  }
  stage_end(stage, STAGE_RECORDS);
}

/* Decoding, mapping and framing of one entity's records. */
static void
road(const char *name)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin(name);
  g_autoptr(Payloads) payloads = payloads_new(entity_of(name), SLICE_EMPTY, generate_datum_put);
  g_autoptr(GError) error = NULL;
  g_autoptr(Decoder) decoder = decoder_new(mapping, NULL, &error);
  g_autofree char *decode_stage = g_strconcat("decode datum, ", name, NULL);
  g_autofree char *map_stage = g_strconcat("map, ", name, NULL);
  g_autofree char *frame_stage = g_strconcat("frame, ", name, NULL);
  g_autofree char *compact_stage = g_strconcat("frame compact, ", name, NULL);
  g_autofree Row *rows = g_new0(Row, STAGE_RECORDS);
  Origin origin = {.topic = name, .timestamp_ms = 1532877721458};
  size_t fields = 0;

  g_assert_no_error(error);
  decode(decode_stage, decoder, payloads);

  g_autofree Value *values = decode_all(mapping, payloads, &fields);

  stage_begin();
  for (size_t i = 0; i < STAGE_RECORDS; i++)
    if (!mapping_apply(mapping, &origin, values + i * fields, &rows[i], &error))
      g_error("%s", error->message);
  stage_end(map_stage, STAGE_RECORDS);
  build_frames(frame_stage, WIRE_BINARY, mapping, rows);
  build_frames(compact_stage, WIRE_COMPACT, mapping, rows);
  for (size_t i = 0; i < STAGE_RECORDS; i++)
    row_clear(&rows[i]);
}

/* What a writer stands between: records in memory, and a gateway that says yes at once. */
typedef struct {
  const Payloads *payloads;
  size_t next;
  bool is_same_key;
  KafkaPartition *partition;
  StreamWriter *writer;
  uint64_t bytes;
} Ends;

static size_t
read_records(void *data, KafkaMessage *out, size_t max, int timeout_ms)
{
  Ends *self = data;
  size_t count = MIN(MIN(max, READ_AT_ONCE), STAGE_RECORDS - self->next);

  (void)timeout_ms;
  for (size_t i = 0; i < count; i++, self->next++)
    out[i] =
        (KafkaMessage){.partition = self->partition,
                       .offset = (int64_t)self->next,
                       .timestamp_ms = 1532877721458,
                       .value = payload_at(self->payloads, self->is_same_key ? 0 : self->next)};
  if (count == 0)
    stream_writer_stop(self->writer);
  return count;
}

static bool
store(void *self, KafkaPartition *const *partitions, size_t length, GError **error)
{
  (void)self, (void)error;
  for (size_t i = 0; i < length; i++)
    atomic_store(&partitions[i]->stored, partitions[i]->readers[0].done);
  return true;
}

static void
hold(void *self, size_t topic_index, bool is_held)
{
  (void)self, (void)topic_index, (void)is_held;
}

static void
nothing(void *self)
{
  (void)self;
}

static bool
send_rows(void *data, const FrameBatch *batch, GError **error)
{
  (void)error;
  ((Ends *)data)->bytes += frame_rows_slice(batch->rows, batch->first, batch->count).len;
  return true;
}

static bool
receive(void *self, GError **error)
{
  (void)self, (void)error;
  return true;
}

static size_t
none_waits(void *self)
{
  (void)self;
  return 0;
}

static bool
is_busy(void *self)
{
  (void)self;
  return false;
}

static bool
probe(void *self, const char *table, GError **error)
{
  (void)self, (void)table, (void)error;
  return true;
}

static void
tell(void *self, size_t slot, const GError *reason)
{
  (void)self, (void)slot, (void)reason;
}

static void
ended(void *self, size_t writer, const GError *error)
{
  (void)self, (void)writer;
  if (error != NULL)
    g_error("%s", error->message);
}

static void
run_writer(const char *stage, const Mapping *mapping, const FramePlan *plan, Ends *ends)
{
  g_autoptr(GError) error = NULL;
  MetricsCounters *counters = metrics_counters_new(1, 2);
  StreamDeadLetters *letters = stream_dead_letters_new(NULL, NULL, "group");
  const StreamLineOptions line = {
      .mapping = mapping,
      .plan = plan,
      .sheet = metrics_counters_sheet(counters, 0, 0),
      .batch = {.rows = BATCH_ROWS, .bytes = FRAME_BYTES, .frame_max_bytes = FRAME_BYTES},
      .linger_ms = 1000000,
      .window = {.limit = 0.5, .records = 1000},
      .kept_bytes = 1 << 20,
      .wait = {.retry = {.first_ms = 1, .longest_ms = 5}, .self = ends, .tell = tell},
  };
  const StreamWriterOptions options = {
      .source = {ends, read_records, none_waits, store, hold, nothing, nothing},
      .sink = {ends, 2, FRAME_BYTES, send_rows, receive, is_busy, probe, nothing},
      .letters = letters,
      .lines = &line,
      .lines_length = 1,
      .topics_length = 1,
      .memory_bytes = 16 << 20,
      .aside_bytes = 8 << 20,
      .sheet = metrics_counters_sheet(counters, 0, 1),
      .self = ends,
      .ended = ended,
  };

  ends->writer = stream_writer_new(&options, &error);
  g_assert_no_error(error);
  stage_begin();
  stream_writer_start(ends->writer);
  stream_writer_join(ends->writer, INT64_MAX);
  stage_end(stage, STAGE_RECORDS);
  g_assert_cmpuint(metrics_counters_sum(counters, 0, COUNTER_WRITTEN), ==, STAGE_RECORDS);
  stream_writer_free(ends->writer);
  stream_dead_letters_free(letters);
  metrics_counters_free(counters);
}

static void
run(const char *stage, bool is_same_key)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin("transactions");
  g_autoptr(Payloads) payloads =
      payloads_new(entity_of("transactions"), SLICE_EMPTY, generate_datum_put);
  size_t columns_length;
  const Column *columns = mapping_columns(mapping, &columns_length);
  g_autoptr(FramePlan) plan =
      frame_plan_new(WIRE_BINARY, mapping_table(mapping), columns, columns_length);
  Ends ends = {.payloads = payloads,
               .is_same_key = is_same_key,
               .partition = kafka_partition_new("transaction", 0, 0)};

  run_writer(stage, mapping, plan, &ends);
  kafka_partition_unref(ends.partition);
}

void
stages_ingest(void)
{
  road("transactions");
  road("clickstream");
  decode_confluent("decode confluent", false);
  decode_confluent("decode resolved", true);
  read_json();
  run("run", false);
  run("run, one key and time", true);
}
