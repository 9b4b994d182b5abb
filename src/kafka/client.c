/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client.h"

#include "base/event.h"
#include "base/whole_file.h"
#include "kafka/autoptr.h"
#include "kafka/trouble.h"

enum { SENTENCE_BYTES = 512 };

/* syslog's level, as librdkafka uses it. */
enum { LEVEL_ERROR = 3 };

/* Failures come back as errors from the calls that met them and are logged there, once: what
 * librdkafka says on its own, again with each try, is for whoever looks closer. */
static GLogLevelFlags
log_flags(int level)
{
  return level <= LEVEL_ERROR ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_DEBUG;
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *line)
{
  g_autofree char *source = event_value(facility);
  g_autofree char *text = event_value(line);

  (void)rk;
  g_log(G_LOG_DOMAIN, log_flags(level), "kafka facility=%s text=%s", source, text);
}

/* Whether a property names a file: librdkafka's own words do not say which it was that it could not
 * read. */
static bool
names_file(const KafkaProperty *property)
{
  static const char *const names[] = {"ssl.ca.location",  "ssl.certificate.location",
                                      "ssl.key.location", "ssl.keystore.location",
                                      "ssl.crl.location", NULL};

  return g_strv_contains(names, property->name) && *property->value != '\0' &&
         strcmp(property->value, "probe") != 0 && !g_file_test(property->value, G_FILE_TEST_IS_DIR);
}

bool
client_set(rd_kafka_conf_t *conf, const KafkaProperty *properties, GError **error)
{
  char sentence[SENTENCE_BYTES];

  for (; properties != NULL && properties->name != NULL; properties++) {
    if (names_file(properties) && !whole_file_expect(properties->value, error)) {
      g_prefix_error(error, "kafka.%s: ", properties->name);
      return false;
    }
    if (rd_kafka_conf_set(conf, properties->name, properties->value, sentence, sizeof sentence) ==
        RD_KAFKA_CONF_OK)
      continue;

    g_set_error(error, FAULT, FAULT_SETUP, "kafka.%s: %s", properties->name, sentence);
    return false;
  }
  return true;
}

rd_kafka_t *
client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, GError **error)
{
  char sentence[SENTENCE_BYTES];
  g_autoptr(rd_kafka_conf_t) owned = conf;
  rd_kafka_t *client;

  rd_kafka_conf_set_log_cb(owned, on_log);
  client = rd_kafka_new(type, owned, sentence, sizeof sentence);
  if (client == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "kafka: %s", sentence);
    return NULL;
  }
  (void)g_steal_pointer(&owned); /* the client owns it now */
  return client;
}

/* NULL: it is not set. */
static const char *
find_property(const KafkaProperty *properties, const char *name)
{
  const char *value = NULL;

  for (; properties != NULL && properties->name != NULL; properties++)
    if (strcmp(properties->name, name) == 0)
      value = properties->value;
  return value;
}

bool
client_login(rd_kafka_t *client, const KafkaProperty *properties, GError **error)
{
  const char *username = find_property(properties, "sasl.username");
  const char *password = find_property(properties, "sasl.password");
  rd_kafka_error_t *refused;

  if (username == NULL || password == NULL)
    return true;
  refused = rd_kafka_sasl_set_credentials(client, username, password);
  if (refused == NULL)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "kafka.sasl.username: %s", rd_kafka_error_string(refused));
  rd_kafka_error_destroy(refused);
  return false;
}

Fault
client_fault(rd_kafka_resp_err_t err)
{
  static const rd_kafka_resp_err_t setup[] = {
      RD_KAFKA_RESP_ERR__INVALID_ARG,
      RD_KAFKA_RESP_ERR__AUTHENTICATION,
      RD_KAFKA_RESP_ERR__SSL,
      RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
      RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
      RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
      RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
      RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
      RD_KAFKA_RESP_ERR_INVALID_CONFIG,
      RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
  };

  for (size_t i = 0; i < G_N_ELEMENTS(setup); i++) {
    if (setup[i] == err)
      return FAULT_SETUP;
  }
  return FAULT_PEER;
}

void
client_set_error(GError **error, rd_kafka_resp_err_t err, const char *what)
{
  const char *remedy = trouble_remedy(err);

  g_set_error(error, FAULT, (gint)client_fault(err), "%s: %s%s%s", what, rd_kafka_err2str(err),
              remedy == NULL ? "" : ": ", remedy == NULL ? "" : remedy);
}

rd_kafka_resp_err_t
client_commit(rd_kafka_t *client, const rd_kafka_topic_partition_list_t *offsets, int timeout_ms)
{
  g_autoptr(rd_kafka_queue_t) queue = NULL;
  g_autoptr(rd_kafka_event_t) event = NULL;
  rd_kafka_resp_err_t err;

  if (offsets->cnt == 0)
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  queue = rd_kafka_queue_new(client);
  err = rd_kafka_commit_queue(client, offsets, queue, NULL, NULL);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return err;
  event = rd_kafka_queue_poll(queue, timeout_ms);
  return event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
}
