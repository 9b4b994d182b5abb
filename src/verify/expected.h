/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"
#include "verify/packed.h"

/* What HBase must hold of one row after all records of its key: of each cell the version with the
 * newest timestamp, among equal timestamps the later record's; a deletion hides every version up
 * to its own timestamp, whatever came first. Memory is bounded by one row, however many records it
 * has. One thread owns it. */
typedef struct VerifyExpected VerifyExpected;

/* How records of one timestamp are ordered. */
typedef enum {
  VERIFY_WITHIN_PARTS, /* partitions: between two of them no record is the later one */
  VERIFY_ALL_PARTS,    /* files: one after the other */
} VerifyOrder;

VerifyExpected *verify_expected_new(const Mapping *mapping, VerifyOrder order);
void verify_expected_free(VerifyExpected *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyExpected, verify_expected_free)

/* Another row. */
void verify_expected_begin(VerifyExpected *self);
void verify_expected_add(VerifyExpected *self, const uint8_t *packed);
/* Makes it what the other is, which is for the same mapping. */
void verify_expected_copy(VerifyExpected *self, const VerifyExpected *other);

/* A value that may rightly be there. */
typedef struct {
  VerifyPlace place;
  Bytes value;
} VerifyVersion;

/* A column's state; times are -1 where there is none. */
typedef struct {
  const Column *column; /* borrowed from the mapping */
  int64_t timestamp;    /* of the newest version */
  size_t versions_length;
  VerifyVersion *versions; /* one; more where partitions hold versions of one timestamp */
  size_t versions_capacity;
  int64_t deleted_at; /* `null: delete` */
  VerifyPlace deleted_by;
} VerifyCell;

/* By family and qualifier, as HBase orders them. */
const VerifyCell *verify_expected_cells(const VerifyExpected *self, size_t *out_length);
/* Whether the table must have the cell. */
bool verify_expected_shows(const VerifyExpected *self, const VerifyCell *cell);

/* Records of the row so far. */
uint64_t verify_expected_records(const VerifyExpected *self);
/* The newest tombstone of the row: its timestamp, or -1. */
int64_t verify_expected_deleted_at(const VerifyExpected *self, VerifyPlace *out_by);
