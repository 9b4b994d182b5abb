/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/reader.h"

#include <math.h>

#include "kafka/autoptr.h"
#include "kafka/client.h"

enum { READ_AT_ONCE = 512 };

/* A partition on its way from where it begins to where it ended. */
typedef struct {
  KafkaPartition *partition; /* owned */
  int64_t oldest;            /* of the topic */
  int64_t newest;
  int64_t low; /* of what is read */
  int64_t high;
  int64_t next; /* everything before it is passed */
} Way;

struct KafkaReader {
  rd_kafka_t *client;      /* owned */
  rd_kafka_queue_t *queue; /* owned: all partitions are forwarded to it */
  Way *ways;               /* owned */
  size_t ways_length;
  size_t ways_left;
  int timeout_ms;
  int64_t heard_us;                       /* when something last came */
  rd_kafka_message_t *read[READ_AT_ONCE]; /* owned from at on */
  size_t at;
  size_t length;
};

/* Whatever the configuration says. It may set bounds that fit many partitions, and a group. */
static const KafkaProperty promises[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "earliest"}, /* what expires while it is read is passed over */
    /* Once it is full, librdkafka 2.0 fetches nothing for a second: it should not be often. */
    {"queued.max.messages.kbytes", "32768"},
    {"queued.min.messages", "100000"},
    /* An answer that waits for records behind an end keeps what is asked for next waiting too. */
    {"fetch.wait.max.ms", "20"},
    {NULL, NULL},
};

static const KafkaProperty defaults[] = {{"group.id", "sluice"}, {NULL, NULL}};

static bool
open_client(KafkaReader *self, const KafkaProperty *properties, GError **error)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();

  if (!client_set(conf, defaults, error) || !client_set(conf, properties, error) ||
      !client_set(conf, promises, error))
    return false;
  self->client = client_new(RD_KAFKA_CONSUMER, g_steal_pointer(&conf), error);
  if (self->client == NULL)
    return false;
  rd_kafka_poll_set_consumer(self->client);
  self->queue = rd_kafka_queue_get_consumer(self->client);
  return true;
}

static void
narrow(Way *way, int64_t from, int64_t to)
{
  way->low = CLAMP(from, way->low, way->high);
  way->high = CLAMP(to, way->low, way->high);
  way->next = way->low;
}

static const KafkaSpan *
span_of(const KafkaReaderOptions *options, size_t partition)
{
  for (size_t i = 0; i < options->spans_length; i++) {
    if ((size_t)options->spans[i].partition == partition)
      return &options->spans[i];
  }
  return NULL;
}

/* Nothing of a partition that no span names. */
static bool
narrow_all(KafkaReader *self, const KafkaReaderOptions *options, GError **error)
{
  for (size_t i = 0; i < options->spans_length; i++) {
    if (options->spans[i].partition < 0 ||
        (size_t)options->spans[i].partition >= self->ways_length) {
      g_set_error(error, FAULT, FAULT_SETUP, "topic %s has no partition %d: its last is %zu",
                  options->topic, options->spans[i].partition, self->ways_length - 1);
      return false;
    }
  }
  for (size_t i = 0; i < self->ways_length; i++) {
    const KafkaSpan *span = span_of(options, i);

    if (span != NULL)
      narrow(&self->ways[i], span->from, span->to);
    else
      narrow(&self->ways[i], self->ways[i].high, self->ways[i].high);
  }
  return true;
}

static bool
find_ways(KafkaReader *self, const KafkaReaderOptions *options, GError **error)
{
  g_autoptr(KafkaTopics) topics = kafka_topics_new(options->properties, self->timeout_ms, error);
  g_autoptr(KafkaTopic) topic =
      topics == NULL ? NULL : kafka_topics_find(topics, options->topic, error);
  g_autofree KafkaWatermarks *watermarks =
      topic == NULL ? NULL : kafka_topics_watermarks(topics, topic, error);

  if (watermarks == NULL)
    return false;
  self->ways = g_new0(Way, topic->partitions);
  self->ways_length = (size_t)topic->partitions;
  for (int32_t i = 0; i < topic->partitions; i++)
    self->ways[i] = (Way){.partition = kafka_partition_new(options->topic, 0, i),
                          .oldest = watermarks[i].low,
                          .newest = watermarks[i].high,
                          .low = watermarks[i].low,
                          .high = watermarks[i].high,
                          .next = watermarks[i].low};
  if (options->spans != NULL && !narrow_all(self, options, error))
    return false;
  for (size_t i = 0; i < self->ways_length; i++)
    self->ways_left += self->ways[i].low < self->ways[i].high;
  return true;
}

static bool
assign(KafkaReader *self, GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list =
      rd_kafka_topic_partition_list_new((int)self->ways_length);
  rd_kafka_resp_err_t err;

  for (size_t i = 0; i < self->ways_length; i++) {
    const Way *way = &self->ways[i];

    if (way->low < way->high)
      rd_kafka_topic_partition_list_add(list, way->partition->topic, way->partition->id)->offset =
          way->low;
  }
  err = rd_kafka_assign(self->client, list);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  client_set_error(error, err, "cannot read the topic");
  return false;
}

KafkaReader *
kafka_reader_new_within(const KafkaReaderOptions *options, GError **error)
{
  KafkaReader *self = g_new0(KafkaReader, 1);

  self->timeout_ms = options->timeout_ms;
  self->heard_us = g_get_monotonic_time();
  if (find_ways(self, options, error) && open_client(self, options->properties, error) &&
      assign(self, error))
    return self;
  kafka_reader_free(self);
  return NULL;
}

KafkaReader *
kafka_reader_new(const KafkaProperty *properties, const char *topic, int timeout_ms, GError **error)
{
  return kafka_reader_new_within(
      &(KafkaReaderOptions){.properties = properties, .topic = topic, .timeout_ms = timeout_ms},
      error);
}

static void
drop_read(KafkaReader *self)
{
  for (; self->at < self->length; self->at++)
    rd_kafka_message_destroy(self->read[self->at]);
}

/* Where part i of the way begins; i may be the number of parts. */
static int64_t
part_start(const Way *way, unsigned i, unsigned parts)
{
  int64_t len = way->newest - way->oldest;

  return way->oldest + len / parts * i + len % parts * i / parts;
}

bool
kafka_reader_seek(KafkaReader *self, const KafkaReaderPart *part, GError **error)
{
  double total = 0;

  for (size_t i = 0; i < self->ways_length; i++)
    total += (double)(self->ways[i].newest - self->ways[i].oldest) / part->parts;

  double share = total <= (double)part->records ? 1 : (double)part->records / total;

  drop_read(self);
  self->ways_left = 0;
  for (size_t i = 0; i < self->ways_length; i++) {
    Way *way = &self->ways[i];
    int64_t end = part_start(way, part->part + 1, part->parts);

    way->low = way->next = part_start(way, part->part, part->parts);
    way->high = way->low + (int64_t)ceil((double)(end - way->low) * share);
    self->ways_left += way->low < way->high;
  }
  self->heard_us = g_get_monotonic_time();
  return assign(self, error);
}

void
kafka_reader_free(KafkaReader *self)
{
  if (self == NULL)
    return;
  drop_read(self);
  if (self->queue != NULL)
    rd_kafka_queue_destroy(self->queue);
  if (self->client != NULL)
    rd_kafka_destroy_flags(self->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  for (size_t i = 0; i < self->ways_length; i++)
    kafka_partition_unref(self->ways[i].partition);
  g_free(self->ways);
  g_free(self);
}

uint64_t
kafka_reader_total(const KafkaReader *self)
{
  uint64_t total = 0;

  for (size_t i = 0; i < self->ways_length; i++)
    total += (uint64_t)(self->ways[i].high - self->ways[i].low);
  return total;
}

uint64_t
kafka_reader_passed(const KafkaReader *self)
{
  uint64_t passed = 0;

  for (size_t i = 0; i < self->ways_length; i++)
    passed += (uint64_t)(self->ways[i].next - self->ways[i].low);
  return passed;
}

GArray *
kafka_reader_left(const KafkaReader *self)
{
  GArray *left = g_array_new(FALSE, FALSE, sizeof(KafkaSpan));

  for (size_t i = 0; i < self->ways_length; i++) {
    const Way *way = &self->ways[i];

    if (way->next < way->high)
      g_array_append_val(left, ((KafkaSpan){way->partition->id, way->next, way->high}));
  }
  return left;
}

int64_t
kafka_reader_next_offset(const KafkaReader *self, int32_t partition)
{
  return self->ways[partition].next;
}

/* Everything before `next` is passed; the end may lie behind offsets without a record. */
static void
pass(KafkaReader *self, Way *way, int64_t next)
{
  bool was_left = way->next < way->high;

  way->next = CLAMP(next, way->next, way->high);
  self->ways_left -= was_left && way->next == way->high;
}

/* What the partition itself or the whole client met; true: it is passed over, for it is either no
 * trouble or one that librdkafka tries again and the time limit ends. */
static bool
take_trouble(KafkaReader *self, const rd_kafka_message_t *message, GError **error)
{
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    pass(self, &self->ways[message->partition], message->offset);
    return true;
  }
  if (client_fault(message->err) == FAULT_PEER)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "cannot read the topic: %s",
              rd_kafka_message_errstr(message));
  return false;
}

static bool
fill(KafkaReader *self, int wait_ms)
{
  ssize_t first = rd_kafka_consume_batch_queue(self->queue, wait_ms, self->read, 1);
  ssize_t rest;

  self->at = 0;
  self->length = (size_t)MAX(first, 0);
  if (first <= 0)
    return false;
  rest = rd_kafka_consume_batch_queue(self->queue, 0, self->read + 1, READ_AT_ONCE - 1);
  self->length += (size_t)MAX(rest, 0);
  self->heard_us = g_get_monotonic_time();
  return true;
}

/* False: it is not to be given out, or, with the error set, the end of all reading. */
static bool
take(KafkaReader *self, rd_kafka_message_t *message, KafkaMessage *out, GError **error)
{
  Way *way;

  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    take_trouble(self, message, error);
    return false;
  }
  way = &self->ways[message->partition];
  if (message->offset < way->low) /* fetched for another part */
    return false;
  if (message->offset >= way->high) {
    pass(self, way, way->high);
    return false;
  }
  pass(self, way, message->offset + 1);
  *out = (KafkaMessage){
      .partition = way->partition,
      .offset = message->offset,
      .timestamp_ms = rd_kafka_message_timestamp(message, NULL),
      .key = slice(message->key, message->key_len),
      .value = slice(message->payload, message->len),
      .handle = message,
  };
  return true;
}

static KafkaReading
idle(const KafkaReader *self, GError **error)
{
  if (g_get_monotonic_time() - self->heard_us < (int64_t)self->timeout_ms * 1000)
    return KAFKA_READER_IDLE;
  g_set_error(error, FAULT, FAULT_PEER, "nothing more came of topic %s for %d s",
              self->ways[0].partition->topic, self->timeout_ms / 1000);
  return KAFKA_READER_FAILED;
}

KafkaReading
kafka_reader_next(KafkaReader *self, KafkaMessage *out, int wait_ms, GError **error)
{
  for (;;) {
    GError *trouble = NULL;
    rd_kafka_message_t *message;

    if (self->at == self->length && self->ways_left == 0)
      return KAFKA_READER_END;
    if (self->at == self->length && !fill(self, wait_ms))
      return idle(self, error);
    message = self->read[self->at++];
    if (take(self, message, out, &trouble))
      return KAFKA_READER_RECORD;
    rd_kafka_message_destroy(message);
    if (trouble != NULL) {
      g_propagate_error(error, trouble);
      return KAFKA_READER_FAILED;
    }
  }
}
