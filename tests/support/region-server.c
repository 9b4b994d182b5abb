/* SPDX-License-Identifier: Apache-2.0 */
#include "support/region-server.h"

#include "base/protobuf.h"

enum { PREAMBLE_BYTES = 6 };

void
region_server_init(RegionServer *self, const RegionAnswer *answers, size_t length)
{
  *self = (RegionServer){.answers = answers, .answers_length = length, .heard = g_string_new(NULL)};
  g_mutex_init(&self->lock);
  g_cond_init(&self->asked);
}

void
region_server_clear(RegionServer *self)
{
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->asked);
  g_string_free(self->heard, TRUE);
}

/* The bytes that the hex digits spell. */
static void
append_hex(Bytes *out, const char *hex)
{
  for (; *hex != '\0'; hex++)
    if (*hex != ' ') {
      bytes_append_u8(out,
                      (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
      hex++;
    }
}

static Slice
field_of(Slice message, uint32_t number)
{
  Cursor cursor = cursor_of(message);
  ProtobufField field;

  while (protobuf_take_field(&cursor, &field))
    if (field.number == number)
      return field.bytes;
  return SLICE_EMPTY;
}

static bool
hear_greeting(TestPeer *peer, RegionServer *self)
{
  g_auto(Bytes) preamble = {0};
  g_auto(Bytes) header = {0};

  if (!test_peer_read(peer, PREAMBLE_BYTES, &preamble) || !test_peer_read_frame(peer, &header))
    return false;
  g_assert_cmpmem(preamble.data, preamble.len, "HBas\0\x50", PREAMBLE_BYTES);

  Slice service = field_of(bytes_slice(&header), 2);
  Slice user = field_of(field_of(bytes_slice(&header), 1), 1);

  g_mutex_lock(&self->lock);
  g_string_append_printf(self->heard, "%.*s(%.*s) ", (int)service.len, (const char *)service.data,
                         (int)user.len, (const char *)user.data);
  g_mutex_unlock(&self->lock);
  return true;
}

static Slice
take_message(Cursor *cursor)
{
  uint64_t len = 0;
  Slice message = SLICE_EMPTY;

  g_assert_true(protobuf_take_varint(cursor, &len) && cursor_take_slice(cursor, len, &message));
  return message;
}

/* What was asked, and the answer that the script has for it. */
static const RegionAnswer *
hear_call(RegionServer *self, Slice request, uint64_t *out_call)
{
  Cursor cursor = cursor_of(request);
  Slice header = take_message(&cursor);
  Slice parameter = take_message(&cursor);
  Slice method = field_of(header, 3);
  Cursor first = cursor_of(header);
  ProtobufField call;
  const RegionAnswer *answer;

  g_assert_true(protobuf_take_field(&first, &call) && call.number == 1);
  *out_call = call.varint;
  g_mutex_lock(&self->lock);
  g_string_append_printf(self->heard, "%.*s(", (int)method.len, (const char *)method.data);
  for (size_t i = 0; i < parameter.len; i++)
    g_string_append_printf(self->heard, "%02x", parameter.data[i]);
  g_string_append(self->heard, ") ");
  g_assert_cmpuint(self->answered, <, self->answers_length);
  answer = &self->answers[self->answered++];
  g_mutex_unlock(&self->lock);
  g_assert_true(slice_equal(method, slice_text(answer->method)));
  return answer;
}

static void
wait_for_the_others(RegionServer *self, const RegionAnswer *answer)
{
  if (self->together == NULL || strcmp(self->together, answer->method) != 0)
    return;
  g_mutex_lock(&self->lock);
  self->waiting++;
  g_cond_broadcast(&self->asked);
  while (self->waiting < self->wanted)
    g_cond_wait(&self->asked, &self->lock);
  g_mutex_unlock(&self->lock);
}

static void
append_prefixed(Bytes *out, Slice message)
{
  protobuf_append_varint(out, message.len);
  bytes_append_slice(out, message);
}

static void
say(TestPeer *peer, const RegionAnswer *answer, uint64_t call)
{
  g_auto(Bytes) header = {0};
  g_auto(Bytes) frame = {0};
  g_auto(Bytes) message = {0};

  protobuf_append_varint_field(&header, 1, call);
  if (answer->exception != NULL) {
    g_autofree char *trace = g_strdup_printf("%s: because\n\tat here", answer->exception);

    protobuf_append_bytes_field(&message, 1, slice_text(answer->exception));
    protobuf_append_bytes_field(&message, 2, slice_text(trace));
    protobuf_append_bytes_field(&header, 2, bytes_slice(&message));
    append_prefixed(&frame, bytes_slice(&header));
  } else {
    append_hex(&message, answer->result);
    append_prefixed(&frame, bytes_slice(&header));
    append_prefixed(&frame, bytes_slice(&message));
  }
  test_peer_write_frame(peer, bytes_slice(&frame));
}

void
region_server_serve(TestPeer *peer, void *region_server)
{
  RegionServer *self = region_server;
  g_auto(Bytes) request = {0};

  if (!hear_greeting(peer, self))
    return;
  while (test_peer_read_frame(peer, &request)) {
    uint64_t call = 0;
    const RegionAnswer *answer = hear_call(self, bytes_slice(&request), &call);

    wait_for_the_others(self, answer);
    if (answer->result == NULL && answer->exception == NULL)
      return;
    say(peer, answer, call);
  }
}

static char *
hex_of(Slice bytes)
{
  GString *hex = g_string_new(NULL);

  for (size_t i = 0; i < bytes.len; i++)
    g_string_append_printf(hex, "%02x", bytes.data[i]);
  return g_string_free(hex, FALSE);
}

/* A region info, which nobody reads, and the server. */
char *
region_server_location(const char *at)
{
  const char *colon = strchr(at, ':');
  g_auto(Bytes) server = {0};
  g_auto(Bytes) location = {0};
  g_auto(Bytes) answer = {0};

  protobuf_append_bytes_field(&server, 1, slice(at, (size_t)(colon - at)));
  protobuf_append_varint_field(&server, 2, g_ascii_strtoull(colon + 1, NULL, 10));
  protobuf_append_varint_field(&server, 3, 1700000000000);
  protobuf_append_bytes_field(&location, 1, slice_text("x"));
  protobuf_append_bytes_field(&location, 2, bytes_slice(&server));
  protobuf_append_bytes_field(&answer, 1, bytes_slice(&location));
  return hex_of(bytes_slice(&answer));
}

static void
append_cell(Bytes *result, const char *row, const char *qualifier, Slice value)
{
  g_auto(Bytes) cell = {0};

  protobuf_append_bytes_field(&cell, 1, slice_text(row));
  protobuf_append_bytes_field(&cell, 2, slice_text("info"));
  protobuf_append_bytes_field(&cell, 3, slice_text(qualifier));
  protobuf_append_bytes_field(&cell, 6, value);
  protobuf_append_bytes_field(result, 1, bytes_slice(&cell));
}

char *
region_server_page(const RegionServerRow *rows, size_t length)
{
  g_auto(Bytes) answer = {0};

  for (size_t i = 0; i < length; i++) {
    g_auto(Bytes) result = {0};
    g_auto(Bytes) info = {0};

    bytes_append(&info, "PBUF", 4);
    append_hex(&info, rows[i].info);
    append_cell(&result, rows[i].name, "regioninfo", bytes_slice(&info));
    append_cell(&result, rows[i].name, "server", slice_text(rows[i].server));
    append_cell(&result, rows[i].name, "sn", slice_text("other"));
    protobuf_append_bytes_field(&answer, 5, bytes_slice(&result));
  }
  return hex_of(bytes_slice(&answer));
}
