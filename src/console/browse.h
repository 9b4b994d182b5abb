/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/query.h"
#include "hbase/options.h"
#include "http/server.h"

/* Looks rows up, one question after the other, by a thread of its own over a connection of its own.
 * At most two are under way, or answered and not sent yet: what they hold is bounded by that. */
typedef struct ConsoleBrowse ConsoleBrowse;

/* What the options name is borrowed. */
ConsoleBrowse *console_browse_new(const GatewayOptions *gateway);
void console_browse_free(ConsoleBrowse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleBrowse, console_browse_free)

/* Answers the exchange, sooner or later; takes the query. */
void console_browse_ask(ConsoleBrowse *self, HttpExchange *exchange, ConsoleQuery *query);

/* Answers all that is under way, and asks HBase nothing more. */
void console_browse_stop(ConsoleBrowse *self);
