/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

#include <json-glib/json-glib.h>

/* A place in a JSON file that is being read: what every fault names. Places live on the stack of
 * the functions that walk down the file. */
typedef struct Place Place;
struct Place {
  const char *file;
  FaultList *faults;
  const Place *parent; /* NULL: the whole file, "$" */
  const char *key;     /* NULL: an element of an array */
  size_t index;
};

Place place_root(const char *file, FaultList *faults);
Place place_key(const Place *self, const char *key);
Place place_index(const Place *self, size_t index);

/* Adds "FILE: $.families.x.columns[2]: " and the sentence. */
void place_fault(const Place *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Adds "unknown KIND 'WORD'; did you mean 'NEAREST'?", or all that are known. */
void place_fault_word(const Place *self, const char *kind, const char *word,
                      const char *const *known);

/* Adds "WANTED is needed here, not " and what the node is. */
void place_fault_type(const Place *self, const char *wanted, JsonNode *node);

/* Read the node at the place. A node of another type, and a key that is not among `known`, are
 * faults; NULL after the first. */
JsonObject *place_read_object(const Place *self, JsonNode *node, const char *const *known);
JsonArray *place_read_array(const Place *self, JsonNode *node);
const char *place_read_text(const Place *self, JsonNode *node);

/* Read a member of the object at the place; what is not there leaves the out-parameter alone. False
 * after a fault. */
bool place_get_text(const Place *self, JsonObject *object, const char *key, const char **out_text);
/* A whole number from 1 to `most`. */
bool place_get_count(const Place *self, JsonObject *object, const char *key, int64_t most,
                     int64_t *out_count);
bool place_get_flag(const Place *self, JsonObject *object, const char *key, bool *out_flag);
/* The index of one of the words. */
bool place_get_word(const Place *self, JsonObject *object, const char *key,
                    const char *const *words, unsigned *out_index);

/* As place_get_text(), and a fault when there is none or it is empty. */
const char *place_need_text(const Place *self, JsonObject *object, const char *key);
/* The member, or NULL and a fault. */
JsonNode *place_need(const Place *self, JsonObject *object, const char *key);
