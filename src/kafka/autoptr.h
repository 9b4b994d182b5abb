/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <librdkafka/rdkafka.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_conf_t, rd_kafka_conf_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_t, rd_kafka_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_topic_t, rd_kafka_topic_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_queue_t, rd_kafka_queue_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_event_t, rd_kafka_event_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_error_t, rd_kafka_error_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_headers_t, rd_kafka_headers_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rd_kafka_topic_partition_list_t,
                              rd_kafka_topic_partition_list_destroy)
