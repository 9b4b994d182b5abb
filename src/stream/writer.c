/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writer.h"

#include "base/event.h"
#include "stream/calls.h"
#include "stream/memory.h"

enum { READ_AT_ONCE = 256, LONGEST_READ_MS = 1000 };

/* What is read at once is beside the other bounds, so it is at most this share of a writer's. */
enum { READ_SHARE = 16 };

/* What the source had at most is forgotten by so much at each read, and takes no more than all but
 * so much of the writer's memory. */
enum { FORGET_SHARE = 256, LEAST_SHARE = 4 };

/* The lines that read one topic. */
typedef struct {
  GPtrArray *lines; /* owned, of borrowed StreamLine */
  bool is_held;     /* the source holds it back */
} Topic;

struct StreamWriter {
  StreamWriterOptions options;
  StreamLine **lines;          /* owned, each owned */
  Topic *topics;               /* owned; by topic_index */
  StreamDelivery **deliveries; /* owned array; each borrowed from its line */
  StreamCalls *calls;          /* owned */
  StreamBatchPool batch_pool;
  GThread *thread;
  GError *failure; /* owned: why it ends by itself */
  size_t next;     /* of read: what is not taken yet */
  size_t length;
  size_t most;                     /* to read at once */
  size_t fetched_bytes;            /* the most that the source had of late */
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

StreamWriter *
stream_writer_new(const StreamWriterOptions *options, GError **error)
{
  StreamWriter *self = g_new0(StreamWriter, 1);
  size_t length = options->lines_length;

  self->options = *options;
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->lines = g_new0(StreamLine *, length);
  self->topics = g_new0(Topic, options->topics_length);
  for (size_t i = 0; i < options->topics_length; i++)
    self->topics[i].lines = g_ptr_array_new();
  self->deliveries = g_new0(StreamDelivery *, length);
  self->most = 1;
  for (size_t i = 0; i < length; i++) {
    StreamLineOptions line = options->lines[i];

    line.sink = &self->options.sink;
    line.calls = options->sheet;
    line.batch_pool = &self->batch_pool;
    line.letters = options->letters;
    line.source = &self->options.source;
    line.writer = options->number;
    self->lines[i] = stream_line_new(&line, error);
    if (self->lines[i] == NULL) {
      stream_writer_free(self);
      return NULL;
    }
    self->deliveries[i] = stream_line_delivery(self->lines[i]);
    g_ptr_array_add(self->topics[line.topic_index].lines, self->lines[i]);
  }
  self->options.lines = NULL;
  self->calls = stream_calls_new(&self->options.sink, self->deliveries, length, options->sheet);
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
  stream_calls_free(self->calls);
  for (size_t i = 0; i < self->options.lines_length; i++)
    stream_line_free(self->lines[i]);
  for (size_t i = 0; i < self->options.topics_length; i++)
    g_ptr_array_unref(self->topics[i].lines);
  g_free(self->lines);
  g_free(self->topics);
  g_free(self->deliveries);
  stream_batch_pool_clear(&self->batch_pool);
  g_clear_error(&self->failure);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
}

/* What HBase is done with goes on to its line's commit; false: too much of it is bad. */
static bool
settle(StreamWriter *self, StreamOccasion occasion)
{
  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (!stream_line_settle(self->lines[i], occasion, &self->failure))
      return false;
  }
  return true;
}

static bool
receive(StreamWriter *self)
{
  stream_calls_receive(self->calls);
  return settle(self, STREAM_AS_DUE);
}

/* Hands on the line's open batch, and returns once it is sent or the line has to wait. */
static bool
push(StreamWriter *self, StreamLine *line)
{
  stream_line_push(line);
  stream_calls_send(self->calls);
  while (stream_delivery_due_us(stream_line_delivery(line)) == 0 &&
         !atomic_load(&self->is_abandoned)) {
    if (!receive(self))
      return false;
    stream_calls_send(self->calls);
  }
  return true;
}

/* Takes the message if the line takes anything at present; false with failure, or if not. */
static bool
take_now(StreamWriter *self, StreamLine *line, KafkaMessage *message)
{
  while (!stream_line_is_blocked(line)) {
    StreamLineTaking taking = stream_line_take(line, message);

    if (taking == STREAM_LINE_TAKEN)
      return true;
    if (taking == STREAM_LINE_FULL && !push(self, line))
      return false;
  }
  return false;
}

/* A topic is held back while one of its lines keeps records. */
static void
hold(StreamWriter *self, size_t topic_index)
{
  Topic *topic = &self->topics[topic_index];
  bool is_held = false;

  for (guint i = 0; i < topic->lines->len && !is_held; i++)
    is_held = stream_line_kept(topic->lines->pdata[i]) != NULL;
  if (topic->is_held != is_held)
    self->options.source.hold(self->options.source.self, topic_index, is_held);
  topic->is_held = is_held;
}

/* Each line of the topic gets a copy, and goes on with it at its own pace; false with failure. */
static bool
take(StreamWriter *self, KafkaMessage *message)
{
  size_t topic_index = message->partition->topic_index;
  const GPtrArray *lines = self->topics[topic_index].lines;

  if (lines->len == 1 && stream_line_kept(lines->pdata[0]) == NULL &&
      take_now(self, lines->pdata[0], message))
    return true; /* most topics, most of the time */
  if (lines->len > 1 && !message->is_end)
    kafka_message_share(message, lines->len);
  for (guint i = 0; i < lines->len; i++) {
    StreamLine *line = lines->pdata[i];
    KafkaMessage copy = *message;

    if (self->failure != NULL || stream_line_kept(line) != NULL || !take_now(self, line, &copy))
      stream_line_keep(line, &copy);
  }
  kafka_message_forget(message);
  hold(self, topic_index);
  return self->failure == NULL;
}

static bool
take_all(StreamWriter *self)
{
  for (; self->next < self->length; self->next++) {
    KafkaMessage *message = &self->read[self->next];

    if (message->trouble != NULL) {
      g_autofree char *reason = event_value(message->trouble);

      g_warning("cannot read topic=%s partition=%d reason=%s", message->partition->topic,
                message->partition->id, reason);
      kafka_message_release(message);
    } else if (!take(self, message)) {
      return false;
    }
  }
  return true;
}

/* What was held back, as far as the line takes it now; what has left us meanwhile is not ours to
 * write. */
static bool
take_kept(StreamWriter *self, StreamLine *line)
{
  KafkaMessage *message;
  size_t topic_index = stream_line_kept(line)->partition->topic_index;

  while ((message = stream_line_kept(line)) != NULL && !atomic_load(&self->is_abandoned)) {
    if (atomic_load(&message->partition->hold) != KAFKA_OURS)
      kafka_message_release(message);
    else if (!take_now(self, line, message))
      return self->failure == NULL;
    stream_line_drop_kept(line);
  }
  hold(self, topic_index);
  return true;
}

static size_t
held_bytes(const StreamWriter *self)
{
  size_t bytes = stream_batch_pool_bytes(&self->batch_pool);

  for (size_t i = 0; i < self->options.lines_length; i++)
    bytes += stream_line_bytes(self->lines[i]);
  return bytes;
}

/* All that is open goes out, and all answers come in, but for what waits. */
static bool
drain(StreamWriter *self)
{
  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (!stream_delivery_is_stuck(self->deliveries[i]) && !push(self, self->lines[i]))
      return false;
  }
  stream_calls_send(self->calls);
  while (!stream_calls_is_empty(self->calls) && !atomic_load(&self->is_abandoned)) {
    if (!receive(self))
      return false;
    stream_calls_send(self->calls);
  }
  return true;
}

/* How long a read may wait: not at all while an answer is to come, for that is worth as much. */
static int
wait_ms(const StreamWriter *self)
{
  int64_t due;

  if (!stream_calls_is_empty(self->calls))
    return 0;
  due = stream_lines_due_us(self->lines, self->options.lines_length);
  if (due == INT64_MAX)
    return LONGEST_READ_MS;
  return (int)CLAMP((due - g_get_monotonic_time()) / 1000 + 1, 0, LONGEST_READ_MS);
}

/* A fetch comes whole, and unpacked whole: what the source had at most it will have again. */
static void
reckon_fetched(StreamWriter *self, size_t record_bytes)
{
  size_t waiting = self->options.source.length(self->options.source.self);
  size_t remembered = self->fetched_bytes - self->fetched_bytes / FORGET_SHARE;

  self->fetched_bytes = MAX(waiting * (record_bytes + STREAM_RECORD_BYTES), remembered);
}

/* What the writer may hold beside that. */
static size_t
memory_left(const StreamWriter *self)
{
  size_t all = self->options.memory_bytes;
  size_t aside = self->options.aside_bytes;
  size_t over = self->fetched_bytes > aside ? self->fetched_bytes - aside : 0;

  return all - MIN(over, all - all / LEAST_SHARE);
}

static void
read_some(StreamWriter *self)
{
  size_t share = self->options.memory_bytes / READ_SHARE;
  size_t bytes = 0;

  self->next = 0;
  self->length =
      self->options.source.read(self->options.source.self, self->read, self->most, wait_ms(self));
  for (size_t i = 0; i < self->length; i++)
    bytes += self->read[i].key.len + self->read[i].value.len;
  if (self->length == 0)
    return;
  reckon_fetched(self, bytes / self->length);
  /* As many as before and again, as long as they are no larger than these. */
  self->most = CLAMP(share / (bytes / self->length + 1), 1, MIN(2 * self->most, READ_AT_ONCE));
}

/* Sends the batches, judges the windows and tries again what waits, each when its time has come. */
static bool
serve_due(StreamWriter *self)
{
  int64_t now = g_get_monotonic_time();

  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (stream_line_kept(self->lines[i]) != NULL && !take_kept(self, self->lines[i]))
      return false;
    if (now >= stream_line_batch_due_us(self->lines[i]) &&
        !stream_delivery_is_stuck(self->deliveries[i]) && !push(self, self->lines[i]))
      return false;
  }
  stream_batch_pool_rest(&self->batch_pool, now);
  stream_calls_send(self->calls);
  return settle(self, STREAM_AS_DUE);
}

/* One turn: read, take, send. */
static bool
turn(StreamWriter *self)
{
  read_some(self);
  if (self->length == 0 && stream_lines_hold_nothing(self->lines, self->options.lines_length))
    self->options.source.sweep(self->options.source.self);
  if (!take_all(self) || !serve_due(self))
    return false;
  if (self->length == 0 && !receive(self))
    return false;

  size_t held = held_bytes(self);

  atomic_store_explicit(&self->options.sheet->held_bytes, held, memory_order_relaxed);
  return held <= memory_left(self) || drain(self);
}

/* Until an answer may be expected, it is time to try something again, or it is told something. */
static void
rest(StreamWriter *self)
{
  int64_t until_us = g_get_monotonic_time() + (int64_t)1000 * wait_ms(self);

  g_mutex_lock(&self->lock);
  if (!atomic_load(&self->is_abandoned))
    g_cond_wait_until(&self->changed, &self->lock, until_us);
  g_mutex_unlock(&self->lock);
}

static void
tell_flushed(StreamWriter *self, unsigned flushes)
{
  g_mutex_lock(&self->lock);
  self->flushes_done = flushes;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
}

/* Until it is told to end, or too much is bad. */
static void
work(StreamWriter *self)
{
  StreamOccasion occasion = self->options.ends ? STREAM_AT_END : STREAM_LEAVING;

  while (!atomic_load(&self->is_abandoned)) {
    unsigned wanted = atomic_load(&self->flushes_wanted);
    bool is_stopping = atomic_load(&self->is_stopping);

    if (!is_stopping && wanted == self->flushes_done) {
      if (!turn(self))
        return;
      continue;
    }
    if (!drain(self) || !settle(self, occasion))
      return;
    if (wanted != self->flushes_done &&
        stream_lines_are_flushed(self->lines, self->options.lines_length, true))
      tell_flushed(self, wanted);
    else if (is_stopping &&
             stream_lines_are_flushed(self->lines, self->options.lines_length, false))
      return;
    else
      rest(self);
  }
}

static gpointer
run(gpointer data)
{
  StreamWriter *self = data;

  work(self);
  self->options.ended(self->options.self, self->options.number, self->failure);
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

/* Whatever it waits for, it looks again at what it was told. */
static void
rouse(StreamWriter *self)
{
  g_mutex_lock(&self->lock);
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
  self->options.source.wake(self->options.source.self);
}

void
stream_writer_flush(StreamWriter *self)
{
  atomic_fetch_add(&self->flushes_wanted, 1);
  rouse(self);
}

/* Waits until no flush is wanted that is not done, or only for the end; false after deadline_us. */
static bool
await(StreamWriter *self, bool is_for_end, int64_t deadline_us)
{
  bool is_waiting = true;
  bool is_met;

  g_mutex_lock(&self->lock);
  for (;;) {
    is_met = self->has_ended ||
             (!is_for_end && self->flushes_done == atomic_load(&self->flushes_wanted));
    if (is_met || !is_waiting)
      break;
    is_waiting = g_cond_wait_until(&self->changed, &self->lock, deadline_us);
  }
  g_mutex_unlock(&self->lock);
  return is_met;
}

bool
stream_writer_await_flush(StreamWriter *self, int64_t deadline_us)
{
  return await(self, false, deadline_us);
}

void
stream_writer_stop(StreamWriter *self)
{
  atomic_store(&self->is_stopping, true);
  rouse(self);
}

void
stream_writer_abandon(StreamWriter *self)
{
  atomic_store(&self->is_abandoned, true);
  atomic_store(&self->is_stopping, true);
  rouse(self);
  self->options.sink.cancel(self->options.sink.self);
}

bool
stream_writer_join(StreamWriter *self, int64_t deadline_us)
{
  return await(self, true, deadline_us);
}

bool
stream_writer_is_settled(const StreamWriter *self)
{
  for (size_t i = 0; i < self->options.lines_length; i++) {
    if (!stream_line_is_idle(self->lines[i]))
      return false;
  }
  return true;
}
