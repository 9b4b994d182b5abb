/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/options.h"
#include "mapping/mapping.h"

/* What the mappings want of their tables beside what HBase has. Looked at by a thread of its own,
 * over a connection of its own, when somebody asks and the last look is half a minute old. */
typedef struct ConsoleTables ConsoleTables;

/* What the options name is borrowed. */
ConsoleTables *console_tables_new(const GatewayOptions *gateway);
void console_tables_free(ConsoleTables *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleTables, console_tables_free)

/* From now on these; borrowed until it is stopped. */
void console_tables_watch(ConsoleTables *self, const Mapping *const *mappings, size_t length);

/* Looks no more; a look under way ends. */
void console_tables_stop(ConsoleTables *self);

/* Appends members of a JSON object: how old the last look is, and what it saw. */
void console_tables_append(ConsoleTables *self, GString *json);
