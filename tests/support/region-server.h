/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "support/gateway.h"

/* A region server that answers HBase's own calls from a script, to be served by
 * test_gateway_new(). */
typedef struct {
  const char *method;    /* that is expected next */
  const char *result;    /* the answer's message as hex, spaces allowed; NULL: an exception */
  const char *exception; /* its class; NULL and no result: the connection is closed */
} RegionAnswer;

typedef struct {
  const RegionAnswer *answers; /* in order, over all connections */
  size_t answers_length;
  size_t answered;
  const char *together; /* a method that is answered only when as many have asked as `wanted` */
  unsigned wanted;
  unsigned waiting;
  GMutex lock; /* of what follows, of answered and of waiting */
  GCond asked;
  GString *heard; /* owned: "service(user) " a connection, "Method(parameter as hex) " a call */
} RegionServer;

void region_server_init(RegionServer *self, const RegionAnswer *answers, size_t length);
void region_server_clear(RegionServer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RegionServer, region_server_clear)

void region_server_serve(TestPeer *peer, void *region_server);

/* What a test's servers tell of hbase:meta, as hex for RegionAnswer.result; free with g_free(). */

/* GetMetaRegionLocations: it is at "host:port". */
char *region_server_location(const char *at);

/* A row of hbase:meta. */
typedef struct {
  const char *name;
  const char *info;   /* RegionInfo as hex: 1 id, 3 start, 4 end, 5 offline, 6 split */
  const char *server; /* "host:port" */
} RegionServerRow;

/* Scan: these rows. */
char *region_server_page(const RegionServerRow *rows, size_t length);
