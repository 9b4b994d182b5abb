/* SPDX-License-Identifier: Apache-2.0 */
#include "http/registry.h"

#include "support/http-peer.h"

#include <string.h>

#define ANSWER(status, text) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" text
#define GOOD ANSWER("200 OK", "{\"schema\": \"\\\"string\\\"\"}")
#define UNKNOWN ANSWER("404 No", "{\"error_code\": 40403, \"message\": \"Schema not found\"}")

enum { FINE = -1, TIMEOUT_MS = 1000 };

static Schema *
lookup_in(const char *const *urls, uint32_t id, GError **error)
{
  const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
  g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, error);

  return http_registry_lookup(registry, id, error);
}

static void
each_answer_has_its_remedy(void)
{
  const struct {
    const char *answers[3];
    int code; /* FINE or a Fault */
    const char *says;
    guint requests; /* 0: some */
  } cases[] = {
      {{GOOD}, FINE, "", 1},
      {{ANSWER("200 OK", "{\"schema\": \"\\\"long\\\"\", \"schemaType\": \"AVRO\"}")}, FINE, "", 1},
      {{ANSWER("200 OK", "{\"schema\": \"\\\"int\\\"\", \"references\": []}")}, FINE, "", 1},
      {{ANSWER("503 Busy", ""), GOOD}, FINE, "", 2},
      {{ANSWER("429 Slow", ""), "", GOOD}, FINE, "", 3},
      {{UNKNOWN}, FAULT_RECORD, "no schema 7", 1},
      {{ANSWER("404 No", "<html>")}, FAULT_SETUP, "registry.url", 2},
      {{ANSWER("404 No", "{\"error_code\": 404}")}, FAULT_SETUP, "registry.url", 2},
      {{ANSWER("401 Who", "")}, FAULT_SETUP, "registry.username", 2},
      {{ANSWER("403 No", "")}, FAULT_SETUP, "registry.token", 2},
      {{ANSWER("302 There", "")}, FAULT_SETUP, "status 302", 2},
      {{ANSWER("200 OK", "<html>")}, FAULT_SETUP, "no JSON object", 2},
      {{ANSWER("200 OK", "[]"), ANSWER("404 No", "")}, FAULT_SETUP, "no JSON object", 2},
      {{ANSWER("200 OK", "{\"schema\": 7}")}, FAULT_SETUP, "no schema", 2},
      {{ANSWER("200 OK", "{\"schema\": \"nonsense\"}")}, FAULT_RECORD, "schema 7 of the", 1},
      {{ANSWER("200 OK", "{\"schema\": \"syntax\", \"schemaType\": \"PROTOBUF\"}")},
       FAULT_RECORD,
       "PROTOBUF",
       1},
      {{ANSWER("200 OK", "{\"schema\": \"\\\"int\\\"\", \"references\": [{}]}")},
       FAULT_RECORD,
       "schema 7: a reference without subject and version",
       1},
      {{ANSWER("500 Oh", "")}, FAULT_PEER, "no schema registry answers: ", 0},
      {{""}, FAULT_PEER, "no schema registry answers: ", 0},
      {{HTTP_PEER_SILENT}, FAULT_PEER, "timed out", 1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const answers[] = {cases[i].answers[0], cases[i].answers[1], cases[i].answers[2],
                                   NULL};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) schema =
        lookup_in((const char *const[]){http_peer_url(peer), NULL}, 7, &error);
    g_autofree char *request = http_peer_request(peer, 0);

    g_test_message("%zu: %s", i, error == NULL ? "fine" : error->message);
    g_assert_true(g_str_has_prefix(request, "GET /schemas/ids/7 HTTP/1.1\r\n"));
    g_assert_cmpint(schema != NULL, ==, cases[i].code == FINE);
    if (schema == NULL) {
      g_assert_error(error, FAULT, cases[i].code);
      g_assert_nonnull(strstr(error->message, cases[i].says));
    }
    if (cases[i].requests > 0)
      g_assert_cmpuint(http_peer_requests(peer), ==, cases[i].requests);
  }
}

/* {"schema": ..., "references": ...} with the schema's quotes as single ones. */
static char *
answer_with(const char *schema, const char *references)
{
  g_autofree char *quoted = g_strescape(schema, NULL);

  return g_strdup_printf(ANSWER("200 OK", "{\"schema\": \"%s\", \"references\": [%s]}"), quoted,
                         references);
}

static void
what_a_schema_refers_to_comes_with_it(void)
{
  g_autofree char *order = answer_with(
      "{\"type\":\"record\",\"name\":\"a.Order\",\"fields\":[{\"name\":\"to\",\"type\":\"Address\"}"
      ","
      "{\"name\":\"from\",\"type\":\"a.Address\"},{\"name\":\"land\",\"type\":\"b.Land\"}]}",
      "{\"name\":\"a.Address\",\"subject\":\"ad/dress\",\"version\":3},"
      "{\"name\":\"b.Land\",\"subject\":\"land\",\"version\":1}");
  g_autofree char *address =
      answer_with("{\"type\":\"record\",\"name\":\"Address\",\"namespace\":\"a\",\"fields\":["
                  "{\"name\":\"land\",\"type\":\"b.Land\"}]}",
                  "{\"name\":\"b.Land\",\"subject\":\"land\",\"version\":1}");
  g_autofree char *land =
      answer_with("{\"type\":\"enum\",\"name\":\"b.Land\",\"symbols\":[\"DE\",\"ID\"]}", "");
  const char *const answers[] = {order, address, land, NULL};
  const char *const paths[] = {"/schemas/ids/7", "/subjects/ad%2Fdress/versions/3",
                               "/subjects/land/versions/1"};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  const char *const urls[] = {http_peer_url(peer), NULL};
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) schema = lookup_in(urls, 7, &error);

  g_assert_no_error(error);
  g_assert_cmpstr(schema_root(schema)->name, ==, "a.Order");
  g_assert_cmpint(schema_find(schema, "to.land", NULL)->kind, ==, SCHEMA_ENUM);
  g_assert_cmpuint(http_peer_requests(peer), ==, G_N_ELEMENTS(paths));
  for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autofree char *request = http_peer_request(peer, i);
    g_autofree char *start = g_strdup_printf("GET %s HTTP/1.1\r\n", paths[i]);

    g_test_message("%s", request);
    g_assert_true(g_str_has_prefix(request, start));
  }
}

static void
references_without_end_end(void)
{
  g_autofree char *circle = answer_with("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
                                        "{\"subject\":\"e\",\"version\":1}");
  g_autofree char *missing = answer_with("\"Gone\"", "{\"subject\":\"gone\",\"version\":2}");
  const struct {
    const char *answers[2];
    const char *says;
  } cases[] = {
      {{circle, circle}, "schema 7 of the registry"}, /* E is defined twice */
      {{missing, UNKNOWN}, "schema 7: the registry has no version 2 of the subject gone"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const answers[] = {cases[i].answers[0], cases[i].answers[1], NULL};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    const char *const urls[] = {http_peer_url(peer), NULL};
    g_autoptr(GError) error = NULL;

    g_assert_null(lookup_in(urls, 7, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_nonnull(strstr(error->message, cases[i].says));
  }
}

static void
an_id_is_asked_for_once(void)
{
  const char *const answers[] = {GOOD, UNKNOWN, GOOD, NULL};
  const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  const char *const urls[] = {http_peer_url(peer), NULL};
  g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, NULL);
  SchemaSource source = http_registry_source(registry);

  for (int i = 0; i < 3; i++) {
    g_autoptr(Schema) known = source.lookup(source.self, 1, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(known);
    g_assert_null(source.lookup(source.self, 2, &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_cmpstr(error->message, ==, "the registry has no schema 2");
  }
  g_assert_cmpuint(http_peer_requests(peer), ==, 2);
}

/* As whoever reads the secrets again does. */
static void
log_in_anew(void *data)
{
  HttpRegistry **registry = data;

  http_registry_login(*registry, &(HttpClientOptions){.username = "u", .password = "new"});
}

/* The id is well under the next name and password: it is no bad record. */
static void
a_refusal_has_secrets_read_again(void)
{
  const char *const answers[] = {GOOD, ANSWER("401 Who", ""), GOOD, NULL};
  const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS, .username = "u", .password = "old"};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  const char *const urls[] = {http_peer_url(peer), NULL};
  g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, NULL);
  g_autoptr(Schema) first = http_registry_lookup(registry, 1, NULL);
  g_autoptr(Schema) second = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  http_registry_on_refused(registry, log_in_anew, &registry);
  g_assert_null(http_registry_lookup(registry, 2, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  second = http_registry_lookup(registry, 2, NULL);
  g_assert_nonnull(second);
  before = http_peer_request(peer, 1);
  after = http_peer_request(peer, 3);
  g_assert_nonnull(strstr(before, "Authorization: Basic dTpvbGQ="));
  g_assert_nonnull(strstr(after, "Authorization: Basic dTpuZXc="));
}

static void
the_next_registry_takes_over_and_is_kept(void)
{
  const char *const down_answers[] = {ANSWER("503 Busy", ""), NULL};
  const char *const up_answers[] = {GOOD, NULL};
  const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
  g_autoptr(HttpPeer) down = http_peer_new(down_answers);
  g_autoptr(HttpPeer) up = http_peer_new(up_answers);
  g_autofree char *with_path = g_strconcat(http_peer_url(up), "/apis/x/", NULL);
  const char *const urls[] = {http_peer_url(down), with_path, NULL};
  g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, NULL);
  g_autofree char *request = NULL;

  for (uint32_t id = 1; id <= 3; id++) {
    g_autoptr(Schema) schema = http_registry_lookup(registry, id, NULL);

    g_assert_nonnull(schema);
  }
  g_assert_cmpuint(http_peer_requests(down), ==, 1);
  request = http_peer_request(up, 2);
  g_assert_true(g_str_has_prefix(request, "GET /apis/x/schemas/ids/3 HTTP/1.1\r\n"));
}

static void
a_check_tells_a_registry_from_what_is_none(void)
{
  const struct {
    const char *answer;
    int code; /* FINE or a Fault */
  } cases[] = {
      {ANSWER("200 OK", "[]"), FINE},      {ANSWER("200 OK", "<html>"), FAULT_SETUP},
      {ANSWER("404 No", ""), FAULT_SETUP}, {ANSWER("401 Who", ""), FAULT_SETUP},
      {ANSWER("500 Oh", ""), FAULT_PEER},  {"", FAULT_PEER},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
    g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){cases[i].answer, NULL});
    const char *const urls[] = {http_peer_url(peer), NULL};
    g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, NULL);
    g_autoptr(GError) error = NULL;

    g_test_message("case %zu", i);
    g_assert_cmpint(http_registry_check(registry, urls[0], &error), ==, cases[i].code == FINE);
    if (cases[i].code != FINE)
      g_assert_error(error, FAULT, cases[i].code);
  }
}

/* The registry answers whoever asks for something else: with its subjects, or with a schema that
 * was asked for before. */
static void
an_id_that_is_refused_alone_is_a_bad_record(void)
{
  const char *const refusals[] = {
      ANSWER("400 Bad", ""),  ANSWER("401 Who", ""),   ANSWER("403 No", ""),
      ANSWER("404 No", ""),   ANSWER("410 Gone", ""),  ANSWER("422 No", ""),
      ANSWER("200 OK", "{}"), ANSWER("200 OK", "[1]"),
  };

  for (size_t i = 0; i < 2 * G_N_ELEMENTS(refusals); i++) {
    bool knows_another = i % 2 == 1;
    const char *const answers[] = {knows_another ? GOOD : refusals[i / 2],
                                   knows_another ? refusals[i / 2] : ANSWER("200 OK", "[]"), GOOD,
                                   NULL};
    const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    const char *const urls[] = {http_peer_url(peer), NULL};
    g_autoptr(HttpRegistry) registry = http_registry_new(urls, &options, NULL);
    g_autoptr(Schema) known = NULL;

    if (knows_another)
      known = http_registry_lookup(registry, 1, NULL);
    for (int again = 0; again <= 1; again++) { /* it is not asked for each record of it */
      g_autoptr(GError) error = NULL;

      g_assert_null(http_registry_lookup(registry, 7, &error));
      g_assert_error(error, FAULT, FAULT_RECORD);
      g_assert_true(
          g_str_has_prefix(error->message, "schema 7 alone, while the registry is well: "));
    }
    g_assert_cmpuint(http_peer_requests(peer), ==, knows_another ? 3 : 2);
  }
}

#define ID ANSWER("200 OK", "{\"id\": 42}")

static void
a_schema_is_registered_under_its_subject(void)
{
  const struct {
    const char *answers[2];
    int code; /* FINE or a Fault */
    const char *says;
  } cases[] = {
      {{ID}, FINE, ""},
      {{ANSWER("200 OK", "{\"id\": \"x\"}")}, FAULT_SETUP, "answers with no id"},
      {{ANSWER("200 OK", "<html>")}, FAULT_SETUP, "answers with no id"},
      {{ANSWER("409 No", "{\"error_code\": 409, \"message\": \"a field went\"}")},
       FAULT_SETUP,
       "the registry does not take the schema for shop sales-value: a field went"},
      {{ANSWER("422 No", "")}, FAULT_SETUP, "it does not say why"},
      {{ANSWER("401 Who", "")}, FAULT_SETUP, "registry.username"},
      {{ANSWER("404 No", "")}, FAULT_SETUP, "registry.url"},
      {{ANSWER("500 Oh", "")}, FAULT_PEER, "status 500"},
  };
  const HttpSubject subject = {"shop sales-value", "\"string\""};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const answers[] = {cases[i].answers[0], NULL};
    const HttpClientOptions options = {.timeout_ms = TIMEOUT_MS};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    g_autoptr(GError) error = NULL;
    g_autoptr(HttpRegistry) registry =
        http_registry_new((const char *const[]){http_peer_url(peer), NULL}, &options, &error);
    uint32_t id = 0;
    bool is_added = http_registry_register(registry, &subject, &id, &error);
    g_autofree char *request = http_peer_request(peer, 0);

    g_test_message("%zu: %s", i, error == NULL ? "fine" : error->message);
    g_assert_true(
        g_str_has_prefix(request, "POST /subjects/shop%20sales-value/versions HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "application/vnd.schemaregistry.v1+json"));
    g_assert_true(g_str_has_suffix(request, "{\"schema\":\"\\\"string\\\"\"}"));
    g_assert_cmpint(is_added, ==, cases[i].code == FINE);
    g_assert_cmpuint(id, ==, is_added ? 42 : 0);
    if (!is_added) {
      g_assert_error(error, FAULT, cases[i].code);
      g_assert_nonnull(strstr(error->message, cases[i].says));
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/registry/login", a_refusal_has_secrets_read_again);
  g_test_add_func("/registry/answers", each_answer_has_its_remedy);
  g_test_add_func("/registry/alone", an_id_that_is_refused_alone_is_a_bad_record);
  g_test_add_func("/registry/references", what_a_schema_refers_to_comes_with_it);
  g_test_add_func("/registry/circle", references_without_end_end);
  g_test_add_func("/registry/once", an_id_is_asked_for_once);
  g_test_add_func("/registry/next", the_next_registry_takes_over_and_is_kept);
  g_test_add_func("/registry/check", a_check_tells_a_registry_from_what_is_none);
  g_test_add_func("/http/registry/register", a_schema_is_registered_under_its_subject);
  return g_test_run();
}
