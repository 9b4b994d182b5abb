/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "base/bytes.h"
#include "config/settings.h"
#include "config/source.h"

#include <gio/gio.h>
#include <string.h>

#define KAFKA_SECTION "kafka."
#define LETTERS_SECTION "letters."

static void
property_free(void *property)
{
  ConfigProperty *self = property;

  g_free(self->name);
  g_free(self->value);
  g_free(self->origin);
  g_free(self);
}

static ConfigProperty *
find_property(const GPtrArray *properties, const char *name)
{
  for (guint i = 0; i < properties->len; i++) {
    ConfigProperty *property = properties->pdata[i];

    if (strcmp(property->name, name) == 0)
      return property;
  }
  return NULL;
}

static void
put_property(GPtrArray *properties, const char *name, const char *value, const char *origin,
             bool is_guess)
{
  ConfigProperty *property = find_property(properties, name);

  if (property == NULL) {
    property = g_new0(ConfigProperty, 1);
    property->name = g_strdup(name);
    g_ptr_array_add(properties, property);
  }
  g_free(property->value);
  g_free(property->origin);
  property->value = g_strdup(value);
  property->origin = g_strdup(origin);
  property->is_guess = is_guess;
}

static void
assign_default(Config *self, const Setting *setting)
{
  g_autoptr(GError) error = NULL;

  if (setting->kind == SETTING_KAFKA)
    put_property(self->kafka, setting->name + strlen(KAFKA_SECTION), setting->fallback, "default",
                 false);
  else if (!setting_assign(setting, self, setting->fallback, &error))
    g_error("default of %s: %s", setting->name, error->message);
}

static Config *
new_with_defaults(void)
{
  Config *self = g_new0(Config, 1);

  self->origins = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
  self->kafka = g_ptr_array_new_with_free_func(property_free);
  self->letters = g_ptr_array_new_with_free_func(property_free);
  for (const Setting *setting = settings; setting->name != NULL; setting++)
    assign_default(self, setting);
  return self;
}

void
config_free(Config *self)
{
  if (self == NULL)
    return;
  for (const Setting *setting = settings; setting->name != NULL; setting++)
    setting_clear(setting, self);
  g_hash_table_unref(self->origins);
  g_ptr_array_unref(self->kafka);
  g_ptr_array_unref(self->letters);
  g_free(self->path);
  g_free(self);
}

static void
refuse_unknown(const Assignment *assignment, FaultList *faults)
{
  const char *nearest = settings_nearest(assignment->name);
  g_autofree char *quoted = slice_quote(slice_text(assignment->name));

  if (nearest == NULL)
    fault_list_add(faults, "%s: there is no setting '%s'", assignment->origin, quoted);
  else
    fault_list_add(faults, "%s: there is no setting '%s': did you mean %s?", assignment->origin,
                   quoted, nearest);
}

/* The librdkafka properties that the section of a name holds, and the property's own name; NULL for
 * a setting of ours. */
static GPtrArray *
properties_of(Config *self, const char *name, const char **out_property)
{
  if (g_str_has_prefix(name, KAFKA_SECTION)) {
    *out_property = name + strlen(KAFKA_SECTION);
    return self->kafka;
  }
  if (g_str_has_prefix(name, LETTERS_SECTION)) {
    *out_property = name + strlen(LETTERS_SECTION);
    return self->letters;
  }
  return NULL;
}

static void
assign_value(Config *self, const Setting *setting, const Assignment *assignment, const char *value,
             FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  const char *name = NULL;
  GPtrArray *properties = properties_of(self, assignment->name, &name);

  if (properties != NULL) {
    put_property(properties, name, value, assignment->origin, assignment->is_guess);
  } else if (!setting_assign(setting, self, value, &error)) {
    fault_list_add(faults, "%s: %s: %s", assignment->origin, setting->name, error->message);
    assign_default(self, setting);
  } else {
    g_hash_table_replace(self->origins, (gpointer)setting->name, g_strdup(assignment->origin));
  }
}

static void
assign(Config *self, const Assignment *assignment, FaultList *faults)
{
  const char *name = NULL;
  bool is_kafka = properties_of(self, assignment->name, &name) != NULL;
  const Setting *setting = is_kafka ? NULL : settings_find(assignment->name);
  g_autoptr(GError) error = NULL;

  if (setting == NULL && !is_kafka) {
    if (!assignment->is_guess)
      refuse_unknown(assignment, faults);
    return;
  }
  if (!assignment->is_path) {
    assign_value(self, setting, assignment, assignment->value, faults);
    return;
  }

  g_autofree char *secret = source_read_secret(assignment, &error);

  if (secret == NULL)
    fault_list_add(faults, "%s: %s", assignment->origin, error->message);
  else
    assign_value(self, setting, assignment, secret, faults);
}

static void
assign_all(Config *self, const Assignments *assignments, FaultList *faults)
{
  for (guint i = 0; i < assignments->len; i++)
    assign(self, assignments->pdata[i], faults);
}

/* The file to read, NULL for none. One that was asked for must exist, and reading it says so. */
static char *
choose_path(const ConfigSources *sources)
{
  const char *const usual[] = {"sluice.conf", "/etc/sluice/sluice.conf"};
  const char *from_environment = NULL;

  if (sources->path != NULL)
    return g_strdup(sources->path);
  if (sources->environment != NULL)
    from_environment = g_environ_getenv((char **)sources->environment, "SLUICE_CONFIG");
  if (from_environment != NULL && *from_environment != '\0')
    return g_strdup(from_environment);
  for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
    if (g_file_test(usual[i], G_FILE_TEST_EXISTS))
      return g_strdup(usual[i]);
  return NULL;
}

/* With `auto`, endpoints that are URLs are spoken to over HTTP. */
static bool
speaks_http(const Config *self)
{
  bool has_url = false;

  for (char **endpoint = self->gateway.endpoints; *endpoint != NULL; endpoint++)
    has_url = has_url || strstr(*endpoint, "://") != NULL;
  return self->gateway.transport == CONFIG_TRANSPORT_HTTP ||
         (self->gateway.transport == CONFIG_TRANSPORT_AUTO && has_url);
}

/* Whether only this machine can reach what listens there. */
static bool
is_on_loopback(const char *listen)
{
  g_autoptr(GSocketConnectable) where = g_network_address_parse(listen, 0, NULL);
  const char *host = where == NULL ? "" : g_network_address_get_hostname(G_NETWORK_ADDRESS(where));
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

  return address == NULL ? g_ascii_strcasecmp(host, "localhost") == 0
                         : g_inet_address_get_is_loopback(address);
}

static void
check_page(const Config *self, FaultList *faults)
{
  if (self->http.browse && !self->http.console)
    fault_list_add(faults, "http.browse shows rows on the page of http.console, which is off: set "
                           "http.console = yes, or leave http.browse out");
  if (self->http.console && self->http.listen != NULL && self->http.token == NULL &&
      !is_on_loopback(self->http.listen))
    fault_list_add(faults,
                   "http.console: anybody who reaches %s could read the page: set http.token_FILE "
                   "(or SLUICE_HTTP_TOKEN_FILE) to a file with a token, or listen at 127.0.0.1",
                   self->http.listen);
}

/* Each on its own would pass, together they cannot be meant. */
static void
check_together(const Config *self, FaultList *faults)
{
  if (self->registry.token != NULL && self->registry.username != NULL)
    fault_list_add(faults, "registry.token and registry.username are both set: the registry takes "
                           "one of them");
  if (self->gateway.do_as != NULL && !speaks_http(self))
    fault_list_add(faults, "gateway.do.as is heard over HTTP alone: set gateway.transport = http, "
                           "or leave it out");
  if (self->ingest.batch_bytes > self->ingest.memory_bytes)
    fault_list_add(faults, "ingest.batch.bytes is more than ingest.memory: a batch never fits");
  check_page(self, faults);
}

Config *
config_read(const ConfigSources *sources, FaultList *faults)
{
  g_autoptr(Config) self = new_with_defaults();
  g_autoptr(Assignments) from_file = assignments_new();
  g_autoptr(Assignments) from_environment = assignments_new();
  g_autoptr(Assignments) from_overrides = assignments_new();
  size_t faults_before = fault_list_length(faults);

  self->path = choose_path(sources);
  if (self->path != NULL)
    source_read_file(from_file, self->path, faults);
  source_read_environment(from_environment, sources->environment, faults);
  source_read_overrides(from_overrides, sources->overrides, faults);

  assign_all(self, from_file, faults);
  assign_all(self, from_environment, faults);
  assign_all(self, from_overrides, faults);
  if (fault_list_length(faults) == faults_before)
    check_together(self, faults);
  return g_steal_pointer(&self);
}

Config *
config_load(const ConfigSources *sources, FaultList *faults)
{
  size_t faults_before = fault_list_length(faults);
  g_autoptr(Config) self = config_read(sources, faults);

  return fault_list_length(faults) == faults_before ? g_steal_pointer(&self) : NULL;
}

const char *
config_kafka(const Config *self, const char *name)
{
  const ConfigProperty *property = find_property(self->kafka, name);

  return property == NULL || *property->value == '\0' ? NULL : property->value;
}

static void
show_properties(const GPtrArray *properties, const char *section, ConfigShow show, void *data)
{
  for (guint i = 0; i < properties->len; i++) {
    const ConfigProperty *property = properties->pdata[i];
    g_autofree char *name = g_strconcat(section, property->name, NULL);

    show(data, name, settings_is_secret_property(property->name) ? "***" : property->value,
         property->origin);
  }
}

void
config_show(const Config *self, ConfigShow show, void *data)
{
  show_properties(self->kafka, KAFKA_SECTION, show, data);
  show_properties(self->letters, LETTERS_SECTION, show, data);
  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    g_autofree char *shown = setting_show(setting, self);
    const char *origin = g_hash_table_lookup(self->origins, setting->name);

    if (setting->kind != SETTING_KAFKA)
      show(data, setting->name, shown, origin == NULL ? "default" : origin);
  }
}
