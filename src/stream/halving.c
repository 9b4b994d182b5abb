/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/halving.h"

/* How often a part is cut off, or a lone row refused, before that is believed. */
enum { CUTS_TO_HALVE = 2, REFUSALS_TO_REJECT = 2 };

typedef struct {
  size_t first;
  size_t count;
  unsigned sends; /* of a call with these rows in it, so far */
  unsigned cuts;
  unsigned refusals;
} Part;

typedef struct {
  const StreamHalvingSeam *seam;
  StreamBatch *batch;
  FrameKind kind;
  GArray *parts;    /* owned, of Part: a stack */
  GArray *suspects; /* owned, of Part: lone rows that were cut off again and again */
  bool has_control;
  size_t control; /* a row that was acknowledged: sent again it tells a bad row from an outage */
  size_t refused;
  bool is_over;
} Halving;

static bool
send_part(Halving *self, size_t first, size_t count, GError **error)
{
  const StreamSink *sink = self->seam->sink;

  const FrameBatch part = {stream_batch_plan(self->batch), self->kind,
                           stream_batch_rows(self->batch, self->kind), first, count};

  if (!sink->send(sink->self, &part, error) || !sink->receive(sink->self, error))
    return false;
  self->seam->taken(self->seam->self);
  return true;
}

static void
push_halves(Halving *self, Part part)
{
  size_t half = part.count / 2;
  Part left = {.first = part.first, .count = half, .sends = part.sends};
  Part right = {.first = part.first + half, .count = part.count - half, .sends = part.sends};

  g_array_append_val(self->parts, right);
  g_array_append_val(self->parts, left);
}

static void
reject(Halving *self, const Part *part, const GError *error)
{
  stream_batch_reject_row(self->batch, self->kind, part->first, error, part->sends);
  self->refused++;
}

static bool
wait_for_table(Halving *self, const GError *reason)
{
  const char *table = frame_plan_table(stream_batch_plan(self->batch));

  self->is_over = !self->seam->wait(self->seam->self, table, reason);
  return !self->is_over;
}

/* A lone row is refused: believed when a probe answers and it is refused once more. */
static void
judge_refused(Halving *self, Part part, const GError *error)
{
  const StreamSink *sink = self->seam->sink;
  const char *table = frame_plan_table(stream_batch_plan(self->batch));
  g_autoptr(GError) verdict = NULL;

  if (!sink->probe(sink->self, table, &verdict)) {
    if (!wait_for_table(self, verdict))
      return;
  } else if (++part.refusals >= REFUSALS_TO_REJECT) {
    reject(self, &part, error);
    return;
  }
  g_array_append_val(self->parts, part);
}

static void
judge_cut(Halving *self, Part part, const GError *error)
{
  if (!wait_for_table(self, error))
    return;
  if (++part.cuts < CUTS_TO_HALVE)
    g_array_prepend_val(self->parts, part); /* last: another part may show that the peer is well */
  else if (part.count > 1)
    push_halves(self, part);
  else
    g_array_append_val(self->suspects, part);
}

/* The sink waits for HBase, or the table for whoever looks after it: nothing is said of rows. */
static bool
is_outage(const Halving *self, const GError *error)
{
  const StreamSink *sink = self->seam->sink;

  return g_error_matches(error, FAULT, FAULT_SETUP) ||
         (g_error_matches(error, FAULT, FAULT_PEER) && sink->is_busy(sink->self));
}

static void
try_part(Halving *self, Part part)
{
  g_autoptr(GError) error = NULL;

  part.sends++;
  if (send_part(self, part.first, part.count, &error)) {
    self->has_control = true;
    self->control = part.first;
  } else if (is_outage(self, error)) {
    if (wait_for_table(self, error))
      g_array_append_val(self->parts, part);
  } else if (g_error_matches(error, FAULT, FAULT_PEER)) {
    judge_cut(self, part, error);
  } else if (part.count > 1) {
    push_halves(self, part);
  } else {
    judge_refused(self, part, error);
  }
}

/* A lone row that cut the connection twice is bad only if a row that was taken before is taken
 * again right after it has done so once more: else this is an outage, and it waits. */
static void
try_suspect(Halving *self, Part part)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) verdict = NULL;

  part.sends++;
  if (send_part(self, part.first, 1, &error))
    return;
  if (!g_error_matches(error, FAULT, FAULT_PEER)) {
    g_array_append_val(self->parts, part);
    return;
  }

  bool is_busy = is_outage(self, error);

  if (!wait_for_table(self, error))
    return;
  if (is_busy) {
    g_array_append_val(self->suspects, part);
    return;
  }
  if (send_part(self, self->control, 1, &verdict)) {
    g_prefix_error(&error, "this row is hung up on, and another is taken right after: ");
    reject(self, &part, error);
  } else if (wait_for_table(self, verdict)) {
    g_array_append_val(self->suspects, part);
  }
}

static Part
pop(GArray *parts)
{
  Part part = g_array_index(parts, Part, parts->len - 1);

  g_array_set_size(parts, parts->len - 1);
  return part;
}

static StreamHalvingEnd
run(Halving *self)
{
  while (!self->is_over && self->parts->len + self->suspects->len > 0) {
    if (self->parts->len > 0)
      try_part(self, pop(self->parts));
    else if (self->has_control)
      try_suspect(self, pop(self->suspects));
    else
      return (StreamHalvingEnd){.is_undecided = true};
  }
  return (StreamHalvingEnd){.is_abandoned = self->is_over, .refused = self->refused};
}

StreamHalvingEnd
stream_halving_run(const StreamHalvingSeam *seam, StreamBatch *batch, FrameKind kind,
                   unsigned sends)
{
  Halving self = {.seam = seam, .batch = batch, .kind = kind};
  Part whole = {.count = frame_rows_length(stream_batch_rows(batch, kind)), .sends = sends};
  StreamHalvingEnd end;

  self.parts = g_array_new(FALSE, FALSE, sizeof(Part));
  self.suspects = g_array_new(FALSE, FALSE, sizeof(Part));
  if (whole.count > 1)
    push_halves(&self, whole);
  else
    g_array_append_val(self.parts, whole);
  end = run(&self);
  g_array_unref(self.parts);
  g_array_unref(self.suspects);
  return end;
}
