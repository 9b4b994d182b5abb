/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* Accepts connections and bounds them: at most 64 at once, the oldest making room, and 10 s for
 * each. One thread owns it, whose context it was made in. libsoup 3.2's own listener leaks a socket
 * for every connection, and bounds neither their number nor their time. */
typedef struct HttpListener HttpListener;

typedef void (*HttpVisited)(void *data, GSocketConnection *connection, GSocketAddress *local,
                            GSocketAddress *remote);

/* At every address of "host:port" (port 0: any that is free). Nobody is accepted before
 * http_listener_start(). The error is GIO's own. */
HttpListener *http_listener_new(const char *where, GError **error);
void http_listener_free(HttpListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpListener, http_listener_free)

/* `visited` is told of each from now on, until stop. */
void http_listener_start(HttpListener *self, HttpVisited visited, void *data);
void http_listener_stop(HttpListener *self);

/* As "http://127.0.0.1:9187/"; borrowed. */
const char *http_listener_url(const HttpListener *self);
