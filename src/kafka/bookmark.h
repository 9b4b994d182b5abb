/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "kafka/property.h"

/* Where a reader that is no member of a group keeps its place in a topic: as the offsets of a group
 * of its own, which Kafka's tools show and set back, each with a note. One thread owns it; it waits
 * for the broker, up to its timeout. */
typedef struct KafkaBookmark KafkaBookmark;

/* Both texts are copied. FAULT_SETUP. */
KafkaBookmark *kafka_bookmark_new(const KafkaProperty *properties, const char *group,
                                  const char *topic, GError **error);
void kafka_bookmark_free(KafkaBookmark *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaBookmark, kafka_bookmark_free)

/* Fills in the next offset of each of the partitions 0 to length - 1, -1 where there is none, and a
 * note of one of them; *out_note is yours, or NULL. */
bool kafka_bookmark_read(KafkaBookmark *self, int64_t *out_offsets, size_t length, char **out_note,
                         GError **error);

/* Keeps them, but for those that are -1. FAULT_SETUP: the group has members. */
bool kafka_bookmark_write(KafkaBookmark *self, const int64_t *offsets, size_t length,
                          const char *note, GError **error);
