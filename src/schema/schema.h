/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* An Avro schema, read whole: names, aliases, defaults, logical types. avro-c 1.11 drops the last
 * three, so it serves as a second judge of our own schemas and the tree is ours. Immutable once
 * parsed: threads share it. https://avro.apache.org/docs/1.11.1/specification/ */
typedef struct Schema Schema;

typedef enum {
  SCHEMA_NULL,
  SCHEMA_BOOLEAN,
  SCHEMA_INT,
  SCHEMA_LONG,
  SCHEMA_FLOAT,
  SCHEMA_DOUBLE,
  SCHEMA_BYTES,
  SCHEMA_STRING, /* the kinds up to here are primitive and need nothing but themselves */
  SCHEMA_ARRAY,
  SCHEMA_MAP,
  SCHEMA_UNION,
  SCHEMA_RECORD, /* the kinds from here on have names */
  SCHEMA_ENUM,
  SCHEMA_FIXED,
} SchemaKind;

/* What does not fit the type beneath it is ignored, as the specification asks. */
typedef enum {
  LOGICAL_NONE,
  LOGICAL_DECIMAL,
  LOGICAL_UUID,
  LOGICAL_DATE,
  LOGICAL_TIME_MILLIS,
  LOGICAL_TIME_MICROS,
  LOGICAL_TIMESTAMP_MILLIS,
  LOGICAL_TIMESTAMP_MICROS,
  LOGICAL_TIMESTAMP_NANOS,
  LOGICAL_LOCAL_TIMESTAMP_MILLIS,
  LOGICAL_LOCAL_TIMESTAMP_MICROS,
  LOGICAL_LOCAL_TIMESTAMP_NANOS,
  LOGICAL_DURATION,
  LOGICAL_BIG_DECIMAL, /* each value with its own scale */
} SchemaLogical;

typedef struct SchemaNode SchemaNode;

typedef struct {
  const char *name;
  const char *const *aliases; /* NULL-ended, never NULL */
  const SchemaNode *type;
  const char *fallback; /* its default as JSON text (see JSON_NUL); NULL: none */
} SchemaField;

/* A type. Everything in it belongs to the Schema. A recursive type's nodes form a circle. */
struct SchemaNode {
  SchemaKind kind;
  SchemaLogical logical;
  uint32_t precision; /* LOGICAL_DECIMAL, with scale: digits in all and behind the point */
  uint32_t scale;
  const char *name;           /* full name, "space.Name"; NULL for kinds without a name */
  const char *const *aliases; /* full names, NULL-ended, never NULL */
  bool is_empty;              /* its values take no byte: null, fixed of 0, records of these */
  size_t length;              /* of fields, branches or symbols; SCHEMA_FIXED: its bytes */
  union {
    const SchemaField *fields;         /* SCHEMA_RECORD */
    const SchemaNode *const *branches; /* SCHEMA_UNION */
    const char *const *symbols;        /* SCHEMA_ENUM */
    const SchemaNode *items;           /* SCHEMA_ARRAY; SCHEMA_MAP: its values */
  };
  const char *default_symbol; /* SCHEMA_ENUM: for a writer's symbol not known here; or NULL */
};

/* A text that holds one type; `name` (a path, or what else it is) begins errors about it. */
typedef struct {
  const char *name;
  const char *text;
  size_t len;
} SchemaText;

/* Names play no part in decoding, and Java's Avro has written "my-server.db" and "Outer$": of what
 * others wrote any text is taken. Ours are held to the specification, which finds slips. */
typedef enum { SCHEMA_RIGHT_NAMES, SCHEMA_ANY_NAME } SchemaNames;

/* The type of the last text, which may use the types that those before it name. Fails with
 * FAULT_SETUP and says where in the JSON, what, and what to do. Texts may be hostile (a registry's
 * answer): depth and size are bounded before they are parsed. Comments and a byte order mark are
 * taken, as Java's Avro does. */
Schema *schema_parse_all(const SchemaText *texts, size_t length, SchemaNames names, GError **error);

Schema *schema_parse(const char *name, const char *text, size_t len, GError **error); /* ours */
Schema *schema_load(const char *path, GError **error);
Schema *schema_parse_writer(const char *name, const char *text, size_t len, GError **error);
size_t schema_size(const Schema *self); /* bytes that it holds */

/* A record of one field, "key", whose datums are the same bytes; itself where it is a record. */
Schema *schema_as_record(Schema *self);
bool schema_was_no_record(const Schema *self);
Schema *schema_ref(Schema *self);
void schema_unref(Schema *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schema, schema_unref)

const SchemaNode *schema_root(const Schema *self);
const char *schema_kind_name(SchemaKind kind); /* as the specification writes it: "string" */
const char *schema_logical_name(SchemaLogical logical); /* "timestamp-millis"; NULL for none */

/* The field of that name, or NULL. */
const SchemaField *schema_node_field(const SchemaNode *record, const char *name);

/* The type that is left of a union with null, ["null", T] or [T, "null"]; else the node itself. */
const SchemaNode *schema_node_unwrap(const SchemaNode *node);

/* The type that a path like "home.address.city" ends at, unwrapped, through records and through
 * unions that hold them. Fails with FAULT_SETUP and offers the nearest name. */
const SchemaNode *schema_find(const Schema *self, const char *path, GError **error);

/* Of the Parsing Canonical Form, as single-object encoding and registries use it. */
uint64_t schema_fingerprint(const Schema *self);
char *schema_canonical(const Schema *self);
