/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/logical.h"

/* How values of a writer's type are read as a reader's: schema resolution as the specification
 * has it, decided once for a pair of schemas. A tree, in which recursive types form circles. */
typedef struct Match Match;

typedef enum {
  MATCH_LEAF, /* a primitive, an enum, a fixed: the same kind, or one that is promoted */
  MATCH_RECORD,
  MATCH_REPEATED, /* an array or a map */
  MATCH_UNION,    /* the writer's is a union; each branch is matched for itself */
  MATCH_REFUSED,  /* no value of the writer's can be read as the reader's */
} MatchKind;

/* A field of the writer's record. */
typedef struct {
  const SchemaField *writer;
  const SchemaField *reader; /* NULL: the reader has none such, and it is stepped over */
  const Match *match;        /* NULL with it */
} MatchField;

/* A field of the reader's record that the writer's lacks. */
typedef struct {
  const SchemaField *reader;
  const Match *match;  /* the reader's type with itself */
  Slice datum;         /* its default, written with that type */
  const char *refusal; /* why there is none; NULL: there is */
} MatchDefault;

struct Match {
  MatchKind kind;
  const SchemaNode *writer;
  const SchemaNode *reader; /* a union only where `writer` is one */
  LogicalUnit unit;         /* MATCH_LEAF: of the text that the reader wants */
  const char *refusal; /* why no value at all can be read; NULL: some can, for all that is known */
  size_t length;       /* of fields or branches */
  union {
    const MatchField *fields;     /* MATCH_RECORD, in the writer's order */
    const Match *const *branches; /* MATCH_UNION, by the writer's index */
    const Match *items;           /* MATCH_REPEATED */
    const char *const *symbols;   /* MATCH_LEAF of enums: by the writer's index; NULL: not known */
  };
  const MatchDefault *defaults; /* MATCH_RECORD */
  size_t defaults_length;
  bool is_straight; /* MATCH_RECORD: the reader's fields come in its order, none by default */
};

/* The matches of one pair of schemas, which it holds references to. */
typedef struct MatchSet MatchSet;

MatchSet *match_set_new(Schema *writer, Schema *reader);
void match_set_free(MatchSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MatchSet, match_set_free)

const Match *match_set_root(const MatchSet *self);
size_t match_set_size(const MatchSet *self); /* bytes that it holds, without the schemas */
