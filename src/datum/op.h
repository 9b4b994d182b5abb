/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/match.h"
#include "datum/plan.h"

/* A plan's steps, in the order of the writer's bytes. */
typedef enum {
  OP_END,
  OP_SLICE, /* string or bytes, as a slice of the datum: `kind` says which */
  OP_INT,   /* as `kind` */
  OP_LONG,  /* as `kind` */
  OP_FLOAT, /* as `kind` */
  OP_DOUBLE,
  OP_BOOLEAN,
  OP_FIXED,
  OP_ENUM,
  OP_LOGICAL, /* as readable text */
  OP_JSON,    /* any value as JSON */
  OP_PEEK,    /* the same, and stays before it: parts of it are wanted too */
  OP_SKIP_SLICE,
  OP_SKIP_DOUBLE,
  OP_SKIP,     /* any other value that nobody wants */
  OP_UNION,    /* goes on at one of `branches` */
  OP_OPTIONAL, /* a union of null (branch `slot`) and another: null goes on `length` steps behind */
  OP_JUMP,     /* reads nothing: goes on at step `length` */
  OP_CONSTANT, /* reads nothing: a default */
  OP_REFUSE,   /* what is here cannot be read */
} OpCode;

/* There may be a thousand writers' schemas of hundreds of fields: small. */

typedef struct {
  uint8_t code;    /* OpCode */
  uint8_t kind;    /* ValueKind */
  uint16_t slot;   /* among the values */
  uint32_t length; /* OP_UNION: of branches; OP_FIXED: bytes; OP_JUMP: the step */
  union {
    const Match *match;       /* OP_ENUM, OP_LOGICAL, OP_JSON, OP_PEEK */
    const SchemaNode *type;   /* OP_SKIP: the writer's */
    const uint32_t *branches; /* OP_UNION: steps, by the writer's index */
    const Value *constant;    /* OP_CONSTANT */
    const char *refusal;      /* OP_REFUSE */
  };
  const char *path; /* of the field, for errors */
} Op;

/* Runs steps up to OP_END. The output's values were cleared. */
bool op_run(const Op *ops, Slice datum, PlanOutput *output, GError **error);
