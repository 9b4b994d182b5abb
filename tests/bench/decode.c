/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/reader.h"
#include "avrofile/writer.h"
#include "datum/decoder.h"
#include "datum/plan.h"
#include "generate/avro.h"
#include "generate/datum.h"
#include "support/mapping-case.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <time.h>

/* CPU time of decoding alone: payload in, a value for each of the mapping's fields out. */

enum { RECORDS = 1000, DECODES = 4000000, CONTAINED = 1000000 };

static double
cpu_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Payloads of one entity, each behind the same framing. */
typedef struct {
  Bytes bytes;
  size_t ends[RECORDS];
} Payloads;

static void
payloads_clear(Payloads *self)
{
  bytes_clear(&self->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Payloads, payloads_clear)

static void
payloads_fill(Payloads *self, const ShopEntity *entity, Slice framing)
{
  g_auto(ShopRecord) record = {0};
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);

  for (size_t i = 0; i < RECORDS; i++) {
    shop_record_reset(&record);
    entity->fill(visits, i, &record);
    bytes_append_slice(&self->bytes, framing);
    generate_datum_put(entity, &record, &self->bytes);
    self->ends[i] = self->bytes.len;
  }
}

static Slice
payload_at(const Payloads *self, size_t i)
{
  size_t start = i == 0 ? 0 : self->ends[i - 1];

  return slice(self->bytes.data + start, self->ends[i] - start);
}

static void
print_cost(const char *what, const char *name, size_t fields, double start)
{
  printf("%-14s %-24s %2zu fields %7.1f ns/record\n", name, what, fields,
         (cpu_ns() - start) / DECODES);
}

static void
measure_framing(const char *what, const Mapping *mapping, const ShopEntity *entity,
                const SchemaSource *source, Slice framing)
{
  g_auto(Payloads) payloads = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(Decoder) decoder = decoder_new(mapping, source, &error);
  size_t fields = 0;

  g_assert_no_error(error);
  mapping_fields(mapping, &fields);
  payloads_fill(&payloads, entity, framing);

  double start = cpu_ns();

  for (size_t i = 0; i < DECODES; i++) {
    if (decoder_decode(decoder, payload_at(&payloads, i % RECORDS), &error) == NULL)
      g_error("%s", error->message);
  }
  print_cost(what, entity->name, fields, start);
}

static Schema *
lookup(void *self, uint32_t id, GError **error)
{
  (void)id;
  (void)error;
  return schema_ref(self);
}

/* The transactions' mapping with another framing. */
static void
measure_framed(const char *framing, const ShopEntity *entity)
{
  g_autofree char *schema = mapping_case_builtin_text("transactions.avsc");
  g_autofree char *mapping_text = mapping_case_builtin_text("transactions.json");
  g_autofree char *record = g_strdup_printf("\"value.avsc\", \"framing\": \"%s\"", framing);
  g_autofree char *framed = mapping_case_replaced(mapping_text, "\"transactions.avsc\"", record);
  g_auto(MappingCase) mapping = mapping_case_load(schema, NULL, framed);
  SchemaSource source = {mapping_schema(mapping.mapping), lookup};
  uint64_t fingerprint = GUINT64_TO_LE(schema_fingerprint(mapping_schema(mapping.mapping)));
  uint8_t single_object[10] = {0xC3, 0x01};

  memcpy(single_object + 2, &fingerprint, sizeof fingerprint);
  measure_framing(framing, mapping.mapping, entity, &source,
                  strcmp(framing, "confluent") == 0 ? slice("\0\0\0\0\1", 5)
                                                    : slice(single_object, sizeof single_object));
}

/* The same datums where the mapping's schema has grown: in another order, a field renamed, one
 * with a default, one removed. */
static void
measure_resolution(const ShopEntity *entity)
{
  static const char *const paths[] = {
      "total_amount", "shipment_fee",     "promo",       "status", "booking_id", "session_id",
      "created_at",   "product_metadata", "customer_id", "channel"};
  static const char *const grown =
      "{\"type\":\"record\",\"name\":\"Transaction\",\"fields\":["
      "{\"name\":\"total_amount\",\"type\":\"double\"},"
      "{\"name\":\"shipment_fee\",\"type\":[\"null\",\"double\"]},"
      "{\"name\":\"channel\",\"type\":\"string\",\"default\":\"shop\"},"
      "{\"name\":\"promo\",\"type\":\"string\",\"aliases\":[\"promo_code\"]},"
      "{\"name\":\"status\",\"type\":\"bytes\",\"aliases\":[\"payment_status\"]},"
      "{\"name\":\"product_metadata\",\"type\":\"string\"},"
      "{\"name\":\"session_id\",\"type\":\"string\"},"
      "{\"name\":\"booking_id\",\"type\":\"string\"},"
      "{\"name\":\"customer_id\",\"type\":\"double\"},"
      "{\"name\":\"created_at\",\"type\":\"string\"}]}";
  g_autofree char *text = mapping_case_builtin_text("transactions.avsc");
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) writer = schema_parse("writer", text, strlen(text), &error);
  g_autoptr(Schema) reader = schema_parse("reader", grown, strlen(grown), &error);
  g_autoptr(Plan) plan =
      plan_new(writer, &(PlanFields){reader, paths, G_N_ELEMENTS(paths)}, &error);
  g_auto(PlanOutput) output = {0};
  g_auto(Payloads) payloads = {0};

  g_assert_no_error(error);
  plan_output_init(&output, G_N_ELEMENTS(paths));
  payloads_fill(&payloads, entity, SLICE_EMPTY);

  double start = cpu_ns();

  for (size_t i = 0; i < DECODES; i++) {
    if (!plan_run(plan, payload_at(&payloads, i % RECORDS), &output, &error))
      g_error("%s", error->message);
  }
  print_cost("resolved", entity->name, G_N_ELEMENTS(paths), start);
}

static void
write_container(const char *path, const ShopEntity *entity, AvrofileCodec codec)
{
  g_auto(Payloads) payloads = {0};
  g_autofree char *schema = generate_avro_schema(entity);
  g_autoptr(GError) error = NULL;
  g_autoptr(AvrofileWriter) writer = avrofile_writer_new(path, slice_text(schema), codec, &error);

  g_assert_no_error(error);
  payloads_fill(&payloads, entity, SLICE_EMPTY);
  for (size_t i = 0; i < CONTAINED; i++)
    avrofile_writer_append(writer, payload_at(&payloads, i % RECORDS), &error);
  avrofile_writer_finish(writer, &error);
  g_assert_no_error(error);
}

/* Off an object container file: blocks, unpacking and where records end come on top. */
static void
measure_container(const ShopEntity *entity, AvrofileCodec codec)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin(entity->name);
  g_autofree char *folder = g_dir_make_tmp("bench-decode-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file.avro", NULL);
  g_autofree char *what = g_strdup_printf("container, %s", avrofile_codec_name(codec));
  PlanFields fields = {.reader = mapping_schema(mapping)};
  g_auto(PlanOutput) output = {0};
  g_autoptr(GError) error = NULL;
  AvrofileRecord record = {0};
  bool is_end = false;

  fields.paths = mapping_fields(mapping, &fields.length);
  plan_output_init(&output, fields.length);
  write_container(path, entity, codec);

  double start = cpu_ns();
  g_autoptr(AvrofileReader) reader = avrofile_reader_open(path, &error);
  g_autoptr(Plan) plan = plan_new(avrofile_reader_schema(reader), &fields, &error);

  g_assert_no_error(error);
  while (avrofile_reader_next(reader, &record, &is_end, &error) && !is_end)
    if (!plan_run(plan, record.datum, &output, &error))
      g_error("%s", error->message);
  g_assert_no_error(error);
  printf("%-14s %-24s %2zu fields %7.1f ns/record\n", entity->name, what, fields.length,
         (cpu_ns() - start) / CONTAINED);
  g_unlink(path);
  g_rmdir(folder);
}

int
main(void)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_autoptr(Mapping) mapping = mapping_case_builtin(entity->name);

    measure_framing("datum", mapping, entity, NULL, SLICE_EMPTY);
    if (strcmp(entity->name, "transactions") != 0)
      continue;
    measure_framed("confluent", entity);
    measure_framed("single-object", entity);
    measure_resolution(entity);
    measure_container(entity, AVROFILE_NULL);
    measure_container(entity, AVROFILE_DEFLATE);
  }
  return 0;
}
