/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "hbase/tally.h"
#include "http/registry.h"
#include "http/server.h"
#include "kafka/consumer.h"
#include "metrics/counters.h"
#include "metrics/exporter.h"
#include "mapping/mapping.h"

/* What `run` shows at [http] listen: whether it is ready, and its counters. The main thread tells,
 * the server's thread asks. */
typedef struct MetricsPages MetricsPages;

/* `revision` is borrowed. Not ready yet, and nobody asks before it listens. */
MetricsPages *metrics_pages_new(const Config *config, const char *revision);
void metrics_pages_free(MetricsPages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsPages, metrics_pages_free)

/* Listens at http.listen, or does nothing where that is off; `site` has what there is beside these
 * pages, or is NULL. FAULT_SETUP. */
bool metrics_pages_listen(MetricsPages *self, const Config *config, const HttpSite *site,
                          GError **error);

/* The token that is asked for is another now. */
void metrics_pages_set_token(MetricsPages *self, const char *token);

/* From now on these counters are shown; NULL: none. Borrowed until the next call. Topics are
 * counted in the order of the mappings. */
void metrics_pages_watch(MetricsPages *self, const MetricsCounters *counters,
                         const Mapping *const *mappings, size_t mappings_length);

/* `reason`: why records do not flow; NULL: they do. */
void metrics_pages_tell(MetricsPages *self, const char *reason);

/* Whether the main thread goes on telling, once it has begun. */
bool metrics_pages_is_alive(MetricsPages *self, int64_t now_us);

/* Why Kafka does not serve us; NULL: it does. */
void metrics_pages_kafka(MetricsPages *self, const char *reason);

/* Where the partitions stand, of KafkaStanding; copied. */
void metrics_pages_stand(MetricsPages *self, const GArray *standings);

/* From now on these gateways are shown; NULL: none. As the counters. */
void metrics_pages_gateways(MetricsPages *self, const GatewayTally *tallies);

/* From now on it is told of this registry's schemas; NULL: of none. As the counters. */
void metrics_pages_registry(MetricsPages *self, HttpRegistry *registry);

/* The texts that the pages answer with. */
char *metrics_pages_metrics(MetricsPages *self, MetricsFormat format);
char *metrics_pages_status(MetricsPages *self);
/* For the page, and JSON as /api/ has it: samples later than since_ms, of a topic (or NULL) too. */
char *metrics_pages_flow(MetricsPages *self, int64_t since_ms, const char *topic);
char *metrics_pages_errors(MetricsPages *self);
