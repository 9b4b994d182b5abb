/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"
#include "kafka/property.h"
#include "datum/decoder.h"
#include "sort/sort.h"
#include "verify/packed.h"

#include <gio/gio.h>

/* The first half of a verification: records of the source, through the same mapping as `run`'s,
 * sorted by row key.
 *
 *   topic or files -> decoder, mapping -> since, sample -> sort -> compare.h
 */
typedef struct VerifyIntake VerifyIntake;

typedef enum { VERIFY_READING, VERIFY_COMPARING } VerifyPhase;

/* How it looks from outside: told from time to time how far it is, and asked whether to go on. */
typedef struct {
  void *self;
  bool (*go_on)(void *self, VerifyPhase phase, uint64_t done, uint64_t total);
  GCancellable *stop; /* ends pauses; NULL: nobody stops it */
} VerifyWatch;

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  const SchemaSource *schemas; /* NULL: none is needed */
  size_t memory_bytes;         /* for sorting */
  const char *temp_folder;
  int64_t since_ms; /* records of this time or later; 0: all */
  uint64_t sample;  /* one row in so many, by its key; 1: all */
  int64_t timeout_ms;
  size_t frame_max_bytes; /* of a call of the gateway, over which `run` cannot send a row */
  const VerifyWatch *watch;
} VerifyIntakeOptions;

VerifyIntake *verify_intake_new(const VerifyIntakeOptions *options);
void verify_intake_free(VerifyIntake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyIntake, verify_intake_free)

/* Each reads a source to its end, or fails: FAULT_PEER, FAULT_SETUP, or because it was asked to
 * stop. */
bool verify_intake_read_topic(VerifyIntake *self, const KafkaProperty *properties,
                              const char *topic, GError **error);

typedef struct {
  const CsvReading *reading; /* as bulkload's */
  int64_t timestamp_ms;      /* of every record, where the mapping's time is the record's */
  CsvTotals *totals;         /* is added to */
} VerifyCsv;

bool verify_intake_read_csv(VerifyIntake *self, const char *const *paths, const VerifyCsv *csv,
                            GError **error);

/* Object container files; the timestamp as VerifyCsv's. */
bool verify_intake_read_avro(VerifyIntake *self, const char *const *paths, int64_t timestamp_ms,
                             GError **error);

/* Then: the records (packed.h), in order of their keys. The caller's, to be freed before the
 * intake. */
SortMerge *verify_intake_finish(VerifyIntake *self, GError **error);

typedef struct {
  uint64_t records;    /* read: the sum of what follows */
  uint64_t bad;        /* could not be decoded or mapped: not expected in the table */
  uint64_t skipped;    /* tombstones that the mapping skips */
  uint64_t left_out;   /* before `since` or not in the sample */
  uint64_t tombstones; /* of rows */
  uint64_t puts;
  uint64_t too_large; /* for a call of the gateway: the table may have them or not */
} VerifyCounts;

VerifyCounts verify_intake_counts(const VerifyIntake *self);
/* The first few bad ones: where and why. */
const FaultList *verify_intake_examples(const VerifyIntake *self);

/* Whether the row is in the sample. */
bool verify_is_sampled(Slice key, uint64_t sample);

/* For the sources, which lie in files of their own: */

const VerifyIntakeOptions *verify_intake_options(const VerifyIntake *self);
/* Where mapping_apply() writes. */
Row *verify_intake_row(VerifyIntake *self);
/* Takes that row. */
bool verify_intake_take(VerifyIntake *self, VerifyPlace place, GError **error);
/* The same of a row that no call of the gateway takes: the table need not have it, and may, from a
 * bulk load. */
bool verify_intake_take_too_large(VerifyIntake *self, VerifyPlace place, const char *where,
                                  const GError *reason, GError **error);
void verify_intake_skip(VerifyIntake *self);
/* `where` names it; NULL: the reason does. */
void verify_intake_take_bad(VerifyIntake *self, const char *where, const GError *reason);
/* Tells the watch; false, with an error, once it says to stop. */
bool verify_intake_goes_on(const VerifyIntake *self, uint64_t done, uint64_t total, GError **error);
