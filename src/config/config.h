/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* Every setting of sluice, read from sluice.conf, the environment and -X. settings.c has the one
 * table of names, kinds, defaults and help; docs/configuration.md is held against it. */

/* One librdkafka property, as written. */
typedef struct {
  char *name;    /* owned */
  char *value;   /* owned; "" unsets */
  char *origin;  /* owned: "sluice.conf line 3", for faults */
  bool is_guess; /* from the environment: a name librdkafka lacks is dropped, not refused */
} ConfigProperty;

typedef enum {
  CONFIG_TRANSPORT_AUTO,
  CONFIG_TRANSPORT_FRAMED,
  CONFIG_TRANSPORT_BUFFERED,
  CONFIG_TRANSPORT_HTTP,
} ConfigTransport;
typedef enum {
  CONFIG_PROTOCOL_AUTO,
  CONFIG_PROTOCOL_BINARY,
  CONFIG_PROTOCOL_COMPACT
} ConfigProtocol;

/* A value: read it directly. Everything in it is owned; lists are NULL-ended; texts that are not
 * set are NULL. */
typedef struct {
  char *path;          /* the file that was read; NULL: none */
  GHashTable *origins; /* where settings come from that are no defaults: name to text */
  GPtrArray *kafka;    /* of owned ConfigProperty *, each name once, sluice's own defaults first */
  GPtrArray *letters;  /* the same: what differs for dead letters, [letters] */
  struct {
    char **urls;
    char *username;
    char *password;
    char *token;
    char *ca_location;
    int64_t timeout_ms;
  } registry;
  struct {
    char **endpoints;   /* "host:port", "host" (port 9090) or URLs */
    unsigned transport; /* ConfigTransport */
    unsigned protocol;  /* ConfigProtocol */
    uint32_t connections;
    int64_t connect_timeout_ms;
    int64_t send_timeout_ms;
    int64_t receive_timeout_ms;
    int64_t idle_timeout_ms;
    uint64_t frame_max_bytes;
    bool tls;
    char *tls_ca_location;
    char *do_as;
  } gateway;
  struct {
    char **mappings; /* folders */
    char *builtin;   /* "auto", "none" or a folder */
    uint32_t batch_rows;
    uint64_t batch_bytes;
    uint32_t linger_ms;
    uint64_t memory_bytes;
    double errors_limit; /* 0 to 1 */
    uint32_t errors_window;
    int64_t shutdown_timeout_ms;
  } ingest;
  struct {
    uint64_t memory_bytes;
    uint32_t jobs; /* 0: one a processor */
    char *temp;    /* folder for spill files; NULL: the system's */
    uint64_t file_max_bytes;
    char *staging;  /* folder for HFiles, or hdfs:// URL; NULL: temp */
    char *user;     /* NULL: whoever runs it */
    char **webhdfs; /* URLs; empty: guessed from `staging` */
    char *webhdfs_ca_location;
    int64_t webhdfs_timeout_ms;
  } bulkload;
  struct {
    char *listen; /* "host:port"; NULL: off */
    bool console;
    bool browse;
    char *token;
    char **hosts; /* names that requests may be for */
  } http;
  struct {
    unsigned level;
    unsigned format;
  } log;
} Config;

/* Where settings come from, weakest first: built-in defaults, the file, environment, overrides. */
typedef struct {
  const char *path;               /* --config; NULL: $SLUICE_CONFIG, else the usual places */
  const char *const *environment; /* "NAME=value", NULL-ended; NULL: none */
  const char *const *overrides;   /* "section.key=value", NULL-ended; NULL: none */
} ConfigSources;

/* Adds every fault, with its line or name. What is at fault keeps its default, so that a caller can
 * go on and look for more. Never NULL. */
Config *config_read(const ConfigSources *sources, FaultList *faults);
/* The same, but NULL if there was any fault. */
Config *config_load(const ConfigSources *sources, FaultList *faults);
void config_free(Config *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* The value of a librdkafka property, NULL when it is not set. */
const char *config_kafka(const Config *self, const char *name);

/* Every setting in force, as "section.key": its value, a secret shown as ***, and where it comes
 * from ("default", "sluice.conf line 3", "SLUICE_HTTP_LISTEN", "-X"). */
typedef void (*ConfigShow)(void *data, const char *name, const char *value, const char *origin);
void config_show(const Config *self, ConfigShow show, void *data);
