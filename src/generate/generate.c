/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/generate.h"

enum { RECORDS_PER_QUESTION = 1024, LONGEST_SLEEP_US = 100000 };

struct Generate {
  GenerateJob job;
  ShopVisits *visits; /* owned */
  ShopRecord record;
  size_t damages;
  int64_t started_us; /* the pace's start */
  uint64_t paced;     /* messages since then */
  /* of the entity under way: */
  const ShopEntity *entity;
  GenerateCounts counts;
  bool is_stopped;
};

Generate *
generate_new(const GenerateJob *job)
{
  Generate *self = g_new0(Generate, 1);

  self->job = *job;
  self->visits = shop_visits_new(job->world);
  while (job->sink.damages[self->damages] != NULL)
    self->damages++;
  g_assert(self->damages <= GENERATE_MOST_DAMAGES);
  return self;
}

void
generate_free(Generate *self)
{
  if (self == NULL)
    return;
  shop_visits_free(self->visits);
  shop_record_clear(&self->record);
  g_free(self);
}

static void
ask(Generate *self)
{
  if (!self->job.go_on(self->job.go_on_self, self->entity, &self->counts))
    self->is_stopped = true;
}

/* Sleeps until the next message is due. */
static void
keep_pace(Generate *self)
{
  if (self->paced == 0)
    self->started_us = g_get_monotonic_time();

  int64_t due_us = self->started_us + (int64_t)((double)self->paced * 1e6 / self->job.rate);

  self->paced++;
  while (!self->is_stopped) {
    int64_t left_us = due_us - g_get_monotonic_time();

    if (left_us <= 0)
      return;
    g_usleep((gulong)MIN(left_us, LONGEST_SLEEP_US));
    if (left_us >= LONGEST_SLEEP_US)
      ask(self);
  }
}

/* False ends the work: by an error, or stopped. */
static bool
may_send(Generate *self)
{
  if (self->job.rate > 0)
    keep_pace(self);
  if (!self->is_stopped)
    self->counts.messages++;
  return !self->is_stopped;
}

static bool
send_chaos(Generate *self, ShopDraw chaos, GError **error)
{
  const GenerateSink *sink = &self->job.sink;
  size_t damage;

  if (generate_chaos_repeats(chaos) && may_send(self)) {
    if (!sink->record(sink->self, &self->record, error))
      return false;
    self->counts.duplicates++;
  }
  if (generate_chaos_damages(chaos, self->damages, &damage) && may_send(self)) {
    if (!sink->damaged(sink->self, &self->record, damage, error))
      return false;
    self->counts.damaged[damage]++;
  }
  return true;
}

static void
count_record(Generate *self, unsigned delay)
{
  self->counts.records++;
  if (delay == GENERATE_ORDER_DISTANCE)
    self->counts.out_of_order++;
  else if (delay == GENERATE_LATE_DISTANCE)
    self->counts.late++;
}

static bool
send(Generate *self, uint64_t index, unsigned delay, GError **error)
{
  const GenerateSink *sink = &self->job.sink;

  if (!may_send(self))
    return true;
  self->entity->fill(self->visits, index, &self->record);
  count_record(self, delay);
  if (!self->job.has_chaos)
    return sink->record(sink->self, &self->record, error);

  ShopDraw chaos = generate_chaos(self->job.world, self->entity, index);

  generate_chaos_take(chaos, self->entity, &self->record, &self->counts);
  return sink->record(sink->self, &self->record, error) && send_chaos(self, chaos, error);
}

/* A record that is delayed comes at a later position, so none must be remembered. */
static bool
send_position(Generate *self, uint64_t position, uint64_t records, GError **error)
{
  static const unsigned delays[] = {0, GENERATE_ORDER_DISTANCE, GENERATE_LATE_DISTANCE};

  if (!self->job.has_chaos)
    return send(self, position, 0, error);
  for (size_t i = 0; i < G_N_ELEMENTS(delays) && !self->is_stopped; i++) {
    uint64_t index = position - delays[i];

    if (position < delays[i] || index >= records)
      continue;
    if (generate_chaos_delay(generate_chaos(self->job.world, self->entity, index)) != delays[i])
      continue;
    if (!send(self, index, delays[i], error))
      return false;
  }
  return true;
}

static bool
send_all(Generate *self, GError **error)
{
  uint64_t records = shop_entity_records(self->entity, self->job.world);
  uint64_t positions = records + (self->job.has_chaos ? GENERATE_LATE_DISTANCE : 0);

  for (uint64_t i = 0; i < positions; i++) {
    if (i % RECORDS_PER_QUESTION == 0)
      ask(self);
    if (self->is_stopped)
      return true;
    if (!send_position(self, i, records, error))
      return false;
  }
  return true;
}

bool
generate_entity(Generate *self, const ShopEntity *entity, GenerateCounts *out_counts,
                bool *out_is_whole, GError **error)
{
  const GenerateSink *sink = &self->job.sink;

  self->entity = entity;
  self->counts = (GenerateCounts){0};
  self->is_stopped = false;
  if (!sink->begin(sink->self, entity, error) || !send_all(self, error))
    return false;
  if (!sink->end(sink->self, !self->is_stopped, error))
    return false;
  *out_counts = self->counts;
  *out_is_whole = !self->is_stopped;
  return true;
}
