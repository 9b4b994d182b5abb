/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/properties.h"

#include "base/bytes.h"
#include "config/settings.h"

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
