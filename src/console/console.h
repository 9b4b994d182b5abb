/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "hbase/options.h"
#include "metrics/pages.h"

/* The page for people at /, and what it shows as JSON under /api/: docs/console.md. It looks at
 * tables and rows over connections of its own, in threads of its own. */
typedef struct Console Console;

/* Everything is borrowed for the console's life. */
typedef struct {
  MetricsPages *pages;
  GatewayOptions gateway; /* nobody counts what is asked over it */
  bool may_browse;        /* http.browse */
} ConsoleOptions;

Console *console_new(const ConsoleOptions *options);
/* Stopped, and after the server that has its site. */
void console_free(Console *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Console, console_free)

/* For the server; borrowed. */
const HttpSite *console_site(const Console *self);

/* From now on these mappings' tables are shown. Borrowed until the console is stopped. */
void console_watch(Console *self, const Mapping *const *mappings, size_t length);

/* All that is under way is answered now, and nothing more is asked of HBase. */
void console_stop(Console *self);
