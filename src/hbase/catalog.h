/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/options.h"
#include "hbase/table.h"

/* The tables behind a gateway, over a connection of its own. All fail with FAULT_PEER when
 * nobody answers or HBase itself is not up to it, and with FAULT_SETUP as gateway_open() does. */
typedef struct Catalog Catalog;

/* Does not connect yet. */
Catalog *catalog_new(const GatewayOptions *options, GError **error);
void catalog_free(Catalog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Catalog, catalog_free)

bool catalog_has_table(Catalog *self, const char *table, bool *out_exists, GError **error);
bool catalog_is_enabled(Catalog *self, const char *table, bool *out_is_enabled, GError **error);

/* Names, "namespace:name" or "name", sorted, of the tables that are not HBase's own; release with
 * g_strfreev(). */
char **catalog_list(Catalog *self, GError **error);

/* The table's families and attributes alone. FAULT_SETUP: there is none. */
Table *catalog_descriptor(Catalog *self, const char *table, GError **error);
/* The same with the boundaries of its regions, of which there may be thousands. */
Table *catalog_describe(Catalog *self, const char *table, GError **error);

/* Where one region begins and ends (both empty at the table's ends) and who serves it. */
typedef struct {
  GBytes *start; /* owned */
  GBytes *end;   /* owned */
  char *server;  /* owned: "host:port" */
} Region;

void region_free(Region *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Region, region_free)

/* Owned Region *, in the order of their keys. */
GPtrArray *catalog_regions(Catalog *self, const char *table, GError **error);

/* Creates the table, split points included, and reads it back: whatever differs then is
 * FAULT_SETUP, as is HBase's refusal. */
bool catalog_create(Catalog *self, const Table *table, GError **error);

/* Gives a table that is there, as it was described, what was changed in it since: all of it is
 * sent, and read back. Rows go on being written meanwhile: regions are opened anew one by one. */
bool catalog_modify(Catalog *self, const Table *table, GError **error);

bool catalog_has_namespace(Catalog *self, const char *space, bool *out_exists, GError **error);
bool catalog_create_namespace(Catalog *self, const char *space, GError **error);

/* Whether the table takes rows of the wanted table's mappings. FAULT_SETUP: it is gone, disabled,
 * lacks a family or, for who is to write, its rows are made otherwise. */
bool catalog_probe(Catalog *self, const Table *wanted, bool is_to_write, GError **error);
