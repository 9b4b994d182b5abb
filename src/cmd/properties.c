/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/properties.h"

#include "base/bytes.h"
#include "config/settings.h"

static bool
is_taken(const ConfigProperty *property, FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  bool is_secret = settings_is_secret_property(property->name);
  g_autofree char *quoted = slice_quote(slice_text(property->name));

  if (kafka_property_check(&(KafkaProperty){property->name, property->value}, is_secret, &error))
    return true;
  if (property->is_guess && !kafka_property_exists(property->name))
    g_debug("passed over %s: librdkafka has no property %s", property->origin, quoted);
  else
    fault_list_add(faults, "%s: kafka.%s: %s", property->origin, quoted, error->message);
  return false;
}

void
cmd_properties_check(Config *config, FaultList *faults)
{
  guint kept = 0;

  while (kept < config->kafka->len) {
    if (is_taken(config->kafka->pdata[kept], faults))
      kept++;
    else
      g_ptr_array_remove_index(config->kafka, kept);
  }
}

KafkaProperty *
cmd_properties_list(const Config *config)
{
  KafkaProperty *list = g_new0(KafkaProperty, config->kafka->len + 1);

  for (guint i = 0; i < config->kafka->len; i++) {
    const ConfigProperty *property = config->kafka->pdata[i];

    list[i] = (KafkaProperty){property->name, property->value};
  }
  return list;
}
