/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/glance.h"
#include "mapping/mapping.h"

/* What somebody wants to see of a table, read from the parameters of /api/rows or /api/value. */
typedef struct {
  const Mapping **mappings; /* owned array, NULL-ended: those of the table; each borrowed */
  Bytes start;              /* rows from this key on, */
  Bytes stop;               /* and before this one; empty: no bound */
  GArray *columns;          /* owned, of Column */
  GPtrArray *names;         /* owned, of owned char *: what the columns point into */
  GlancePlace place;        /* where it goes on */
  bool has_place;
  bool is_newest;
  bool is_value; /* the one cell: place's row, family and qualifier at `from_ms` */
  uint32_t versions;
  uint32_t rows;
  int64_t from_ms;
  int64_t until_ms; /* 0: no bound */
} ConsoleQuery;

void console_query_free(ConsoleQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleQuery, console_query_free)

/* Where the parameters come from; NULL: there is none of the name. */
typedef struct {
  const void *self;
  const char *(*get)(const void *self, const char *name);
} ConsoleParameters;

typedef struct {
  const Mapping *const *mappings;
  size_t length;
} ConsoleMappings;

/* FAULT_RECORD says which parameter is wrong; FAULT_SETUP: no mapping has the table. */
ConsoleQuery *console_query_rows(const ConsoleParameters *parameters, ConsoleMappings mappings,
                                 GError **error);
ConsoleQuery *console_query_value(const ConsoleParameters *parameters, ConsoleMappings mappings,
                                  GError **error);

/* Appends a text of the hbase shell's notation: \x00 is a byte, all else is as it is. */
void console_unescape(Bytes *out, const char *text);

/* A place as the parameter `after`; the caller's. */
char *console_place_text(const GlancePlace *place);
