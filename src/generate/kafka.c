/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/kafka.h"

#include "generate/datum.h"

enum { BROKERS_REPLICATION = -1 };

struct GenerateKafka {
  GenerateKafkaOptions options;
  const ShopEntity *entity;
  char *topic; /* owned */
  Bytes key;   /* owned */
  Bytes datum; /* owned */
};

GenerateKafka *
generate_kafka_new(const GenerateKafkaOptions *options)
{
  GenerateKafka *self = g_new0(GenerateKafka, 1);

  self->options = *options;
  bytes_reserve(&self->datum, 1); /* an empty message is not a null one: it points somewhere */
  return self;
}

void
generate_kafka_free(GenerateKafka *self)
{
  if (self == NULL)
    return;
  g_free(self->topic);
  bytes_clear(&self->key);
  bytes_clear(&self->datum);
  g_free(self);
}

/* The records are old: a topic that keeps them for a week would lose them as they come. */
static bool
create_topic(GenerateKafka *self, GError **error)
{
  static const KafkaProperty config[] = {{"retention.ms", "-1"}, {NULL, NULL}};
  const KafkaTopicSpec spec = {
      .name = self->topic,
      .partitions = self->options.partitions,
      .replication = BROKERS_REPLICATION,
      .config = config,
  };

  return kafka_topics_create(self->options.topics, &spec, error);
}

/* A topic that exists is not asked to be made: that may need a right that we lack. */
static bool
begin(void *data, const ShopEntity *entity, GError **error)
{
  GenerateKafka *self = data;
  g_autoptr(GError) unseen = NULL;

  g_free(self->topic);
  self->topic = g_strconcat(self->options.prefix, entity->topic, NULL);
  self->entity = entity;

  g_autoptr(KafkaTopic) topic = kafka_topics_find(self->options.topics, self->topic, &unseen);

  if (topic != NULL)
    return true;
  if (g_error_matches(unseen, FAULT, FAULT_SETUP))
    return create_topic(self, error);
  g_propagate_error(error, g_steal_pointer(&unseen));
  return false;
}

static bool
send(GenerateKafka *self, const ShopRecord *record, GError **error)
{
  bytes_reset(&self->key);
  shop_entity_put_key(self->entity, record, &self->key);

  const KafkaRecord message = {
      .topic = self->topic,
      .partition = KAFKA_BY_KEY,
      .key = bytes_slice(&self->key),
      .value = bytes_slice(&self->datum),
      .timestamp_ms = record->time_ms,
  };

  return kafka_producer_send(self->options.producer, &message, error);
}

static bool
send_record(void *data, const ShopRecord *record, GError **error)
{
  GenerateKafka *self = data;

  bytes_reset(&self->datum);
  generate_datum_put(self->entity, record, &self->datum);
  return send(self, record, error);
}

static bool
send_damaged(void *data, const ShopRecord *record, size_t damage, GError **error)
{
  GenerateKafka *self = data;

  bytes_reset(&self->datum);
  generate_datum_put_damaged(self->entity, record, (GenerateDatumDamage)damage, &self->datum);
  return send(self, record, error);
}

/* What was sent stays, whole or not. */
static bool
end(void *data, bool is_whole, GError **error)
{
  GenerateKafka *self = data;

  (void)is_whole;
  return kafka_producer_flush(self->options.producer, self->options.timeout_ms, error);
}

GenerateSink
generate_kafka_sink(GenerateKafka *self)
{
  return (GenerateSink){
      .self = self,
      .damages = generate_datum_damages,
      .begin = begin,
      .record = send_record,
      .damaged = send_damaged,
      .end = end,
  };
}
