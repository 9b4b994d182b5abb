/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "kafka/consumer.h"
#include "metrics/counters.h"
#include "mapping/mapping.h"

/* What `run` shows at [http] listen: whether it is ready, and its counters. The main thread tells,
 * the server's thread asks. */
typedef struct CmdPages CmdPages;

/* Listens, not ready yet. Also where http.listen is off: then nobody asks. FAULT_SETUP. */
CmdPages *cmd_pages_new(const Config *config, GError **error);
void cmd_pages_free(CmdPages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdPages, cmd_pages_free)

/* From now on these counters are shown; NULL: none. Borrowed until the next call. Topics are
 * counted in the order of the mappings. */
void cmd_pages_watch(CmdPages *self, const MetricsCounters *counters,
                     const Mapping *const *mappings, size_t mappings_length);

/* `reason`: why records do not flow; NULL: they do. */
void cmd_pages_tell(CmdPages *self, const char *reason);

/* Where the partitions stand, of KafkaStanding; copied. */
void cmd_pages_stand(CmdPages *self, const GArray *standings);

/* The texts that the pages answer with. */
char *cmd_pages_metrics(CmdPages *self);
char *cmd_pages_console(CmdPages *self);
