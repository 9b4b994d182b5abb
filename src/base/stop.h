/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* SIGINT, SIGTERM and SIGHUP ask long work to stop where it can; the second of them ends the
 * program there and then, whatever it waits for. A thread of its own takes them: make it before all
 * others, so that they inherit that signals are not theirs. One at a time. */
typedef struct Stop Stop;

Stop *stop_new(void);
/* From here on signals do again what they did before. */
void stop_free(Stop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stop, stop_free)

bool stop_is_asked(const Stop *self);

/* Cancelled when a stop is asked for: what ends every wait that takes one. Borrowed. */
GCancellable *stop_cancellable(const Stop *self);
