/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Where g_message() and its like go: stderr, as text or as one JSON object a line. Text carries
 * the time (UTC) unless a person reads it on a terminal or systemd's journal stamps it anyway. */
typedef struct Log Log;

typedef enum { LOG_TEXT, LOG_JSON } LogFormat;
typedef enum {
  LOG_ERROR,
  LOG_WARNING, /* a person should look */
  LOG_MESSAGE, /* life cycle */
  LOG_INFO,    /* per batch */
  LOG_DEBUG,   /* per record */
} LogLevel;

/* The words of both enums, in their order, NULL-ended. */
extern const char *const log_formats[];
extern const char *const log_levels[];

/* Takes over the program's log for the rest of its life: once, and it is never freed. */
Log *log_install(void);

void log_set_format(Log *self, LogFormat format);
void log_set_level(Log *self, LogLevel level);

/* Writes an event that no level hides. `text` may have several lines. */
void log_error(Log *self, const char *text);

/* Progress of long work: on a terminal one line that is written over, otherwise a log message
 * every few seconds. Call it as often as you like; an empty text ends the line. Returns whether it
 * was shown. */
bool log_progress(Log *self, const char *text);

/* Columns of the terminal that the descriptor is; 0: it is none, or does not tell. */
unsigned log_columns(int fd);
