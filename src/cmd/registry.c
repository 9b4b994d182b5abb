/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/registry.h"

#include "stream/memory.h"

bool
cmd_registry_is_needed(const MappingSet *mappings)
{
  for (size_t i = 0; i < mapping_set_length(mappings); i++)
    if (mapping_framing(mapping_set_get(mappings, i)) == MAPPING_CONFLUENT)
      return true;
  return false;
}

HttpRegistry *
cmd_registry_new(const Config *config, GError **error)
{
  const HttpClientOptions options = {
      .username = config->registry.username,
      .password = config->registry.password,
      .token = config->registry.token,
      .ca_location = config->registry.ca_location,
      .timeout_ms = config->registry.timeout_ms,
  };

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
