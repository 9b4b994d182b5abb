/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#include <string.h>

enum { LONGEST_WORD = 64 };

typedef struct {
  char *field; /* owned */
  char *kind;  /* owned */
} FaultPrivate;

static void
fault_private_init(FaultPrivate *self)
{
  *self = (FaultPrivate){0};
}

static void
fault_private_copy(const FaultPrivate *self, FaultPrivate *copy)
{
  *copy = (FaultPrivate){g_strdup(self->field), g_strdup(self->kind)};
}

static void
fault_private_clear(FaultPrivate *self)
{
  g_free(self->field);
  g_free(self->kind);
}

G_DEFINE_EXTENDED_ERROR(Fault, fault)

static FaultPrivate *
private_of(const GError *error)
{
  return error == NULL || error->domain != FAULT ? NULL : fault_get_private(error);
}

static void
replace(char **text, const char *by)
{
  char *copy = g_strdup(by);

  g_free(*text);
  *text = copy;
}

void
fault_set_field(GError **error, const char *field)
{
  FaultPrivate *private = error == NULL ? NULL : private_of(*error);

  if (private != NULL)
    replace(&private->field, field);
}

void
fault_set_kind(GError **error, const char *kind)
{
  FaultPrivate *private = error == NULL ? NULL : private_of(*error);

  if (private != NULL)
    replace(&private->kind, kind);
}

const char *
fault_field(const GError *error)
{
  const FaultPrivate *private = private_of(error);

  return private == NULL ? NULL : private->field;
}

const char *
fault_kind(const GError *error)
{
  const FaultPrivate *private = private_of(error);

  return private == NULL ? NULL : private->kind;
}

void
fault_record(GError **error, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start(args, format);
  g_propagate_error(error, g_error_new_valist(FAULT, FAULT_RECORD, format, args));
  va_end(args);
  fault_set_kind(error, format);
}

void
fault_list_clear(FaultList *self)
{
  g_clear_pointer(&self->sentences, g_ptr_array_unref);
}

static void
take_sentence(FaultList *self, char *sentence)
{
  if (self->sentences == NULL)
    self->sentences = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->sentences, sentence);
}

void
fault_list_add(FaultList *self, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  take_sentence(self, g_strdup_vprintf(format, args));
  va_end(args);
}

void
fault_list_take_error(FaultList *self, GError *error)
{
  take_sentence(self, g_strdup(error->message));
  g_error_free(error);
}

size_t
fault_list_length(const FaultList *self)
{
  return self->sentences == NULL ? 0 : self->sentences->len;
}

const char *
fault_list_get(const FaultList *self, size_t i)
{
  return self->sentences->pdata[i];
}

GError *
fault_list_to_error(const FaultList *self)
{
  g_autoptr(GString) lines = g_string_new(NULL);

  for (size_t i = 0; i < fault_list_length(self); i++)
    g_string_append_printf(lines, "%s%s", i == 0 ? "" : "\n", fault_list_get(self, i));
  return g_error_new_literal(FAULT, FAULT_SETUP, lines->str);
}

static bool
is_swap(const char *a, const char *b)
{
  return g_ascii_tolower(a[0]) == g_ascii_tolower(b[-1]) &&
         g_ascii_tolower(a[-1]) == g_ascii_tolower(b[0]);
}

/* Insertions, deletions, other letters and swaps of neighbours, case folded; over three rows of
 * the table. */
static size_t
edit_distance(const char *a, const char *b)
{
  size_t rows[3][LONGEST_WORD + 1] = {0};
  size_t b_len = strlen(b);

  for (size_t j = 0; j <= b_len; j++)
    rows[0][j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    const size_t *last = rows[(i - 1) % 3];
    const size_t *before = rows[(i + 1) % 3];
    size_t *row = rows[i % 3];

    row[0] = i;
    for (size_t j = 1; j <= b_len; j++) {
      bool is_same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);

      row[j] = MIN(last[j - 1] + (is_same ? 0 : 1), MIN(last[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && is_swap(&a[i - 1], &b[j - 1]))
        row[j] = MIN(row[j], before[j - 2] + 1);
    }
  }
  return rows[strlen(a) % 3][b_len];
}

const char *
fault_nearest(const char *word, const char *const *candidates)
{
  const char *nearest = NULL;
  size_t limit = MAX(strlen(word) / 3, 1) + 1;

  for (; *candidates != NULL; candidates++) {
    if (strlen(word) > LONGEST_WORD || strlen(*candidates) > LONGEST_WORD)
      continue;

    size_t distance = edit_distance(word, *candidates);

    if (distance < limit) {
      limit = distance;
      nearest = *candidates;
    }
  }
  return nearest;
}
