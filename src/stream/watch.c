/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/watch.h"

struct StreamWatch {
  StreamWatchEvents events;
  uint32_t every_ms;
  GThread *thread; /* owned */
  GMutex lock;     /* over is_over */
  GCond changed;
  bool is_over;
};

typedef struct {
  StreamWatch *watch; /* borrowed: its source is gone before the watch is */
  GError *reason;     /* owned; NULL: well */
} Report;

static void
report_free(gpointer data)
{
  Report *self = data;

  g_clear_error(&self->reason);
  g_free(self);
}

static gboolean
on_report(gpointer data)
{
  const Report *self = data;

  if (!self->watch->is_over) /* it is written by this thread alone */
    self->watch->events.told(self->watch->events.self, self->reason);
  return G_SOURCE_REMOVE;
}

/* Attached, not invoked: whoever waits for the main loop to end must not run its events. */
static void
report(StreamWatch *self, GError *reason)
{
  g_autoptr(GSource) source = g_idle_source_new();
  Report *told = g_new0(Report, 1);

  *told = (Report){self, reason};
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, on_report, told, report_free);
  g_source_set_name(source, "watch");
  g_source_attach(source, NULL);
}

static gpointer
run(gpointer data)
{
  StreamWatch *self = data;

  g_mutex_lock(&self->lock);
  while (!self->is_over) {
    int64_t next_us;
    GError *reason = NULL;

    g_mutex_unlock(&self->lock);
    self->events.ask(self->events.self, &reason);
    next_us = g_get_monotonic_time() + (int64_t)self->every_ms * 1000;
    g_mutex_lock(&self->lock);
    if (self->is_over)
      g_clear_error(&reason);
    else
      report(self, reason);
    while (!self->is_over && g_cond_wait_until(&self->changed, &self->lock, next_us))
      ;
  }
  g_mutex_unlock(&self->lock);
  return NULL;
}

StreamWatch *
stream_watch_new(const StreamWatchEvents *events, uint32_t every_ms)
{
  StreamWatch *self = g_new0(StreamWatch, 1);

  self->events = *events;
  self->every_ms = every_ms;
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->thread = g_thread_new("watch", run, self);
  return self;
}

void
stream_watch_stop(StreamWatch *self)
{
  if (self == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_over = true;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
}

void
stream_watch_free(StreamWatch *self)
{
  if (self == NULL)
    return;
  stream_watch_stop(self);
  g_thread_join(self->thread);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
}
