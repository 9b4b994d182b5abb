/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/client.h"
#include "hbase/scanner.h"

/* One scan that a gateway holds for us, and what it has answered. A gateway hands out pieces: rows
 * of up to `cells` cells, or that many of a wider row. scanner.h makes rows of them. */
typedef struct {
  TScan *scan;         /* owned: what is asked for */
  bool is_open;        /* the gateway holds it */
  gint32 id;           /* of it */
  unsigned connection; /* that the id means something to */
} Scan;

/* A gateway holds an answer several times over while it makes it, and bounds only its number of
 * pieces. So the region servers leave large values out: SCAN_GUARDED gives four bytes of length in
 * their place, SCAN_LARGE those alone. `regexstring` counts characters, each of one to three bytes.
 */
#define SCAN_LARGE_CHARACTERS 2730
#define SCAN_IS_LARGE "'regexstring:.{" G_STRINGIFY(SCAN_LARGE_CHARACTERS) "}'"
#define SCAN_GUARDED                                                                               \
  "ValueFilter(!=, " SCAN_IS_LARGE ") OR (ValueFilter(=, " SCAN_IS_LARGE                           \
  ") AND KeyOnlyFilter(true))"
#define SCAN_LARGE "ValueFilter(=, " SCAN_IS_LARGE ") AND KeyOnlyFilter(true)"

/* The length that stands in a value's place; 0: it cannot be one. */
uint32_t scan_length(Slice value);

/* `filter` in the gateway's filter language, of any bytes; NULL: none. */
void scan_init(Scan *self, const ScanOptions *options, const char *filter);
void scan_set_filter(Scan *self, Slice filter);
void scan_clear(Scan *self);

/* Where the next scan_open() begins, and, unless empty, before which row it ends; into how many
 * cells it cuts a row. */
void scan_set_range(Scan *self, Slice start, Slice stop);
void scan_set_cells(Scan *self, gint32 cells);

bool scan_open(Scan *self, Client *client, GByteArray *table, GError **error);
/* As well as it goes: the gateway forgets a scan that nobody reads, too. */
void scan_close(Scan *self, Client *client);

typedef struct {
  Slice row;
  size_t first; /* of its cells */
  size_t cells;
} ScanPiece;

/* Owned bytes, and what points into them. */
typedef struct {
  Bytes bytes;
  GArray *pieces; /* of ScanPiece */
  GArray *cells;  /* of Cell */
} ScanAnswer;

void scan_answer_init(ScanAnswer *self);
void scan_answer_clear(ScanAnswer *self);
void scan_answer_reset(ScanAnswer *self);
/* A list of TResult, hostile input safe; false: it is none. */
bool scan_answer_read(ScanAnswer *self, WireReader *reader);

/* At most so many pieces; none: the scan's end. FAULT_RECORD: the gateway no longer knows it. */
bool scan_ask(Scan *self, Client *client, gint32 pieces, ScanAnswer *answer, GError **error);
