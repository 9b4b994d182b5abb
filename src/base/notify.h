/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Tells a service manager how we are (sd_notify(3)): READY=1, STATUS=, WATCHDOG=1, STOPPING=1, as
 * datagrams to $NOTIFY_SOCKET. Without one all of it does nothing. */
typedef struct Notify Notify;

/* `socket`: $NOTIFY_SOCKET; `watchdog`: $WATCHDOG_USEC; `pid`: $WATCHDOG_PID. Each may be NULL.
 * What they say that cannot be is as if they said nothing. */
Notify *notify_new(const char *socket, const char *watchdog, const char *pid);
void notify_free(Notify *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notify, notify_free)

/* From the main loop, whenever it comes by; whoever stops calling has hung. The first call says
 * that the start is over. `status` is one line of what is so now. */
void notify_alive(Notify *self, const char *status, int64_t now_us);

/* The end has begun. */
void notify_stopping(Notify *self);
