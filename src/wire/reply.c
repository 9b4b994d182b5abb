/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/reply.h"

#include "wire/extent.h"
#include "wire/passing.h"

enum {
  FIELD_SUCCESS = 0,
  MESSAGE_BYTES = 300, /* of the gateway's words, which can be a stack trace */
};

/* TApplicationException's types, of which two have a remedy of their own. */
enum { UNKNOWN_METHOD = 1, WRONG_METHOD_NAME = 3 };

/* TIOError, TIllegalArgument and TApplicationException alike: 1 is the message; 2 is the latter's
 * type, or whether a retry may help, which is true even for an unknown table and so unused. */
typedef struct {
  Slice message;
  int32_t type;
} Refusal;

static bool
read_refusal(WireReader *reader, Refusal *out_refusal)
{
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRING)
      wire_read_binary(reader, &out_refusal->message);
    else if (field.id == 2 && field.type == WIRE_I32)
      wire_read_i32(reader, &out_refusal->type);
    else
      extent_skip(reader, &field);
  }
  return reader->verdict == WIRE_WHOLE;
}

/* What a table or region says for which writing was switched off. */
static const char read_only[] = "DoNotRetryIOException: region is read only";

static Slice
line_at(Slice text)
{
  const uint8_t *end = text.len == 0 ? NULL : memchr(text.data, '\n', text.len);

  return slice(text.data, end == NULL ? text.len : (size_t)(end - text.data));
}

/* After many tries HBase gives a list, "exceptions:" and a line for each try up to an empty one:
 * what the last of them came to. Empty when there is no list. */
static Slice
last_of_list(Slice message)
{
  Slice line = line_at(message);
  Slice last = SLICE_EMPTY;
  const uint8_t *reason;

  if (line.len == 0 || line.data[line.len - 1] != ':')
    return SLICE_EMPTY;
  while (line.len > 0 && line.len < message.len) {
    message = slice(message.data + line.len + 1, message.len - line.len - 1);
    line = line_at(message);
    if (line.len > 0)
      last = line;
  }
  reason = last.len == 0 ? NULL : memmem(last.data, last.len, "}, ", 3); /* behind who tried */
  if (reason == NULL)
    return last;
  return slice(reason + 3, last.len - (size_t)(reason + 3 - last.data));
}

/* The first line and, of a list, its last; as valid UTF-8. */
static char *
sentence_of(Slice message)
{
  Slice line = line_at(message);
  Slice last = last_of_list(message);
  g_autofree char *head = NULL;
  g_autofree char *tail = NULL;

  if (line.len == 0)
    return g_strdup("it gave no reason");
  head = g_utf8_make_valid((const char *)line.data, (gssize)MIN(line.len, MESSAGE_BYTES));
  if (last.len == 0)
    return g_steal_pointer(&head);
  tail = g_utf8_make_valid((const char *)last.data, (gssize)MIN(last.len, MESSAGE_BYTES));
  return g_strdup_printf("%s %s", head, tail);
}

static bool
has_prefix(Slice text, const char *prefix)
{
  size_t len = strlen(prefix);

  return text.len > 0 && text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static Slice
skip(Slice text, size_t len)
{
  return slice(text.data + len, text.len - len);
}

static bool
is_of_name(uint8_t c)
{
  return g_ascii_isalnum(c) || c == '.' || c == '$' || c == '_';
}

/* Of "Failed 3 actions: a.b.NameException: sentence" what begins with the name. There alone: what
 * follows may quote a row. */
static Slice
exception_in(Slice message)
{
  Slice last = last_of_list(message);
  Slice exception = last.len > 0 ? last : message;
  const uint8_t *end =
      exception.data == NULL ? NULL : memmem(exception.data, exception.len, ": ", 2);
  size_t begin = 0;

  if (has_prefix(exception, "Failed ") && end != NULL)
    exception = skip(exception, (size_t)(end - exception.data) + 2);
  for (size_t i = 0; i < exception.len && is_of_name(exception.data[i]); i++) {
    if (exception.data[i] == '.')
      begin = i + 1;
  }
  return skip(exception, begin);
}

static bool
is_passing(Slice message)
{
  Slice exception = exception_in(message);
  size_t len = 0;

  if (has_prefix(exception, read_only))
    return true;
  while (len < exception.len && is_of_name(exception.data[len]))
    len++;
  return passing_reason(slice(exception.data, len)) != NULL;
}

/* By the exception's name; what it says may quote a row. */
static void
set_kind(const Refusal *refusal, GError **error)
{
  Slice exception = exception_in(refusal->message);
  size_t len = 0;
  g_autofree char *kind = NULL;

  while (len < exception.len && is_of_name(exception.data[len]))
    len++;
  kind = g_strdup_printf("the gateway refused: %.*s", (int)len, (const char *)exception.data);
  if (g_str_has_suffix(kind, "Exception") || g_str_has_suffix(kind, "Error"))
    fault_set_kind(error, kind);
  else
    fault_set_kind(error, "the gateway refused: %s");
}

static bool
refuse(const Refusal *refusal, Fault fault, GError **error)
{
  g_autofree char *message = sentence_of(refusal->message);

  g_set_error(error, FAULT, (int)fault, "the gateway refused: %s", message);
  set_kind(refusal, error);
  return false;
}

static bool
not_an_answer(GError **error)
{
  g_set_error_literal(error, FAULT, FAULT_PEER, "the gateway's answer cannot be read");
  return false;
}

static bool
check_exception(WireReader *reader, GError **error)
{
  Refusal refusal = {0};

  if (!read_refusal(reader, &refusal))
    return not_an_answer(error);
  if (refusal.type == UNKNOWN_METHOD || refusal.type == WRONG_METHOD_NAME)
    return refuse(&refusal, FAULT_SETUP, error);
  return refuse(&refusal, FAULT_RECORD, error);
}

static bool
check_not_deleted(WireReader *reader, GError **error)
{
  WireType type;
  size_t count;

  if (!wire_read_list(reader, &type, &count))
    return not_an_answer(error);
  if (count == 0)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD, "the gateway refused: %zu rows were not deleted", count);
  return false;
}

static bool
check_field(WireReader *reader, const WireField *field, bool is_delete, GError **error)
{
  Refusal refusal = {0};

  if (field->id == FIELD_SUCCESS && field->type == WIRE_LIST && is_delete) {
    WireReader list = *reader;

    if (!check_not_deleted(&list, error))
      return false;
  } else if (field->id > FIELD_SUCCESS && field->type == WIRE_STRUCT) {
    return read_refusal(reader, &refusal) ? refuse(&refusal, FAULT_RECORD, error)
                                          : not_an_answer(error);
  }
  return extent_skip(reader, field) || not_an_answer(error);
}

static bool
check_result(WireReader *reader, bool is_delete, GError **error)
{
  WireField field = {0};

  while (wire_next_field(reader, &field))
    if (!check_field(reader, &field, is_delete, error))
      return false;
  return reader->verdict == WIRE_WHOLE || not_an_answer(error);
}

bool
reply_check(WireProtocol protocol, Slice answer, int32_t sequence, GError **error)
{
  WireReader reader = wire_reader(protocol, answer);
  WireHeader header;

  if (!wire_read_header(&reader, &header))
    return not_an_answer(error);
  if (header.sequence != sequence) {
    g_set_error(error, FAULT, FAULT_PEER, "the gateway answered call %d where %d was asked",
                header.sequence, sequence);
    return false;
  }
  if (header.type == WIRE_EXCEPTION)
    return check_exception(&reader, error);
  if (header.type != WIRE_REPLY)
    return not_an_answer(error);
  return check_result(&reader, slice_equal(header.name, slice_text("deleteMultiple")), error);
}

bool
reply_is_busy(WireProtocol protocol, Slice answer)
{
  WireReader reader = wire_reader(protocol, answer);
  WireHeader header;
  WireField field = {0};
  Refusal refusal = {0};

  if (!wire_read_header(&reader, &header) || header.type != WIRE_REPLY)
    return false;
  while (wire_next_field(&reader, &field)) {
    if (field.id > FIELD_SUCCESS && field.type == WIRE_STRUCT)
      return read_refusal(&reader, &refusal) && is_passing(refusal.message);
    if (!extent_skip(&reader, &field))
      return false;
  }
  return false;
}
