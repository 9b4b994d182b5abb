/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/value.h"
#include "suggest/times.h"

/* What a sample of records holds in one field. */

/* What a text spells; of a field: all its texts. */
typedef enum {
  SUGGEST_TEXT,
  SUGGEST_LONG,
  SUGGEST_DOUBLE,
  SUGGEST_BOOLEAN,
  SUGGEST_CLASSES,
} SuggestClass;

/* Texts that often mean that there is no value. */
enum { SUGGEST_NULLS = 10 };
extern const char *const suggest_nulls[SUGGEST_NULLS];

/* What may stand between the parts of a key. */
enum { SUGGEST_SEPARATORS = 4 };
extern const char suggest_separators[SUGGEST_SEPARATORS + 1];

typedef struct {
  const Times *known; /* borrowed */
  char *path;         /* owned: in the schema or the JSON document */
  char *column;       /* owned; what the CSV file calls it; NULL: not of CSV, or called the same */
  char *type;         /* owned; its Avro type as a sentence names it; NULL: by the sample */
  bool is_instant;    /* by a logical type */
  bool is_composite;  /* an array or map, stored as JSON */
  bool is_nullable;   /* by its type */
  bool is_real;       /* of a type that is no key: float, double, boolean */

  GArray *marks;    /* owned, of uint64_t by record: a digest of the value; 0: missing */
  uint64_t present; /* values, those that may mean missing among them */
  uint64_t classes[SUGGEST_CLASSES]; /* of values, those apart */
  uint64_t nulls[SUGGEST_NULLS];
  uint64_t bytes;      /* of all values */
  TimesForms forms;    /* that all values fit */
  uint64_t *times;     /* owned; by the first form that a value fits; NULL: no value is a time */
  uint64_t timeless;   /* values that are no time */
  bool has_clock;      /* all times have one */
  bool is_far;         /* some time lies before 1970 or behind 2200 */
  uint64_t commas;     /* values that are numbers with a comma before their fraction */
  uint64_t thousands;  /* those with three digits behind it */
  unsigned separators; /* bits of those that some value holds */
  bool is_rising;      /* no value is below the one before it */
  Bytes last;
  char *example; /* owned: the first value, to be shown */
} SuggestField;

SuggestField *suggest_field_new(const char *path, const Times *times);
void suggest_field_free(SuggestField *self);

/* A value of record `row`, counted from 0; of those records between there is none. Data NULL: there
 * is none. `point` is what numbers have before their fraction. */
void suggest_field_add(SuggestField *self, size_t row, Slice text, char point);
void suggest_field_add_value(SuggestField *self, size_t row, const Value *value);
/* After the last: of so many records. */
void suggest_field_end(SuggestField *self, size_t rows);

SuggestClass suggest_class(Slice text, char point);
/* Of all values but those that may mean missing. */
SuggestClass suggest_field_class(const SuggestField *self);
/* Whether such a text stands there among numbers or booleans, and so means missing. */
bool suggest_field_has_null(const SuggestField *self, size_t null);
/* Records without a value, those included. */
uint64_t suggest_field_missing(const SuggestField *self);

uint64_t suggest_digest(uint64_t seed, Slice text);
