/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/window.h"

static const int64_t WINDOW_US = INT64_C(10) * 1000 * 1000;

void
stream_window_add(StreamWindow *self, uint64_t seen, uint64_t bad, int64_t now_us)
{
  if (!self->is_open && bad == 0)
    return;
  if (!self->is_open)
    self->opened_us = now_us;
  self->is_open = true;
  self->seen += seen;
  self->bad += bad;
}

static bool
is_telling(const StreamWindow *self)
{
  return self->seen * 10 >= self->limits.records;
}

bool
stream_window_is_due(const StreamWindow *self, int64_t now_us)
{
  return self->is_open &&
         (self->seen >= self->limits.records || now_us >= stream_window_due_us(self));
}

int64_t
stream_window_due_us(const StreamWindow *self)
{
  return self->is_open ? self->opened_us + WINDOW_US : INT64_MAX;
}

static bool
is_over_limit(const StreamWindow *self)
{
  return (double)self->bad > self->limits.limit * (double)self->seen;
}

bool
stream_window_is_guilty(const StreamWindow *self)
{
  return is_telling(self) && is_over_limit(self);
}

bool
stream_window_is_suspect(const StreamWindow *self)
{
  return !is_telling(self) && is_over_limit(self);
}

void
stream_window_close(StreamWindow *self, bool keeps_counts)
{
  self->is_open = false;
  if (keeps_counts && !is_telling(self))
    return;
  self->seen = 0;
  self->bad = 0;
}
