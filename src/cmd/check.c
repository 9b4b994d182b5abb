/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/findings.h"
#include "cmd/live.h"
#include "cmd/mappings.h"
#include "cmd/options.h"
#include "cmd/properties.h"
#include "kafka/topics.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_WAIT_MS = 10000 };

/* One check, from its options to its findings. */
typedef struct {
  CmdOptions options;
  gboolean is_offline;
  gboolean is_live;
  gboolean is_json;
  CmdFindings *findings; /* owned */
  Config *config;        /* owned */
  CmdMappings *mappings; /* owned */
} Check;

static void
check_clear(Check *self)
{
  cmd_options_clear(&self->options);
  g_clear_pointer(&self->findings, cmd_findings_free);
  g_clear_pointer(&self->config, config_free);
  g_clear_pointer(&self->mappings, cmd_mappings_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

static int
wait_ms(const Check *self)
{
  return (int)MIN(self->options.timeout_ms, LONGEST_WAIT_MS);
}

static void
look_at_configuration(Check *self, const CommandCall *call)
{
  g_auto(FaultList) faults = {0};

  self->config = cmd_options_read_config(&self->options, call, &faults);
  cmd_findings_list(self->findings, "configuration", &faults);
  if (fault_list_length(&faults) == 0)
    cmd_findings_fine(self->findings, "configuration", "%s",
                      self->config->path == NULL ? "built-in defaults" : self->config->path);
}

static void
look_at_mappings(Check *self)
{
  g_auto(FaultList) faults = {0};

  self->mappings = cmd_mappings_read(self->config, &faults);
  for (size_t i = 0; i < cmd_mappings_length(self->mappings); i++) {
    const Mapping *mapping = cmd_mappings_get(self->mappings, i);

    cmd_findings_fine(self->findings, "mapping", "topic %s to table %s (%s)",
                      mapping_topic(mapping), mapping_table(mapping), mapping_path(mapping));
  }
  cmd_findings_list(self->findings, "mapping", &faults);
}

static const KafkaTopic *
find_topic(const GPtrArray *topics, const char *name)
{
  for (guint i = 0; i < topics->len; i++) {
    const KafkaTopic *topic = topics->pdata[i];

    if (strcmp(topic->name, name) == 0)
      return topic;
  }
  return NULL;
}

static const char *
nearest_topic(const GPtrArray *topics, const char *name)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (guint i = 0; i < topics->len; i++)
    g_ptr_array_add(names, ((KafkaTopic *)topics->pdata[i])->name);
  g_ptr_array_add(names, NULL);
  return fault_nearest(name, (const char *const *)names->pdata);
}

static void
look_at_topic(Check *self, const GPtrArray *topics, const Mapping *mapping)
{
  const char *name = mapping_topic(mapping);
  const KafkaTopic *topic = find_topic(topics, name);
  const char *nearest = nearest_topic(topics, name);

  if (topic != NULL)
    cmd_findings_fine(self->findings, "topic", "%s: %d partition%s", name, topic->partitions,
                      topic->partitions == 1 ? "" : "s");
  else if (nearest != NULL)
    cmd_findings_fault(self->findings, "topic",
                       "%s does not exist, %s does: create it, or set \"topic\" in %s", name,
                       nearest, mapping_path(mapping));
  else
    cmd_findings_fault(self->findings, "topic",
                       "%s does not exist: create it, or set \"topic\" in %s", name,
                       mapping_path(mapping));
}

static void
look_at_dead_letters(Check *self, KafkaTopics *kafka, const GPtrArray *topics,
                     const Mapping *mapping)
{
  g_autofree char *name = g_strconcat(mapping_topic(mapping), ".dlq", NULL);
  const KafkaTopicSpec spec = {.name = name, .partitions = 1, .replication = -1};
  g_autoptr(GError) error = NULL;

  if (mapping_errors(mapping) != ERRORS_DLQ)
    return;
  if (find_topic(topics, name) != NULL)
    cmd_findings_fine(self->findings, "dead letters", "%s exists", name);
  else if (kafka_topics_may_create(kafka, &spec, &error))
    cmd_findings_fine(self->findings, "dead letters", "%s can be created when it is needed", name);
  else
    cmd_findings_error(self->findings, "dead letters", NULL, error);
}

static void
look_at_topics(Check *self, KafkaTopics *kafka, const GPtrArray *topics)
{
  for (size_t i = 0; i < cmd_mappings_length(self->mappings); i++) {
    const Mapping *mapping = cmd_mappings_get(self->mappings, i);

    look_at_topic(self, topics, mapping);
    look_at_dead_letters(self, kafka, topics, mapping);
  }
}

static void
look_at_kafka(Check *self)
{
  g_autofree KafkaProperty *properties = cmd_properties_list(self->config);
  const char *servers = config_kafka(self->config, "bootstrap.servers");
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopics) kafka = kafka_topics_new(properties, wait_ms(self), &error);
  g_autoptr(GPtrArray) topics = kafka == NULL ? NULL : kafka_topics_list(kafka, &error);

  if (topics == NULL) {
    cmd_findings_error(self->findings, "broker", servers, error);
    cmd_findings_skip(self->findings, "topic", "not looked at, for want of a broker");
    return;
  }
  cmd_findings_fine(self->findings, "broker", "%s: %u topics", servers, topics->len);
  look_at_topics(self, kafka, topics);
}

static ExitCode
ask_service(Check *self, const CommandCall *call, GError **error)
{
  g_autofree char *reasons = NULL;
  bool is_ready = false;

  self->config = cmd_options_config(&self->options, call, error);
  if (self->config == NULL ||
      !cmd_live_ask(self->config->http.listen, wait_ms(self), &is_ready, &reasons, error))
    return EXIT_DONE;
  printf("%s%s", is_ready ? "" : "not ready:\n", reasons);
  return is_ready ? EXIT_DONE : EXIT_DATA;
}

static bool
parse(Check *self, const CommandCall *call, GError **error)
{
  const GOptionEntry entries[] = {
      {"offline", 0, 0, G_OPTION_ARG_NONE, &self->is_offline,
       "look at files alone: configuration, mappings, schemas", NULL},
      {"live", 0, 0, G_OPTION_ARG_NONE, &self->is_live,
       "ask a running service, at [http] listen, whether it is ready: for a container's health",
       NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "write one JSON object", NULL},
      {0},
  };

  return cmd_options_parse(
      &self->options, call, entries,
      "Looks at the configuration, every mapping and its schema, the Kafka broker, the topics,\n"
      "the Thrift gateway and the HBase tables, and prints a line for each. Every fault is named\n"
      "at once, with where it is and what to do about it. Nothing is created or changed.\n"
      "Ends with 0 when there is no fault, 3 when only a broker or gateway does not answer, else\n"
      "with 2. It tells what is now and waits for nobody longer than 10 seconds. With --live: 0\n"
      "when the service is ready, 1 when it is not, 3 when it does not answer.",
      error);
}

ExitCode
cmd_check(const CommandCall *call, GError **error)
{
  g_auto(Check) check = {0};

  if (!parse(&check, call, error))
    return EXIT_DONE;
  if (check.is_live)
    return ask_service(&check, call, error);
  check.findings = cmd_findings_new(check.is_json);
  look_at_configuration(&check, call);
  look_at_mappings(&check);
  if (!check.is_offline)
    look_at_kafka(&check);
  return cmd_findings_finish(check.findings);
}
