/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/convert.h"
#include "mapping/key.h"
#include "mapping/mapping.h"
#include "mapping/place.h"

/* The inside of a mapping, for the files mapping*.c alone. */

/* The paths that a record must be read for, each once, and what they are in its schema. */
typedef struct {
  const char *label; /* begins the faults of its fields */
  bool is_json;      /* paths are JSON's, and schema may be NULL: then values have their own type */
  Schema *schema;    /* owned; NULL after a fault */
  GPtrArray *paths;  /* owned, of owned char * */
  GPtrArray *nodes;  /* owned, of const SchemaNode * borrowed from schema */
} FieldList;

typedef enum { NULL_SKIP, NULL_EMPTY, NULL_DELETE, NULL_LITERAL } NullRule;

/* Up to when a tombstone deletes. */
typedef enum {
  TOMBSTONE_TIME_RECORD, /* the Kafka record's time */
  TOMBSTONE_TIME_BEFORE, /* a millisecond earlier */
  TOMBSTONE_TIME_FIELD,  /* that of a field of the Kafka key */
} TombstoneTime;

/* How a column's cell is made; beside the Column of the same index. */
typedef struct {
  size_t field;
  ColumnType type;
  NullRule null_rule;
  Slice literal; /* its bytes are owned; the cell's value where the field is missing */
  bool is_time;  /* read the value as a time, in ms from there on */
  const InstantForm *time_form;
} ColumnPlan;

struct Mapping {
  FaultList notes;
  char *path;
  char *document; /* as JSON: what the file says */
  char *table;
  char *topic;
  MappingFormat format;
  MappingFraming framing;
  MappingTombstone tombstone;
  TombstoneTime tombstone_time;
  size_t tombstone_field; /* of the key, TOMBSTONE_TIME_FIELD */
  const InstantForm *tombstone_form;
  MappingErrors errors;
  Durability durability;
  FieldList fields;
  FieldList key_fields; /* schema is NULL where the mapping has none */
  Nulls nulls;
  Nulls csv_nulls;        /* of texts in CSV files: the same, or what is usual there */
  GPtrArray *csv_columns; /* owned, by field: owned char *, NULL where it is the path */
  bool uses_record_time;
  size_t time_field;
  const InstantForm *time_form;
  Key key;
  Key tombstone_key; /* TOMBSTONE_AVRO: made of the Kafka key's fields */
  GArray *columns;   /* of Column; qualifiers owned, families borrowed from families */
  GArray *plans;     /* of ColumnPlan */
  GArray *families;  /* of Family; names owned */
  GArray *splits;    /* of Slice; bytes owned */
  GPtrArray *forms;  /* owned, of owned InstantForm *: what time_form and its like point to */
};

/* A JSON text's bytes, owned; its U+0000 are zeros again (see json_parse()). */
Slice mapping_bytes(const char *text);

/* The field's index, added when it is new. Adds a fault and returns false when the schema has no
 * such field; says nothing where the schema itself could not be read. */
bool mapping_add_field(FieldList *list, const Place *place, const char *path, size_t *out_index);
/* Adds to the notes, as place_fault() does to the faults. */
#define mapping_note(mapping, place, ...)                                                          \
  place_fault(&(Place){.file = (place)->file,                                                      \
                       .faults = &(mapping)->notes,                                                \
                       .parent = (place)->parent,                                                  \
                       .key = (place)->key,                                                        \
                       .index = (place)->index},                                                   \
              __VA_ARGS__)

/* NULL where the schema could not be read; JSON's own types are tried record by record, as texts
 * are. */
const SchemaNode *mapping_field_node(const FieldList *list, size_t index);

/* How the object's `format` and `zone` say that a field's time is written; without them as usual
 * for its type. NULL after a fault. */
const InstantForm *mapping_read_form(Mapping *self, const Place *place, JsonObject *object,
                                     const SchemaNode *node);

/* Adds a fault for types that no time can be read from, whatever the record. */
void mapping_check_time(const Place *place, const char *path, const SchemaNode *node,
                        const InstantForm *form);

/* Each reads its part of the file into the mapping and adds every fault. Their order matters: the
 * key looks at the timestamp, splits look at the key. */
void mapping_read_record(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_timestamp(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_tombstone_time(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_key(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_families(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_csv(Mapping *self, const Place *root, JsonObject *object);
void mapping_read_splits(Mapping *self, const Place *root, JsonObject *object);
