/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/batch.h"

static void
reject_clear(gpointer data)
{
  g_free(((BulkReject *)data)->reason);
}

void
bulk_batch_init(BulkBatch *self)
{
  *self = (BulkBatch){
      .ends = g_array_new(FALSE, FALSE, sizeof(size_t)),
      .records = g_array_new(FALSE, FALSE, sizeof(BulkRecord)),
      .rejects = g_array_new(FALSE, FALSE, sizeof(BulkReject)),
  };
  g_array_set_clear_func(self->rejects, reject_clear);
}

void
bulk_batch_clear(BulkBatch *self)
{
  bytes_clear(&self->text);
  g_array_unref(self->ends);
  g_array_unref(self->records);
  g_array_unref(self->rejects);
  g_clear_error(&self->failure);
}

void
bulk_batch_begin(BulkBatch *self, const char *file, const BulkColumns *columns)
{
  self->file = file;
  self->columns = columns;
  /* One very long record must not keep its room for ever. */
  if (self->text.capacity > (size_t)4 * BULK_BATCH_BYTES)
    bytes_clear(&self->text);
  bytes_reset(&self->text);
  g_array_set_size(self->ends, 0);
  g_array_set_size(self->records, 0);
  g_array_set_size(self->rejects, 0);
}

static void
add_field(BulkBatch *self, Slice text)
{
  bytes_append_slice(&self->text, text);
  g_array_append_val(self->ends, self->text.len);
}

void
bulk_batch_add(BulkBatch *self, const CsvRecord *record, uint64_t number)
{
  BulkRecord entry = {record->line, number, self->ends->len, (guint)record->length};

  for (size_t i = 0; i < record->length; i++)
    add_field(self, record->fields[i].text);
  g_array_append_val(self->records, entry);
}

static void
add_reject(BulkBatch *self, BulkReject reject)
{
  g_array_append_val(self->rejects, reject);
}

void
bulk_batch_add_malformed(BulkBatch *self, Slice line, const BulkRecord *where, const char *reason)
{
  BulkRecord entry = {where->line, where->number, self->ends->len, 1};

  add_field(self, line);
  g_array_append_val(self->records, entry);
  add_reject(self, (BulkReject){.record = self->records->len - 1,
                                .column = BULK_NO_COLUMN,
                                .is_text = true,
                                .reason = g_strdup(reason)});
}

bool
bulk_batch_is_full(const BulkBatch *self)
{
  return self->text.len >= BULK_BATCH_BYTES;
}

Slice
bulk_batch_field(const BulkBatch *self, const BulkRecord *record, guint i)
{
  const size_t *ends = &g_array_index(self->ends, size_t, 0);
  guint at = record->first + i;
  size_t start = at == 0 ? 0 : ends[at - 1];

  return slice(self->text.data + start, ends[at] - start);
}

void
bulk_batch_reject(BulkBatch *self, guint record, int column, const char *reason)
{
  add_reject(self, (BulkReject){.record = record, .column = column, .reason = g_strdup(reason)});
}
