/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/client.h"
#include "hbase/scanner.h"

/* Some of a table's cells for a person to look at: bounded in rows, cells, bytes and time, and
 * without large values, so that neither a gateway nor we hold much of them, whatever the table has.
 */

/* Where a look went on, or is to go on. */
typedef struct {
  Bytes row;
  bool is_behind_column; /* of that row: behind the column; else from its beginning */
  Bytes family;
  Bytes qualifier;
} GlancePlace;

void glance_place_clear(GlancePlace *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GlancePlace, glance_place_clear)

typedef struct {
  ScanOptions scan;         /* its start is where it begins without `place` */
  const GlancePlace *place; /* borrowed; NULL: at the start */
  size_t most_rows;
  size_t most_cells; /* as bytes: once there are so many a column is still ended */
  size_t most_bytes;
  int64_t deadline_us; /* by the monotonic clock */
} GlanceOptions;

typedef enum {
  GLANCE_WHOLE, /* nothing is left */
  GLANCE_ROWS,  /* ended by the bound of that name */
  GLANCE_CELLS,
  GLANCE_BYTES,
  GLANCE_TIME,
} GlanceEnd;

typedef struct {
  Cell cell;         /* its bytes are the look's */
  uint32_t left_out; /* bytes of a value that is not here; 0: it is */
} GlanceCell;

typedef struct {
  Slice key;
  size_t first; /* of cells */
  size_t length;
} GlanceRow;

/* Zeroed is empty. */
typedef struct {
  GArray *rows;      /* owned, of GlanceRow */
  GArray *cells;     /* owned, of GlanceCell: in HBase's order */
  GPtrArray *chunks; /* owned, of what they point into */
  size_t bytes;      /* of keys and values */
  GlanceEnd end;
  GlancePlace next; /* unless end is GLANCE_WHOLE */
} Glance;

void glance_clear(Glance *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Glance, glance_clear)

/* Adds what it finds, and says where it ended. FAULT_PEER: nobody answers in time. */
bool glance_take(Glance *self, Client *client, const GlanceOptions *options, GError **error);

/* One cell's value. */
typedef struct {
  const char *table;
  Cell cell;         /* borrowed: which one */
  size_t most_bytes; /* of a value that is read */
  Bytes value;       /* owned: empty where it has more */
  bool is_found;
  size_t length; /* that it has */
} GlanceValue;

/* FAULT_PEER: nobody answers in time. */
bool glance_value(GlanceValue *self, Client *client, GError **error);
