/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "json/path.h"

/* Places in a document that lead to wanted ones, a tree made of paths. */
typedef struct JsonPlace JsonPlace;

/* A step from one place to one below it. */
typedef struct {
  JsonStepKind kind;
  Slice name; /* owned bytes */
  Slice text; /* owned bytes; JSON_STEP_SELECT */
  size_t index;
  JsonPlace *node; /* owned */
  uint64_t met_in; /* the object in which it was met last: a name stands there once */
  guint then;      /* the member that came behind this one in the last object */
  bool is_plain;   /* the name stands in a document as it is */
} JsonEdge;

/* A place on the way to a wanted one, or such a one. */
struct JsonPlace {
  char *path;      /* owned; for errors */
  int slot;        /* among the values; JSON_PLACE_NONE: only what is below is wanted */
  GArray *names;   /* owned, of JsonEdge: members */
  guint first;     /* the member that came first in the last object */
  GArray *items;   /* owned, of JsonEdge: elements */
  uint16_t *table; /* owned; of many names: where they are by hash, counted from 1 */
  size_t mask;
};

enum { JSON_PLACE_NONE = -1 };

JsonPlace *json_place_new(char *path); /* takes it */
void json_place_free(JsonPlace *self);

/* The place one step below, made if it is not there. */
JsonPlace *json_place_below(JsonPlace *self, const JsonStep *step);

/* After the last: names are found by hash where they are many. */
void json_place_index(JsonPlace *self);

/* NULL: nobody wants a member of that name. */
JsonEdge *json_place_find(const JsonPlace *self, Slice name);
