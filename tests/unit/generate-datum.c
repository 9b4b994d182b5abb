/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/datum.h"

#include "datum/decoder.h"

#include <math.h>

enum { CLICKSTREAM = 3 };

/* A reader of its own: how many bytes of the text one datum takes; -1: it is none. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Walk;

static bool
walk_long(Walk *self, int64_t *out_value)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 64 && self->at < self->end; shift += 7) {
    uint8_t byte = *self->at++;

    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *out_value = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
      return true;
    }
  }
  return false;
}

static bool
walk_skip(Walk *self, int64_t bytes)
{
  if (bytes < 0 || bytes > self->end - self->at)
    return false;
  self->at += bytes;
  return true;
}

static bool
walk_text(Walk *self)
{
  int64_t length;

  return walk_long(self, &length) && walk_skip(self, length);
}

static bool
walk_field(Walk *self, ShopFieldType type)
{
  int64_t branch;

  if (type == SHOP_NUMBER)
    return walk_skip(self, 8);
  if (type == SHOP_TEXT)
    return walk_text(self);
  return walk_long(self, &branch) && (branch == 1 || (branch == 0 && walk_text(self)));
}

static bool
is_datum(const ShopEntity *entity, const Bytes *datum)
{
  Walk walk = {datum->data, datum->data + datum->len};

  for (size_t i = 0; i < entity->fields_length; i++)
    if (!walk_field(&walk, entity->fields[i].type))
      return false;
  return walk.at == walk.end;
}

/* Laid out by hand from the specification. */
static void
records_are_laid_out_as_avro_has_them(void)
{
  static const uint8_t wanted[] = {
      2,    'a',  /* session_id */
      0,          /* event_name: empty */
      2,    'b',  /* event_time */
      0x80, 0x02, /* event_id: 128 bytes, zigzag 256, follow */
  };
  static const uint8_t tail[] = {
      2, 'c', /* traffic_source */
      2,      /* event_metadata: the second branch, null */
  };
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) datum = {0};
  uint8_t id[128] = {0};

  shop_record_text(&record, slice_text("a"));
  shop_record_text(&record, SLICE_EMPTY);
  shop_record_text(&record, slice_text("b"));
  shop_record_text(&record, slice(id, sizeof id));
  shop_record_text(&record, slice_text("c"));
  shop_record_missing(&record);
  shop_record_finish(&record, 0);
  generate_datum_put(&shop_entities[CLICKSTREAM], &record, &datum);
  g_assert_cmpuint(datum.len, ==, sizeof wanted + sizeof id + sizeof tail);
  g_assert_cmpmem(datum.data, sizeof wanted, wanted, sizeof wanted);
  g_assert_cmpmem(datum.data + sizeof wanted + sizeof id, sizeof tail, tail, sizeof tail);
}

static void
numbers_are_little_endian_and_there_is_one_nan(void)
{
  static const uint8_t one_and_a_half[] = {0, 0, 0, 0, 0, 0, 0xf8, 0x3f};
  static const uint8_t nan[] = {0, 0, 0, 0, 0, 0, 0xf8, 0x7f};
  const ShopField fields[] = {{"a", SHOP_NUMBER, SHOP_PLAIN}, {"b", SHOP_NUMBER, SHOP_PLAIN}};
  const ShopEntity entity = {.fields = fields, .fields_length = G_N_ELEMENTS(fields)};
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) datum = {0};

  shop_record_number(&record, 1.5);
  shop_record_number(&record, -NAN);
  shop_record_finish(&record, 0);
  generate_datum_put(&entity, &record, &datum);
  g_assert_cmpmem(datum.data, 8, one_and_a_half, 8);
  g_assert_cmpmem(datum.data + 8, datum.len - 8, nan, 8);
}

static void
no_damaged_datum_can_be_read(void)
{
  enum { RECORDS = 40 };
  g_autoptr(ShopWorld) world = shop_world_new(1, 4.0 / SHOP_BLOCKS);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) datum = {0};

  for (size_t i = 0; i < SHOP_ENTITIES * RECORDS; i++) {
    const ShopEntity *entity = &shop_entities[i % SHOP_ENTITIES];

    entity->fill(visits, i / SHOP_ENTITIES, &record);
    bytes_reset(&datum);
    generate_datum_put(entity, &record, &datum);
    g_assert_true(is_datum(entity, &datum));
    for (size_t damage = 0; generate_datum_damages[damage] != NULL; damage++) {
      bytes_reset(&datum);
      generate_datum_put_damaged(entity, &record, (GenerateDatumDamage)damage, &datum);
      if (is_datum(entity, &datum))
        g_error("%s %zu can be read though it is: %s", entity->name, i / SHOP_ENTITIES,
                generate_datum_damages[damage]);
      g_assert_cmpint(datum.len == 0, ==, damage == GENERATE_DATUM_EMPTY);
    }
  }
}

static const char *const mapping_files[SHOP_ENTITIES] = {
    "customers.json",
    "product.json",
    "transactions.json",
    "clickstream.json",
};

static size_t
field_named(const ShopEntity *entity, const char *name)
{
  size_t i = 0;

  while (strcmp(entity->fields[i].name, name) != 0)
    i++;
  return i;
}

static void
assert_value(const Value *read, const Value *written)
{
  g_assert_cmpint(read->kind, ==, written->kind);
  if (written->kind == VALUE_TEXT)
    g_assert_true(slice_equal(read->text, written->text));
  else if (written->kind == VALUE_DOUBLE && isnan(written->number))
    g_assert_true(isnan(read->number));
  else if (written->kind == VALUE_DOUBLE)
    g_assert_cmpfloat(read->number, ==, written->number);
}

/* What the mapping makes of the record has the key and time that generate gives the message. */
static void
assert_row(const Mapping *mapping, const ShopEntity *entity, const ShopRecord *record,
           const Value *values)
{
  const Origin origin = {.topic = entity->topic, .timestamp_ms = record->time_ms};
  g_auto(Bytes) key = {0};
  g_auto(Row) row = {0};
  g_autoptr(GError) error = NULL;

  shop_entity_put_key(entity, record, &key);
  mapping_apply(mapping, &origin, values, &row, &error);
  g_assert_no_error(error);
  g_assert_true(slice_equal(row.key, bytes_slice(&key)));
  g_assert_cmpint(row.timestamp, ==, record->time_ms);
}

static void
assert_read_back(const Mapping *mapping, Decoder *decoder, const ShopEntity *entity,
                 const ShopRecord *record)
{
  g_auto(Bytes) datum = {0};
  g_autoptr(GError) error = NULL;
  size_t length;
  const char *const *fields = mapping_fields(mapping, &length);

  generate_datum_put(entity, record, &datum);

  const Value *values = decoder_decode(decoder, bytes_slice(&datum), &error);

  g_assert_no_error(error);
  for (size_t i = 0; i < length; i++)
    assert_value(&values[i], &record->values[field_named(entity, fields[i])]);
  assert_row(mapping, entity, record, values);
}

static void
assert_refused(Decoder *decoder, const ShopEntity *entity, const ShopRecord *record)
{
  for (size_t damage = 0; generate_datum_damages[damage] != NULL; damage++) {
    g_auto(Bytes) datum = {0};
    g_autoptr(GError) error = NULL;

    generate_datum_put_damaged(entity, record, (GenerateDatumDamage)damage, &datum);
    g_assert_null(decoder_decode(decoder, slice(datum.data, datum.len), &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
  }
}

static void
the_built_in_mappings_read_back_what_was_written(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 1.0 / SHOP_BLOCKS);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_auto(ShopRecord) record = {0};

  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_auto(FaultList) faults = {0};
    g_autofree char *path =
        g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", mapping_files[i], NULL);
    g_autoptr(Mapping) mapping = mapping_load(path, &faults);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(mapping);
    g_assert_cmpstr(mapping_table(mapping), ==, entity->name);
    g_assert_cmpstr(mapping_topic(mapping), ==, entity->topic);

    g_autoptr(Decoder) decoder = decoder_new(mapping, NULL, &error);

    g_assert_no_error(error);
    for (uint64_t k = 0; k < shop_entity_records(entity, world); k++) {
      entity->fill(visits, k, &record);
      assert_read_back(mapping, decoder, entity, &record);
      assert_refused(decoder, entity, &record);
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate-datum/layout", records_are_laid_out_as_avro_has_them);
  g_test_add_func("/generate-datum/numbers", numbers_are_little_endian_and_there_is_one_nan);
  g_test_add_func("/generate-datum/damages", no_damaged_datum_can_be_read);
  g_test_add_func("/generate-datum/read-back", the_built_in_mappings_read_back_what_was_written);
  return g_test_run();
}
