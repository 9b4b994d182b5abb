/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/kafka.h"

#include "generate/datum.h"
#include "generate/json.h"
#include "generate/topic.h"

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

static bool
begin(void *data, const ShopEntity *entity, GError **error)
{
  GenerateKafka *self = data;

  g_free(self->topic);
  self->topic = g_strconcat(self->options.prefix, entity->topic, NULL);
  self->entity = entity;
  return generate_topic_ensure(self->options.topics, self->topic, self->options.partitions, error);
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
  (self->options.as_json ? generate_json_put : generate_datum_put)(self->entity, record,
                                                                   &self->datum);
  return send(self, record, error);
}

static bool
send_damaged(void *data, const ShopRecord *record, size_t damage, GError **error)
{
  GenerateKafka *self = data;

  bytes_reset(&self->datum);
  (self->options.as_json ? generate_json_put_damaged : generate_datum_put_damaged)(
      self->entity, record, (GenerateDatumDamage)damage, &self->datum);
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
