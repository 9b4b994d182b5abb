/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "base/bytes.h"
#include "schema/schema.h"

/* Reads an object container file: the schema that wrote it, then its records one by one as bare
 * datums of that schema. Memory is bounded by one block, packed and unpacked. One thread owns it.
 *
 *   "Obj" 01, metadata: map of bytes, sync marker
 *   block...: records, bytes, packed datums, sync marker
 */
typedef struct AvrofileReader AvrofileReader;

/* "-" is standard input. All failures, here and later, are FAULT_SETUP: they name the file, the
 * block and the byte, and there is nothing to go on with. */
AvrofileReader *avrofile_reader_open(const char *path, GError **error);
/* Refs the stream. `path` is what errors name. */
AvrofileReader *avrofile_reader_new(GInputStream *stream, const char *path, GError **error);
void avrofile_reader_free(AvrofileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AvrofileReader, avrofile_reader_free)

/* Borrowed. */
Schema *avrofile_reader_schema(const AvrofileReader *self);
const char *avrofile_reader_schema_text(const AvrofileReader *self);

typedef struct {
  Slice datum;     /* good until the next record */
  uint64_t number; /* in the file, from 1 */
  uint64_t block;  /* from 1 */
} AvrofileRecord;

bool avrofile_reader_next(AvrofileReader *self, AvrofileRecord *out_record, bool *out_is_end,
                          GError **error);

/* For progress: bytes passed, of how many; 0 if nobody knows. */
uint64_t avrofile_reader_position(const AvrofileReader *self);
uint64_t avrofile_reader_size(const AvrofileReader *self);
