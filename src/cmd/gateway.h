/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "hbase/options.h"

/* [gateway], handed from the configuration to what speaks with the gateways; borrowed from it. */
GatewayOptions cmd_gateway_options(const Config *config);
