/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/claims.h"

#include "base/cursor.h"

#define U64 G_GUINT64_FORMAT
#define I64 G_GINT64_FORMAT

static void
check_last_key(const HfileInfo *info, HfileReport *report)
{
  Slice claimed;

  if (!hfile_info_get(info, HFILE_INFO_LAST_KEY, &claimed))
    hfile_report_fault(report, "file info: no " HFILE_INFO_LAST_KEY ": HBase refuses the file");
  else if (!slice_equal(claimed, bytes_slice(&report->last_key)))
    hfile_report_fault(report, "file info: " HFILE_INFO_LAST_KEY
                               " is not the last cell's key: the file could be put in a wrong "
                               "region");
}

static void
check_average(const HfileInfo *info, const char *name, uint64_t sum, HfileReport *report)
{
  uint32_t claimed = 0;
  uint64_t found = sum / MAX(report->statistics.cells, 1);

  if (!hfile_info_get_int(info, name, &claimed))
    hfile_report_fault(report, "file info: no %s: HBase refuses the file", name);
  else if (claimed != found)
    hfile_report_warning(report, "file info: %s is %u, the cells have %" U64, name, claimed, found);
}

static void
check_biggest(const HfileInfo *info, HfileReport *report)
{
  Slice key;
  int64_t len = 0;
  bool has_key = hfile_info_get(info, HFILE_INFO_BIGGEST_KEY, &key);
  bool has_len = hfile_info_get_long(info, HFILE_INFO_BIGGEST_LEN, &len);

  if (has_key != has_len)
    hfile_report_fault(report, "file info: " HFILE_INFO_BIGGEST_KEY " and " HFILE_INFO_BIGGEST_LEN
                               " come together or not at all");
  else if (has_key && !report->form.has_tags &&
           (!slice_equal(key, bytes_slice(&report->statistics.biggest_key)) ||
            (uint64_t)len != report->statistics.biggest_bytes))
    hfile_report_warning(report, "file info: the biggest cell is another one");
}

static void
check_time_range(const HfileInfo *info, HfileReport *report)
{
  const HfileStatistics *found = &report->statistics;
  Slice bytes;
  uint64_t least = 0;
  uint64_t most = 0;

  if (!hfile_info_get(info, HFILE_INFO_TIMERANGE, &bytes))
    return;

  Cursor cursor = cursor_of(bytes);

  if (!cursor_take_be64(&cursor, &least) || !cursor_take_be64(&cursor, &most) ||
      cursor_left(&cursor) > 0)
    hfile_report_fault(report, "file info: " HFILE_INFO_TIMERANGE " is not two numbers");
  else if ((int64_t)least > found->least_timestamp || (int64_t)most < found->most_timestamp)
    hfile_report_fault(report,
                       "file info: " HFILE_INFO_TIMERANGE " is %" I64 " to %" I64
                       ", the cells need %" I64 " to %" I64 ": reads with a time range miss cells",
                       (int64_t)least, (int64_t)most, found->least_timestamp,
                       found->most_timestamp);
}

static void
check_counts(const HfileInfo *info, HfileReport *report)
{
  const HfileStatistics *found = &report->statistics;
  int64_t claimed = 0;

  if (hfile_info_get_long(info, HFILE_INFO_DELETE_FAMILY_COUNT, &claimed) &&
      (uint64_t)claimed != found->family_deletes)
    hfile_report_fault(report,
                       "file info: " HFILE_INFO_DELETE_FAMILY_COUNT " is %" I64
                       ", the cells have %" U64 ": reads may pass over deletes",
                       claimed, found->family_deletes);
  if (hfile_info_get_long(info, HFILE_INFO_EARLIEST_PUT, &claimed) &&
      claimed != found->earliest_put)
    hfile_report_warning(report,
                         "file info: " HFILE_INFO_EARLIEST_PUT " is %" I64 ", the cells have %" I64,
                         claimed, found->earliest_put);
  if (report->form.has_sequence_ids &&
      !hfile_info_get_long(info, HFILE_INFO_MAX_SEQUENCE_ID, &claimed))
    hfile_report_fault(report, "file info: " HFILE_INFO_KEY_VALUE_VERSION
                               " without " HFILE_INFO_MAX_SEQUENCE_ID);
}

static void
check_trailer_number(const char *what, uint64_t claimed, uint64_t found, HfileReport *report)
{
  if (claimed != found)
    hfile_report_warning(report, "trailer: %s is %" U64 ", found %" U64, what, claimed, found);
}

static void
check_trailer(HfileReport *report)
{
  static const HfileBlockType counted[] = {
      HFILE_DATA, HFILE_ENCODED_DATA, HFILE_LEAF_INDEX, HFILE_BLOOM_CHUNK,
      HFILE_META, HFILE_FILE_INFO,    HFILE_BLOOM_META, HFILE_DELETE_FAMILY_BLOOM_META};
  const HfileTrailer *trailer = &report->trailer;
  uint64_t total = HFILE_TRAILER_BYTES + HFILE_BLOCK_HEADER_BYTES;
  uint64_t index = 0;

  for (size_t i = 0; i < G_N_ELEMENTS(counted); i++)
    total += report->totals[counted[i]].raw_bytes +
             report->totals[counted[i]].blocks * HFILE_BLOCK_HEADER_BYTES;
  for (HfileBlockType type = HFILE_LEAF_INDEX; type <= HFILE_ROOT_INDEX; type++)
    index += report->totals[type].raw_bytes;
  if (trailer->meta_entries == 0) {
    check_trailer_number("total of uncompressed bytes", trailer->total_raw_bytes, total, report);
    check_trailer_number("size of the data index", trailer->index_raw_bytes, index, report);
  }
  if (trailer->cells != report->statistics.cells)
    hfile_report_fault(report, "trailer: claims %" U64 " cells, the file holds %" U64,
                       trailer->cells, report->statistics.cells);
}

void
hfile_claims_check(const HfileReader *reader, HfileReport *report)
{
  const HfileInfo *info = hfile_reader_info(reader);

  check_last_key(info, report);
  check_average(info, HFILE_INFO_AVG_KEY_LEN, report->statistics.key_bytes, report);
  check_average(info, HFILE_INFO_AVG_VALUE_LEN, report->statistics.value_bytes, report);
  check_biggest(info, report);
  check_time_range(info, report);
  check_counts(info, report);
  check_trailer(report);
  if (report->repeated > 0)
    hfile_report_warning(report,
                         "%" U64 " cells have the key of the cell before: the first one wins",
                         report->repeated);
  if (!hfile_codec_is_stock(report->trailer.codec))
    hfile_report_warning(report,
                         "compressed with %s: a stock server cannot read it without the codec's "
                         "jar and setting",
                         hfile_codec_name(report->trailer.codec));
}
