/* SPDX-License-Identifier: Apache-2.0 */
#include "check/insight.h"

enum {
  MOST_REASONS = 100,       /* then what is new counts as the last of them */
  LEAST_ROWS = 100,         /* to judge an order by */
  SLACK_PARTS = 10,         /* of a region's share: how far a split point may be off */
  CELL_OVERHEAD_BYTES = 20, /* of a KeyValue: its lengths, time and type */
};

/* No record's time lies outside, but for one in another unit: seconds taken for milliseconds stay
 * before the first until 2242, microseconds come behind the second. */
static const int64_t EARLY_MS = INT64_C(100) * 24 * 3600 * 1000;
static const int64_t LATE_MS = INT64_C(7258118400000); /* 2200-01-01 */

/* From here on one region takes most of the load, whatever the splits. */
#define HOT_SHARE 0.5

typedef struct {
  Slice key; /* owned */
  uint64_t content;
  int64_t timestamp;
  uint64_t cells;
  uint64_t bytes;
  CheckPlace place;
  unsigned part;
} Put;

typedef struct {
  Slice key; /* owned */
  int64_t timestamp;
  CheckPlace place;
} Tombstone;

struct CheckInsight {
  CheckReport report;
  GArray *filled;      /* owned, of uint64_t: puts by column */
  GArray *tombstones;  /* owned, of Tombstone */
  GArray *puts;        /* owned, of Put */
  GPtrArray *reasons;  /* owned, of CheckReason */
  GHashTable *by_kind; /* owned: owned text -> CheckReason, borrowed */
};

static void
put_clear(gpointer data)
{
  g_free((void *)((Put *)data)->key.data);
}

static void
tombstone_clear(gpointer data)
{
  g_free((void *)((Tombstone *)data)->key.data);
}

static void
reason_free(gpointer data)
{
  CheckReason *self = data;

  g_free(self->reason);
  g_free(self);
}

CheckInsight *
check_insight_new(void)
{
  CheckInsight *self = g_new0(CheckInsight, 1);

  self->puts = g_array_new(FALSE, FALSE, sizeof(Put));
  g_array_set_clear_func(self->puts, put_clear);
  self->filled = g_array_new(FALSE, TRUE, sizeof(uint64_t));
  self->tombstones = g_array_new(FALSE, FALSE, sizeof(Tombstone));
  g_array_set_clear_func(self->tombstones, tombstone_clear);
  self->reasons = g_ptr_array_new_with_free_func(reason_free);
  self->by_kind = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
check_insight_free(CheckInsight *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->puts);
  g_array_unref(self->tombstones);
  g_array_unref(self->filled);
  g_hash_table_unref(self->by_kind);
  g_ptr_array_unref(self->reasons);
  g_free(self);
}

/* FNV-1a. */
static uint64_t
mix(uint64_t hash, const void *data, size_t len)
{
  const uint8_t *at = data;

  for (size_t i = 0; i < len; i++)
    hash = (hash ^ at[i]) * 1099511628211u;
  return hash;
}

static uint64_t
content_of(const Row *row)
{
  uint64_t hash = 14695981039346656037u;

  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];

    hash = mix(hash, &cell->column->index, sizeof cell->column->index);
    hash = mix(hash, &cell->is_delete, sizeof cell->is_delete);
    hash = mix(hash, &cell->value.len, sizeof cell->value.len);
    hash = mix(hash, cell->value.data, cell->value.len);
  }
  return hash;
}

static uint64_t
bytes_of(const Row *row)
{
  uint64_t bytes = 0;

  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];

    bytes += CELL_OVERHEAD_BYTES + row->key.len + cell->column->family.len +
             cell->column->qualifier.len + cell->value.len;
  }
  return bytes;
}

static void
count_filled(CheckInsight *self, const Row *row)
{
  for (size_t i = 0; i < row->cells_length; i++) {
    size_t index = row->cells[i].column->index;

    if (row->cells[i].is_delete)
      continue;
    if (index >= self->filled->len)
      g_array_set_size(self->filled, (guint)index + 1);
    g_array_index(self->filled, uint64_t, index)++;
  }
}

void
check_insight_add(CheckInsight *self, const Row *row, unsigned part, CheckPlace place)
{
  Slice key = slice(g_memdup2(row->key.data, row->key.len), row->key.len);

  if (row->kind == ROW_DELETE) {
    Tombstone tombstone = {key, row->timestamp, place};

    self->report.tombstones++;
    g_array_append_val(self->tombstones, tombstone); /* it owns the key now */
    return;
  }

  Put put = {
      .key = key,
      .content = content_of(row),
      .timestamp = row->timestamp,
      .cells = row->cells_length,
      .bytes = bytes_of(row),
      .place = place,
      .part = part,
  };

  self->report.puts++;
  self->report.too_late += row->timestamp >= LATE_MS;
  self->report.too_early += row->timestamp < EARLY_MS;
  count_filled(self, row);
  g_array_append_val(self->puts, put); /* it owns the key now */
}

void
check_insight_add_skipped(CheckInsight *self)
{
  self->report.skipped++;
}

/* What is the same for all that are counted together. */
static char *
kind_of(const GError *fault)
{
  const char *kind = fault_kind(fault);
  const char *field = fault_field(fault);

  return g_strconcat(kind == NULL ? fault->message : kind, "\n", field, NULL);
}

void
check_insight_add_bad(CheckInsight *self, CheckPlace place, const GError *fault)
{
  g_autofree char *kind = kind_of(fault);
  CheckReason *known = g_hash_table_lookup(self->by_kind, kind);

  self->report.bad++;
  if (known == NULL && self->reasons->len == MOST_REASONS)
    known = self->reasons->pdata[MOST_REASONS - 1];
  if (known == NULL) {
    known = g_new0(CheckReason, 1);
    known->reason = g_strdup(fault->message);
    known->place = place;
    g_ptr_array_add(self->reasons, known);
    g_hash_table_insert(self->by_kind, g_steal_pointer(&kind), known);
  }
  known->records++;
}

static const Put *
put_at(const CheckInsight *self, size_t i)
{
  return &g_array_index(self->puts, Put, i);
}

/* Of one key the alike together, by their time. */
static int
compare_puts(gconstpointer a, gconstpointer b)
{
  const Put *x = a;
  const Put *y = b;
  int order = slice_compare(x->key, y->key);

  if (order != 0)
    return order;
  if (x->timestamp != y->timestamp)
    return x->timestamp < y->timestamp ? -1 : 1;
  return (x->content > y->content) - (x->content < y->content);
}

static int
compare_tombstones(gconstpointer a, gconstpointer b)
{
  return slice_compare(((const Tombstone *)a)->key, ((const Tombstone *)b)->key);
}

static int
compare_reasons(gconstpointer a, gconstpointer b)
{
  const CheckReason *x = *(const CheckReason *const *)a;
  const CheckReason *y = *(const CheckReason *const *)b;

  return (x->records < y->records) - (x->records > y->records);
}

static int
compare_counts(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a;
  uint64_t y = *(const uint64_t *)b;

  return (x > y) - (x < y);
}

static CheckSpread
spread_of(uint64_t *counts, size_t length)
{
  CheckSpread spread = {0};

  if (length == 0)
    return spread;
  qsort(counts, length, sizeof *counts, compare_counts);
  for (size_t i = 0; i < length; i++)
    spread.mean += (double)counts[i] / (double)length;
  spread.p95 = counts[(length * 95 + 99) / 100 - 1];
  spread.most = counts[length - 1];
  return spread;
}

static void
report_spreads(const CheckInsight *self, CheckReport *report)
{
  size_t length = self->puts->len;
  g_autofree uint64_t *counts = g_new(uint64_t, length + 1);

  for (size_t i = 0; i < length; i++)
    counts[i] = put_at(self, i)->cells;
  report->cells = spread_of(counts, length);
  for (size_t i = 0; i < length; i++)
    counts[i] = put_at(self, i)->bytes;
  report->bytes = spread_of(counts, length);
}

/* One row key's puts, from..to of the sorted ones. */
static void
report_row(const CheckInsight *self, size_t from, size_t to, CheckReport *report)
{
  size_t different = 1;
  size_t second = from;

  report->rows++;
  for (size_t i = from + 1; i < to; i++) {
    const Put *before = put_at(self, i - 1);
    const Put *put = put_at(self, i);

    if (put->content == before->content) {
      report->repeated++;
      continue;
    }
    different++;
    second = i;
    report->tied += put->timestamp == before->timestamp;
  }
  if (different == 1)
    return;
  if (report->sharing == 0)
    report->shared = (CheckShared){put_at(self, from)->key, put_at(self, from)->place,
                                   put_at(self, second)->place};
  report->sharing += different;
}

static void
report_rows(const CheckInsight *self, CheckReport *report)
{
  size_t from = 0;

  for (size_t i = 1; i <= self->puts->len; i++) {
    if (i < self->puts->len && slice_equal(put_at(self, i)->key, put_at(self, from)->key))
      continue;
    report_row(self, from, i, report);
    from = i;
  }
}

static bool
hides(const Tombstone *tombstone, const Put *put)
{
  return tombstone->place.partition == put->place.partition &&
         tombstone->place.offset < put->place.offset && tombstone->timestamp >= put->timestamp;
}

/* Both sorted by key. */
static void
report_hidden(const CheckInsight *self, CheckReport *report)
{
  guint first = 0;

  for (size_t i = 0; i < self->puts->len; i++) {
    const Put *put = put_at(self, i);
    const Tombstone *tombstone = NULL;

    while (first < self->tombstones->len &&
           slice_compare(g_array_index(self->tombstones, Tombstone, first).key, put->key) < 0)
      first++;
    for (guint k = first; k < self->tombstones->len && tombstone == NULL; k++) {
      const Tombstone *one = &g_array_index(self->tombstones, Tombstone, k);

      if (!slice_equal(one->key, put->key))
        break;
      tombstone = hides(one, put) ? one : NULL;
    }
    if (tombstone != NULL && report->hidden++ == 0)
      report->hiding = (CheckShared){put->key, tombstone->place, put->place};
  }
}

/* The topic's parts are its times. Where each part's records lie in one range of the keys, they
 * all go to one region at a time, however the table is split. */
static void
report_order(const CheckInsight *self, CheckReport *report)
{
  uint64_t counts[CHECK_PARTS][CHECK_RANGES] = {{0}};
  uint64_t busiest = 0;
  double middle[CHECK_PARTS] = {0}; /* mean range */

  report->is_order_known = report->rows >= LEAST_ROWS;
  for (size_t i = 0; i < self->puts->len; i++)
    counts[put_at(self, i)->part][i * CHECK_RANGES / self->puts->len]++;
  for (unsigned part = 0; part < CHECK_PARTS; part++) {
    uint64_t most = 0;
    uint64_t all = 0;

    for (unsigned range = 0; range < CHECK_RANGES; range++) {
      most = MAX(most, counts[part][range]);
      all += counts[part][range];
      middle[part] += (double)(counts[part][range] * range);
    }
    middle[part] /= (double)MAX(all, 1);
    busiest += most;
  }
  report->busiest = (double)busiest / (double)MAX(self->puts->len, 1);
  if (report->busiest < HOT_SHARE)
    report->order = CHECK_SPREAD;
  else if (middle[CHECK_PARTS - 1] >= middle[0] + CHECK_RANGES / 2.0)
    report->order = CHECK_RISING;
  else if (middle[CHECK_PARTS - 1] <= middle[0] - CHECK_RANGES / 2.0)
    report->order = CHECK_FALLING;
  else
    report->order = CHECK_TOGETHER;
}

void
check_insight_report(CheckInsight *self, CheckReport *out_report)
{
  CheckReport report = self->report;

  g_array_sort(self->puts, compare_puts);
  g_array_sort(self->tombstones, compare_tombstones);
  g_ptr_array_sort(self->reasons, compare_reasons);
  report.records = report.puts + report.tombstones + report.skipped + report.bad;
  report.reasons = self->reasons;
  report.filled = &g_array_index(self->filled, uint64_t, 0);
  report.filled_length = self->filled->len;
  report_spreads(self, &report);
  report_rows(self, &report);
  report_hidden(self, &report);
  report_order(self, &report);
  *out_report = report;
}

uint64_t
check_insight_older(const CheckInsight *self, int64_t timestamp_ms)
{
  uint64_t count = 0;

  for (size_t i = 0; i < self->puts->len; i++)
    count += put_at(self, i)->timestamp <= timestamp_ms;
  return count;
}

/* The keys that differ, in order. */
static GPtrArray *
distinct_puts(const CheckInsight *self)
{
  GPtrArray *puts = g_ptr_array_new();

  for (size_t i = 0; i < self->puts->len; i++)
    if (i == 0 || !slice_equal(put_at(self, i)->key, put_at(self, i - 1)->key))
      g_ptr_array_add(puts, (Put *)put_at(self, i));
  return puts;
}

static void
bytes_clear_item(gpointer data)
{
  bytes_clear(data);
}

/* How much of the key it takes to stand behind the one before. */
static size_t
telling_length(const GPtrArray *puts, size_t at)
{
  Slice before = ((const Put *)puts->pdata[at - 1])->key;
  Slice key = ((const Put *)puts->pdata[at])->key;
  size_t len = 0;

  while (len < before.len && len < key.len && before.data[len] == key.data[len])
    len++;
  return MIN(len + 1, key.len);
}

/* Near `at`, so that the shares stay about equal, the one that a short text tells. */
static size_t
find_split(const GPtrArray *puts, size_t at, size_t slack)
{
  size_t best = at;

  for (size_t i = at - MIN(slack, at - 1); i < MIN(at + slack + 1, puts->len); i++)
    if (telling_length(puts, i) < telling_length(puts, best))
      best = i;
  return best;
}

GArray *
check_insight_splits(const CheckInsight *self, unsigned regions)
{
  g_autoptr(GPtrArray) puts = distinct_puts(self);
  GArray *splits = g_array_new(FALSE, FALSE, sizeof(Bytes));
  size_t slack = puts->len / regions / SLACK_PARTS;
  size_t last = 0;

  g_array_set_clear_func(splits, bytes_clear_item);
  for (unsigned i = 1; i < regions; i++) {
    size_t at = puts->len * i / regions;

    if (at == last)
      continue;
    last = at;
    at = find_split(puts, at, slack);

    Bytes split = {0};

    bytes_append(&split, ((const Put *)puts->pdata[at])->key.data, telling_length(puts, at));
    g_array_append_val(splits, split); /* it owns the bytes now */
  }
  return splits;
}
