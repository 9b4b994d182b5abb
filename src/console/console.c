/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console.h"

#include "base/event.h"
#include "console/browse.h"
#include "console/console-page.h"
#include "console/query.h"
#include "console/rows.h"
#include "console/tables.h"
#include "mapping/inputs.h"

#include <string.h>

struct Console {
  ConsoleOptions options;
  HttpSite site;
  GResource *page;                /* borrowed */
  ConsoleTables *tables;          /* owned */
  ConsoleBrowse *browse;          /* owned; NULL: http.browse is off */
  GMutex lock;                    /* over the rest */
  const Mapping *const *mappings; /* borrowed */
  size_t length;
};

static const struct {
  const char *path;
  const char *file;
  const char *type;
} files[] = {
    {"/", "/index.html", "text/html; charset=utf-8"},
    {"/console.css", "/console.css", "text/css; charset=utf-8"},
    {"/console.js", "/console.js", "text/javascript; charset=utf-8"},
    {"/chart.js", "/chart.js", "text/javascript; charset=utf-8"},
    {"/dom.js", "/dom.js", "text/javascript; charset=utf-8"},
    {"/rows.js", "/rows.js", "text/javascript; charset=utf-8"},
    {"/tables.js", "/tables.js", "text/javascript; charset=utf-8"},
};

enum { HTTP_OK = 200, HTTP_BAD_REQUEST = 400, HTTP_NOT_FOUND = 404 };

static const char json_type[] = "application/json";

/* Takes the text. */
static void
answer_json(HttpExchange *exchange, unsigned status, char *json)
{
  http_exchange_answer(exchange, status, json_type, g_bytes_new_take(json, strlen(json)));
}

static void
answer_error(HttpExchange *exchange, unsigned status, const char *sentence)
{
  GString *json = g_string_new(NULL);

  console_append_error(json, sentence);
  answer_json(exchange, status, g_string_free(json, FALSE));
}

static void
answer_flow(Console *self, HttpExchange *exchange)
{
  const char *since = http_exchange_parameter(exchange, "since_ms");
  const char *topic = http_exchange_parameter(exchange, "topic");
  gint64 since_ms = 0;

  if (since != NULL && !g_ascii_string_to_signed(since, 10, 0, G_MAXINT64, &since_ms, NULL))
    answer_error(exchange, HTTP_BAD_REQUEST, "since_ms is a Unix time in milliseconds");
  else
    answer_json(exchange, HTTP_OK, metrics_pages_flow(self->options.pages, since_ms, topic));
}

static void
answer_errors(Console *self, HttpExchange *exchange)
{
  answer_json(exchange, HTTP_OK, metrics_pages_errors(self->options.pages));
}

/* For the form: of what each table's key is made. */
static void
append_mappings(Console *self, GString *json)
{
  g_string_append(json, "\"mappings\":[");
  g_mutex_lock(&self->lock);
  for (size_t i = 0; i < self->length; i++) {
    g_auto(GStrv) inputs = mapping_inputs(self->mappings[i]);

    g_string_append(json, i == 0 ? "{\"table\":" : ",{\"table\":");
    event_append_text(json, mapping_table(self->mappings[i]));
    g_string_append(json, ",\"topic\":");
    event_append_text(json, mapping_topic(self->mappings[i]));
    g_string_append(json, ",\"inputs\":[");
    for (size_t k = 0; inputs[k] != NULL; k++) {
      g_string_append(json, k == 0 ? "" : ",");
      event_append_text(json, inputs[k]);
    }
    g_string_append(json, "]}");
  }
  g_mutex_unlock(&self->lock);
  g_string_append(json, "],");
}

static void
answer_tables(Console *self, HttpExchange *exchange)
{
  GString *json = g_string_new(NULL);

  g_string_append_printf(json, "{\"browse\":%s,", self->options.may_browse ? "true" : "false");
  append_mappings(self, json);
  console_tables_append(self->tables, json);
  g_string_append_c(json, '}');
  answer_json(exchange, HTTP_OK, g_string_free(json, FALSE));
}

static const char *
parameter_of(const void *exchange, const char *name)
{
  return http_exchange_parameter(exchange, name);
}

static void
look_up(Console *self, HttpExchange *exchange,
        ConsoleQuery *(*read)(const ConsoleParameters *parameters, ConsoleMappings mappings,
                              GError **error))
{
  const ConsoleParameters parameters = {exchange, parameter_of};
  g_autoptr(GError) error = NULL;
  ConsoleQuery *query;
  ConsoleMappings mappings;

  if (self->browse == NULL) {
    answer_error(exchange, HTTP_NOT_FOUND, "rows are shown with http.browse = true alone");
    return;
  }
  g_mutex_lock(&self->lock);
  mappings = (ConsoleMappings){self->mappings, self->length};
  g_mutex_unlock(&self->lock);
  query = read(&parameters, mappings, &error);
  if (query == NULL)
    answer_error(exchange,
                 g_error_matches(error, FAULT, FAULT_SETUP) ? HTTP_NOT_FOUND : HTTP_BAD_REQUEST,
                 error->message);
  else
    console_browse_ask(self->browse, exchange, query);
}

static void
answer_rows(Console *self, HttpExchange *exchange)
{
  look_up(self, exchange, console_query_rows);
}

static void
answer_value(Console *self, HttpExchange *exchange)
{
  look_up(self, exchange, console_query_value);
}

static const struct {
  const char *path;
  void (*answer)(Console *self, HttpExchange *exchange);
} calls[] = {
    {"/api/flow", answer_flow}, {"/api/errors", answer_errors}, {"/api/tables", answer_tables},
    {"/api/rows", answer_rows}, {"/api/value", answer_value},
};

static bool
take(void *data, HttpExchange *exchange)
{
  Console *self = data;
  const char *path = http_exchange_path(exchange);

  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    if (strcmp(path, files[i].path) == 0) {
      http_exchange_answer(
          exchange, HTTP_OK, files[i].type,
          g_resource_lookup_data(self->page, files[i].file, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL));
      return true;
    }
  }
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    if (strcmp(path, calls[i].path) == 0) {
      calls[i].answer(self, exchange);
      return true;
    }
  }
  return false;
}

Console *
console_new(const ConsoleOptions *options)
{
  Console *self = g_new0(Console, 1);

  self->options = *options;
  self->site = (HttpSite){self, take};
  console_page_register_resource();
  self->page = console_page_get_resource();
  self->tables = console_tables_new(&options->gateway);
  if (options->may_browse)
    self->browse = console_browse_new(&options->gateway);
  g_mutex_init(&self->lock);
  return self;
}

void
console_free(Console *self)
{
  if (self == NULL)
    return;
  console_tables_free(self->tables);
  console_browse_free(self->browse);
  console_page_unregister_resource();
  g_mutex_clear(&self->lock);
  g_free(self);
}

const HttpSite *
console_site(const Console *self)
{
  return &self->site;
}

void
console_watch(Console *self, const Mapping *const *mappings, size_t length)
{
  g_mutex_lock(&self->lock);
  self->mappings = mappings;
  self->length = length;
  g_mutex_unlock(&self->lock);
  console_tables_watch(self->tables, mappings, length);
}

void
console_stop(Console *self)
{
  console_tables_stop(self->tables);
  console_browse_stop(self->browse);
}
