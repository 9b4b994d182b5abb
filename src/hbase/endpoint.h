/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

typedef enum { ENDPOINT_SOCKET, ENDPOINT_HTTP, ENDPOINT_HTTPS } EndpointScheme;

/* Where one gateway listens, read from `host`, `host:port`, `[v6]:port` or
 * `http(s)://host:port/path`. */
typedef struct {
  EndpointScheme scheme;
  char *text; /* owned: as written; what messages call it */
  char *host; /* owned: without brackets */
  uint16_t port;
  char *path; /* owned: of an HTTP gateway, "/" when none is written */
} Endpoint;

/* Fails with FAULT_SETUP. */
bool endpoint_parse(const char *text, Endpoint *out_endpoint, GError **error);
void endpoint_clear(Endpoint *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Endpoint, endpoint_clear)
