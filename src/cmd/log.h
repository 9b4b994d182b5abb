/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Where g_message() and its like go: stderr, as text or as one JSON object a line. Text carries
 * the time (UTC) unless a person reads it on a terminal or systemd's journal stamps it anyway. */
typedef struct CmdLog CmdLog;

typedef enum { CMD_LOG_TEXT, CMD_LOG_JSON } CmdLogFormat;
typedef enum {
  CMD_LOG_ERROR,
  CMD_LOG_WARNING, /* a person should look */
  CMD_LOG_MESSAGE, /* life cycle */
  CMD_LOG_INFO,    /* per batch */
  CMD_LOG_DEBUG,   /* per record */
} CmdLogLevel;

/* The words of both enums, in their order, NULL-ended. */
extern const char *const cmd_log_formats[];
extern const char *const cmd_log_levels[];

/* Takes over the program's log for the rest of its life: once, and it is never freed. */
CmdLog *cmd_log_install(void);

void cmd_log_set_format(CmdLog *self, CmdLogFormat format);
void cmd_log_set_level(CmdLog *self, CmdLogLevel level);

/* Writes an event that no level hides. `text` may have several lines. */
void cmd_log_error(CmdLog *self, const char *text);

/* Progress of long work: on a terminal one line that is written over, otherwise a log message
 * every few seconds. Call it as often as you like; an empty text ends the line. */
void cmd_log_progress(CmdLog *self, const char *text);
