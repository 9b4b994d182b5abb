/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/intake.h"

/* Avro object container files as a bulk load's rows. */
typedef struct BulkAvro BulkAvro;

/* Everything is borrowed and must outlive it. */
typedef struct {
  const Mapping *mapping;
  const char *const *paths; /* NULL-ended */
  int64_t timestamp_ms;     /* of every record, where the mapping's time is the record's */
  int64_t bad_most;         /* more bad records end the run; BULK_REJECTS_ANY: none do */
  const BulkWatch *watch;
} BulkAvroOptions;

BulkAvro *bulk_avro_new(const BulkAvroOptions *options);
void bulk_avro_free(BulkAvro *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkAvro, bulk_avro_free)

BulkFeed bulk_avro_feed(BulkAvro *self);
