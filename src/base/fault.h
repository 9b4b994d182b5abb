/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The one error domain. Its codes name the remedy, not the cause: leaves classify, and only
 * stream/ and bulk/ decide on retry, reject or stop. */
typedef enum {
  FAULT_RECORD, /* this input is bad: set it aside, go on with the next */
  FAULT_PEER,   /* the other side did not answer: keep the batch, retry later */
  FAULT_SETUP,  /* configuration or schema is wrong: stop */
} Fault;

#define FAULT fault_quark()
GQuark fault_quark(void);

/* What an error of this domain knows beside its sentence, so that nobody reads it out of that: the
 * field it is about, as the mapping calls it, and its kind, a text that is the same for all that
 * differ by values alone. NULL: not said. The setters replace what was there. */
void fault_set_field(GError **error, const char *field);
void fault_set_kind(GError **error, const char *kind);
const char *fault_field(const GError *error);
const char *fault_kind(const GError *error);

/* Sets a FAULT_RECORD whose kind is the format. */
void fault_record(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Faults that are told all at once: what `sluice check` prints. Each is one whole sentence that
 * says where (file and JSON path, or key), what is wrong and what to do. */
typedef struct {
  GPtrArray *sentences; /* owned, of owned char *; NULL while there is none */
} FaultList;

void fault_list_clear(FaultList *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FaultList, fault_list_clear)

void fault_list_add(FaultList *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Takes the error's sentence and frees the error. */
void fault_list_take_error(FaultList *self, GError *error);

size_t fault_list_length(const FaultList *self);
const char *fault_list_get(const FaultList *self, size_t i);

/* The whole list as one FAULT_SETUP error, a line each. Call it only when there is a fault. */
GError *fault_list_to_error(const FaultList *self);

/* The candidate (NULL-ended list) nearest to `word` by edit distance, for "did you mean"; NULL
 * when none is near. */
const char *fault_nearest(const char *word, const char *const *candidates);
