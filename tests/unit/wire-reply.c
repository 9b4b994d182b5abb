/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/reply.h"

#include "hbase/autoptr.h"
#include "support/gateway.h"

typedef enum { DONE, IO_ERROR, ILLEGAL, EXCEPTION, NOT_DELETED, DELETED, NO_RESULT } Kind;

typedef struct {
  Kind kind;
  const char *method;
  int type; /* of an exception */
  const char *message;
  int code; /* of the fault; -1: none */
  const char *says;
} Case;

static const Case cases[] = {
    {DONE, "putMultiple", 0, NULL, -1, NULL},
    {NO_RESULT, "putMultiple", 0, NULL, -1, NULL},
    {DELETED, "deleteMultiple", 0, NULL, -1, NULL},
    {NOT_DELETED, "deleteMultiple", 0, NULL, FAULT_RECORD, "1 rows were not deleted"},
    {IO_ERROR, "putMultiple", 0, "Failed 3 actions: NoSuchColumnFamily\n\tat x.y", FAULT_RECORD,
     "the gateway refused: Failed 3 actions: NoSuchColumnFamily"},
    {IO_ERROR, "putMultiple", 0, "", FAULT_RECORD, "the gateway refused: it gave no reason"},
    {IO_ERROR, "getTableNamesByPattern", 0,
     "Failed after attempts=2, exceptions:\n"
     "2026-01-01T00:00:00Z, RpcRetryingCaller{pause=200}, java.io.IOException: first\n"
     "2026-01-01T00:00:01Z, RpcRetryingCaller{pause=200}, MasterNotRunning: second\n"
     "\n\tat org.apache.hadoop.hbase.client.Caller(Caller.java:1)\n",
     FAULT_RECORD,
     "the gateway refused: Failed after attempts=2, exceptions: MasterNotRunning: second"},
    {IO_ERROR, "putMultiple", 0, "exceptions:", FAULT_RECORD, "the gateway refused: exceptions:"},
    {ILLEGAL, "getScannerRows", 0, "Invalid scanner Id", FAULT_RECORD, "Invalid scanner Id"},
    {EXCEPTION, "putMultiple", 6, "Internal error processing putMultiple", FAULT_RECORD,
     "the gateway refused: Internal error processing putMultiple"},
    {EXCEPTION, "putMultiple", 7, "Required field 'row'", FAULT_RECORD, "Required field"},
    {EXCEPTION, "putMultiple", 1, "Invalid method name: 'putMultiple'", FAULT_SETUP,
     "Invalid method name"},
};

static gpointer
make_result(const Case *one)
{
  g_autoptr(TIOError) io_error =
      g_object_new(TYPE_T_I_O_ERROR, "message", one->message, "canRetry", TRUE, NULL);
  g_autoptr(TIllegalArgument) illegal =
      g_object_new(TYPE_T_ILLEGAL_ARGUMENT, "message", one->message, NULL);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_object_unref);

  if (one->kind == NOT_DELETED)
    g_ptr_array_add(rows, g_object_new(TYPE_T_DELETE, "timestamp", (gint64)5, NULL));
  switch (one->kind) {
  case DONE:
    return g_object_new(TYPE_T_H_BASE_SERVICE_PUT_MULTIPLE_RESULT, NULL);
  case IO_ERROR:
    return g_object_new(TYPE_T_H_BASE_SERVICE_PUT_MULTIPLE_RESULT, "io", io_error, NULL);
  case ILLEGAL:
    return g_object_new(TYPE_T_H_BASE_SERVICE_GET_SCANNER_ROWS_RESULT, "ia", illegal, NULL);
  case NOT_DELETED:
  case DELETED:
    return g_object_new(TYPE_T_H_BASE_SERVICE_DELETE_MULTIPLE_RESULT, "success", rows, NULL);
  case EXCEPTION:
  case NO_RESULT:
    return NULL;
  }
  return NULL;
}

static void
make_answer(WireProtocol wire, const Case *one, int32_t sequence, Bytes *out)
{
  WireHeader header = {WIRE_REPLY, slice_text(one->method), sequence};
  ThriftStruct *result = make_result(one);

  if (one->kind == EXCEPTION)
    test_answer_exception(wire, &header, one->type, one->message, out);
  else
    test_answer(wire, &header, result, out);
  g_clear_object(&result);
}

static void
a_verdict_says_which_remedy_helps(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++)
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
      g_auto(Bytes) answer = {0};
      g_autoptr(GError) error = NULL;

      make_answer(wire, &cases[i], 70000, &answer);
      g_assert_cmpint(reply_check(wire, bytes_slice(&answer), 70000, &error), ==,
                      cases[i].code < 0);
      if (cases[i].code < 0)
        continue;
      g_assert_error(error, FAULT, cases[i].code);
      g_assert_nonnull(strstr(error->message, cases[i].says));
      g_assert_null(strchr(error->message, '\n'));
    }
}

/* Every prefix of every answer, in memory of just its size, so that a sanitizer sees a step too
 * far. */
static void
an_answer_cut_short_is_no_verdict(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++)
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
      g_auto(Bytes) answer = {0};

      make_answer(wire, &cases[i], 1, &answer);
      for (size_t len = 0; len < answer.len; len++) {
        g_autofree uint8_t *copy = g_memdup2(answer.data, len);
        g_autoptr(GError) error = NULL;

        g_assert_false(reply_check(wire, slice(copy, len), 1, &error));
        if (cases[i].code < 0)
          g_assert_error(error, FAULT, FAULT_PEER);
      }
    }
}

static void
what_does_not_answer_the_call_is_no_verdict(void)
{
  g_auto(Bytes) answer = {0};
  g_auto(Bytes) call = {0};
  WireHeader header = {WIRE_CALL, slice_text("putMultiple"), 1};

  make_answer(WIRE_BINARY, &cases[0], 1, &answer);
  test_answer(WIRE_BINARY, &header, NULL, &call);

  const struct {
    WireProtocol protocol;
    Slice bytes;
    int32_t sequence;
  } strange[] = {
      {WIRE_BINARY, slice_text("HTTP/1.1 400 Bad Request\r\n\r\n"), 1},
      {WIRE_COMPACT, slice_text("HTTP/1.1 400 Bad Request\r\n\r\n"), 1},
      {WIRE_BINARY, slice("\x80\x01\x00\x02\x7f\xff\xff\xff", 8), 1},
      {WIRE_BINARY, slice("\x80\x01\x00\x02\xff\xff\xff\xff", 8), 1},
      {WIRE_COMPACT, slice("\x82\x41\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 13), 1},
      {WIRE_BINARY, bytes_slice(&call), 1},
      {WIRE_BINARY, bytes_slice(&answer), 2},
      {WIRE_COMPACT, bytes_slice(&answer), 1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(strange); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_false(reply_check(strange[i].protocol, strange[i].bytes, strange[i].sequence, &error));
    g_assert_error(error, FAULT, FAULT_PEER);
  }
}

static const struct {
  const char *message;
  bool is_busy;
} messages[] = {
    /* As HBase 2.6.1 writes them */
    {"Failed 200 actions: org.apache.hadoop.hbase.RegionTooBusyException: Over memstore "
     "limit=-2048, "
     "regionName=9c5b, server=localhost,16020,1\n\tat org.apache.hadoop.hbase.A.b(C.java:1)\n"
     ": 200 times, servers with issues: localhost,16020,1",
     true},
    {"Failed 3 actions: NotServingRegionException: 3 times, servers with issues: a,1,2", true},
    {"Failed 1 action: CallQueueTooBigException: 1 time, servers with issues: a,1,2", true},
    {"Failed 1 action: org.apache.hadoop.hbase.DoNotRetryIOException: region is read only\n\tat "
     "a.b",
     true},
    {"Failed after attempts=2, exceptions:\n"
     "2026-01-01T00:00:00Z, RpcRetryingCaller{pause=200}, java.io.IOException: first\n"
     "2026-01-01T00:00:01Z, RpcRetryingCaller{pause=200}, a.b.NotServingRegionException: "
     "second\n\n",
     true},
    {"org.apache.hadoop.hbase.ipc.ServerNotRunningYetException: Server is not running yet", true},
    {"Failed 1 action: org.apache.hadoop.hbase.regionserver.NoSuchColumnFamilyException: Column "
     "family x does not exist in region t,,1. in table 't'",
     false},
    {"Failed 2 actions: org.apache.hadoop.hbase.DoNotRetryIOException: Cell[b/f:q] with size 2027 "
     "exceeds limit of 1000 bytes",
     false},
    {"Failed 2 actions: IOException: 2 times, servers with issues: a,1,2", false},
    {"Failed 1 action: some_table: 1 time, servers with issues: null", false},
    /* A row key that looks like an exception */
    {"Failed 1 action: org.apache.hadoop.hbase.DoNotRetryIOException: "
     "Cell[org.apache.hadoop.hbase.RegionTooBusyException: /f:q] with size 2027",
     false},
    {"Failed 1 action: x: RegionTooBusyException: y", false},
    {"org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = "
     "ConnectionLoss",
     true},
    {"org.apache.zookeeper.KeeperException$NoNodeException: KeeperErrorCode = NoNode", false},
    {"NotServingRegionExceptions", false},
    {"Failed ", false},
    {"Failed 1 action: ", false},
    {"a.b.", false},
    {"", false},
};

static void
busy_is_told_from_refused_by_the_exception_alone(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++)
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
      g_auto(Bytes) answer = {0};
      const Case one = {IO_ERROR, "putMultiple", 0, messages[i].message, FAULT_RECORD, NULL};

      make_answer(wire, &one, 1, &answer);
      g_test_message("%s", messages[i].message);
      g_assert_cmpint(reply_is_busy(wire, bytes_slice(&answer)), ==, messages[i].is_busy);
      for (size_t len = 0; len < answer.len; len++) {
        g_autofree uint8_t *copy = g_memdup2(answer.data, len);

        (void)reply_is_busy(wire, slice(copy, len)); /* and reads no step too far */
      }
    }
}

static void
only_a_refusal_can_be_busy(void)
{
  const Case others[] = {
      {DONE, "putMultiple", 0, NULL, -1, NULL},
      {DELETED, "deleteMultiple", 0, NULL, -1, NULL},
      {EXCEPTION, "putMultiple", 6, "RegionTooBusyException", FAULT_RECORD, NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    g_auto(Bytes) answer = {0};

    make_answer(WIRE_BINARY, &others[i], 1, &answer);
    g_assert_false(reply_is_busy(WIRE_BINARY, bytes_slice(&answer)));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reply/verdict", a_verdict_says_which_remedy_helps);
  g_test_add_func("/reply/cut", an_answer_cut_short_is_no_verdict);
  g_test_add_func("/reply/strange", what_does_not_answer_the_call_is_no_verdict);
  g_test_add_func("/reply/busy", busy_is_told_from_refused_by_the_exception_alone);
  g_test_add_func("/reply/refusals", only_a_refusal_can_be_busy);
  return g_test_run();
}
