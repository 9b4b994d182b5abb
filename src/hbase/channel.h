/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* Whatever carries whole Thrift messages to a gateway and brings the answers back, in the order
 * of the calls: our own socket, or HTTP, which lives elsewhere and is handed in. One thread owns
 * it. Errors: FAULT_PEER: the channel is of no more use; FAULT_SETUP: nor is a new one until a
 * person has acted. */
typedef struct {
  void *self;
  size_t depth; /* calls that may be under way at once */
  /* One message in parts, which are not kept. */
  bool (*send)(void *self, const Slice *parts, size_t parts_length, GError **error);
  /* The answer is good until the next call of any of these. */
  bool (*receive)(void *self, Slice *out_answer, GError **error);
  /* Between calls: whether the other side has gone meanwhile. */
  bool (*is_stale)(void *self);
  void (*free)(void *self);
} Channel;

static inline void
channel_clear(Channel *channel)
{
  if (channel->free != NULL)
    channel->free(channel->self);
  *channel = (Channel){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Channel, channel_clear)
