/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A server on loopback that answers each connection's one request with the next of some bytes,
 * right or wrong, and remembers what it was asked. */
typedef struct HttpPeer HttpPeer;

/* `answers` ends with NULL; the last is repeated. Borrowed. "" closes without a word; the one
 * HTTP_PEER_SILENT answers nothing and keeps the connection until the peer is freed; HTTP_PEER_CUT
 * closes without having read the body. */
#define HTTP_PEER_SILENT "silent"
#define HTTP_PEER_CUT "cut"
HttpPeer *http_peer_new(const char *const *answers);
void http_peer_free(HttpPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpPeer, http_peer_free)

/* "http://127.0.0.1:port", borrowed. */
const char *http_peer_url(const HttpPeer *self);
/* How many requests came. */
guint http_peer_requests(HttpPeer *self);
/* Request i, head and body; free with g_free. */
char *http_peer_request(HttpPeer *self, guint i);
