/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/properties.h"

#include "base/bytes.h"
#include "config/settings.h"

static void
drop_guesses(Config *config)
{
  for (guint i = config->kafka->len; i > 0; i--) {
    const ConfigProperty *property = config->kafka->pdata[i - 1];

    if (!property->is_guess || kafka_property_exists(property->name))
      continue;
    g_debug("passed over %s: librdkafka has no property %s", property->origin, property->name);
    g_ptr_array_remove_index(config->kafka, i - 1);
  }
}

static void
check_property(const ConfigProperty *property, FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  bool is_secret = settings_is_secret_property(property->name);
  g_autofree char *quoted = NULL;

  if (kafka_property_check(&(KafkaProperty){property->name, property->value}, is_secret, &error))
    return;
  quoted = slice_quote(slice_text(property->name));
  fault_list_add(faults, "%s: kafka.%s: %s", property->origin, quoted, error->message);
}

void
cmd_properties_check(Config *config, FaultList *faults)
{
  drop_guesses(config);
  for (guint i = 0; i < config->kafka->len; i++)
    check_property(config->kafka->pdata[i], faults);
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
