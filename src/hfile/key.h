/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/cell.h"

/* A cell's key as HBase serialises and orders it (KeyValue, CellComparatorImpl): row, family and
 * qualifier ascending, then timestamp and type descending. The type is a byte of its own because
 * keys that only mark a place use codes that no cell has. */
typedef struct {
  Slice row;
  Slice family;
  Slice qualifier;
  int64_t timestamp;
  uint8_t type;
} HfileKey;

enum { HFILE_TYPE_FIRST_ON_COLUMN = 255 }; /* sorts before every real cell of its column */

/* What of a key is not row, family or qualifier: their lengths, timestamp, type. */
enum { HFILE_KEY_FIXED_BYTES = 12 };

enum { HFILE_ROW_MOST_BYTES = INT16_MAX, HFILE_FAMILY_MOST_BYTES = INT8_MAX };

static inline HfileKey
hfile_key_of(const Cell *cell)
{
  return (HfileKey){cell->row, cell->family, cell->qualifier, cell->timestamp, (uint8_t)cell->type};
}

static inline size_t
hfile_key_bytes(const HfileKey *self)
{
  return HFILE_KEY_FIXED_BYTES + self->row.len + self->family.len + self->qualifier.len;
}

int hfile_key_compare(const HfileKey *a, const HfileKey *b);

/* The order of a file's keys: of hbase:meta's, rows go by table, start key and region id, each by
 * itself (MetaCellComparator). */
typedef enum { HFILE_ORDER_KEYS, HFILE_ORDER_META } HfileOrdering;

int hfile_key_compare_by(HfileOrdering ordering, const HfileKey *a, const HfileKey *b);
/* Of keys of one row and family. */
int hfile_key_compare_in_row(const HfileKey *a, const HfileKey *b);

void hfile_key_append(const HfileKey *self, Bytes *out);

/* False if the bytes are no key. The slices point into them. */
bool hfile_key_parse(Slice bytes, HfileKey *out_key);

/* Appends the shortest key that sorts after `left` and not after `right`, as HBase's index has it
 * (HFileWriterImpl.getMidpoint). Of no use, but safe, unless left < right. */
void hfile_key_append_between(const HfileKey *left, const HfileKey *right, Bytes *out);

/* For a message: "row/family:qualifier/timestamp/Put". */
char *hfile_key_quote(const HfileKey *self);

/* "Put", "DeleteColumn" …, or NULL for a code that no stored cell has. */
const char *hfile_key_type_name(uint8_t type);
