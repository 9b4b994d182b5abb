/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/property.h"

#include "kafka/autoptr.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  const char *reason;
} Refusal;

/* Properties with which a promise of sluice's would not hold. */
static const Refusal refusals[] = {
    {"enable.auto.offset.store",
     "offsets are stored only when HBase has acknowledged every cell before them"},
    {"enable.auto.commit", "sluice commits what HBase has acknowledged, and nothing else"},
    {"auto.commit.enable", "sluice commits what HBase has acknowledged, and nothing else"},
    {"offset.store.method", "offsets are kept by the broker, so that instances can share a group"},
    {"offset.store.path", "offsets are kept by the broker, so that instances can share a group"},
    {"partition.assignment.strategy",
     "partitions are handed over one by one, which only cooperative-sticky can"},
    {"enable.partition.eof", "the end of a partition is what --until-end goes by"},
    {"queued.min.messages", "ingest.memory decides how much is fetched ahead"},
    {"queued.max.messages.kbytes", "ingest.memory decides how much is fetched ahead"},
    {"fetch.max.bytes", "ingest.memory decides how much is fetched ahead"},
    {"transactional.id", "dead letters are acknowledged one by one, not in transactions"},
    {"enable.idempotence", "dead letters are always produced idempotently"},
    {"acks", "a dead letter counts only when every replica in sync has it"},
    {"request.required.acks", "a dead letter counts only when every replica in sync has it"},
    {"delivery.report.only.error", "a dead letter counts only when its delivery is reported"},
    {"enable.gapless.guarantee", "a dead letter that fails is sent again, and the others go on"},
};

/* Properties whose values are bounded by what dead letters rely on. */
static const struct {
  const char *name;
  int64_t least, most;
  const char *reason;
} limits[] = {
    {"retries", 1, G_MAXINT32, "dead letters are produced idempotently, which needs retries"},
    {"message.send.max.retries", 1, G_MAXINT32,
     "dead letters are produced idempotently, which needs retries"},
    {"max.in.flight", 1, 5, "dead letters are produced idempotently, with at most 5 in flight"},
    {"max.in.flight.requests.per.connection", 1, 5,
     "dead letters are produced idempotently, with at most 5 in flight"},
    {"queue.buffering.max.kbytes", KAFKA_LARGEST_RECORD / 1024 + 1, G_MAXINT32,
     "a dead letter is as large as its record"},
    {"linger.ms", 0, 5000, "dead letters are waited for"},
    {"queue.buffering.max.ms", 0, 5000, "dead letters are waited for"},
};

static char *
show_table(void)
{
  char *text = NULL;
  size_t len = 0;
  FILE *file = open_memstream(&text, &len);

  g_assert(file != NULL);
  rd_kafka_conf_properties_show(file);
  fclose(file);
  return text; /* of malloc(): GLib's g_free() is free() */
}

/* Every name that librdkafka's own table lists: the first column of "name | C/P | ...". */
static char **
list_names(void)
{
  g_autofree char *table = show_table();
  g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
  g_autoptr(GStrvBuilder) names = g_strv_builder_new();

  for (char **line = lines; *line != NULL; line++) {
    size_t len = strspn(*line, "abcdefghijklmnopqrstuvwxyz0123456789._");
    g_autofree char *name = g_strndup(*line, len);

    if (len > 0 && strchr(*line + len, '|') != NULL)
      g_strv_builder_add(names, name);
  }
  return g_strv_builder_end(names);
}

static void
set_unknown(GError **error, const char *name)
{
  g_auto(GStrv) names = list_names();
  const char *nearest = fault_nearest(name, (const char *const *)names);

  if (nearest == NULL)
    g_set_error_literal(error, FAULT, FAULT_SETUP, "librdkafka has no property of that name");
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "librdkafka has no property of that name: did you mean %s?", nearest);
}

static rd_kafka_conf_res_t
try_property(const KafkaProperty *property, char *why, size_t why_size)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();

  return rd_kafka_conf_set(conf, property->name, property->value, why, why_size);
}

bool
kafka_property_exists(const char *name)
{
  char why[512];

  return try_property(&(KafkaProperty){name, ""}, why, sizeof why) != RD_KAFKA_CONF_UNKNOWN;
}

static bool
check_limits(const KafkaProperty *property, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    double number = g_ascii_strtod(property->value, NULL); /* it is a number: librdkafka took it */

    if (strcmp(property->name, limits[i].name) != 0 ||
        (number >= (double)limits[i].least && number <= (double)limits[i].most))
      continue;
    g_set_error(error, FAULT, FAULT_SETUP,
                "must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ": %s", limits[i].least,
                limits[i].most, limits[i].reason);
    return false;
  }
  if (strcmp(property->name, "queuing.strategy") != 0 || strcmp(property->value, "fifo") == 0)
    return true;
  g_set_error_literal(error, FAULT, FAULT_SETUP,
                      "must be fifo: dead letters are produced idempotently, in their order");
  return false;
}

bool
kafka_property_check(const KafkaProperty *property, bool is_secret, GError **error)
{
  char why[512] = "";

  for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
    if (strcmp(property->name, refusals[i].name) == 0) {
      g_set_error(error, FAULT, FAULT_SETUP, "is not yours to set: %s", refusals[i].reason);
      return false;
    }
  }
  switch (try_property(property, why, sizeof why)) {
  case RD_KAFKA_CONF_OK:
    return check_limits(property, error);
  case RD_KAFKA_CONF_UNKNOWN:
    set_unknown(error, property->name);
    return false;
  case RD_KAFKA_CONF_INVALID:
    break;
  }
  g_set_error_literal(error, FAULT, FAULT_SETUP,
                      is_secret ? "librdkafka does not take this value" : why);
  return false;
}

const char *
kafka_library_version(void)
{
  return rd_kafka_version_str();
}
