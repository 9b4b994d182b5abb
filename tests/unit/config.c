/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <glib/gstdio.h>
#include <string.h>

/* A folder of its own, in which the test also stands: ./sluice.conf is looked for. */
typedef struct {
  char *folder; /* owned */
  char *before; /* owned: where we stood */
} Folder;

static void
enter(Folder *self, gconstpointer data)
{
  (void)data;
  self->before = g_get_current_dir();
  self->folder = g_dir_make_tmp("sluice-config-XXXXXX", NULL);
  g_assert_cmpint(g_chdir(self->folder), ==, 0);
}

static void
leave(Folder *self, gconstpointer data)
{
  const char *const files[] = {"sluice.conf", "other.conf", "secret"};

  (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
    g_unlink(files[i]);
  g_assert_cmpint(g_chdir(self->before), ==, 0);
  g_rmdir(self->folder);
  g_free(self->folder);
  g_free(self->before);
}

static void
write_file(const char *name, const char *text)
{
  g_assert_true(g_file_set_contents(name, text, -1, NULL));
}

static Config *
load(const char *path, const char *const *environment, const char *const *overrides)
{
  g_auto(FaultList) faults = {0};
  const ConfigSources sources = {path, environment, overrides};
  Config *config = config_load(&sources, &faults);

  for (size_t i = 0; i < fault_list_length(&faults); i++)
    g_test_message("%s", fault_list_get(&faults, i));
  g_assert_nonnull(config);
  return config;
}

static void
append_line(void *lines, const char *name, const char *value, const char *origin)
{
  g_string_append_printf(lines, "%s = %s (%s)\n", name, value, origin);
}

/* Every setting in force, a line each. */
static char *
describe(const Config *config)
{
  GString *lines = g_string_new(NULL);

  config_show(config, append_line, lines);
  return g_string_free(lines, FALSE);
}

static void
without_anything_the_settings_fit_a_local_stack(Folder *folder, gconstpointer data)
{
  g_autoptr(Config) config = load(NULL, NULL, NULL);

  (void)folder, (void)data;
  g_assert_null(config->path);
  g_assert_cmpstr(config_kafka(config, "bootstrap.servers"), ==, "127.0.0.1:9092");
  g_assert_cmpstr(config_kafka(config, "auto.offset.reset"), ==, "earliest");
  g_assert_cmpstr(config->gateway.endpoints[0], ==, "127.0.0.1:9090");
  g_assert_null(config->gateway.endpoints[1]);
  g_assert_cmpuint(config->ingest.memory_bytes, ==, 32 << 20);
  g_assert_null(config->http.listen);
}

static void
the_file_yields_to_the_environment_and_that_to_overrides(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_INGEST_BATCH_ROWS=2",
                                     "SLUICE_INGEST_LINGER_MS=2",
                                     "SLUICE_KAFKA_GROUP_ID=two",
                                     "SLUICE_KAFKA_SESSION_TIMEOUT_MS=2",
                                     "HOME=/",
                                     NULL};
  const char *const overrides[] = {"ingest.linger.ms=3", "kafka.session.timeout.ms=3", NULL};

  (void)folder, (void)data;
  write_file("sluice.conf", "[ingest]\nbatch.rows=1\nlinger.ms=1\nmemory=1G\n"
                            "[kafka]\ngroup.id=one\nclient.id=one\nsession.timeout.ms=1\n");

  g_autoptr(Config) config = load(NULL, environment, overrides);

  g_assert_cmpuint(config->ingest.memory_bytes, ==, 1 << 30);
  g_assert_cmpuint(config->ingest.batch_rows, ==, 2);
  g_assert_cmpuint(config->ingest.linger_ms, ==, 3);
  g_assert_cmpstr(config_kafka(config, "client.id"), ==, "one");
  g_assert_cmpstr(config_kafka(config, "group.id"), ==, "two");
  g_assert_cmpstr(config_kafka(config, "session.timeout.ms"), ==, "3");
}

static void
a_file_that_is_asked_for_outranks_the_usual_places(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_CONFIG=other.conf", NULL};

  (void)folder, (void)data;
  write_file("sluice.conf", "[gateway]\nconnections=3\n");
  write_file("other.conf", "[gateway]\nconnections=4\n");

  g_autoptr(Config) usual = load(NULL, NULL, NULL);
  g_autoptr(Config) asked = load("other.conf", NULL, NULL);
  g_autoptr(Config) from_environment = load(NULL, environment, NULL);

  g_assert_cmpuint(usual->gateway.connections, ==, 3);
  g_assert_cmpuint(asked->gateway.connections, ==, 4);
  g_assert_cmpuint(from_environment->gateway.connections, ==, 4);
}

static void
values_are_read_raw(Folder *folder, gconstpointer data)
{
  (void)folder, (void)data;
  write_file("sluice.conf", "\xef\xbb\xbf# comment\r\n; comment\r\n\r\n[registry]\r\n"
                            "  password =  pa\\ss=wo#rd;\\d \r\n username=me\r\n");

  g_autoptr(Config) config = load(NULL, NULL, NULL);

  g_assert_cmpstr(config->registry.password, ==, "pa\\ss=wo#rd;\\d");
  g_assert_cmpstr(config->registry.username, ==, "me");
}

static void
a_secret_comes_from_a_file_without_its_newline(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_REGISTRY_PASSWORD_FILE=secret",
                                     "SLUICE_KAFKA_SASL_PASSWORD_FILE=secret", NULL};

  (void)folder, (void)data;
  write_file("secret", " hunter2 \n");

  g_autoptr(Config) config = load(NULL, environment, NULL);
  g_autofree char *shown = describe(config);

  g_assert_cmpstr(config->registry.password, ==, " hunter2 ");
  g_assert_cmpstr(config_kafka(config, "sasl.password"), ==, " hunter2 ");
  g_assert_null(strstr(shown, "hunter2"));
  g_assert_nonnull(strstr(shown, "registry.password = *** (SLUICE_REGISTRY_PASSWORD_FILE)\n"));
  g_assert_nonnull(strstr(shown, "kafka.sasl.password = *** (SLUICE_KAFKA_SASL_PASSWORD_FILE)\n"));
  g_assert_nonnull(strstr(shown, "gateway.endpoints = 127.0.0.1:9090 (default)\n"));
}

static void
the_file_and_overrides_name_a_secrets_file_too(Folder *folder, gconstpointer data)
{
  const char *const overrides[] = {"kafka.sasl.password_FILE=secret", NULL};

  (void)folder, (void)data;
  write_file("secret", "hunter2\n");
  write_file("sluice.conf", "[http]\ntoken_FILE = secret\n");

  g_autoptr(Config) config = load(NULL, NULL, overrides);
  g_autofree char *shown = describe(config);

  g_assert_cmpstr(config->http.token, ==, "hunter2");
  g_assert_cmpstr(config_kafka(config, "sasl.password"), ==, "hunter2");
  g_assert_nonnull(strstr(shown, "http.token = *** (sluice.conf line 2)\n"));
}

static void
only_the_local_page_needs_no_token(Folder *folder, gconstpointer data)
{
  const char *const local[] = {"127.0.0.1:9187", "localhost:9187", "[::1]:9187", "127.3.2.1:1"};
  const char *const wide[] = {"0.0.0.0:9187", "[::]:9187", "10.0.0.7:9187", "sluice.example:9187"};

  (void)folder, (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(local); i++) {
    g_autofree char *listen = g_strconcat("http.listen=", local[i], NULL);
    g_autofree char *beyond = g_strconcat("http.listen=", wide[i], NULL);
    g_auto(FaultList) faults = {0};
    g_autoptr(Config) near = config_load(
        &(ConfigSources){.overrides = (const char *const[]){listen, "http.console=yes", NULL}},
        &faults);
    g_autoptr(Config) far =
        config_load(&(ConfigSources){.overrides = (const char *const[]){beyond, "http.console=yes",
                                                                        "http.token=x", NULL}},
                    &faults);
    g_autoptr(Config) open = config_load(
        &(ConfigSources){.overrides = (const char *const[]){beyond, "http.console=yes", NULL}},
        &faults);

    g_assert_nonnull(near);
    g_assert_nonnull(far);
    g_assert_null(open);
    g_assert_cmpuint(fault_list_length(&faults), ==, 1);
    g_assert_true(
        g_str_has_prefix(fault_list_get(&faults, 0), "http.console: anybody who reaches "));
    g_assert_nonnull(strstr(fault_list_get(&faults, 0), "set http.token_FILE"));
  }
}

static void
rows_are_shown_on_a_page_alone(Folder *folder, gconstpointer data)
{
  const char *const overrides[] = {"http.browse=yes", NULL};
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) config = config_load(&(ConfigSources){.overrides = overrides}, &faults);

  (void)folder, (void)data;
  g_assert_null(config);
  g_assert_cmpstr(fault_list_get(&faults, 0), ==,
                  "http.browse shows rows on the page of http.console, which is off: set "
                  "http.console = yes, or leave http.browse out");
}

static void
a_token_and_its_file_are_one_too_many(Folder *folder, gconstpointer data)
{
  g_auto(FaultList) faults = {0};

  (void)folder, (void)data;
  write_file("sluice.conf", "[http]\ntoken=a\ntoken_FILE=b\n");

  g_autoptr(Config) config = config_load(&(ConfigSources){0}, &faults);

  g_assert_null(config);
  g_assert_cmpstr(
      fault_list_get(&faults, 0), ==,
      "sluice.conf line 3: http.token was already set in sluice.conf line 2: remove one of them");
}

static void
an_empty_secret_is_a_fault(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_KAFKA_SASL_PASSWORD_FILE=secret", NULL};
  const ConfigSources sources = {NULL, environment, NULL};
  g_auto(FaultList) faults = {0};

  (void)folder, (void)data;
  write_file("secret", "\n");

  g_autoptr(Config) config = config_load(&sources, &faults);

  g_assert_null(config);
  g_assert_cmpuint(fault_list_length(&faults), ==, 1);
  g_assert_cmpstr(fault_list_get(&faults, 0), ==,
                  "SLUICE_KAFKA_SASL_PASSWORD_FILE: secret is empty: a secret is not");
}

static void
dead_letters_have_properties_of_their_own(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_LETTERS_SASL_PASSWORD=hunter2", NULL};

  (void)folder, (void)data;
  write_file("sluice.conf", "[letters]\nbootstrap.servers=other:9092\n");

  g_autoptr(Config) config = load(NULL, environment, NULL);
  g_autofree char *shown = describe(config);
  const ConfigProperty *first = config->letters->pdata[0];

  g_assert_cmpuint(config->letters->len, ==, 2);
  g_assert_cmpstr(first->name, ==, "bootstrap.servers");
  g_assert_cmpstr(first->value, ==, "other:9092");
  g_assert_cmpstr(config_kafka(config, "bootstrap.servers"), ==, "127.0.0.1:9092");
  g_assert_nonnull(strstr(shown, "letters.bootstrap.servers = other:9092 (sluice.conf line 2)\n"));
  g_assert_nonnull(strstr(shown, "letters.sasl.password = *** (SLUICE_LETTERS_SASL_PASSWORD)\n"));
}

static void
names_that_orchestrators_add_are_passed_over(Folder *folder, gconstpointer data)
{
  const char *const environment[] = {"SLUICE_SERVICE_HOST=10.0.0.1", "SLUICE_PORT=tcp://10.0.0.1",
                                     "SLUICE_GATEWAY_ENDPOINTS=", "SLUICE_KAFKA_PORT=tcp://1",
                                     NULL};
  g_autoptr(Config) config = load(NULL, environment, NULL);
  const ConfigProperty *last = config->kafka->pdata[config->kafka->len - 1];

  (void)folder, (void)data;
  g_assert_cmpstr(config->gateway.endpoints[0], ==, "127.0.0.1:9090");
  g_assert_cmpstr(last->name, ==, "port");
  g_assert_true(last->is_guess);
}

/* Each case is one whole file (or environment, or override) with one fault. */
static void
faults_name_their_place_and_the_way_out(Folder *folder, gconstpointer data)
{
  const struct {
    const char *file;
    const char *variable;
    const char *override;
    const char *fault;
  } cases[] = {
      {"[gateway]\n\nendpoint=a:1\n", NULL, NULL,
       "sluice.conf line 3: there is no setting 'gateway.endpoint': did you mean "
       "gateway.endpoints?"},
      {"[gatway]\nendpoints=a:1\n", NULL, NULL,
       "sluice.conf line 2: there is no setting 'gatway.endpoints': did you mean "
       "gateway.endpoints?"},
      {"[http]\nlisten=0\n", NULL, NULL,
       "sluice.conf line 2: http.listen: '0' is not an address with a port: write host:port"},
      {"[ingest]\nmemory=1\nmemory=2\n", NULL, NULL,
       "sluice.conf line 3: ingest.memory was already set in sluice.conf line 2: remove one of "
       "them"},
      {"memory=1\n", NULL, NULL,
       "sluice.conf line 1: memory stands in no section: write [section] above it"},
      {"[ingest\n", NULL, NULL, "sluice.conf line 1: a section is written [name]"},
      {"[ingest]\nhunter2\n", NULL, NULL,
       "sluice.conf line 2: neither [section], key = value nor # comment"},
      {"[ingest]\n\xff=1\n", NULL, NULL, "sluice.conf: is not UTF-8 text"},
      {"", "SLUICE_INGEST_MEMORY=much", NULL,
       "SLUICE_INGEST_MEMORY: ingest.memory: 'much' is not a size: write bytes or a number with "
       "K, M, G or T, e.g. 32M"},
      {"", NULL, "ingest.memory=much",
       "-X: ingest.memory: 'much' is not a size: write bytes or a number with K, M, "
       "G or T, e.g. 32M"},
      {"", NULL, "memory", "-X needs section.key=value"},
      {"", NULL, "ingest.memroy=1",
       "-X: there is no setting 'ingest.memroy': did you mean ingest.memory?"},
      {"", NULL, "gateway.do.as=me",
       "gateway.do.as is heard over HTTP alone: set gateway.transport = http, or leave it out"},
      {"", NULL, "gateway.endpoints=a:1;b:1",
       "-X: gateway.endpoints: 'a:1;b:1' is not an address: several have a comma between them"},
      {"", NULL, "registry.ca.location=not-there",
       "-X: registry.ca.location: 'not-there' cannot be read: No such file or directory"},
      {"", NULL, "ingest.memory=4K",
       "ingest.batch.bytes is more than ingest.memory: a batch never fits"},
  };

  (void)folder, (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(FaultList) faults = {0};
    const ConfigSources sources = {
        .environment = (const char *const[]){cases[i].variable, NULL},
        .overrides = (const char *const[]){cases[i].override, NULL},
    };

    write_file("sluice.conf", cases[i].file);
    g_assert_null(config_load(&sources, &faults));
    g_assert_cmpuint(fault_list_length(&faults), ==, 1);
    g_assert_cmpstr(fault_list_get(&faults, 0), ==, cases[i].fault);
  }
}

static void
all_faults_come_at_once(Folder *folder, gconstpointer data)
{
  g_auto(FaultList) faults = {0};
  const ConfigSources sources = {
      .environment = (const char *const[]){"SLUICE_LOG_LEVEL=loud", "SLUICE_REGISTRY_TOKEN=x",
                                           "SLUICE_REGISTRY_TOKEN_FILE=y",
                                           "SLUICE_REGISTRY_PASSWORD_FILE=not-there", NULL},
      .overrides = (const char *const[]){"nonsense", NULL},
  };

  (void)folder, (void)data;
  write_file("sluice.conf", "[ingest]\nmemory=x\nlinger.ms=x\n");
  g_assert_null(config_load(&sources, &faults));
  g_assert_cmpuint(fault_list_length(&faults), ==, 6);
}

static void
a_missing_file_is_a_fault_only_when_it_was_asked_for(Folder *folder, gconstpointer data)
{
  g_auto(FaultList) faults = {0};

  (void)folder, (void)data;
  g_assert_null(config_load(&(ConfigSources){.path = "other.conf"}, &faults));
  g_assert_cmpuint(fault_list_length(&faults), ==, 1);
  g_assert_nonnull(strstr(fault_list_get(&faults, 0), "other.conf"));
}

int
main(int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test)(Folder *folder, gconstpointer data);
  } tests[] = {
      {"/config/defaults", without_anything_the_settings_fit_a_local_stack},
      {"/config/precedence", the_file_yields_to_the_environment_and_that_to_overrides},
      {"/config/places", a_file_that_is_asked_for_outranks_the_usual_places},
      {"/config/raw", values_are_read_raw},
      {"/config/secret", a_secret_comes_from_a_file_without_its_newline},
      {"/config/secret-file", the_file_and_overrides_name_a_secrets_file_too},
      {"/config/page", only_the_local_page_needs_no_token},
      {"/config/browse", rows_are_shown_on_a_page_alone},
      {"/config/token-twice", a_token_and_its_file_are_one_too_many},
      {"/config/empty-secret", an_empty_secret_is_a_fault},
      {"/config/letters", dead_letters_have_properties_of_their_own},
      {"/config/foreign-names", names_that_orchestrators_add_are_passed_over},
      {"/config/faults", faults_name_their_place_and_the_way_out},
      {"/config/all-at-once", all_faults_come_at_once},
      {"/config/missing-file", a_missing_file_is_a_fault_only_when_it_was_asked_for},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Folder, NULL, enter, tests[i].test, leave);
  return g_test_run();
}
