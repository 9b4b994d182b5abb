/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/check.h"

#include "hfile/check/claims.h"
#include "hfile/check/content.h"
#include "hfile/check/entries.h"

#define U64 G_GUINT64_FORMAT

/* The walk goes through the file block by block. Beside it go the data index, which must lead to
 * each data block in turn, and (in content) the Bloom filters, which must let each cell through. */
typedef struct {
  const HfileCheck *check; /* borrowed */
  HfileReport *report;     /* borrowed */
  HfileReader *reader;     /* owned */
  HfileEntries *entries;   /* owned; NULL once the index is known to be wrong */
  HfileContent *content;   /* owned */
  HfileBlock block;
  Bytes decoded; /* the cells of an encoded block */
  int64_t previous_offset[HFILE_BLOCK_TYPES];
  uint64_t last_data_offset;
} Walk;

static void
walk_clear(Walk *self)
{
  hfile_block_clear(&self->block);
  bytes_clear(&self->decoded);
  hfile_entries_free(self->entries);
  hfile_content_free(self->content);
  hfile_reader_free(self->reader);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

/* A damaged part ends what hangs on it, never the walk itself. */
static void
take_fault(Walk *self, GError *error)
{
  hfile_report_fault(self->report, "%s", error->message);
  g_error_free(error);
}

static void
check_frame(Walk *self)
{
  const HfileBlock *block = &self->block;
  const char *name = hfile_block_type_name(block->header.type);
  int64_t *previous = &self->previous_offset[block->header.type];

  if (!block->is_sound)
    hfile_report_fault(self->report,
                       "%s block at %" U64 ": checksum of chunk %zu is wrong: HBase would only "
                       "log it",
                       name, block->offset, block->first_unsound);
  if (block->header.previous_offset != *previous)
    hfile_report_fault(self->report,
                       "%s block at %" U64 ": says the one before is at %" G_GINT64_FORMAT
                       ", it is at %" G_GINT64_FORMAT ": reverse scans lose rows",
                       name, block->offset, block->header.previous_offset, *previous);
  *previous = (int64_t)block->offset;
  self->report->totals[block->header.type].blocks++;
  self->report->totals[block->header.type].raw_bytes += block->payload.len;
  self->report->disk_bytes[block->header.type] += hfile_block_disk_bytes(&block->header);
}

static void
drop_entries(Walk *self)
{
  hfile_entries_free(self->entries);
  self->entries = NULL;
}

static void
give_up_index(Walk *self, const char *what)
{
  hfile_report_fault(self->report, "data index: block at %" U64 ": %s", self->block.offset, what);
  drop_entries(self);
}

/* The entry's key separates the cells before its block from those in it; the first one is the
 * file's first key, from which HBase takes the region. */
static void
check_entry_key(Walk *self, const HfileEntry *entry, const HfileCell *first)
{
  HfileKey last = hfile_content_last(self->content);
  HfileKey key;

  if (!hfile_key_parse(entry->key, &key))
    give_up_index(self, "its entry's key is none");
  else if (self->report->statistics.cells == 0 &&
           hfile_key_compare_by(self->report->trailer.ordering, &key, &first->key) != 0)
    give_up_index(self, "the first entry's key is not the file's first key");
  else if (hfile_key_compare_by(self->report->trailer.ordering, &key, &first->key) > 0)
    give_up_index(self, "its entry's key sorts after its first cell: gets miss it");
  else if (self->report->statistics.cells > 0 && hfile_content_is_ordered(self->content) &&
           hfile_key_compare_by(self->report->trailer.ordering, &last, &key) >= 0)
    give_up_index(self, "its entry's key does not sort after the block before: gets miss cells");
}

static void
check_entry(Walk *self, const HfileCell *first)
{
  GError *error = NULL;
  HfileEntry entry;
  bool at_end = false;

  if (self->entries == NULL)
    return;
  if (!hfile_entries_next(self->entries, &entry, &at_end, &error)) {
    take_fault(self, error);
    drop_entries(self);
  } else if (at_end) {
    give_up_index(self, "has no entry: gets miss it");
  } else if (entry.block.offset != self->block.offset) {
    give_up_index(self, "its entry leads elsewhere");
  } else if (entry.block.disk_bytes != hfile_block_disk_bytes(&self->block.header)) {
    give_up_index(self, "its entry gives it a wrong size");
  } else {
    check_entry_key(self, &entry, first);
  }
}

static void
check_sequence_id(Walk *self, const HfileCell *cell)
{
  int64_t most = 0;

  if (!self->report->form.has_sequence_ids || cell->sequence_id == 0)
    return;
  if (hfile_info_get_long(hfile_reader_info(self->reader), HFILE_INFO_MAX_SEQUENCE_ID, &most) &&
      (cell->sequence_id < 0 || cell->sequence_id > most)) {
    g_autofree char *key = hfile_key_quote(&cell->key);

    hfile_report_fault(self->report,
                       "cell %s: sequence id %" G_GINT64_FORMAT
                       " beyond " HFILE_INFO_MAX_SEQUENCE_ID " %" G_GINT64_FORMAT,
                       key, cell->sequence_id, most);
  }
}

static bool
fault_in_block(Walk *self, GError *error)
{
  g_prefix_error(&error, "data block at %" U64 ": ", self->block.offset);
  take_fault(self, error);
  return false;
}

/* The block's cells as an unencoded one has them. */
static bool
decode_block(Walk *self, Slice *out_cells)
{
  const HfileDecoding *decoding = hfile_reader_decoding(self->reader);
  GError *error = NULL;

  *out_cells = self->block.payload;
  if (self->block.header.type == HFILE_DATA) {
    if (decoding->encoding == HFILE_ENCODING_NONE)
      return true;
    g_set_error(&error, FAULT, FAULT_RECORD,
                "not encoded, though file info says %s: HBase cannot read it",
                hfile_encoding_name(decoding->encoding));
    return fault_in_block(self, error);
  }
  bytes_reset(&self->decoded);
  if (!hfile_decode(decoding, self->block.payload, &self->decoded, &error))
    return fault_in_block(self, error);
  *out_cells = bytes_slice(&self->decoded);
  return true;
}

/* False if the cells cannot be told apart any more. */
static bool
check_data(Walk *self)
{
  GError *error = NULL;
  HfileCell cell;
  Slice cells;

  if (!decode_block(self, &cells))
    return false;

  Cursor cursor = cursor_of(cells);

  if (cursor_left(&cursor) == 0)
    hfile_report_fault(self->report, "data block at %" U64 ": holds no cell", self->block.offset);
  for (size_t i = 0; cursor_left(&cursor) > 0; i++) {
    if (!hfile_cells_take(&cursor, self->report->form, &cell, &error)) {
      g_prefix_error(&error, "data block at %" U64 ", its cell %zu: ", self->block.offset, i);
      take_fault(self, error);
      return false;
    }
    if (i == 0)
      check_entry(self, &cell);
    check_sequence_id(self, &cell);
    hfile_content_check(self->content, &cell);
    if (self->check->visit != NULL)
      self->check->visit(self->check->self, &cell);
  }
  self->last_data_offset = self->block.offset;
  return true;
}

/* Before the load-on-open part. */
static bool
check_scanned_block(Walk *self)
{
  switch (self->block.header.type) {
  case HFILE_DATA:
  case HFILE_ENCODED_DATA:
    return check_data(self);
  case HFILE_LEAF_INDEX:
  case HFILE_BLOOM_CHUNK:
  case HFILE_META:
  case HFILE_INTERMEDIATE_INDEX:
    return true; /* what it holds is read where the index or a filter leads to it */
  case HFILE_ROOT_INDEX:
  case HFILE_FILE_INFO:
  case HFILE_BLOOM_META:
  case HFILE_DELETE_FAMILY_BLOOM_META:
  default:
    hfile_report_fault(self->report, "%s block at %" U64 ": before the part that is read at open",
                       hfile_block_type_name(self->block.header.type), self->block.offset);
    return false;
  }
}

static bool
read_next(Walk *self, uint64_t offset)
{
  GError *error = NULL;

  if (!hfile_reader_read(self->reader, offset, &self->block, &error)) {
    take_fault(self, error);
    return false;
  }
  check_frame(self);
  return true;
}

static uint64_t
behind_block(const Walk *self)
{
  return self->block.offset + hfile_block_disk_bytes(&self->block.header);
}

static bool
walk_scanned(Walk *self, uint64_t *out_end)
{
  uint64_t load_offset = self->report->trailer.load_offset;
  uint64_t offset = 0;

  for (; offset < load_offset; offset = behind_block(self))
    if ((self->check->goes_on != NULL && !self->check->goes_on(self->check->self)) ||
        !read_next(self, offset) || !check_scanned_block(self))
      return false;
  *out_end = offset;
  if (offset == load_offset)
    return true;
  hfile_report_fault(self->report, "trailer: the part read at open starts inside a block");
  return false;
}

/* HBase reads as many entries as the trailer claims, whatever the block holds. */
static void
check_meta_index(Walk *self)
{
  Cursor cursor = cursor_of(self->block.payload);
  uint32_t taken = 0;
  HfileEntry entry;

  while (taken < self->report->trailer.meta_entries && hfile_entries_take_root(&cursor, &entry))
    taken++;
  if (taken != self->report->trailer.meta_entries || cursor_left(&cursor) > 0)
    hfile_report_fault(self->report,
                       "meta index: does not hold the %u entries that the trailer claims: HBase "
                       "refuses the file",
                       self->report->trailer.meta_entries);
}

/* HBase reads these one behind the other in this order; the last two may be missing. */
static bool
walk_load_on_open(Walk *self, uint64_t offset)
{
  static const HfileBlockType order[] = {HFILE_ROOT_INDEX, HFILE_ROOT_INDEX, HFILE_FILE_INFO,
                                         HFILE_BLOOM_META, HFILE_DELETE_FAMILY_BLOOM_META};
  uint64_t end = hfile_reader_end(self->reader);
  size_t at = 0;

  for (; offset < end; offset = behind_block(self), at++) {
    if (!read_next(self, offset))
      return false;
    if (at == 3 && self->block.header.type == HFILE_DELETE_FAMILY_BLOOM_META)
      at++;
    if (at >= G_N_ELEMENTS(order) || self->block.header.type != order[at]) {
      hfile_report_fault(self->report, "%s block at %" U64 ": not where HBase looks for one",
                         hfile_block_type_name(self->block.header.type), offset);
      return false;
    }
    if (at == 1)
      check_meta_index(self);
    if (self->block.header.type == HFILE_FILE_INFO && offset != self->report->trailer.info_offset)
      hfile_report_fault(self->report, "trailer: file info is not where it says");
  }
  if (at < 3)
    hfile_report_fault(self->report, "the part read at open ends before file info");
  return at >= 3;
}

static void
check_index_end(Walk *self)
{
  const HfileReport *report = self->report;
  GError *error = NULL;
  HfileEntry entry;
  bool at_end = false;

  if (self->entries == NULL)
    return;
  if (!hfile_entries_next(self->entries, &entry, &at_end, &error))
    take_fault(self, error);
  else if (!at_end)
    hfile_report_fault(self->report, "data index: has more entries than there are data blocks");
  else if (hfile_entries_blocks(self->entries) !=
           report->totals[HFILE_LEAF_INDEX].blocks +
               report->totals[HFILE_INTERMEDIATE_INDEX].blocks)
    hfile_report_fault(self->report, "data index: some of its blocks are led to by no entry");
}

/* A second walk over half the index: only now is it known where the middle is. */
static void
check_middle(Walk *self)
{
  uint64_t middle = (self->report->totals[HFILE_DATA].blocks +
                     self->report->totals[HFILE_ENCODED_DATA].blocks - 1) /
                    2;
  g_autoptr(HfileEntries) entries = NULL;
  HfilePlace claimed = {0};
  HfileEntry entry;
  bool at_end = false;

  if (self->entries == NULL || !hfile_entries_middle(self->entries, &claimed))
    return;
  entries = hfile_entries_new(self->reader, NULL);
  for (uint64_t i = 0; i <= middle; i++)
    if (entries == NULL || !hfile_entries_next(entries, &entry, &at_end, NULL) || at_end)
      return;

  HfilePlace found = hfile_entries_place(entries);

  if (claimed.leaf.offset != found.leaf.offset ||
      claimed.leaf.disk_bytes != found.leaf.disk_bytes || claimed.entry != found.entry)
    hfile_report_fault(self->report, "data index: its root tells a wrong middle of the file: a "
                                     "region would be split there");
}

static void
check_ends(Walk *self)
{
  const HfileReport *report = self->report;

  check_index_end(self);
  check_middle(self);
  if (report->trailer.first_data_offset != 0 ||
      report->trailer.last_data_offset != self->last_data_offset)
    hfile_report_fault(self->report, "trailer: first or last data block is not where it says");
  hfile_content_finish(self->content, hfile_reader_info(self->reader));
  hfile_claims_check(self->reader, self->report);
}

/* Finds the filters' lists behind file info, which comes before them. */
static void
find_filters(Walk *self)
{
  const HfileInfo *info = hfile_reader_info(self->reader);
  g_auto(HfileBlock) block = {0};
  uint64_t offset = self->report->trailer.info_offset;
  uint64_t end = hfile_reader_end(self->reader);
  uint32_t prefix_bytes = 0;
  Slice name;

  if (hfile_info_get(info, HFILE_INFO_BLOOM_TYPE, &name) &&
      !hfile_bloom_find(name, &self->report->bloom))
    hfile_report_fault(self->report, "file info: unknown " HFILE_INFO_BLOOM_TYPE);
  if (!hfile_info_get_int(info, HFILE_INFO_BLOOM_PARAM, &prefix_bytes) &&
      self->report->bloom == BLOOM_ROWPREFIX)
    hfile_report_fault(self->report, "file info: no " HFILE_INFO_BLOOM_PARAM
                                     ", which a filter of prefixes needs");
  while (offset < end && hfile_reader_read(self->reader, offset, &block, NULL)) {
    bool is_deletes = block.header.type == HFILE_DELETE_FAMILY_BLOOM_META;
    Bloom kind = is_deletes ? BLOOM_ROW : self->report->bloom;
    GError *error = NULL;

    offset += hfile_block_disk_bytes(&block.header);
    if (!is_deletes && (block.header.type != HFILE_BLOOM_META || kind == BLOOM_NONE))
      continue;

    HfileFilter *filter = hfile_filter_new(self->reader, kind, prefix_bytes, &block, &error);

    if (filter == NULL)
      take_fault(self, error);
    else if (is_deletes)
      hfile_content_take_deletes(self->content, filter);
    else
      hfile_content_take_filter(self->content, filter);
  }
}

static bool
open_walk(Walk *self, const char *path, GError **error)
{
  self->reader = hfile_reader_open(path, error);
  if (self->reader == NULL)
    return false;
  for (size_t i = 0; i < HFILE_BLOCK_TYPES; i++)
    self->previous_offset[i] = -1;
  self->report->bytes = hfile_reader_bytes(self->reader);
  self->report->trailer = *hfile_reader_trailer(self->reader);
  self->report->info = hfile_info_copy(hfile_reader_info(self->reader));
  self->report->form = hfile_reader_decoding(self->reader)->form;
  self->content = hfile_content_new(self->check->family, self->report);
  self->entries = hfile_entries_new(self->reader, error);
  if (self->entries == NULL)
    return false;
  find_filters(self);
  return true;
}

bool
hfile_check(const char *path, const HfileCheck *check, HfileReport *report, GError **error)
{
  g_auto(Walk) walk = {.check = check, .report = report};
  uint64_t offset = 0;

  if (!open_walk(&walk, path, error))
    return false;
  report->is_whole = walk_scanned(&walk, &offset) && walk_load_on_open(&walk, offset);
  if (report->is_whole)
    check_ends(&walk);
  return true;
}
