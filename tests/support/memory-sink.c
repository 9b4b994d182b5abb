/* SPDX-License-Identifier: Apache-2.0 */
#include "support/memory-sink.h"

typedef struct {
  char verdict; /* as in answers */
  FrameKind kind;
  GPtrArray *keys;   /* owned */
  GPtrArray *values; /* owned; NULL for deletions */
} Call;

static void
call_free(gpointer data)
{
  Call *call = data;

  g_ptr_array_unref(call->keys);
  g_ptr_array_unref(call->values);
  g_free(call);
}

static uint32_t
read_be32(const uint8_t *at)
{
  uint32_t value;

  memcpy(&value, at, sizeof value);
  return GUINT32_FROM_BE(value);
}

/* A Thrift string field (binary protocol): type, id, length, bytes. */
static char *
take_text(const uint8_t **at)
{
  uint32_t len = read_be32(*at + 3);
  char *text = g_strndup((const char *)*at + 7, len);

  *at += 7 + len;
  return text;
}

static void
read_row(Call *call, Slice row)
{
  const uint8_t *at = row.data;

  g_ptr_array_add(call->keys, take_text(&at));
  if (call->kind == FRAME_DELETE)
    return;
  at += 3 + 1 + 4; /* the list's field, its type and its length, 1 */
  g_free(take_text(&at));
  g_free(take_text(&at));
  g_ptr_array_add(call->values, take_text(&at));
}

static bool
has_key(const Call *call, const char *key)
{
  return key != NULL && g_ptr_array_find_with_equal_func(call->keys, key, g_str_equal, NULL);
}

static void
apply(MemorySink *self, const Call *call)
{
  for (guint i = 0; i < call->keys->len; i++) {
    if (call->kind == FRAME_PUT)
      g_hash_table_insert(self->table, g_strdup(call->keys->pdata[i]),
                          g_strdup(call->values->pdata[i]));
    else
      g_hash_table_remove(self->table, call->keys->pdata[i]);
  }
}

static char
next_letter(const char **script)
{
  if (*script == NULL || **script == '\0')
    return '.';
  return *(*script)++;
}

static bool
answer(MemorySink *self, char verdict, GError **error)
{
  self->is_busy = verdict == 'B';
  switch (verdict) {
  case '.':
    return true;
  case 'R':
    g_set_error_literal(error, FAULT, FAULT_RECORD, "refused");
    break;
  case 'S':
    g_set_error_literal(error, FAULT, FAULT_SETUP, "no table");
    break;
  default:
    g_set_error_literal(error, FAULT, FAULT_PEER, "no answer");
  }
  return false;
}

static void
note(MemorySink *self, const Call *call)
{
  g_string_append(self->calls, call->kind == FRAME_PUT ? "put" : "delete");
  for (guint i = 0; i < call->keys->len; i++)
    g_string_append_printf(self->calls, " %s", (char *)call->keys->pdata[i]);
  g_string_append_c(self->calls, ';');
}

static bool
is_missing(const MemorySink *self, const char *table)
{
  return g_strcmp0(self->missing, table) == 0;
}

static bool
sink_send(void *data, const FrameBatch *batch, GError **error)
{
  MemorySink *self = data;
  Call *call = g_new0(Call, 1);

  (void)error;
  call->kind = batch->kind;
  call->keys = g_ptr_array_new_with_free_func(g_free);
  call->values = g_ptr_array_new_with_free_func(g_free);
  g_assert_cmpuint(g_queue_get_length(&self->under_way), <, self->sink.depth);
  for (size_t i = batch->first; i < batch->first + batch->count; i++)
    read_row(call, frame_rows_slice(batch->rows, i, 1));

  g_mutex_lock(&self->lock);
  call->verdict = next_letter(&self->answers);
  if (is_missing(self, frame_plan_table(batch->plan)))
    call->verdict = 'S';
  if (call->verdict == '.' && has_key(call, self->refused))
    call->verdict = 'R';
  if (call->verdict == '.' && has_key(call, self->cutting))
    call->verdict = 'P';
  note(self, call);
  g_queue_push_tail(&self->under_way, call);
  g_mutex_unlock(&self->lock);
  return true;
}

static bool
sink_receive(void *data, GError **error)
{
  MemorySink *self = data;
  Call *call = g_queue_pop_head(&self->under_way);
  char verdict;

  g_assert_nonnull(call);
  verdict = call->verdict;
  g_mutex_lock(&self->lock);
  if (verdict == '.' || verdict == 'p')
    apply(self, call);
  g_mutex_unlock(&self->lock);
  call_free(call);
  if (strchr(".R", verdict) == NULL) /* the connection is lost */
    g_queue_clear_full(&self->under_way, call_free);
  return answer(self, verdict, error);
}

static bool
sink_is_busy(void *data)
{
  return ((MemorySink *)data)->is_busy;
}

static bool
sink_probe(void *data, const char *table, GError **error)
{
  MemorySink *self = data;
  char verdict;

  g_assert_true(g_str_equal(table, "t") || g_str_equal(table, "u"));
  g_mutex_lock(&self->lock);
  g_string_append(self->calls, "probe;");
  verdict = is_missing(self, table) ? 'S' : next_letter(&self->probes);
  g_mutex_unlock(&self->lock);
  return answer(self, verdict, error);
}

static void
sink_cancel(void *data)
{
  (void)data;
}

void
memory_sink_init(MemorySink *self)
{
  *self = (MemorySink){0};
  self->column = (Column){.family = slice_text("f"), .qualifier = slice_text("q")};
  self->plan = frame_plan_new(WIRE_BINARY, "t", &self->column, 1);
  self->other_plan = frame_plan_new(WIRE_BINARY, "u", &self->column, 1);
  self->calls = g_string_new(NULL);
  self->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init(&self->under_way);
  g_mutex_init(&self->lock);
  self->sink = (StreamSink){
      .self = self,
      .depth = 2,
      .frame_max_bytes = 1 << 20,
      .send = sink_send,
      .receive = sink_receive,
      .is_busy = sink_is_busy,
      .probe = sink_probe,
      .cancel = sink_cancel,
  };
}

void
memory_sink_clear(MemorySink *self)
{
  frame_plan_free(self->plan);
  frame_plan_free(self->other_plan);
  g_string_free(self->calls, TRUE);
  g_hash_table_unref(self->table);
  g_queue_clear_full(&self->under_way, call_free);
  g_mutex_clear(&self->lock);
}

Row
memory_sink_row(const MemorySink *self, RowCell *cell, const char *key, const char *value,
                int64_t timestamp)
{
  *cell = (RowCell){.column = &self->column, .value = slice_text(value)};
  return (Row){.key = slice_text(key), .timestamp = timestamp, .cells = cell, .cells_length = 1};
}

Row
memory_sink_tombstone(const char *key, int64_t timestamp)
{
  return (Row){.kind = ROW_DELETE, .key = slice_text(key), .timestamp = timestamp};
}

const char *
memory_sink_get(MemorySink *self, const char *key)
{
  return g_hash_table_lookup(self->table, key);
}
