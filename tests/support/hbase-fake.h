/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/table.h"
#include "support/gateway.h"

/* Where a scan is, and what it wants. */
typedef struct {
  unsigned row;
  unsigned cell;
  unsigned stop; /* the row before which it ends */
  unsigned batch;
  bool is_guarded; /* values that are large by their length */
  bool is_survey;  /* these alone */
} HbaseFakeScan;

enum { HBASE_FAKE_LARGE = 2730 }; /* from so many bytes on a value is large */

/* A thrift2 gateway over tables in memory, to be served by test_gateway_new(): it answers what is
 * asked about tables and creates them, and says yes to batches. Set it up before anybody
 * connects. */
typedef struct {
  WireProtocol protocol;
  bool is_framed;
  bool is_thrift1;
  bool is_disabled;      /* what isTableEnabled says of each table */
  bool loses_splits;     /* createTable creates one region, whatever is asked */
  int hang_ups;          /* as many batches are answered by hanging up */
  bool refuses_others;   /* the first batch, the third and so on */
  const char *complaint; /* a TIOError that answers each call that is not about the server; NULL */
  GMutex lock;           /* of what follows */
  GPtrArray *tables;     /* owned, of Table * */
  GPtrArray *frames;     /* owned, of GBytes *: what came, frame by frame */
  unsigned batches;
  unsigned rows;     /* of every table: "row000000" and so on, each with cell f:q = key */
  unsigned cells;    /* of every row, above 1: f:q00000 and so on */
  unsigned versions; /* above 1: as many of these cells are one column's, the newest first */
  GByteArray *(*value)(unsigned row, unsigned cell); /* of a cell; NULL: the key */
  size_t largest_answer;                             /* to a scan: bytes of values */
  int forgets; /* this answer to a scan, counted from 1, is that there is no such scan */
  int breaks;  /* and this one is that the connection is closed */
  int leaves;  /* after this one the connection is closed */
  int scan_answers;
  GArray *scans; /* owned, of HbaseFakeScan, by the scan's id */
  Slice message; /* that is being answered */
} HbaseFake;

void hbase_fake_init(HbaseFake *self, bool is_framed, WireProtocol protocol);
void hbase_fake_clear(HbaseFake *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HbaseFake, hbase_fake_clear)

void hbase_fake_take_table(HbaseFake *self, Table *table);
void hbase_fake_serve(TestPeer *peer, void *hbase_fake);
/* The same for one that has been read from: `begin` is what came. */
void hbase_fake_serve_from(TestPeer *peer, Slice begin, HbaseFake *self);
/* Appends the answer to a whole message; false: it cannot be read. */
bool hbase_fake_answer(HbaseFake *self, Slice message, Bytes *out);
