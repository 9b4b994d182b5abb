/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writer.h"

#include "stream/flight.h"

enum { READ_AT_ONCE = 256, LONGEST_READ_MS = 1000 };

/* What is read at once is beside the other bounds, so it is at most this share of a writer's. */
enum { READ_SHARE = 16 };

struct StreamWriter {
  StreamWriterOptions options;
  StreamLine **lines;   /* owned, each owned; by topic_index */
  StreamFlight *flight; /* owned */
  StreamSpares spares;
  GThread *thread;
  GError *failure; /* owned: why it ends by itself */
  size_t next;     /* of read: what is not taken yet */
  size_t length;
  size_t most;                     /* to read at once */
  KafkaMessage read[READ_AT_ONCE]; /* owned from next on */

  /* Between threads. */
  atomic_bool is_stopping;
  atomic_bool is_abandoned;
  atomic_uint flushes_wanted;
  GMutex lock; /* for what follows */
  GCond changed;
  unsigned flushes_done;
  bool has_ended;
};

/* Waits, but for an order to end at once. */
static bool
pause_ms(void *data, uint32_t wait_ms)
{
  StreamWriter *self = data;
  int64_t deadline = g_get_monotonic_time() + (int64_t)wait_ms * 1000;
  bool is_waiting = true;

  g_mutex_lock(&self->lock);
  while (is_waiting && !atomic_load(&self->is_abandoned))
    is_waiting = g_cond_wait_until(&self->changed, &self->lock, deadline);
  g_mutex_unlock(&self->lock);
  return !atomic_load(&self->is_abandoned);
}

static void
tell_waiting(void *data, const GError *reason)
{
  StreamWriter *self = data;

  if (!atomic_load(&self->is_abandoned))
    self->options.events.waiting(self->options.events.self, self->options.number, reason);
}

static bool
send_letters(StreamWriter *self, StreamLine *line)
{
  Retry retry = self->options.retry;
  bool has_waited = false;

  for (;;) {
    g_autoptr(GError) error = NULL;

    if (stream_letters_send(self->options.letters, stream_line_table(line), self->options.number,
                            stream_line_rejects(line), &error))
      break;
    has_waited = true;
    tell_waiting(self, error);
    if (!pause_ms(self, retry_next_ms(&retry)))
      return false;
  }
  if (has_waited)
    tell_waiting(self, NULL);
  return true;
}

/* Lets go what the line's window has passed; false: give up. */
static bool
settle_line(StreamWriter *self, StreamLine *line, StreamOccasion occasion)
{
  const GPtrArray *touched = stream_line_touched(line);
  g_autoptr(GError) error = NULL;

  switch (stream_line_judge(line, occasion, &self->failure)) {
  case STREAM_NOTHING:
    return true;
  case STREAM_GUILTY:
    return false;
  case STREAM_RELEASE:
    break;
  }
  if (stream_line_has_letters(line) && !send_letters(self, line))
    return false;
  if (!self->options.source.store(self->options.source.self, (KafkaPartition **)touched->pdata,
                                  touched->len, &error))
    g_warning("writer=%zu %s", self->options.number, error->message);
  stream_line_release(line);
  return true;
}

static StreamLine *
line_of(const StreamWriter *self, const StreamBatch *batch)
{
  size_t i = 0;

  while (stream_line_plan(self->lines[i]) != stream_batch_plan(batch))
    i++;
  return self->lines[i];
}

static bool
batch_done(void *data, StreamBatch *batch)
{
  StreamWriter *self = data;
  StreamLine *line = line_of(self, batch);

  stream_line_done(line, batch);
  return settle_line(self, line, STREAM_AS_DUE);
}

StreamWriter *
stream_writer_new(const StreamWriterOptions *options, GError **error)
{
  StreamWriter *self = g_new0(StreamWriter, 1);

  self->options = *options;
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->lines = g_new0(StreamLine *, options->lines_length);
  self->most = 1;
  for (size_t i = 0; i < options->lines_length; i++) {
    StreamLineOptions line = options->lines[i];

    line.spares = &self->spares;
    self->lines[i] = stream_line_new(&line, error);
    if (self->lines[i] == NULL) {
      stream_writer_free(self);
      return NULL;
    }
  }
  self->options.lines = NULL;
  self->flight = stream_flight_new(&self->options.sink,
                                   &(StreamFlightEvents){self, batch_done, tell_waiting, pause_ms},
                                   &options->retry, options->sheet);
  return self;
}

void
stream_writer_free(StreamWriter *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    g_thread_join(self->thread);
  for (; self->next < self->length; self->next++)
    kafka_message_release(&self->read[self->next]);
  stream_flight_free(self->flight);
  for (size_t i = 0; i < self->options.lines_length; i++)
    stream_line_free(self->lines[i]);
  g_free(self->lines);
  stream_spares_clear(&self->spares);
  g_clear_error(&self->failure);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
}

static bool
push_open(StreamWriter *self, StreamLine *line)
{
  StreamBatch *batch = stream_line_take_batch(line);

  return batch == NULL || stream_flight_push(self->flight, batch);
}

static bool
drain(StreamWriter *self)
{
  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (!push_open(self, self->lines[i]))
      return false;
  }
  return stream_flight_drain(self->flight);
}

/* Brings everything to its end and stores it. */
static bool
flush(StreamWriter *self)
{
  StreamOccasion occasion = self->options.ends ? STREAM_AT_END : STREAM_LEAVING;

  if (!drain(self))
    return false;
  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (!settle_line(self, self->lines[i], occasion))
      return false;
  }
  return true;
}

/* Somebody whom decoding needs does not answer: what was taken before goes on its way, then the
 * record is tried again. */
static bool
wait_stalled(StreamWriter *self, Retry *retry, const GError *reason)
{
  if (retry->tries == 0 && !flush(self))
    return false;
  tell_waiting(self, reason);
  return pause_ms(self, retry_next_ms(retry));
}

static bool
take(StreamWriter *self, KafkaMessage *message)
{
  StreamLine *line = self->lines[message->partition->topic_index];
  Retry retry = self->options.retry;

  for (;;) {
    g_autoptr(GError) error = NULL;
    StreamLineTaking taking = stream_line_take(line, message, &error);

    if (taking == STREAM_LINE_TAKEN)
      break;
    if (taking == STREAM_LINE_FULL ? !push_open(self, line) : !wait_stalled(self, &retry, error))
      return false;
  }
  if (retry.tries > 0)
    tell_waiting(self, NULL);
  return true;
}

static bool
take_all(StreamWriter *self)
{
  for (; self->next < self->length; self->next++) {
    KafkaMessage *message = &self->read[self->next];

    if (message->trouble != NULL) {
      g_warning("cannot read topic=%s partition=%d reason='%s'", message->partition->topic,
                message->partition->id, message->trouble);
      kafka_message_release(message);
    } else if (!take(self, message)) {
      return false;
    }
  }
  return true;
}

static size_t
held_bytes(const StreamWriter *self)
{
  size_t bytes = stream_flight_bytes(self->flight) + stream_spares_bytes(&self->spares);

  for (size_t i = 0; i < self->options.lines_length; i++)
    bytes += stream_line_bytes(self->lines[i]);
  return bytes;
}

static bool
is_holding_nothing(const StreamWriter *self)
{
  bool holds = !stream_flight_is_empty(self->flight);

  for (size_t i = 0; i < self->options.lines_length; i++)
    holds |= stream_line_touched(self->lines[i])->len > 0 || stream_line_bytes(self->lines[i]) > 0;
  return !holds;
}

/* Sends the batches and judges the windows whose time has come. */
static bool
serve_due(StreamWriter *self)
{
  int64_t now = g_get_monotonic_time();

  for (size_t i = 0; i < self->options.lines_length; i++) {
    StreamLine *line = self->lines[i];

    if (now >= stream_line_batch_due_us(line) && !push_open(self, line))
      return false;
    if (now >= stream_line_window_due_us(line) && !settle_line(self, line, STREAM_AS_DUE))
      return false;
  }
  stream_spares_rest(&self->spares, now);
  return true;
}

/* How long a read may wait: not at all while an answer is to come, for that is worth as much. */
static int
read_timeout_ms(const StreamWriter *self)
{
  int64_t due = INT64_MAX;
  int64_t left_ms;

  if (!stream_flight_is_empty(self->flight))
    return 0;
  for (size_t i = 0; i < self->options.lines_length; i++) {
    due = MIN(due, stream_line_batch_due_us(self->lines[i]));
    due = MIN(due, stream_line_window_due_us(self->lines[i]));
  }
  left_ms = due == INT64_MAX ? LONGEST_READ_MS : (due - g_get_monotonic_time()) / 1000 + 1;
  return (int)CLAMP(left_ms, 0, LONGEST_READ_MS);
}

static bool
serve_flushes(StreamWriter *self)
{
  unsigned wanted = atomic_load(&self->flushes_wanted);
  bool is_flushed = true;

  if (wanted == self->flushes_done)
    return true;
  is_flushed = flush(self);
  g_mutex_lock(&self->lock);
  self->flushes_done = wanted;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  return is_flushed;
}

static void
read_some(StreamWriter *self)
{
  size_t share = self->options.memory_bytes / READ_SHARE;
  size_t bytes = 0;

  self->next = 0;
  self->length = self->options.source.read(self->options.source.self, self->read, self->most,
                                           read_timeout_ms(self));
  for (size_t i = 0; i < self->length; i++)
    bytes += self->read[i].key.len + self->read[i].value.len;
  /* As many as before and again, as long as they are no larger than these. */
  if (self->length > 0)
    self->most = CLAMP(share / (bytes / self->length + 1), 1, MIN(2 * self->most, READ_AT_ONCE));
}

/* One turn: read, take, send. */
static bool
turn(StreamWriter *self)
{
  read_some(self);
  if (self->length == 0 && is_holding_nothing(self))
    self->options.source.sweep(self->options.source.self);
  if (!take_all(self) || !serve_due(self))
    return false;
  if (self->length == 0 && !stream_flight_receive(self->flight))
    return false;
  return held_bytes(self) <= self->options.memory_bytes || drain(self);
}

static gpointer
run(gpointer data)
{
  StreamWriter *self = data;
  bool is_well = true;

  while (is_well && !atomic_load(&self->is_stopping))
    is_well = serve_flushes(self) && turn(self);
  if (is_well)
    (void)flush(self); /* what it cannot bring to an end is read again */

  self->options.events.ended(self->options.events.self, self->options.number, self->failure);
  g_mutex_lock(&self->lock);
  self->has_ended = true;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  return NULL;
}

void
stream_writer_start(StreamWriter *self)
{
  g_autofree char *name = g_strdup_printf("writer %zu", self->options.number);

  self->thread = g_thread_new(name, run, self);
}

void
stream_writer_flush(StreamWriter *self)
{
  atomic_fetch_add(&self->flushes_wanted, 1);
  self->options.source.wake(self->options.source.self);
}

static bool
is_flushed(const StreamWriter *self)
{
  return self->flushes_done == atomic_load(&self->flushes_wanted);
}

static bool
is_at_end(const StreamWriter *self)
{
  (void)self;
  return false;
}

/* Waits for the condition or the end. */
static bool
await(StreamWriter *self, bool (*is_met)(const StreamWriter *), int64_t deadline_us)
{
  bool is_met_now;

  g_mutex_lock(&self->lock);
  while (!self->has_ended && !is_met(self)) {
    if (!g_cond_wait_until(&self->changed, &self->lock, deadline_us))
      break;
  }
  is_met_now = self->has_ended || is_met(self);
  g_mutex_unlock(&self->lock);
  return is_met_now;
}

bool
stream_writer_await_flush(StreamWriter *self, int64_t deadline_us)
{
  return await(self, is_flushed, deadline_us);
}

void
stream_writer_stop(StreamWriter *self)
{
  atomic_store(&self->is_stopping, true);
  self->options.source.wake(self->options.source.self);
}

void
stream_writer_abandon(StreamWriter *self)
{
  g_mutex_lock(&self->lock);
  atomic_store(&self->is_abandoned, true);
  atomic_store(&self->is_stopping, true);
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  self->options.source.wake(self->options.source.self);
  self->options.sink.cancel(self->options.sink.self);
}

bool
stream_writer_join(StreamWriter *self, int64_t deadline_us)
{
  return await(self, is_at_end, deadline_us);
}

bool
stream_writer_is_settled(const StreamWriter *self)
{
  return is_holding_nothing(self);
}
