/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/content.h"

struct HfileContent {
  HfileReport *report; /* borrowed */
  Bytes family;        /* empty until it is known */
  HfileFilter *filter; /* owned, or NULL */
  HfileFilter *deletes;
  HfileKey last; /* points into report->last_key */
  bool is_ordered;
};

HfileContent *
hfile_content_new(Slice family, HfileReport *report)
{
  HfileContent *self = g_new0(HfileContent, 1);

  self->report = report;
  self->is_ordered = true;
  bytes_append_slice(&self->family, family);
  return self;
}

void
hfile_content_free(HfileContent *self)
{
  if (self == NULL)
    return;
  hfile_filter_free(self->filter);
  hfile_filter_free(self->deletes);
  bytes_clear(&self->family);
  g_free(self);
}

void
hfile_content_take_filter(HfileContent *self, HfileFilter *filter)
{
  hfile_filter_free(self->filter);
  self->filter = filter;
  self->report->filter = *hfile_filter_size(filter);
}

void
hfile_content_take_deletes(HfileContent *self, HfileFilter *deletes)
{
  hfile_filter_free(self->deletes);
  self->deletes = deletes;
  self->report->deletes = *hfile_filter_size(deletes);
}

HfileKey
hfile_content_last(const HfileContent *self)
{
  return self->last;
}

bool
hfile_content_is_ordered(const HfileContent *self)
{
  return self->is_ordered;
}

static void
fault_at(HfileContent *self, const HfileKey *key, const char *what)
{
  g_autofree char *quoted = hfile_key_quote(key);

  hfile_report_fault(self->report, "cell %s: %s", quoted, what);
}

static void
check_order(HfileContent *self, const HfileKey *key)
{
  int order = hfile_key_compare_by(self->report->trailer.ordering, &self->last, key);

  if (order == 0)
    self->report->repeated++;
  if (order <= 0)
    return;
  self->is_ordered = false;

  g_autofree char *last = hfile_key_quote(&self->last);
  g_autofree char *what = g_strdup_printf(
      "sorts before %s, which comes before it: gets miss it and compactions fail", last);

  fault_at(self, key, what);
}

static void
check_values(HfileContent *self, const HfileKey *key)
{
  if (self->family.len == 0)
    bytes_append_slice(&self->family, key->family);
  if (!slice_equal(key->family, bytes_slice(&self->family))) {
    g_autofree char *family = slice_quote(bytes_slice(&self->family));
    g_autofree char *what = g_strdup_printf("not of family %s: it would show up there", family);

    fault_at(self, key, what);
  }
  if (key->timestamp == INT64_MAX)
    fault_at(self, key, "timestamp 2^63-1: no later put would ever win");
  else if (key->timestamp < 0)
    fault_at(self, key, "negative timestamp: the row could not be read");
}

/* Asks a filter, and gives it up when it turns out to be damaged. */
static void
check_filter(HfileContent *self, HfileFilter **filter, const HfileKey *key)
{
  g_autoptr(GError) error = NULL;
  bool may_contain = false;

  if (!hfile_filter_ask(*filter, key, &may_contain, &error)) {
    hfile_report_fault(self->report, "%s", error->message);
    hfile_filter_free(*filter);
    *filter = NULL;
  } else if (!may_contain) {
    fault_at(self, key,
             filter == &self->filter
                 ? "not in the Bloom filter: gets miss it"
                 : "its row is not in the filter of family deletes: what it deletes "
                   "stays visible");
  }
}

static void
remember(HfileContent *self, const HfileCell *cell)
{
  HfileReport *report = self->report;

  if (report->statistics.cells == 0) {
    bytes_append_slice(&report->family, cell->key.family);
    bytes_append_slice(&report->first_key, cell->key_bytes);
  }
  if (report->statistics.cells == 0 || !slice_equal(self->last.row, cell->key.row))
    report->rows++;
  bytes_reset(&report->last_key);
  bytes_append_slice(&report->last_key, cell->key_bytes);
  hfile_key_parse(bytes_slice(&report->last_key), &self->last);
}

void
hfile_content_check(HfileContent *self, const HfileCell *cell)
{
  const HfileKey *key = &cell->key;

  if (self->report->statistics.cells > 0)
    check_order(self, key);
  check_values(self, key);
  /* Filters are read in the order of keys: beyond a cell out of order they would answer no. */
  if (self->is_ordered && self->filter != NULL)
    check_filter(self, &self->filter, key);
  if (self->is_ordered && self->deletes != NULL && hfile_is_family_delete(key->type))
    check_filter(self, &self->deletes, key);
  remember(self, cell);
  hfile_statistics_count(&self->report->statistics, key, cell->value.len);
}

static void
check_last_key(HfileContent *self, const HfileInfo *info)
{
  Slice claimed;

  if (!hfile_info_get(info, HFILE_INFO_LAST_BLOOM_KEY, &claimed))
    hfile_report_fault(self->report, "file info: no " HFILE_INFO_LAST_BLOOM_KEY
                                     ", which a file with a Bloom filter has");
  else if (!slice_equal(claimed, hfile_filter_last_key(self->filter)))
    hfile_report_fault(self->report, "file info: " HFILE_INFO_LAST_BLOOM_KEY
                                     " is not the last key of the Bloom filter: gets of later "
                                     "rows miss them");
}

void
hfile_content_finish(HfileContent *self, const HfileInfo *info)
{
  if (self->filter == NULL || !self->is_ordered)
    return;
  check_last_key(self, info);
  if (hfile_filter_size(self->filter)->keys != hfile_filter_asked(self->filter))
    hfile_report_warning(self->report,
                         "Bloom filter: tells of %" G_GUINT64_FORMAT
                         " keys, the cells have %" G_GUINT64_FORMAT,
                         hfile_filter_size(self->filter)->keys, hfile_filter_asked(self->filter));
}
