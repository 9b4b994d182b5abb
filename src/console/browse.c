/* SPDX-License-Identifier: Apache-2.0 */
#include "console/browse.h"

#include "console/rows.h"

#include <stdatomic.h>
#include <string.h>

/* Together shorter than a visit to the server (http/listener.h). */
enum {
  LOOK_MS = 4000,   /* after it no more is asked for */
  ANSWER_MS = 4500, /* of the gateway */
  MOST_ASKED = 2,
  MOST_CELLS = 200,
  MOST_BYTES = 256 << 10, /* as of one value */
  FIRST_WINDOW_MS = 60 * 1000,
  WINDOW_GROWTH = 8,
};

enum {
  HTTP_OK = 200,
  HTTP_NOT_FOUND = 404,
  HTTP_TOO_MANY = 429,
  HTTP_BAD_GATEWAY = 502,
  HTTP_UNAVAILABLE = 503
};

/* A question; counted from when it is asked until its answer is sent or given up. */
typedef struct {
  HttpExchange *exchange; /* owned */
  ConsoleQuery *query;    /* owned */
} Question;

struct ConsoleBrowse {
  GatewayOptions gateway;
  GCancellable *stop;   /* owned */
  Client client;        /* the thread's */
  GThread *thread;      /* owned; NULL: stopped */
  atomic_uint *pending; /* one reference; each answer has another */
  GMutex lock;          /* over the rest */
  GCond changed;
  GQueue questions; /* of owned Question */
  bool is_over;
};

typedef struct {
  atomic_uint *pending; /* a reference */
  GString *text;        /* owned */
} Answer;

static void
answer_free(gpointer data)
{
  Answer *self = data;

  atomic_fetch_sub(self->pending, 1);
  g_atomic_rc_box_release(self->pending);
  g_string_free(self->text, TRUE);
  g_free(self);
}

/* Takes question and text. */
static void
answer(ConsoleBrowse *self, Question *question, unsigned status, GString *text)
{
  Answer *sent = g_new0(Answer, 1);

  *sent = (Answer){g_atomic_rc_box_acquire(self->pending), text};
  http_exchange_answer(question->exchange, status, "application/json",
                       g_bytes_new_with_free_func(text->str, text->len, answer_free, sent));
  console_query_free(question->query);
  g_free(question);
}

static void
answer_error(ConsoleBrowse *self, Question *question, unsigned status, const char *sentence)
{
  GString *text = g_string_new(NULL);

  console_append_error(text, sentence);
  answer(self, question, status, text);
}

static bool
open_client(ConsoleBrowse *self, GError **error)
{
  if (self->client.gateway == NULL)
    self->client.gateway = gateway_new(&self->gateway, 0, error);
  return self->client.gateway != NULL;
}

static GlanceOptions
options_of(const ConsoleQuery *query, int64_t deadline_us)
{
  return (GlanceOptions){.scan = {.table = mapping_table(query->mappings[0]),
                                  .start = bytes_slice(&query->start),
                                  .stop = bytes_slice(&query->stop),
                                  .columns = (const Column *)(const void *)query->columns->data,
                                  .columns_length = query->columns->len,
                                  .versions = query->versions,
                                  .from_ms = query->from_ms,
                                  .until_ms = query->until_ms},
                         .place = query->has_place ? &query->place : NULL,
                         .most_rows = query->rows,
                         .most_cells = MOST_CELLS,
                         .most_bytes = MOST_BYTES,
                         .deadline_us = deadline_us};
}

/* Windows back from now, or from where the times end, each longer than the one before, until one
 * has rows enough: files that are older than a window are not opened by HBase at all. */
static bool
take_newest(ConsoleBrowse *self, const ConsoleQuery *query, int64_t deadline_us, Glance *glance,
            GError **error)
{
  GlanceOptions options = options_of(query, deadline_us);
  int64_t now_ms = g_get_real_time() / 1000;
  int64_t end_ms = query->until_ms > 0 ? MIN(query->until_ms, now_ms) : now_ms;
  int64_t window_ms = FIRST_WINDOW_MS;

  for (;;) {
    int64_t from_ms = MAX(end_ms - window_ms, query->from_ms);
    bool is_last = from_ms <= MAX(query->from_ms, 0);

    options.scan.from_ms = MAX(from_ms, 0);
    glance_clear(glance);
    if (!glance_take(glance, &self->client, &options, error))
      return false;
    if (is_last || glance->rows->len >= query->rows || glance->end != GLANCE_WHOLE ||
        g_get_monotonic_time() >= deadline_us)
      return true;
    window_ms *= WINDOW_GROWTH;
  }
}

static void
look_at_rows(ConsoleBrowse *self, Question *question)
{
  const ConsoleQuery *query = question->query;
  int64_t deadline_us = g_get_monotonic_time() + (int64_t)LOOK_MS * 1000;
  GlanceOptions options = options_of(query, deadline_us);
  g_auto(Glance) glance = {0};
  g_autoptr(GError) error = NULL;
  GString *text;

  if (!open_client(self, &error) ||
      !(query->is_newest ? take_newest(self, query, deadline_us, &glance, &error)
                         : glance_take(&glance, &self->client, &options, &error))) {
    answer_error(self, question, HTTP_BAD_GATEWAY, error->message);
    return;
  }
  text = g_string_new(NULL);
  console_append_rows(text, query, &glance);
  answer(self, question, HTTP_OK, text);
}

static void
look_at_value(ConsoleBrowse *self, Question *question)
{
  const ConsoleQuery *query = question->query;
  GlanceValue value = {.table = mapping_table(query->mappings[0]),
                       .cell = {.row = bytes_slice(&query->place.row),
                                .family = bytes_slice(&query->place.family),
                                .qualifier = bytes_slice(&query->place.qualifier),
                                .timestamp = query->from_ms},
                       .most_bytes = MOST_BYTES};
  g_autoptr(GError) error = NULL;

  if (!open_client(self, &error) || !glance_value(&value, &self->client, &error)) {
    answer_error(self, question, HTTP_BAD_GATEWAY, error->message);
  } else if (!value.is_found) {
    answer_error(self, question, HTTP_NOT_FOUND, "there is no such cell any more");
  } else {
    GString *text = g_string_new(NULL);

    console_append_value(text, query, &value);
    answer(self, question, HTTP_OK, text);
  }
  bytes_clear(&value.value);
}

static gpointer
run(gpointer data)
{
  ConsoleBrowse *self = data;

  g_mutex_lock(&self->lock);
  while (!self->is_over) {
    Question *question = g_queue_pop_head(&self->questions);

    if (question == NULL) {
      g_cond_wait(&self->changed, &self->lock);
      continue;
    }
    g_mutex_unlock(&self->lock);
    if (question->query->is_value)
      look_at_value(self, question);
    else
      look_at_rows(self, question);
    g_mutex_lock(&self->lock);
  }
  g_mutex_unlock(&self->lock);
  return NULL;
}

ConsoleBrowse *
console_browse_new(const GatewayOptions *gateway)
{
  ConsoleBrowse *self = g_new0(ConsoleBrowse, 1);

  self->stop = g_cancellable_new();
  self->gateway = *gateway;
  self->gateway.cancellable = self->stop;
  self->gateway.connect_timeout_ms = MIN(gateway->connect_timeout_ms, LOOK_MS);
  self->gateway.receive_timeout_ms = MIN(gateway->receive_timeout_ms, ANSWER_MS);
  self->pending = g_atomic_rc_box_new0(atomic_uint);
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->thread = g_thread_new("browse", run, self);
  return self;
}

void
console_browse_ask(ConsoleBrowse *self, HttpExchange *exchange, ConsoleQuery *query)
{
  Question *question = g_new0(Question, 1);
  bool is_over;

  *question = (Question){exchange, query};
  if (atomic_fetch_add(self->pending, 1) >= MOST_ASKED) {
    answer_error(self, question, HTTP_TOO_MANY, "others are looking: try again in a moment");
    return;
  }
  g_mutex_lock(&self->lock);
  is_over = self->is_over;
  if (!is_over)
    g_queue_push_tail(&self->questions, question);
  g_cond_signal(&self->changed);
  g_mutex_unlock(&self->lock);
  if (is_over)
    answer_error(self, question, HTTP_UNAVAILABLE, "stopping");
}

void
console_browse_stop(ConsoleBrowse *self)
{
  Question *question;

  if (self == NULL || self->thread == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_over = true;
  g_cond_signal(&self->changed);
  g_mutex_unlock(&self->lock);
  g_cancellable_cancel(self->stop);
  g_thread_join(self->thread);
  self->thread = NULL;
  while ((question = g_queue_pop_head(&self->questions)) != NULL)
    answer_error(self, question, HTTP_UNAVAILABLE, "stopping");
}

void
console_browse_free(ConsoleBrowse *self)
{
  if (self == NULL)
    return;
  console_browse_stop(self);
  client_clear(&self->client);
  g_object_unref(self->stop);
  g_atomic_rc_box_release(self->pending);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self);
}
