/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* Asks a peer again and again whether it is there, in a thread of its own, so that one that has
 * gone is known while no record would show it. */
typedef struct StreamWatch StreamWatch;

typedef struct {
  void *self;
  /* In the watch's thread: whether the peer is well; may take seconds. */
  bool (*ask)(void *self, GError **error);
  /* In the default main context, after each question: NULL: it is well. */
  void (*told)(void *self, const GError *reason);
} StreamWatchEvents;

/* Asks each `every_ms`, the first time at once. */
StreamWatch *stream_watch_new(const StreamWatchEvents *events, uint32_t every_ms);
/* Asks no more, and tells nothing any more. From the main thread. */
void stream_watch_stop(StreamWatch *self);
/* Waits for a question that is being asked. */
void stream_watch_free(StreamWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamWatch, stream_watch_free)
