/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/detect.h"
#include "hbase/options.h"

/* A channel to one of several endpoints: kept young, made again when it breaks, moved to another
 * endpoint when its own fails and moved back when that has recovered. */
typedef struct Link Link;

/* Does not connect yet. `number` tells the links of one process apart: they spread over the
 * endpoints. Fails with FAULT_SETUP when an endpoint cannot be read. */
Link *link_new(const GatewayOptions *options, size_t number, GError **error);
void link_free(Link *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)

/* Makes sure that there is a channel fit for a call; nothing may be under way. FAULT_PEER: no
 * endpoint answers; FAULT_SETUP: what answers is no such gateway as the options say. */
bool link_open(Link *self, GError **error);

/* NULL: none. */
Channel *link_channel(Link *self);
/* How many channels there have been: what a gateway remembers for a client ends with one. */
unsigned link_channels(const Link *self);
/* Known once link_open() has succeeded or when nothing is `auto`; the depth too. */
Dialect link_dialect(const Link *self);
size_t link_depth(const Link *self);

/* What happened on the channel. */
void link_sent(Link *self);
void link_answered(Link *self);
/* It is of no more use: closes it and puts its endpoint off. */
void link_break(Link *self);

/* gateway_check() and gateway_is_there() */
bool link_ask(const GatewayOptions *options, GError **error);
void link_check(const GatewayOptions *options, FaultList *faults);
