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
      .fields = g_array_new(FALSE, FALSE, sizeof(BulkField)),
      .records = g_array_new(FALSE, FALSE, sizeof(BulkRecord)),
      .rejects = g_array_new(FALSE, FALSE, sizeof(BulkReject)),
  };
  g_array_set_clear_func(self->rejects, reject_clear);
}

void
bulk_batch_clear(BulkBatch *self)
{
  bytes_clear(&self->text);
  g_array_unref(self->fields);
  g_array_unref(self->records);
  g_array_unref(self->rejects);
  g_clear_error(&self->failure);
}

void
bulk_batch_begin(BulkBatch *self, const char *file, const CsvColumns *columns)
{
  self->file = file;
  self->columns = columns;
  /* One very long record must not keep its room for ever. */
  if (self->text.capacity > (size_t)4 * BULK_BATCH_BYTES)
    bytes_clear(&self->text);
  bytes_reset(&self->text);
  g_array_set_size(self->fields, 0);
  g_array_set_size(self->records, 0);
  g_array_set_size(self->rejects, 0);
}

/* Fields lie one behind the other in the reader's buffer: they are copied with what is between
 * them. */
void
bulk_batch_add(BulkBatch *self, const CsvRecord *record, uint64_t number)
{
  BulkRecord entry = {record->line, number, self->fields->len, (guint)record->length};
  const uint8_t *from = record->fields[0].text.data;
  Slice last = record->fields[record->length - 1].text;
  size_t to = self->text.len;

  bytes_append(&self->text, from, (size_t)(last.data + last.len - from));
  g_array_set_size(self->fields, entry.first + entry.length);
  for (guint i = 0; i < entry.length; i++) {
    const CsvField *field = &record->fields[i];

    g_array_index(self->fields, BulkField, entry.first + i) = (BulkField){
        .start = (uint32_t)(to + (size_t)(field->text.data - from)),
        .len = field->text.len & 0x3fffffff,
        .is_quoted = field->is_quoted,
        .is_null = field->is_null,
    };
  }
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
  BulkRecord entry = {where->line, where->number, self->fields->len, 1};
  BulkField field = {.start = (uint32_t)self->text.len, .len = line.len & 0x3fffffff};

  bytes_append_slice(&self->text, line);
  g_array_append_val(self->fields, field);
  g_array_append_val(self->records, entry);
  add_reject(self, (BulkReject){.record = self->records->len - 1,
                                .column = CSV_NO_COLUMN,
                                .is_text = true,
                                .reason = g_strdup(reason)});
}

bool
bulk_batch_is_full(const BulkBatch *self)
{
  return self->text.len >= BULK_BATCH_BYTES;
}

void
bulk_batch_reject(BulkBatch *self, guint record, int column, const char *reason)
{
  add_reject(self, (BulkReject){.record = record, .column = column, .reason = g_strdup(reason)});
}
