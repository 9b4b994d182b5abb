/* SPDX-License-Identifier: Apache-2.0 */
#include "record/cell.h"

void
row_clear(Row *self)
{
  g_free(self->cells);
  bytes_clear(&self->key_bytes);
  bytes_clear(&self->text);
  *self = (Row){0};
}
