/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "container/reader.h"
#include "mapping/mapping.h"

/* An object container file's records as rows of a mapping's table. One thread owns it. */
typedef struct ContainerRows ContainerRows;

typedef struct {
  const Mapping *mapping; /* borrowed until free */
  int64_t timestamp_ms;   /* of every record, where the mapping's time is the record's */
  uint64_t before;        /* records of the files before this one: mappings may count them */
} ContainerRowsOptions;

/* FAULT_SETUP: of the file, or its schema cannot be read as the mapping's. */
ContainerRows *container_rows_open(const char *path, const ContainerRowsOptions *options,
                                   GError **error);
void container_rows_free(ContainerRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerRows, container_rows_free)

/* FAULT_RECORD: this record has no row, "FILE record 812: why"; go on with the next. Else as
 * container_reader_next(). What `row` points to is good until the next call. */
bool container_rows_next(ContainerRows *self, Row *row, ContainerRecord *out_record,
                         bool *out_is_end, GError **error);

const ContainerReader *container_rows_reader(const ContainerRows *self);
