/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/convert.h"
#include "record/cell.h"
#include "record/family.h"
#include "record/origin.h"
#include "schema/schema.h"

/* One table's mapping: which field of a record goes where. Read from a JSON file whose form
 * docs/mapping.md and schemas/mapping.schema.json describe. Immutable once loaded: threads share
 * it. */
typedef struct Mapping Mapping;

/* Adds every fault to the list ("file: $.json.path: what; what to do") and returns NULL if there
 * was any. */
Mapping *mapping_load(const char *path, FaultList *faults);
/* The same of a text; `path` is what faults name, and where schemas lie beside. */
Mapping *mapping_parse(const char *path, const char *text, size_t len, FaultList *faults);
void mapping_free(Mapping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mapping, mapping_free)

typedef enum { MAPPING_AVRO, MAPPING_JSON } MappingFormat;
typedef enum { MAPPING_DATUM, MAPPING_CONFLUENT, MAPPING_SINGLE_OBJECT } MappingFraming;
typedef enum {
  TOMBSTONE_ROW,
  TOMBSTONE_AVRO,
  TOMBSTONE_SKIP,
  TOMBSTONE_JSON,
  TOMBSTONE_COLUMNS
} MappingTombstone;
typedef enum { ERRORS_DLQ, ERRORS_STOP, ERRORS_SKIP } MappingErrors;

/* What is no fault and deserves a look, as sentences like those of faults. */
const FaultList *mapping_notes(const Mapping *self);

const char *mapping_path(const Mapping *self);
const char *mapping_table(const Mapping *self); /* "name" or "namespace:name" */
const char *mapping_topic(const Mapping *self);
MappingFormat mapping_format(const Mapping *self);
MappingFraming mapping_framing(const Mapping *self);
bool mapping_needs_registry(const Mapping *self);
MappingTombstone mapping_tombstone(const Mapping *self);
/* Whether tombstones and cells take their times from different clocks, so that a row that is
 * deleted and inserted again may stay deleted. */
bool mapping_mixes_times(const Mapping *self);
MappingErrors mapping_errors(const Mapping *self);
Durability mapping_durability(const Mapping *self);
Schema *mapping_schema(const Mapping *self); /* borrowed; NULL: JSON without one */
bool mapping_uses_record_time(const Mapping *self);
/* A column has `null: delete`. */
bool mapping_may_delete(const Mapping *self);

/* The fields a record must be read for: paths like "name" or "home.address.city", each once. The
 * values given to mapping_apply() come in this order. */
const char *const *mapping_fields(const Mapping *self, size_t *out_length);

/* What a CSV file calls the field: its path, unless the mapping says otherwise. */
const char *mapping_csv_column(const Mapping *self, size_t field);

/* The same of the Kafka key, whose schema is NULL where it is JSON, or is not read. Where it is
 * read, every record's key is decoded and given as Origin.key_values. */
bool mapping_reads_key(const Mapping *self);
Schema *mapping_key_schema(const Mapping *self);
const char *const *mapping_key_fields(const Mapping *self, size_t *out_length);

const Column *mapping_columns(const Mapping *self, size_t *out_length);
/* By Column.index. */
ColumnType mapping_column_type(const Mapping *self, size_t column);

const Family *mapping_families(const Mapping *self, size_t *out_length);

/* Start keys of every region but the first, ascending, from `regions` or `splits`; none: one
 * region. */
const Slice *mapping_splits(const Mapping *self, size_t *out_length);

/* Makes a row's cells of a record's values; FAULT_RECORD says which field and why. */
bool mapping_apply(const Mapping *self, const Origin *origin, const Value *values, Row *out_row,
                   GError **error);

/* Makes the row deletion of a tombstone, with the record's timestamp. TOMBSTONE_ROW: the Kafka
 * key's bytes are the row key. TOMBSTONE_COLUMNS: the
 * same, but only the mapping's own columns are deleted, as `null: delete` does. TOMBSTONE_AVRO: it
 * is made of origin->key_values. */
bool mapping_tombstone_row(const Mapping *self, const Origin *origin, Row *out_row, GError **error);

/* The CSV road: `values` hold one VALUE_TEXT for each of mapping_fields() as the file has it,
 * VALUE_BYTES where the text is one whatever `nulls` say (in fields that hold texts), or
 * VALUE_MISSING where the file has no such column, and become what Avro would have given. `point`
 * is what numbers have before their fraction. Texts that are written anew (dates, decimals) lie in
 * `scratch`, which is good until the next call. FAULT_RECORD says which field and why. */
bool mapping_parse_texts(const Mapping *self, char point, Value *values, Bytes *scratch,
                         GError **error);
