/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/peers.h"

#include "base/bytes.h"
#include "base/wait.h"
#include "config/settings.h"
#include "hbase/catalog.h"
#include "http/channel.h"
#include "stream/memory.h"

#include <string.h>

static bool
is_taken(const char *section, const ConfigProperty *property, FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  bool is_secret = settings_is_secret_property(property->name);
  g_autofree char *quoted = slice_quote(slice_text(property->name));

  if (kafka_property_check(&(KafkaProperty){property->name, property->value}, is_secret, &error))
    return true;
  if (property->is_guess && !kafka_property_exists(property->name))
    g_debug("passed over %s: librdkafka has no property %s", property->origin, quoted);
  else
    fault_list_add(faults, "%s: %s.%s: %s", property->origin, section, quoted, error->message);
  return false;
}

static void
check_section(const char *section, GPtrArray *properties, FaultList *faults)
{
  guint kept = 0;

  while (kept < properties->len) {
    if (is_taken(section, properties->pdata[kept], faults))
      kept++;
    else
      g_ptr_array_remove_index(properties, kept);
  }
}

void
cmd_properties_check(Config *config, FaultList *faults)
{
  check_section("kafka", config->kafka, faults);
  check_section("letters", config->letters, faults);
}

static KafkaProperty *
copy(KafkaProperty *list, const GPtrArray *properties)
{
  for (guint i = 0; i < properties->len; i++) {
    const ConfigProperty *property = properties->pdata[i];

    *list++ = (KafkaProperty){property->name, property->value};
  }
  return list;
}

KafkaProperty *
cmd_properties_list(const Config *config)
{
  KafkaProperty *list = g_new0(KafkaProperty, config->kafka->len + 1);

  copy(list, config->kafka);
  return list;
}

KafkaProperty *
cmd_properties_letters(const Config *config)
{
  KafkaProperty *list = g_new0(KafkaProperty, config->kafka->len + config->letters->len + 1);

  copy(copy(list, config->kafka), config->letters);
  return list;
}

bool
cmd_properties_are_alike(const KafkaProperty *a, const KafkaProperty *b)
{
  while (a->name != NULL && b->name != NULL && strcmp(a->name, b->name) == 0 &&
         strcmp(a->value, b->value) == 0) {
    a++;
    b++;
  }
  return a->name == NULL && b->name == NULL;
}

enum { ANSWER_MAX_BYTES = 64 << 20 };

static const GatewayTransport transports[] = {
    [CONFIG_TRANSPORT_AUTO] = GATEWAY_TRANSPORT_AUTO,
    [CONFIG_TRANSPORT_FRAMED] = GATEWAY_TRANSPORT_FRAMED,
    [CONFIG_TRANSPORT_BUFFERED] = GATEWAY_TRANSPORT_BUFFERED,
    [CONFIG_TRANSPORT_HTTP] = GATEWAY_TRANSPORT_HTTP,
};

static const GatewayProtocol protocols[] = {
    [CONFIG_PROTOCOL_AUTO] = GATEWAY_PROTOCOL_AUTO,
    [CONFIG_PROTOCOL_BINARY] = GATEWAY_PROTOCOL_BINARY,
    [CONFIG_PROTOCOL_COMPACT] = GATEWAY_PROTOCOL_COMPACT,
};

GatewayOptions
cmd_gateway_options(const Config *config)
{
  return (GatewayOptions){
      .endpoints = (const char *const *)config->gateway.endpoints,
      .transport = transports[config->gateway.transport],
      .protocol = protocols[config->gateway.protocol],
      .connect_timeout_ms = (uint32_t)config->gateway.connect_timeout_ms,
      .send_timeout_ms = (uint32_t)config->gateway.send_timeout_ms,
      .receive_timeout_ms = (uint32_t)config->gateway.receive_timeout_ms,
      .idle_timeout_ms = (uint32_t)config->gateway.idle_timeout_ms,
      .frame_max_bytes = config->gateway.frame_max_bytes,
      .answer_max_bytes = ANSWER_MAX_BYTES,
      .tls = config->gateway.tls,
      .tls_ca_file = config->gateway.tls_ca_location,
      .do_as = config->gateway.do_as,
      .open_http = http_channel_open,
  };
}

bool
cmd_registry_is_needed(const MappingSet *mappings)
{
  for (size_t i = 0; i < mapping_set_length(mappings); i++)
    if (mapping_needs_registry(mapping_set_get(mappings, i)))
      return true;
  return false;
}

typedef struct {
  Catalog *catalog; /* borrowed */
  const Mapping *mapping;
} Probe;

static bool
probe_once(void *data, GError **error)
{
  const Probe *self = data;
  g_autoptr(Table) wanted = table_from_mapping(self->mapping);

  return catalog_probe(self->catalog, wanted, false, error);
}

bool
cmd_table_await(const GatewayOptions *gateway, const Mapping *mapping, int64_t timeout_ms,
                GError **error)
{
  Wait wait = {.until_us = wait_until_us(timeout_ms), .stop = gateway->cancellable};
  g_autoptr(Catalog) catalog = catalog_new(gateway, error);

  return catalog != NULL && wait_for(&wait, probe_once, &(Probe){catalog, mapping}, error);
}

HttpClientOptions
cmd_registry_options(const Config *config)
{
  return (HttpClientOptions){
      .username = config->registry.username,
      .password = config->registry.password,
      .token = config->registry.token,
      .ca_location = config->registry.ca_location,
      .ca_setting = "registry.ca.location",
      .timeout_ms = config->registry.timeout_ms,
  };
}

HttpRegistry *
cmd_registry_new(const Config *config, GError **error)
{
  const HttpClientOptions options = cmd_registry_options(config);

  if (config->registry.urls[0] == NULL) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "registry.url is not set, and a mapping has \"framing\": \"confluent\"");
    return NULL;
  }

  HttpRegistry *registry =
      http_registry_new((const char *const *)config->registry.urls, &options, error);

  if (registry != NULL)
    http_registry_limit(registry, stream_memory_schemas(config->ingest.memory_bytes));
  return registry;
}
