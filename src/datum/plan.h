/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"
#include "record/value.h"

/* The program that walks the datums of one writer's schema and leaves a value for each wanted
 * field of the reader's. Compiled once; running it allocates nothing but what it writes texts
 * to. */
typedef struct Plan Plan;

/* What is wanted: paths in the reader's schema, at most PLAN_FIELDS. Borrowed; a plan may point
 * into the reader's schema, which must outlive it. */
enum { PLAN_FIELDS = UINT16_MAX };

typedef struct {
  Schema *reader;
  const char *const *paths;
  size_t length;
} PlanFields;

/* Fails with FAULT_SETUP where no datum of the writer's could give the fields. */
Plan *plan_new(Schema *writer, const PlanFields *fields, GError **error);
void plan_free(Plan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)

/* Bytes that it holds. */
size_t plan_size(const Plan *self);

/* Where the values go, reused from run to run. One for as many plans as have the same fields. */
typedef struct {
  Value *values;  /* owned, one a field */
  Bytes text;     /* owned: texts that are not slices of the datum */
  size_t *moving; /* owned: values that point into text, which moves while it grows */
  size_t moving_length;
} PlanOutput;

void plan_output_init(PlanOutput *self, size_t fields_length);
void plan_output_clear(PlanOutput *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlanOutput, plan_output_clear)

/* Fails with FAULT_RECORD: "field home.city (byte 37): ...". */
bool plan_run(const Plan *self, Slice datum, PlanOutput *output, GError **error);
