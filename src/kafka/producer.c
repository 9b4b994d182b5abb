/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/producer.h"

#include <stdatomic.h>

#include "kafka/autoptr.h"
#include "kafka/client.h"

struct KafkaProducer {
  rd_kafka_t *client; /* owned */
  gint first_error;   /* of a record without a receipt; atomic, 0 while all is well */
  atomic_uint_fast64_t delivered;
};

/* Ours, under the user's: the partition a Java client would choose, a queue of bounded length and
 * memory, batches worth their request, and a topic that was refused asked for again before long. */
static const KafkaProperty defaults[] = {
    {"partitioner", "murmur2_random"},
    {"queue.buffering.max.messages", "100000"},
    {"queue.buffering.max.kbytes", "131072"}, /* one of the largest records has to fit */
    {"linger.ms", "5"},
    {"topic.metadata.refresh.interval.ms", "10000"},
    {NULL, NULL},
};

/* Over the user's; the broker alone judges a record's size. */
static const KafkaProperty promises[] = {
    {"enable.idempotence", "true"},
    {"message.max.bytes", G_STRINGIFY(KAFKA_LARGEST_RECORD)},
    {NULL, NULL},
};

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *data)
{
  KafkaProducer *self = data;
  KafkaReceipt *receipt = message->_private;

  (void)client;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
    atomic_fetch_add_explicit(&self->delivered, 1, memory_order_relaxed);
  if (receipt != NULL) {
    receipt->code = message->err;
    g_atomic_int_set(&receipt->fate, message->err == 0 ? KAFKA_DELIVERED : KAFKA_FAILED);
  } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    g_atomic_int_compare_and_exchange(&self->first_error, 0, message->err);
  }
}

static bool
open_client(KafkaProducer *self, const KafkaProperty *properties, GError **error)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();

  if (!client_set(conf, defaults, error) || !client_set(conf, properties, error) ||
      !client_set(conf, promises, error))
    return false;
  rd_kafka_conf_set_opaque(conf, self);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  self->client = client_new(RD_KAFKA_PRODUCER, g_steal_pointer(&conf), error);
  return self->client != NULL;
}

KafkaProducer *
kafka_producer_new(const KafkaProperty *properties, GError **error)
{
  KafkaProducer *self = g_new0(KafkaProducer, 1);

  if (open_client(self, properties, error))
    return self;
  kafka_producer_free(self);
  return NULL;
}

bool
kafka_producer_check(const KafkaProperty *properties, GError **error)
{
  g_autoptr(KafkaProducer) producer = kafka_producer_new(properties, error);

  return producer != NULL;
}

bool
kafka_producer_login(KafkaProducer *self, const KafkaProperty *properties, GError **error)
{
  return client_login(self->client, properties, error);
}

void
kafka_producer_free(KafkaProducer *self)
{
  if (self == NULL)
    return;
  if (self->client != NULL) {
    rd_kafka_purge(self->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(self->client);
  }
  g_free(self);
}

static bool
is_well(KafkaProducer *self, GError **error)
{
  rd_kafka_resp_err_t err = g_atomic_int_get(&self->first_error);

  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  client_set_error(error, err, "a record could not be delivered");
  return false;
}

static rd_kafka_headers_t *
copy_headers(const KafkaRecord *record)
{
  rd_kafka_headers_t *headers = rd_kafka_headers_new(record->headers_length);

  for (size_t i = 0; i < record->headers_length; i++) {
    const KafkaHeader *header = &record->headers[i];

    rd_kafka_header_add(headers, header->name, -1, header->value.data, (ssize_t)header->value.len);
  }
  return headers;
}

static rd_kafka_resp_err_t
enqueue(KafkaProducer *self, const KafkaRecord *record)
{
  g_autoptr(rd_kafka_headers_t) headers = NULL;
  rd_kafka_resp_err_t err;

  if (record->headers_length > 0)
    headers = copy_headers(record);
  err = rd_kafka_producev(self->client, RD_KAFKA_V_TOPIC(record->topic),
                          RD_KAFKA_V_PARTITION(record->partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_KEY((void *)record->key.data, record->key.len),
                          RD_KAFKA_V_VALUE((void *)record->value.data, record->value.len),
                          RD_KAFKA_V_TIMESTAMP(record->timestamp_ms), RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_OPAQUE(record->receipt), RD_KAFKA_V_END);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    (void)g_steal_pointer(&headers); /* the record owns them now */
  return err;
}

bool
kafka_producer_send(KafkaProducer *self, const KafkaRecord *record, GError **error)
{
  enum { FULL_WAIT_MS = 100, FULL_TRIES = 10 };
  rd_kafka_resp_err_t err;
  unsigned tries = 0;

  if (!is_well(self, error))
    return false;
  if (record->receipt != NULL)
    *record->receipt = (KafkaReceipt){.fate = KAFKA_PENDING};

  while ((err = enqueue(self, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    rd_kafka_poll(self->client, FULL_WAIT_MS);
    if (!is_well(self, error))
      return false;
    if (record->receipt != NULL && ++tries >= FULL_TRIES)
      break; /* who waits for receipts hears more than this queue */
  }
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_set_error(error, err, record->topic);
    return false;
  }
  return true;
}

void
kafka_producer_poll(KafkaProducer *self, int timeout_ms)
{
  rd_kafka_poll(self->client, timeout_ms);
}

bool
kafka_producer_flush(KafkaProducer *self, int timeout_ms, GError **error)
{
  rd_kafka_resp_err_t err = rd_kafka_flush(self->client, timeout_ms);

  if (!is_well(self, error))
    return false;
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  g_set_error(error, FAULT, FAULT_PEER, "%d records are not delivered after %d ms",
              rd_kafka_outq_len(self->client), timeout_ms);
  return false;
}

bool
kafka_producer_is_dead(const KafkaProducer *self)
{
  char sentence[256];

  return rd_kafka_fatal_error(self->client, sentence, sizeof sentence) !=
         RD_KAFKA_RESP_ERR_NO_ERROR;
}

void
kafka_producer_give_up(KafkaProducer *self)
{
  enum { SERVE_MS = 1000 };

  rd_kafka_purge(self->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(self->client, SERVE_MS);
}

uint64_t
kafka_producer_delivered(const KafkaProducer *self)
{
  return atomic_load_explicit(&self->delivered, memory_order_relaxed);
}

void
kafka_receipt_error(const KafkaReceipt *receipt, const char *topic, GError **error)
{
  client_set_error(error, receipt->code, topic);
  if (receipt->code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && error != NULL && *error != NULL) {
    g_autofree char *sentence = g_steal_pointer(&(*error)->message);

    (*error)->message = g_strdup_printf("%s: raise the topic's max.message.bytes", sentence);
  }
}
