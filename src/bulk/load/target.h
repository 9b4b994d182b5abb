/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/job.h"
#include "hbase/catalog.h"

/* The table that a bulk load goes to, as the gateway knows it. */
typedef struct BulkTarget BulkTarget;

/* Borrows the mapping and what the options name. `patience_ms` is how long it waits for a gateway
 * that does not answer. */
BulkTarget *bulk_target_new(const GatewayOptions *gateway, const Mapping *mapping,
                            int64_t patience_ms, const BulkWatch *watch, GError **error);
void bulk_target_free(BulkTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkTarget, bulk_target_free)

/* A table that is yet to be split must not exist. */
bool bulk_target_expect_none(BulkTarget *self, GError **error);
/* Tells the job of the table's families and regions. FAULT_SETUP: there is none. */
bool bulk_target_describe(BulkTarget *self, BulkJob *job, GError **error);
/* A disabled table takes no files. */
bool bulk_target_expect_enabled(BulkTarget *self, GError **error);
/* Creates the table as the mapping has it, but with the job's regions. */
bool bulk_target_create(BulkTarget *self, const BulkJob *job, GError **error);
/* "host:port" of the region servers that have the table now, as BulkServersSource has it: of a
 * BulkTarget, without patience. */
char **bulk_target_servers(void *target, GError **error);

/* Without a gateway: the regions that the mapping asks for. */
bool bulk_target_guess(const Mapping *mapping, BulkJob *job, GError **error);
/* Writes a script for the hbase shell that creates the table with the job's regions. */
bool bulk_target_write_script(const Mapping *mapping, const BulkJob *job, const char *path,
                              GError **error);
