/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "avrofile/reader.h"
#include "mapping/mapping.h"

/* An object container file's records as rows of a mapping's table. One thread owns it. */
typedef struct AvrofileRows AvrofileRows;

typedef struct {
  const Mapping *mapping; /* borrowed until free */
  int64_t timestamp_ms;   /* of every record, where the mapping's time is the record's */
  uint64_t before;        /* records of the files before this one: mappings may count them */
} AvrofileRowsOptions;

/* FAULT_SETUP: of the file, or its schema cannot be read as the mapping's. */
AvrofileRows *avrofile_rows_open(const char *path, const AvrofileRowsOptions *options,
                                 GError **error);
void avrofile_rows_free(AvrofileRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AvrofileRows, avrofile_rows_free)

/* FAULT_RECORD: this record has no row, "FILE record 812: why"; go on with the next. Else as
 * avrofile_reader_next(). What `row` points to is good until the next call. */
bool avrofile_rows_next(AvrofileRows *self, Row *row, AvrofileRecord *out_record, bool *out_is_end,
                        GError **error);

/* After FAULT_RECORD: whether the record could be decoded, so that the mapping is where it failed.
 */
bool avrofile_rows_has_decoded(const AvrofileRows *self);

const AvrofileReader *avrofile_rows_reader(const AvrofileRows *self);
