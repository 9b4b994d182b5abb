/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether so many records are bad that the fault lies with us (a wrong mapping, a wrong schema)
 * rather than with them. Each writer judges each of its topics by itself.
 *
 * A window opens with a bad record. It ends, and is judged, when `records` were seen, after
 * WINDOW_MS, at the end of the topic or of the program, or when the bad records that are kept for
 * it grow too large. Until then none of it is dead-lettered and none of its offsets is committed,
 * nor are they if it is found guilty.
 *
 * A tenth of `records` is too few to judge by: such a window passes. If that was for size its
 * counts go on in the next, so that large bad records get no further than small ones. If its
 * reader leaves (stops, or gives its partitions to another) a suspect one is left unjudged and
 * uncommitted: a service that is restarted again and again would else let one pass each time. */
typedef struct {
  double limit;     /* the largest share of bad records that passes */
  uint32_t records; /* seen until it is judged */
} StreamWindowLimits;

typedef struct {
  StreamWindowLimits limits;
  bool is_open;
  int64_t opened_us;
  uint64_t seen;
  uint64_t bad;
} StreamWindow;

/* Adds a batch that is done with; opens the window if some of it is bad. */
void stream_window_add(StreamWindow *self, uint64_t seen, uint64_t bad, int64_t now_us);

/* Whether it is time to judge it for its size or age. */
bool stream_window_is_due(const StreamWindow *self, int64_t now_us);
/* When that will be for its age; INT64_MAX while it is closed. */
int64_t stream_window_due_us(const StreamWindow *self);

/* Guilty: more of it was bad than passes. */
bool stream_window_is_guilty(const StreamWindow *self);
/* The same of a window that is too small to judge by. */
bool stream_window_is_suspect(const StreamWindow *self);

/* Closes it. `keeps_counts`: it was judged early because of what it kept. */
void stream_window_close(StreamWindow *self, bool keeps_counts);
