/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/options.h"

/* A channel to a gateway that speaks Thrift over HTTP or HTTPS: a POST for each call, one at a
 * time. Connects with the first. */
bool http_channel_open(const GatewayOptions *options, const Endpoint *endpoint,
                       Channel *out_channel, GError **error);
