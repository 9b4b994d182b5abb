/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/intake.h"

enum { EXAMPLES = 5 };

struct VerifyIntake {
  VerifyIntakeOptions options;
  Sort *sort; /* owned */
  Row row;
  Bytes packed;
  VerifyCounts counts;
  FaultList examples;
};

VerifyIntake *
verify_intake_new(const VerifyIntakeOptions *options)
{
  VerifyIntake *self = g_new0(VerifyIntake, 1);

  self->options = *options;
  self->sort = sort_new(&verify_packed_order, options->temp_folder, options->memory_bytes);
  sort_set_stop(self->sort, options->watch->stop);
  return self;
}

void
verify_intake_free(VerifyIntake *self)
{
  if (self == NULL)
    return;
  sort_free(self->sort);
  row_clear(&self->row);
  bytes_clear(&self->packed);
  fault_list_clear(&self->examples);
  g_free(self);
}

/* FNV-1a, and then a mix, for its low bits alone follow the key's last bytes too closely. */
bool
verify_is_sampled(Slice key, uint64_t sample)
{
  uint64_t hash = 14695981039346656037u;

  if (sample <= 1)
    return true;
  for (size_t i = 0; i < key.len; i++)
    hash = (hash ^ key.data[i]) * 1099511628211u;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdu;
  hash ^= hash >> 33;
  return hash % sample == 0;
}

const VerifyIntakeOptions *
verify_intake_options(const VerifyIntake *self)
{
  return &self->options;
}

Row *
verify_intake_row(VerifyIntake *self)
{
  return &self->row;
}

/* Whether the row is looked at; it is counted here if not. */
static bool
is_wanted(VerifyIntake *self)
{
  const Row *row = &self->row;

  self->counts.records++;
  if (row->timestamp >= self->options.since_ms && verify_is_sampled(row->key, self->options.sample))
    return true;
  self->counts.left_out++;
  return false;
}

static bool
add(VerifyIntake *self, VerifyPlace place, bool is_optional, GError **error)
{
  verify_pack(&self->row, place, is_optional, &self->packed);
  return sort_add(self->sort, bytes_slice(&self->packed), error);
}

bool
verify_intake_take(VerifyIntake *self, VerifyPlace place, GError **error)
{
  if (!is_wanted(self))
    return true;
  if (self->row.kind == ROW_DELETE)
    self->counts.tombstones++;
  else
    self->counts.puts++;
  return add(self, place, false, error);
}

static void
note_example(VerifyIntake *self, const char *where, const GError *reason)
{
  if (fault_list_length(&self->examples) < EXAMPLES)
    fault_list_add(&self->examples, "%s%s%s", where == NULL ? "" : where, where == NULL ? "" : ": ",
                   reason->message);
}

bool
verify_intake_take_too_large(VerifyIntake *self, VerifyPlace place, const char *where,
                             const GError *reason, GError **error)
{
  if (!is_wanted(self))
    return true;
  self->counts.too_large++;
  note_example(self, where, reason);
  return add(self, place, true, error);
}

void
verify_intake_skip(VerifyIntake *self)
{
  self->counts.records++;
  self->counts.skipped++;
}

void
verify_intake_take_bad(VerifyIntake *self, const char *where, const GError *reason)
{
  self->counts.records++;
  self->counts.bad++;
  note_example(self, where, reason);
}

bool
verify_intake_goes_on(const VerifyIntake *self, uint64_t done, uint64_t total, GError **error)
{
  const VerifyWatch *watch = self->options.watch;

  if (watch->go_on(watch->self, VERIFY_READING, done, total))
    return true;
  g_set_error_literal(error, FAULT, FAULT_SETUP, "stopped");
  return false;
}

SortMerge *
verify_intake_finish(VerifyIntake *self, GError **error)
{
  SortMerge *merge;

  if (!sort_finish(self->sort, error))
    return NULL;
  merge = sort_merge_new(&verify_packed_order);
  sort_join(self->sort, merge);
  return merge;
}

VerifyCounts
verify_intake_counts(const VerifyIntake *self)
{
  return self->counts;
}

const FaultList *
verify_intake_examples(const VerifyIntake *self)
{
  return &self->examples;
}
