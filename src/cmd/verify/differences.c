/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify/differences.h"

#include "report/report.h"

struct CmdDifferences {
  CmdDifferencesOptions options;
  uint64_t shown;
  Report *report; /* owned: within its list of differences until it is printed */
};

CmdDifferences *
cmd_differences_new(const CmdDifferencesOptions *options)
{
  CmdDifferences *self = g_new0(CmdDifferences, 1);

  self->options = *options;
  self->report = report_new(options->is_json);
  report_list(self->report, "differences");
  return self;
}

void
cmd_differences_free(CmdDifferences *self)
{
  if (self == NULL)
    return;
  report_free(self->report);
  g_free(self);
}

static bool
is_extra(VerifyKind kind)
{
  return kind == VERIFY_EXTRA_CELL || kind == VERIFY_EXTRA_ROW;
}

static void
add_bytes(Report *report, const char *name, Slice bytes)
{
  g_autofree char *quoted = slice_quote(bytes);

  report_text(report, name, quoted);
}

/* Where a record lies, as fields and said. */
static void
tell_place(const CmdDifferences *self, VerifyPlace place)
{
  Report *report = self->report;

  if (self->options.topic != NULL) {
    report_text(report, "topic", self->options.topic);
    report_number(report, "partition", place.part);
    report_number(report, "offset", place.at);
    report_say(report, "{topic}[{partition}]@{offset}");
    return;
  }
  report_text(report, "file", self->options.files[place.part]);
  report_number(report, self->options.unit, place.at);
  report_say(report, "{file} {.} {}");
}

static void
tell_wanted(const CmdDifferences *self, const VerifyDifference *difference)
{
  Report *report = self->report;

  report_object(report, "source");
  if (!self->options.ignores_times)
    report_number(report, "timestamp", difference->wanted_at);
  if (difference->kind == VERIFY_MISSING_ROW) {
    report_count(report, "cells", difference->cells);
    report_say(report, "    source  {cells} cell{cells:s}");
  } else {
    add_bytes(report, "value", bytes_slice(&difference->wanted->value));
    report_say(report, "    source  '{value}'");
    if (!self->options.ignores_times)
      report_say(report, " at {timestamp:time}");
  }
  report_say(report, "\n            ");
  if (difference->records == 1)
    report_say(report, "from ");
  tell_place(self, difference->wanted->place);
  if (difference->records != 1)
    report_say(report, " should have won, of {records} records of this row");
  report_say(report, "\n");
  report_end(report);
}

static void
tell_deletion(const CmdDifferences *self, const VerifyDifference *difference)
{
  report_object(self->report, "deleted_by");
  report_number(self->report, "timestamp", difference->deleted_at);
  report_say(self->report, "    source  ");
  tell_place(self, difference->deleted_by);
  report_say(self->report, " deleted it at {timestamp:time}\n");
  report_end(self->report);
}

static void
tell_found(Report *report, const VerifyDifference *difference)
{
  report_object(report, "table");
  if (difference->kind == VERIFY_EXTRA_ROW) {
    report_count(report, "cells", difference->cells);
    report_say(report, "    table   {cells} cell{cells:s}\n");
  } else {
    add_bytes(report, "value", difference->found);
    report_number(report, "timestamp", difference->found_at);
    report_say(report, "    table   '{value}' at {timestamp:time}\n");
  }
  report_end(report);
}

void
cmd_differences_add(void *data, const VerifyDifference *difference)
{
  CmdDifferences *self = data;
  Report *report = self->report;

  if (self->shown >= self->options.show ||
      (self->options.ignores_extra && is_extra(difference->kind)))
    return;
  self->shown++;
  report_object(report, NULL);
  report_text(report, "kind", verify_kind_names[difference->kind]);
  add_bytes(report, "row", difference->row);
  report_count(report, "records", difference->records);
  report_say(report, "{kind:-20words} row '{row}'");
  if (difference->family.len > 0) {
    add_bytes(report, "family", difference->family);
    add_bytes(report, "qualifier", difference->qualifier);
    report_say(report, " column {family}:{qualifier}");
  }
  report_say(report, "\n");
  if (difference->wanted != NULL)
    tell_wanted(self, difference);
  if (difference->deleted_at >= 0)
    tell_deletion(self, difference);
  if (difference->kind > VERIFY_MISSING_CELL)
    tell_found(report, difference);
  report_end(report);
}

uint64_t
cmd_differences_total(const CmdDifferences *self, const VerifyResult *result)
{
  uint64_t total = 0;

  for (unsigned kind = 0; kind < VERIFY_KINDS; kind++)
    if (!self->options.ignores_extra || !is_extra(kind))
      total += result->differences[kind];
  return total;
}

static void
tell_kinds(const CmdDifferences *self, const VerifyResult *result)
{
  report_object(self->report, "counts");
  for (unsigned kind = 0; kind < VERIFY_KINDS; kind++) {
    bool is_ignored = self->options.ignores_extra && is_extra(kind);

    report_count(self->report, verify_kind_names[kind], result->differences[kind]);
    if (result->differences[kind] > 0)
      report_say(self->report, is_ignored ? "{.:-20words} {} (ignored)\n" : "{.:-20words} {}\n");
  }
  report_end(self->report);
}

static void
tell_counts(Report *report, const VerifyCounts *counts, const VerifyResult *result)
{
  report_object(report, "records");
  report_count(report, "read", counts->records);
  report_count(report, "puts", counts->puts);
  report_count(report, "tombstones", counts->tombstones);
  report_count(report, "skipped", counts->skipped);
  report_count(report, "left_out", counts->left_out);
  report_count(report, "bad", counts->bad);
  report_count(report, "too_large", counts->too_large);
  report_say(report, "records  |{read} read,|{puts} puts,|{tombstones} tombstones,|"
                     "{skipped} skipped,|{left_out} left out,|{bad} bad,|{too_large} too large\n");
  report_end(report);
  report_count(report, "rows_expected", result->rows_expected);
  report_count(report, "rows_found", result->rows_found);
  report_count(report, "rows_equal", result->rows_equal);
  report_count(report, "cells_equal", result->cells_equal);
  report_count(report, "cells_expired", result->expired);
  report_count(report, "rows_expired", result->rows_expired);
  report_say(report, "table    |{rows_expected} rows expected,|{rows_found} rows found,|"
                     "{rows_equal} rows equal,|{cells_equal} cells equal,|"
                     "{cells_expired} cells expired,|{rows_expired} rows expired\n");
}

void
cmd_differences_print(CmdDifferences *self, const CmdDifferencesSummary *summary)
{
  Report *report = self->report;
  uint64_t total = cmd_differences_total(self, summary->result);

  report_end(report);
  report_text(report, "table", self->options.table);
  report_claim(report, "equal", total == 0);
  report_count(report, "total", total);
  report_count(report, "not_shown", total - self->shown);
  report_real(report, "seconds", summary->seconds);
  if (total > self->shown)
    report_say(report, "... and {not_shown} more; --show N shows more of them\n");
  tell_kinds(self, summary->result);
  report_sentences(report, "examples", summary->examples, "bad record {}\n");
  report_sentences(report, "warnings", summary->warnings, "warning {}\n");
  tell_counts(report, &summary->counts, summary->result);
  if (self->options.ignores_times)
    report_say(report, "timestamps were not compared: the mapping takes the record's, and files "
                       "have none (--timestamp MS says it)\n");
  report_say(report, total == 0 ? "table {table} is as its source says ({seconds:.1} s)\n"
                                : "table {table}: {total} difference{total:s} ({seconds:.1} s)\n");
  report_end_all(report);
}
