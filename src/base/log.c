/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/event.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LIVE_EVERY_MS = 100, LINE_EVERY_MS = 5000 };

typedef enum { STAMP_NONE, STAMP_JOURNAL, STAMP_TIME } Stamp;

struct Log {
  GMutex mutex; /* over all of this: any thread logs */
  LogFormat format;
  LogLevel level;
  Stamp stamp;
  bool is_terminal;
  bool has_live_line;
  int64_t progress_at_us; /* when progress was last shown */
};

const char *const log_formats[] = {"text", "json", NULL};
const char *const log_levels[] = {"error", "warning", "message", "info", "debug", NULL};

/* syslog's severities, which the journal reads from <N>. */
static const int journal_severities[] = {3, 4, 5, 6, 7};

static char *
utc_now(void)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autofree char *seconds = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf("%s.%03dZ", seconds, g_date_time_get_microsecond(now) / 1000);
}

static void
append_json_line(GString *line, LogLevel level, const char *domain, const char *text)
{
  g_autofree char *now = utc_now();

  g_string_append_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"from\":", now,
                         log_levels[level]);
  event_append_text(line, domain);
  g_string_append(line, ",\"message\":");
  event_append_text(line, text);
  if (strcmp(domain, G_LOG_DOMAIN) == 0 && level != LOG_ERROR)
    event_append_members(line, text); /* the form is our own: libraries have other ones */
  g_string_append(line, "}\n");
}

static void
append_text_line(GString *line, Stamp stamp, LogLevel level, const char *text)
{
  switch (stamp) {
  case STAMP_NONE:
    if (level == LOG_WARNING)
      g_string_append(line, "warning: ");
    break;
  case STAMP_JOURNAL:
    g_string_append_printf(line, "<%d>", journal_severities[level]);
    break;
  case STAMP_TIME: {
    g_autofree char *now = utc_now();

    g_string_append_printf(line, "%s %s ", now, log_levels[level]);
    break;
  }
  }
  g_string_append(line, text);
  g_string_append_c(line, '\n');
}

/* One write a line, so that lines of several processes on one stderr stay whole. */
static void
write_line(Log *self, LogLevel level, const char *domain, const char *text)
{
  g_autoptr(GString) line = g_string_new(NULL);

  if (self->has_live_line)
    g_string_append(line, "\r\033[K");
  self->has_live_line = false;
  if (self->format == LOG_JSON)
    append_json_line(line, level, domain, text);
  else
    append_text_line(line, self->stamp, level, text);
  fwrite(line->str, 1, line->len, stderr);
  fflush(stderr);
}

static LogLevel
level_of(GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return LOG_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return LOG_WARNING;
  if (flags & G_LOG_LEVEL_MESSAGE)
    return LOG_MESSAGE;
  return flags & G_LOG_LEVEL_INFO ? LOG_INFO : LOG_DEBUG;
}

static const char *
field_text(const GLogField *fields, gsize length, const char *key)
{
  for (gsize i = 0; i < length; i++)
    if (strcmp(fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return "";
}

/* Libraries are chatty below warning: their info is our debug. */
static GLogWriterOutput
write_event(GLogLevelFlags flags, const GLogField *fields, gsize length, gpointer user_data)
{
  Log *self = user_data;
  const char *domain = field_text(fields, length, "GLIB_DOMAIN");
  LogLevel level = level_of(flags);

  if (level > LOG_WARNING && strcmp(domain, G_LOG_DOMAIN) != 0)
    level = LOG_DEBUG;
  g_mutex_lock(&self->mutex);
  if (level <= self->level)
    write_line(self, level, domain, field_text(fields, length, "MESSAGE"));
  g_mutex_unlock(&self->mutex);
  return G_LOG_WRITER_HANDLED;
}

/* systemd names the journal's socket by device and inode; a service may have put stderr elsewhere,
 * and whatever a service starts inherits the name. */
static bool
is_journal(int file)
{
  const char *named = g_getenv("JOURNAL_STREAM");
  struct stat about;
  g_autofree char *own = NULL;

  if (named == NULL || fstat(file, &about) != 0)
    return false;
  own = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (uint64_t)about.st_dev,
                        (uint64_t)about.st_ino);
  return strcmp(named, own) == 0;
}

Log *
log_install(void)
{
  Log *self = g_new0(Log, 1);

  g_mutex_init(&self->mutex);
  self->level = LOG_MESSAGE;
  self->is_terminal = isatty(STDERR_FILENO);
  self->stamp = STAMP_TIME;
  if (is_journal(STDERR_FILENO))
    self->stamp = STAMP_JOURNAL;
  else if (self->is_terminal)
    self->stamp = STAMP_NONE;
  g_log_set_writer_func(write_event, self, NULL); /* GLib's until the process ends */
  return self;
}

void
log_set_format(Log *self, LogFormat format)
{
  g_mutex_lock(&self->mutex);
  self->format = format;
  g_mutex_unlock(&self->mutex);
}

void
log_set_level(Log *self, LogLevel level)
{
  g_mutex_lock(&self->mutex);
  self->level = level;
  g_mutex_unlock(&self->mutex);
}

void
log_error(Log *self, const char *text)
{
  g_mutex_lock(&self->mutex);
  if (self->format == LOG_JSON) {
    write_line(self, LOG_ERROR, G_LOG_DOMAIN, text);
  } else {
    fprintf(stderr, "%s%s\n", self->has_live_line ? "\r\033[K" : "", text);
    self->has_live_line = false;
  }
  g_mutex_unlock(&self->mutex);
}

/* The first time says nothing yet: work that is done before a line is due needs none. */
static bool
is_due(Log *self, int64_t every_ms)
{
  int64_t now_us = g_get_monotonic_time();

  if (self->progress_at_us == 0)
    self->progress_at_us = now_us;
  if (now_us - self->progress_at_us < every_ms * 1000)
    return false;
  self->progress_at_us = now_us;
  return true;
}

/* A line that runs over the edge could not be taken back: what fits, and the last column is left.
 */
unsigned
log_columns(int fd)
{
  struct winsize size = {0};

  return isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static size_t
fitting(const char *text)
{
  const char *at = text;
  int left = (int)log_columns(STDERR_FILENO) - 1;

  if (left <= 0) /* a terminal that does not tell */
    return strlen(text);
  for (; *at != '\0'; at = g_utf8_next_char(at)) {
    left -= g_unichar_iswide(g_utf8_get_char(at)) ? 2 : 1;
    if (left < 0)
      break;
  }
  return (size_t)(at - text);
}

static bool
show_live_line(Log *self, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);

  fprintf(stderr, "\r\033[K%.*s", (int)fitting(valid), valid);
  fflush(stderr);
  self->has_live_line = *text != '\0';
  return true;
}

bool
log_progress(Log *self, const char *text)
{
  bool is_end = *text == '\0';
  bool is_shown = false;

  g_mutex_lock(&self->mutex);
  if (self->is_terminal && self->format == LOG_TEXT) {
    if ((is_end && self->has_live_line) || (!is_end && is_due(self, LIVE_EVERY_MS)))
      is_shown = show_live_line(self, text);
  } else if (!is_end && self->level >= LOG_MESSAGE && is_due(self, LINE_EVERY_MS)) {
    write_line(self, LOG_MESSAGE, G_LOG_DOMAIN, text);
    is_shown = true;
  }
  g_mutex_unlock(&self->mutex);
  return is_shown;
}
