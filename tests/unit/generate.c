/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/generate.h"

#include "generate/datum.h"

#include <math.h>

/* What a sink was given, one message after the other. */
typedef struct {
  uint64_t index; /* the record's; which record it is follows from its key */
  bool is_damaged;
  size_t damage;
} Message;

typedef struct {
  const ShopWorld *world;
  const ShopEntity *entity;
  GArray *messages;                   /* owned, of Message */
  GHashTable *indexes;                /* owned: key -> index + 1 */
  uint64_t nulls[SHOP_RECORD_FIELDS]; /* fields that are missing here and not in the record */
  uint64_t calls;                     /* of go_on */
  uint64_t stop_after;                /* records; 0: never */
  bool is_begun;
  bool is_ended;
  bool is_whole;
  ShopVisits *visits; /* owned */
  ShopRecord plain;   /* the record as it is without chaos */
} Memory;

static char *
key_of(const ShopEntity *entity, const ShopRecord *record)
{
  g_auto(Bytes) key = {0};

  shop_entity_put_key(entity, record, &key);
  return g_strndup((const char *)key.data, key.len);
}

static bool
memory_begin(void *data, const ShopEntity *entity, GError **error)
{
  Memory *self = data;

  (void)error;
  g_assert_true(entity == self->entity);
  self->is_begun = true;
  return true;
}

static bool
is_missing(const Value *value)
{
  if (value->kind == VALUE_TEXT)
    return value->text.len == 0 || slice_equal(value->text, slice_text("nan"));
  return value->kind == VALUE_MISSING || isnan(value->number);
}

static bool
is_same(const Value *a, const Value *b)
{
  if (a->kind != b->kind)
    return false;
  return a->kind == VALUE_TEXT ? slice_equal(a->text, b->text) : a->number == b->number;
}

/* A field is as it was, or it is taken away: both only counted for the first message of a
 * record. */
static void
compare_fields(Memory *self, const ShopRecord *record, bool is_first)
{
  for (size_t i = 0; i < record->length; i++) {
    const Value *now = &record->values[i];
    const Value *before = &self->plain.values[i];

    if (is_missing(now) && !is_missing(before))
      self->nulls[i] += is_first;
    else
      g_assert_true(is_same(now, before) || is_missing(before));
  }
}

static uint64_t
note(Memory *self, const ShopRecord *record, bool is_damaged, size_t damage)
{
  g_autofree char *key = key_of(self->entity, record);
  gpointer found = g_hash_table_lookup(self->indexes, key);

  if (found == NULL)
    g_error("a key that no record has: %s", key);

  Message message = {GPOINTER_TO_SIZE(found) - 1, is_damaged, damage};

  g_array_append_val(self->messages, message);
  return message.index;
}

static bool
memory_record(void *data, const ShopRecord *record, GError **error)
{
  Memory *self = data;
  size_t sent = self->messages->len;
  uint64_t index = note(self, record, false, 0);

  (void)error;
  self->entity->fill(self->visits, index, &self->plain);
  g_assert_cmpint(record->time_ms, ==, self->plain.time_ms);
  compare_fields(self, record,
                 sent == 0 || g_array_index(self->messages, Message, sent - 1).index != index);
  return true;
}

static bool
memory_damaged(void *data, const ShopRecord *record, size_t damage, GError **error)
{
  (void)error;
  note(data, record, true, damage);
  return true;
}

static bool
memory_end(void *data, bool is_whole, GError **error)
{
  Memory *self = data;

  (void)error;
  self->is_ended = true;
  self->is_whole = is_whole;
  return true;
}

static bool
memory_go_on(void *data, const ShopEntity *entity, const GenerateCounts *counts)
{
  Memory *self = data;

  g_assert_true(entity == self->entity);
  self->calls++;
  return self->stop_after == 0 || counts->records < self->stop_after;
}

static void
memory_init(Memory *self, const ShopWorld *world, const ShopEntity *entity)
{
  *self = (Memory){
      .world = world,
      .entity = entity,
      .messages = g_array_new(false, false, sizeof(Message)),
      .indexes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .visits = shop_visits_new(world),
  };
  for (uint64_t i = 0; i < shop_entity_records(entity, world); i++) {
    entity->fill(self->visits, i, &self->plain);
    g_hash_table_insert(self->indexes, key_of(entity, &self->plain), GSIZE_TO_POINTER(i + 1));
  }
}

static void
memory_clear(Memory *self)
{
  g_array_unref(self->messages);
  g_hash_table_unref(self->indexes);
  shop_visits_free(self->visits);
  shop_record_clear(&self->plain);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Memory, memory_clear)

static GenerateCounts
run(Memory *memory, bool has_chaos, double rate)
{
  const GenerateJob job = {
      .world = memory->world,
      .sink =
          {
              .self = memory,
              .damages = generate_datum_damages,
              .begin = memory_begin,
              .record = memory_record,
              .damaged = memory_damaged,
              .end = memory_end,
          },
      .has_chaos = has_chaos,
      .rate = rate,
      .go_on = memory_go_on,
      .go_on_self = memory,
  };
  g_autoptr(Generate) generate = generate_new(&job);
  g_autoptr(GError) error = NULL;
  GenerateCounts counts;
  bool is_whole;

  g_assert_true(generate_entity(generate, memory->entity, &counts, &is_whole, &error));
  g_assert_no_error(error);
  g_assert_true(memory->is_begun && memory->is_ended);
  g_assert_cmpint(is_whole, ==, memory->is_whole);
  return counts;
}

static void
every_record_comes_once_and_in_order(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 2.0 / SHOP_BLOCKS);

  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    g_auto(Memory) memory = {0};

    memory_init(&memory, world, &shop_entities[i]);

    GenerateCounts counts = run(&memory, false, 0);

    g_assert_true(memory.is_whole);
    g_assert_cmpuint(counts.records, ==, shop_entity_records(&shop_entities[i], world));
    g_assert_cmpuint(counts.messages, ==, counts.records);
    g_assert_cmpuint(memory.messages->len, ==, counts.records);
    for (size_t k = 0; k < memory.messages->len; k++) {
      const Message *message = &g_array_index(memory.messages, Message, k);

      g_assert_cmpuint(message->index, ==, k);
      g_assert_false(message->is_damaged);
    }
  }
}

/* What happened, found again in the messages. */
static GenerateCounts
recount(const Memory *memory)
{
  GenerateCounts counts = {.messages = memory->messages->len};
  g_autofree bool *is_seen = g_new0(bool, shop_entity_records(memory->entity, memory->world));

  for (size_t i = 0; i < memory->messages->len; i++) {
    const Message *message = &g_array_index(memory->messages, Message, i);

    if (message->is_damaged)
      counts.damaged[message->damage]++;
    else if (is_seen[message->index])
      counts.duplicates++;
    else
      counts.records++;
    is_seen[message->index] = true;
  }
  return counts;
}

static void
assert_counts(const GenerateCounts *told, const GenerateCounts *found)
{
  g_assert_cmpuint(told->records, ==, found->records);
  g_assert_cmpuint(told->messages, ==, found->messages);
  g_assert_cmpuint(told->duplicates, ==, found->duplicates);
  for (size_t i = 0; i < GENERATE_MOST_DAMAGES; i++)
    g_assert_cmpuint(told->damaged[i], ==, found->damaged[i]);
}

static void
chaos_tells_exactly_what_it_did(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 12.0 / SHOP_BLOCKS);

  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_auto(Memory) memory = {0};

    memory_init(&memory, world, entity);

    GenerateCounts counts = run(&memory, true, 0);
    GenerateCounts found = recount(&memory);

    g_assert_cmpuint(counts.records, ==, shop_entity_records(entity, world));
    assert_counts(&counts, &found);
    for (size_t k = 0; k < entity->fields_length; k++)
      g_assert_cmpuint(counts.nulls[k], ==, memory.nulls[k]);
  }
}

/* A share of a million, found in `of` chances: within five standard deviations. */
static void
assert_share(uint64_t found, uint64_t of, uint64_t share)
{
  double expected = (double)of * (double)share / 1e6;

  g_assert_cmpfloat_with_epsilon((double)found, expected, 5 * sqrt(expected) + 1e-9);
}

static void
chaos_keeps_its_shares_and_spares_keys_and_times(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 240.0 / SHOP_BLOCKS);
  const ShopEntity *entity = &shop_entities[2];
  g_auto(Memory) memory = {0};

  memory_init(&memory, world, entity);

  GenerateCounts counts = run(&memory, true, 0);
  uint64_t damaged = 0;

  for (size_t i = 0; generate_datum_damages[i] != NULL; i++) {
    g_assert_cmpuint(counts.damaged[i], >, 0);
    damaged += counts.damaged[i];
  }
  assert_share(counts.duplicates, counts.records, GENERATE_DUPLICATES);
  assert_share(counts.late, counts.records, GENERATE_LATE);
  assert_share(counts.out_of_order, counts.records, GENERATE_OUT_OF_ORDER);
  assert_share(damaged, counts.records, GENERATE_DAMAGED);
  for (size_t i = 0; i < entity->fields_length; i++) {
    if (entity->fields[i].role == SHOP_IDENTITY)
      g_assert_cmpuint(counts.nulls[i], ==, 0);
    else if (entity->fields[i].role == SHOP_REFERENCE)
      assert_share(counts.nulls[i], counts.records, 10000);
    else if (strcmp(entity->fields[i].name, "promo_code") != 0) /* mostly empty anyway */
      assert_share(counts.nulls[i], counts.records, 5000);
  }
}

/* A record that has been overtaken came just so many places later. */
static void
delayed_records_are_overtaken_by_as_many_as_stated(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 80.0 / SHOP_BLOCKS);
  const uint64_t records = shop_entity_records(&shop_entities[2], world);
  g_auto(Memory) memory = {0};
  uint64_t newest = 0;
  uint64_t near = 0;
  uint64_t far = 0;

  memory_init(&memory, world, &shop_entities[2]);

  GenerateCounts counts = run(&memory, true, 0);

  for (size_t i = 0; i < memory.messages->len; i++) {
    uint64_t index = g_array_index(memory.messages, Message, i).index;
    bool is_again = i > 0 && g_array_index(memory.messages, Message, i - 1).index == index;

    if (is_again || index + GENERATE_ORDER_DISTANCE >= records)
      continue;
    if (index >= newest)
      newest = index;
    else if (newest - index <= GENERATE_ORDER_DISTANCE)
      near++;
    else
      far++;
  }
  g_assert_cmpuint(counts.late, >, 10);
  g_assert_cmpuint(far, >=, counts.late - 2);
  g_assert_cmpuint(far, <=, counts.late);
  g_assert_cmpuint(near, >=, counts.out_of_order - 5);
  g_assert_cmpuint(near, <=, counts.out_of_order);
}

static void
work_stops_when_it_is_told_to(void)
{
  const struct {
    bool has_chaos;
    double rate;
  } cases[] = {{false, 0}, {true, 0}, {false, 1e9}};
  g_autoptr(ShopWorld) world = shop_world_new(1, 4.0 / SHOP_BLOCKS);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Memory) memory = {.stop_after = 0};

    memory_init(&memory, world, &shop_entities[3]);
    memory.stop_after = 3000;

    GenerateCounts counts = run(&memory, cases[i].has_chaos, cases[i].rate);
    GenerateCounts found = recount(&memory);

    g_assert_false(memory.is_whole);
    g_assert_cmpuint(counts.records, >=, 3000);
    g_assert_cmpuint(counts.records, <, 5000);
    assert_counts(&counts, &found);
  }
}

/* At so slow a rate the second message is a day away: only the question in between ends it. */
static void
a_wait_for_the_pace_can_be_ended(void)
{
  g_autoptr(ShopWorld) world = shop_world_new(1, 1.0 / SHOP_BLOCKS);
  g_auto(Memory) memory = {0};

  memory_init(&memory, world, &shop_entities[0]);
  memory.stop_after = 1;

  GenerateCounts counts = run(&memory, false, 1e-5);

  g_assert_false(memory.is_whole);
  g_assert_cmpuint(counts.messages, ==, 1);
  g_assert_cmpuint(memory.messages->len, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate/all", every_record_comes_once_and_in_order);
  g_test_add_func("/generate/chaos/counts", chaos_tells_exactly_what_it_did);
  g_test_add_func("/generate/chaos/shares", chaos_keeps_its_shares_and_spares_keys_and_times);
  g_test_add_func("/generate/chaos/delays", delayed_records_are_overtaken_by_as_many_as_stated);
  g_test_add_func("/generate/stop", work_stops_when_it_is_told_to);
  g_test_add_func("/generate/pace", a_wait_for_the_pace_can_be_ended);
  return g_test_run();
}
