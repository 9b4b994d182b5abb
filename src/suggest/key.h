/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "suggest/field.h"

/* A row key out of a sample's fields. */
enum { KEY_PARTS = 3 };

typedef struct {
  const SuggestField *parts[KEY_PARTS];
  size_t length;     /* 0: no field is good for a key */
  uint64_t distinct; /* keys, of `records` that are not the same to the last field */
  uint64_t records;
  size_t one, other; /* the first two records that differ and share a key, counted from 0 */
  size_t missing;    /* records without a value in some part */
  char separator;
} SuggestKey;

/* The shortest that tells all records apart, if there is one; else the one that tells apart most.
 */
SuggestKey key_propose(const GPtrArray *fields, size_t rows);

/* The same of these fields alone. */
SuggestKey key_judge(const GPtrArray *fields, size_t rows, const SuggestField *const *parts,
                     size_t length);

/* How much the field's name says that it is a key, or a time. */
unsigned key_name_score(const char *path);
bool key_is_time_name(const char *path);
/* The form of the field's times, TIMES_...; -1: it is none, or no one form fits all. */
int key_time_form(const SuggestField *field);
