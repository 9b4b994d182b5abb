/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/waker.h"

#include "kafka/autoptr.h"

static const KafkaProperty own_way[] = {{"fetch.queue.backoff.ms", "10"}, {NULL, NULL}};

static bool
has_own_way(void)
{
  return kafka_property_exists(own_way[0].name);
}

const KafkaProperty *
waker_properties(void)
{
  return has_own_way() ? own_way : NULL;
}

/* The last of the name; NULL: none. */
static const char *
find_value(const KafkaProperty *properties, const char *name)
{
  const char *value = NULL;

  for (; properties != NULL && properties->name != NULL; properties++) {
    if (strcmp(properties->name, name) == 0)
      value = properties->value;
  }
  return value;
}

void
waker_init(Waker *self, rd_kafka_t *client, const KafkaProperty *properties)
{
  const char *protocol = find_value(properties, "security.protocol");
  const char *username = find_value(properties, "sasl.username");
  const char *password = find_value(properties, "sasl.password");
  bool is_sasl = protocol != NULL && g_ascii_strncasecmp(protocol, "sasl", 4) == 0;

  *self = (Waker){.client = client};
  if (has_own_way() || (is_sasl && (username == NULL || password == NULL)))
    return;
  self->username = g_strdup(username != NULL ? username : "");
  self->password = g_strdup(password != NULL ? password : "");
}

void
waker_clear(Waker *self)
{
  g_clear_pointer(&self->username, g_free);
  g_clear_pointer(&self->password, g_free);
}

void
waker_wake(const Waker *self)
{
  rd_kafka_error_t *refusal;

  if (self->username == NULL)
    return;
  refusal = rd_kafka_sasl_set_credentials(self->client, self->username, self->password);
  if (refusal != NULL) /* it refuses no credentials but NULL */
    rd_kafka_error_destroy(refusal);
}
