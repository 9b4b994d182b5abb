/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/answer.h"

#include "base/fault.h"
#include "base/protobuf.h"
#include "wire/passing.h"

/* RPC.proto */
enum { RESPONSE_CALL = 1, RESPONSE_EXCEPTION = 2, EXCEPTION_CLASS = 1, EXCEPTION_TRACE = 2 };

static bool
fail(Fault fault, const char *what, GError **error)
{
  g_set_error_literal(error, FAULT, fault, what);
  return false;
}

static bool
take_message(Cursor *cursor, Slice *out_message)
{
  uint64_t len = 0;

  return protobuf_take_varint(cursor, &len) && cursor_take_slice(cursor, len, out_message);
}

/* The first line of a stack trace says what happened. */
static bool
fail_with_exception(Slice exception, GError **error)
{
  Cursor cursor = cursor_of(exception);
  Slice name = SLICE_EMPTY;
  Slice trace = SLICE_EMPTY;
  ProtobufField field;

  while (protobuf_take_field(&cursor, &field))
    if (field.number == EXCEPTION_CLASS)
      name = field.bytes;
    else if (field.number == EXCEPTION_TRACE)
      trace = field.bytes;

  g_autofree char *text = slice_to_text(name);
  g_autofree char *first = slice_to_text(trace);
  g_autofree char *what = NULL;

  first[strcspn(first, "\r\n")] = '\0';
  what = g_utf8_make_valid(*first != '\0' ? first : text, -1);
  return fail(passing_reason(name) != NULL ? FAULT_PEER : FAULT_SETUP, what, error);
}

bool
regionserver_answer_read(Slice answer, uint32_t number, Slice *out_result, GError **error)
{
  Cursor cursor = cursor_of(answer);
  Slice header = SLICE_EMPTY;
  Slice exception = SLICE_EMPTY;
  ProtobufField field;
  uint64_t call = 0;
  bool is_exception = false;

  if (!take_message(&cursor, &header))
    return fail(FAULT_SETUP, "what answers there is no HBase server", error);

  Cursor fields = cursor_of(header);

  while (protobuf_take_field(&fields, &field))
    if (field.number == RESPONSE_CALL) {
      call = field.varint;
    } else if (field.number == RESPONSE_EXCEPTION) {
      exception = field.bytes;
      is_exception = true;
    }
  if (is_exception)
    return fail_with_exception(exception, error);
  if (call != number || !take_message(&cursor, out_result))
    return fail(FAULT_PEER, "the server answered something else than it was asked", error);
  return true;
}
