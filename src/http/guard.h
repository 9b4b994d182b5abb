/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Who may have pages that show what a service does. Any thread. */
typedef struct HttpGuard HttpGuard;

/* `hosts`: names (NULL-ended) that a request may be for, beside localhost and addresses; a browser
 * that was led here by another name (DNS rebinding) is turned away. `token` NULL: nobody is asked
 * for one. */
HttpGuard *http_guard_new(const char *const *hosts, const char *token);
void http_guard_free(HttpGuard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpGuard, http_guard_free)

/* From now on it is this one; NULL: as it was. */
void http_guard_set_token(HttpGuard *self, const char *token);

/* The header Host; NULL: there is none. */
bool http_guard_knows_host(const HttpGuard *self, const char *host);

/* The header Authorization; NULL: there is none. The token is a bearer token, or a password whoever
 * has it. How long the answer takes does not tell how much of it was right. */
bool http_guard_lets_in(HttpGuard *self, const char *authorization);
