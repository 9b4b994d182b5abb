/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "stream/sink.h"

/* A sink that keeps a table in memory, takes notes, and fails as it is told to. Rows have one cell
 * in one family and column, as memory_sink_row() makes them. */
typedef struct {
  StreamSink sink;
  FramePlan *plan;       /* owned: of table "t" */
  FramePlan *other_plan; /* owned: of table "u" */
  Column column;
  GString *calls;    /* owned: "put a b c;delete d;probe;" in the order sent */
  GHashTable *table; /* owned: row key -> value, as the last put left it */
  bool is_busy;
  GQueue under_way;    /* of owned calls */
  const char *answers; /* one letter a sent call, then all well: '.' well, 'P' FAULT_PEER, 'R'
                          FAULT_RECORD, 'S' FAULT_SETUP, 'p' as 'P' but it has taken effect,
                          'B' as 'P' but is_busy() */
  const char *probes;  /* the same for probes */
  const char *missing; /* a table whose calls and probes get FAULT_SETUP; NULL: none */
  const char *refused; /* calls with this row key in them get FAULT_RECORD; NULL: none */
  const char *cutting; /* and with this one FAULT_PEER */
  GMutex lock;         /* over calls and table, for tests with threads */
} MemorySink;

void memory_sink_init(MemorySink *self);
void memory_sink_clear(MemorySink *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MemorySink, memory_sink_clear)

/* A row with one cell, borrowed from the arguments; `cell` is where it is put. */
Row memory_sink_row(const MemorySink *self, RowCell *cell, const char *key, const char *value,
                    int64_t timestamp);
/* A tombstone. */
Row memory_sink_tombstone(const char *key, int64_t timestamp);

/* The value in the table; NULL: none. */
const char *memory_sink_get(MemorySink *self, const char *key);
