/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/rows.h"

void
csv_rows_clear(CsvRows *self)
{
  g_free(self->values);
  bytes_clear(&self->scratch);
}

bool
csv_rows_make(CsvRows *self, const CsvColumns *columns, const CsvRecord *record, Row *row,
              GError **error)
{
  const int *of_fields = csv_columns_of_fields(columns);
  const CsvField none = {.is_null = true};
  Origin origin = {.topic = "", .offset = self->number, .timestamp_ms = self->timestamp_ms};
  size_t fields;

  mapping_fields(self->mapping, &fields);
  self->number++;
  if (!csv_columns_fit(columns, record->length, error))
    return false;
  if (self->values == NULL)
    self->values = g_new0(Value, fields);
  for (size_t i = 0; i < fields; i++) {
    bool has_column = of_fields[i] != CSV_NO_COLUMN;

    self->values[i] =
        csv_reading_value(self->reading, has_column ? &record->fields[of_fields[i]] : &none);
  }
  return mapping_parse_texts(self->mapping, self->reading->has_decimal_comma ? ',' : '.',
                             self->values, &self->scratch, error) &&
         mapping_apply(self->mapping, &origin, self->values, row, error);
}
