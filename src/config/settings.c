/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include "base/whole_file.h"
#include "config/value.h"

#include <stddef.h>
#include <string.h>

static const char *const transports[] = {"auto", "framed", "buffered", "http", NULL};
static const char *const protocols[] = {"auto", "binary", "compact", NULL};
static const char *const levels[] = {"error", "warning", "message", "info", "debug", NULL};
static const char *const formats[] = {"text", "json", NULL};

/* A member of another type than the kind's does not compile: the two pointers would differ. */
#define MEMBER(type, member)                                                                       \
  .offset =                                                                                        \
      (offsetof(Config, member) + 0 * sizeof(*(true ? &((Config *)NULL)->member : (type *)NULL)))
#define TEXT(member) .kind = SETTING_TEXT, MEMBER(char *, member)
#define READABLE(member) .kind = SETTING_FILE, MEMBER(char *, member)
#define SECRET(member) .kind = SETTING_SECRET, MEMBER(char *, member)
#define FLAG(member) .kind = SETTING_FLAG, MEMBER(bool, member)
#define COUNT(member, from, to)                                                                    \
  .kind = SETTING_COUNT, MEMBER(uint32_t, member), .least = (from), .most = (to)
#define BYTES(member) .kind = SETTING_BYTES, MEMBER(uint64_t, member)
#define DURATION(member) .kind = SETTING_DURATION, MEMBER(int64_t, member)
#define SHARE(member) .kind = SETTING_SHARE, MEMBER(double, member)
#define WORD(member, list) .kind = SETTING_WORD, MEMBER(unsigned, member), .words = (list)
#define LIST(member) .kind = SETTING_LIST, MEMBER(char **, member)
#define ENDPOINTS(member) .kind = SETTING_ENDPOINTS, MEMBER(char **, member)
#define URLS(member) .kind = SETTING_URLS, MEMBER(char **, member)
#define LISTEN(member) .kind = SETTING_LISTEN, MEMBER(char *, member)
#define KAFKA .kind = SETTING_KAFKA

const Setting settings[] = {
    {"kafka.bootstrap.servers", "127.0.0.1:9092", "Brokers to begin with, host:port, comma between",
     KAFKA},
    {"kafka.group.id", "sluice", "Consumer group; instances of one group share the partitions",
     KAFKA},
    {"kafka.client.id", "sluice", "How brokers name this client in their logs and quotas", KAFKA},
    {"kafka.auto.offset.reset", "earliest", "Where a group begins that has committed nothing yet",
     KAFKA},

    {"registry.url", "", "Schema registry (Confluent API), several with a comma between",
     URLS(registry.urls)},
    {"registry.username", "", "User for basic authentication", TEXT(registry.username)},
    {"registry.password", "", "Its password", SECRET(registry.password)},
    {"registry.token", "", "Bearer token, instead of user and password", SECRET(registry.token)},
    {"registry.ca.location", "", "PEM file of the authorities to trust instead of the system's",
     READABLE(registry.ca_location)},
    {"registry.timeout", "10s", "How long one request may take", DURATION(registry.timeout_ms)},

    {"gateway.endpoints", "127.0.0.1:9090",
     "HBase Thrift gateways (thrift2), host:port or a URL, comma between; all are used together",
     ENDPOINTS(gateway.endpoints)},
    {"gateway.transport", "framed",
     "auto, framed (the gateway runs with -f), buffered (without) or http",
     WORD(gateway.transport, transports)},
    {"gateway.protocol", "binary", "auto, binary or compact (the gateway runs with -c)",
     WORD(gateway.protocol, protocols)},
    {"gateway.connections", "2", "Connections, each with a writer thread of its own",
     COUNT(gateway.connections, 1, 256)},
    {"gateway.connect.timeout", "10s",
     "How long a connection may take to be made, and before it the name to be resolved",
     DURATION(gateway.connect_timeout_ms)},
    {"gateway.send.timeout", "30s", "How long the gateway may refuse to take bytes",
     DURATION(gateway.send_timeout_ms)},
    {"gateway.receive.timeout", "60s",
     "How long an answer may take; longer than the gateway's own retries against HBase",
     DURATION(gateway.receive_timeout_ms)},
    {"gateway.idle.timeout", "45s",
     "Close a connection unused for so long; below the gateway's own cut, which is 60s",
     DURATION(gateway.idle_timeout_ms)},
    {"gateway.frame.max", "2000K",
     "Largest frame sent; below hbase.regionserver.thrift.framed.max_frame_size_in_mb (2 MB), "
     "or the gateway hangs up without a word",
     BYTES(gateway.frame_max_bytes)},
    {"gateway.tls", "no", "Encrypt framed and buffered connections; http endpoints say https://",
     FLAG(gateway.tls)},
    {"gateway.tls.ca.location", "", "PEM file of the authorities to trust instead of the system's",
     READABLE(gateway.tls_ca_location)},
    {"gateway.do.as", "", "User to act for, over http (doAs)", TEXT(gateway.do_as)},

    {"ingest.mappings", "", "Folders of mappings, comma between; none: the built-in ones",
     LIST(ingest.mappings)},
    {"ingest.builtin", "auto",
     "The built-in mappings: auto (where ingest.mappings names none), none, or a folder that joins",
     TEXT(ingest.builtin)},
    {"ingest.batch.rows", "500", "Send a batch at so many rows",
     COUNT(ingest.batch_rows, 1, 100000)},
    {"ingest.batch.bytes", "1M", "or at so many bytes", BYTES(ingest.batch_bytes)},
    {"ingest.linger.ms", "100", "or this many milliseconds after its first row",
     COUNT(ingest.linger_ms, 0, 600000)},
    {"ingest.memory", "32M",
     "Bound of all that grows with the input: fetched records, batches, and what is known of the "
     "schemas that wrote them",
     BYTES(ingest.memory_bytes)},
    {"ingest.errors.limit", "90%",
     "Stop, before it is dead-lettered or committed, when more of a window than this is bad",
     SHARE(ingest.errors_limit)},
    {"ingest.errors.window", "1000", "Records that errors.limit looks at together",
     COUNT(ingest.errors_window, 1, 1000000)},
    {"ingest.shutdown.timeout", "8s",
     "How long a stop may take to write and commit what is under way",
     DURATION(ingest.shutdown_timeout_ms)},

    {"bulkload.memory", "256M", "Memory for sorting; the rest goes to spill files",
     BYTES(bulkload.memory_bytes)},
    {"bulkload.jobs", "0", "Threads, and regions loaded at once; 0: one a processor",
     COUNT(bulkload.jobs, 0, 256)},
    {"bulkload.temp", "", "Folder for spill files; default: $TMPDIR or /tmp", TEXT(bulkload.temp)},
    {"bulkload.file.max", "10G", "Largest HFile; more data for a region makes another",
     BYTES(bulkload.file_max_bytes)},
    {"bulkload.staging", "",
     "Where region servers find the HFiles: a folder that they share, or hdfs://host:port/folder; "
     "default: temp",
     TEXT(bulkload.staging)},
    {"bulkload.user", "",
     "Whom region servers and HDFS take us for; default: $HADOOP_USER_NAME, else the login",
     TEXT(bulkload.user)},
    {"bulkload.webhdfs", "",
     "WebHDFS of all NameNodes, or HttpFS, with commas between; default: port 9870 of staging's "
     "host",
     URLS(bulkload.webhdfs)},
    {"bulkload.webhdfs.ca.location", "",
     "PEM file of the authorities to trust instead of the system's",
     READABLE(bulkload.webhdfs_ca_location)},
    {"bulkload.webhdfs.timeout", "60s", "How long WebHDFS may be silent",
     DURATION(bulkload.webhdfs_timeout_ms)},

    {"http.listen", "off", "Serve /livez, /readyz and /metrics at host:port, e.g. 127.0.0.1:9187",
     LISTEN(http.listen)},
    {"http.console", "no", "Serve a page for people at / as well, and what it shows under /api/",
     FLAG(http.console)},
    {"http.browse", "no", "Let that page show rows of the mapped tables: values are personal data",
     FLAG(http.browse)},
    {"http.token", "",
     "What /, /api/ and /status ask for, as password or bearer token; wanted where the page "
     "listens beyond loopback",
     SECRET(http.token)},
    {"http.hosts", "", "Names, beside that of listen, under which these pages may be asked for",
     LIST(http.hosts)},

    {"log.level", "message", "error, warning, message, info or debug", WORD(log.level, levels)},
    {"log.format", "text", "text, or json: one object a line", WORD(log.format, formats)},
    {0},
};

const Setting *
settings_find(const char *name)
{
  for (const Setting *setting = settings; setting->name != NULL; setting++)
    if (strcmp(setting->name, name) == 0)
      return setting;
  return NULL;
}

const char *
settings_nearest(const char *name)
{
  const char *names[G_N_ELEMENTS(settings)];

  for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
    names[i] = settings[i].name;
  return fault_nearest(name, names);
}

char *
settings_environment_name(const char *name)
{
  g_autofree char *upper = g_ascii_strup(name, -1);

  return g_strconcat("SLUICE_", g_strdelimit(upper, ".", '_'), NULL);
}

bool
settings_is_secret_property(const char *property)
{
  const char *const parts[] = {"password",           "secret", "token", "jaas", ".key.pem", "_key",
                               "oauthbearer.config", NULL};

  for (size_t i = 0; parts[i] != NULL; i++)
    if (strstr(property, parts[i]) != NULL)
      return true;
  return false;
}

static void *
member(const Setting *self, const Config *config)
{
  return (char *)config + self->offset;
}

void
setting_clear(const Setting *self, Config *config)
{
  switch (self->kind) {
  case SETTING_TEXT:
  case SETTING_FILE:
  case SETTING_SECRET:
  case SETTING_LISTEN:
    g_clear_pointer((char **)member(self, config), g_free);
    break;
  case SETTING_LIST:
  case SETTING_ENDPOINTS:
  case SETTING_URLS:
    g_clear_pointer((char ***)member(self, config), g_strfreev);
    break;
  case SETTING_FLAG:
  case SETTING_COUNT:
  case SETTING_BYTES:
  case SETTING_DURATION:
  case SETTING_SHARE:
  case SETTING_WORD:
  case SETTING_KAFKA:
    break;
  }
}

static bool
assign_text(char **at, const char *text)
{
  *at = *text == '\0' ? NULL : g_strdup(text);
  return true;
}

static bool
assign_cleared(const Setting *self, void *at, const char *text, GError **error)
{
  switch (self->kind) {
  case SETTING_TEXT:
  case SETTING_SECRET:
    return assign_text(at, text);
  case SETTING_FILE:
    return (*text == '\0' || whole_file_expect(text, error)) && assign_text(at, text);
  case SETTING_FLAG:
    return value_parse_flag(text, at, error);
  case SETTING_COUNT:
    return value_parse_count(text, self->least, self->most, at, error);
  case SETTING_BYTES:
    return value_parse_bytes(text, at, error);
  case SETTING_DURATION:
    return value_parse_duration(text, at, error);
  case SETTING_SHARE:
    return value_parse_share(text, at, error);
  case SETTING_WORD:
    return value_parse_word(text, self->words, at, error);
  case SETTING_LIST:
    return value_parse_list(text, at, error);
  case SETTING_ENDPOINTS:
    return value_parse_endpoints(text, at, error);
  case SETTING_URLS:
    return value_parse_urls(text, at, error);
  case SETTING_LISTEN:
    return value_parse_listen(text, at, error);
  case SETTING_KAFKA:
    break;
  }
  g_assert_not_reached();
}

bool
setting_assign(const Setting *self, Config *config, const char *text, GError **error)
{
  setting_clear(self, config);
  return assign_cleared(self, member(self, config), text, error);
}

static char *
show_text(const char *text)
{
  return g_strdup(text == NULL ? "" : text);
}

char *
setting_show(const Setting *self, const Config *config)
{
  void *at = member(self, config);

  switch (self->kind) {
  case SETTING_TEXT:
  case SETTING_FILE:
  case SETTING_LISTEN:
    return show_text(*(char **)at);
  case SETTING_SECRET:
    return g_strdup(*(char **)at == NULL ? "" : "***");
  case SETTING_FLAG:
    return g_strdup(*(bool *)at ? "yes" : "no");
  case SETTING_COUNT:
    return g_strdup_printf("%u", *(uint32_t *)at);
  case SETTING_BYTES:
    return g_strdup_printf("%" G_GUINT64_FORMAT, *(uint64_t *)at);
  case SETTING_DURATION:
    return g_strdup_printf("%" G_GINT64_FORMAT "ms", *(int64_t *)at);
  case SETTING_SHARE:
    return g_strdup_printf("%g%%", 100 * *(double *)at);
  case SETTING_WORD:
    return g_strdup(self->words[*(unsigned *)at]);
  case SETTING_LIST:
  case SETTING_ENDPOINTS:
  case SETTING_URLS:
    return g_strjoinv(", ", *(char ***)at);
  case SETTING_KAFKA:
    return show_text(config_kafka(config, self->name + strlen("kafka.")));
  }
  g_assert_not_reached();
}
