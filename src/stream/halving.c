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

/* What the call under way is. */
typedef enum { NOTHING, PART, SUSPECT, CONTROL } Step;

struct StreamHalving {
  StreamHalvingOptions options;
  GArray *parts;    /* owned, of Part: a stack */
  GArray *suspects; /* owned, of Part: lone rows that were cut off again and again */
  Step step;
  Part part;        /* of the step */
  GError *cut;      /* owned: how the suspect was cut off, while the control is asked */
  FrameBatch taken; /* a row that was taken: sent again it tells a bad row from an outage */
  size_t refused;
};

StreamHalving *
stream_halving_new(const StreamHalvingOptions *options)
{
  StreamHalving *self = g_new0(StreamHalving, 1);
  size_t half = options->count / 2;
  Part left = {.first = options->first, .count = half, .sends = options->sends};
  Part right = {
      .first = options->first + half, .count = options->count - half, .sends = options->sends};

  self->options = *options;
  self->parts = g_array_new(FALSE, FALSE, sizeof(Part));
  self->suspects = g_array_new(FALSE, FALSE, sizeof(Part));
  if (frame_rows_length(options->control) > 0)
    self->taken =
        (FrameBatch){stream_batch_plan(options->batch), FRAME_PUT, options->control, 0, 1};
  g_array_append_val(self->parts, right);
  if (half > 0)
    g_array_append_val(self->parts, left);
  return self;
}

void
stream_halving_free(StreamHalving *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->parts);
  g_array_unref(self->suspects);
  g_clear_error(&self->cut);
  g_free(self);
}

size_t
stream_halving_refused(const StreamHalving *self)
{
  return self->refused;
}

static FrameBatch
rows_of(const StreamHalving *self, const Part *part)
{
  const StreamHalvingOptions *options = &self->options;

  return (FrameBatch){stream_batch_plan(options->batch), options->kind,
                      stream_batch_rows(options->batch, options->kind), part->first, part->count};
}

static Part
pop(GArray *parts)
{
  Part part = g_array_index(parts, Part, parts->len - 1);

  g_array_set_size(parts, parts->len - 1);
  return part;
}

/* All suspects once more, as if they had not been cut off yet. */
static void
suspect_anew(StreamHalving *self)
{
  while (self->suspects->len > 0) {
    Part part = pop(self->suspects);

    part.cuts = 0;
    g_array_append_val(self->parts, part);
  }
}

StreamHalvingNext
stream_halving_next(StreamHalving *self, FrameBatch *out)
{
  if (self->step == CONTROL) {
    *out = self->taken;
    return STREAM_HALVING_SEND;
  }
  if (self->parts->len + self->suspects->len == 0)
    return STREAM_HALVING_DONE;
  if (self->parts->len == 0 && self->taken.count == 0) {
    suspect_anew(self);
    return STREAM_HALVING_UNDECIDED;
  }
  self->step = self->parts->len > 0 ? PART : SUSPECT;
  self->part = pop(self->step == PART ? self->parts : self->suspects);
  self->part.sends++;
  *out = rows_of(self, &self->part);
  return STREAM_HALVING_SEND;
}

static void
push_halves(StreamHalving *self, Part part)
{
  size_t half = part.count / 2;
  Part left = {.first = part.first, .count = half, .sends = part.sends};
  Part right = {.first = part.first + half, .count = part.count - half, .sends = part.sends};

  g_array_append_val(self->parts, right);
  g_array_append_val(self->parts, left);
}

static void
reject(StreamHalving *self, const Part *part, const GError *error)
{
  stream_batch_reject_row(self->options.batch, self->options.kind, part->first, error, part->sends);
  self->refused++;
}

/* A lone row is refused: believed when a probe answers and it is refused once more. */
static GError *
judge_refused(StreamHalving *self, Part part, const GError *error)
{
  const StreamSink *sink = self->options.sink;
  const char *table = frame_plan_table(stream_batch_plan(self->options.batch));
  GError *verdict = NULL;

  if (sink->probe(sink->self, table, &verdict) && ++part.refusals >= REFUSALS_TO_REJECT)
    reject(self, &part, error);
  else
    g_array_append_val(self->parts, part);
  return verdict;
}

/* The sink waits for HBase, or the table for whoever looks after it: nothing is said of rows. */
static bool
is_outage(const StreamHalving *self, const GError *error)
{
  const StreamSink *sink = self->options.sink;

  return g_error_matches(error, FAULT, FAULT_SETUP) ||
         (g_error_matches(error, FAULT, FAULT_PEER) && sink->is_busy(sink->self));
}

static GError *
judge_part(StreamHalving *self, Part part, const GError *error)
{
  if (error == NULL) {
    self->taken = rows_of(self, &part);
    self->taken.count = 1;
    return NULL;
  }
  if (is_outage(self, error)) {
    g_array_append_val(self->parts, part);
    return g_error_copy(error);
  }
  if (g_error_matches(error, FAULT, FAULT_PEER)) {
    if (++part.cuts < CUTS_TO_HALVE)
      g_array_prepend_val(self->parts, part); /* last: another may show that the peer is well */
    else if (part.count > 1)
      push_halves(self, part);
    else
      g_array_append_val(self->suspects, part);
    return g_error_copy(error);
  }
  if (part.count == 1)
    return judge_refused(self, part, error);
  push_halves(self, part);
  return NULL;
}

/* A lone row that cut the connection twice is bad only if a row that was taken before is taken
 * again right after it has done so once more: else this is an outage, and it waits. */
static GError *
judge_suspect(StreamHalving *self, Part part, const GError *error)
{
  if (error == NULL)
    return NULL;
  if (!g_error_matches(error, FAULT, FAULT_PEER)) {
    g_array_append_val(self->parts, part);
    return NULL;
  }
  if (is_outage(self, error)) {
    g_array_append_val(self->suspects, part);
    return g_error_copy(error);
  }
  self->step = CONTROL;
  self->cut = g_error_copy(error);
  return g_error_copy(error);
}

static GError *
judge_control(StreamHalving *self, Part part, const GError *error)
{
  g_autoptr(GError) cut = g_steal_pointer(&self->cut);

  if (error != NULL) {
    g_array_append_val(self->suspects, part);
    return g_error_copy(error);
  }
  g_prefix_error(&cut, "this row is hung up on, and another is taken right after: ");
  reject(self, &part, cut);
  return NULL;
}

GError *
stream_halving_answer(StreamHalving *self, const GError *error)
{
  Step step = self->step;

  self->step = NOTHING;
  if (step == PART)
    return judge_part(self, self->part, error);
  if (step == SUSPECT)
    return judge_suspect(self, self->part, error);
  return judge_control(self, self->part, error);
}
