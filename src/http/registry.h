/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/client.h"
#include "datum/decoder.h"

/* A schema registry with Confluent's API: writer schemas by their id. Threads may share it. */
typedef struct HttpRegistry HttpRegistry;

/* `urls` (NULL-ended, at least one) are asked in turn, from the one that answered last. */
HttpRegistry *http_registry_new(const char *const *urls, const HttpClientOptions *options,
                                GError **error);
void http_registry_free(HttpRegistry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRegistry, http_registry_free)

/* The schema of that id, as a new reference; asked for once and kept. FAULT_RECORD: the registry
 * does not know the id, what it holds is no Avro, or it refuses this id alone; FAULT_PEER: no
 * registry answers, tried again for a second; FAULT_SETUP: what answers is none, or refuses us. */
Schema *http_registry_lookup(HttpRegistry *self, uint32_t id, GError **error);

/* What was seen of it when it was last asked for a schema. */
typedef struct {
  const char *const *urls; /* borrowed; NULL-ended */
  bool is_up;              /* it answered; or was not asked yet */
  int64_t answered_us;     /* when it answered last, by the monotonic clock; 0: never */
} HttpRegistryState;

HttpRegistryState http_registry_state(HttpRegistry *self);

/* The texts of a schema and of all that it refers to, of owned char *, each behind those that it
 * uses: by its id, or the newest version of a subject. Nothing is kept. Errors as above, but that
 * nobody tries again. */
GPtrArray *http_registry_texts(HttpRegistry *self, uint32_t id, GError **error);
GPtrArray *http_registry_subject(HttpRegistry *self, const char *subject, GError **error);

/* http_registry_lookup() for decoders; borrowed. */
SchemaSource http_registry_source(HttpRegistry *self);

/* The most bytes that decoders keep of all schemas together. */
void http_registry_limit(HttpRegistry *self, size_t most_bytes);

/* Another name and password, or token, from the next question on. */
void http_registry_login(HttpRegistry *self, const HttpClientOptions *options);
/* Called, from the thread that asks, whenever the registry does not take what we say we are. Before
 * anybody asks. */
void http_registry_on_refused(HttpRegistry *self, void (*refused)(void *data), void *data);

/* Of what decoders keep. */
WritersCounts http_registry_counts(HttpRegistry *self);

/* A schema's text as a version of a subject. */
typedef struct {
  const char *name; /* "transactions-value" */
  const char *text;
} HttpSubject;

/* The id of the schema, which is registered if it is new. FAULT_PEER: no registry answers;
 * FAULT_SETUP: what answers is none, or refuses us or the schema. */
bool http_registry_register(HttpRegistry *self, const HttpSubject *subject, uint32_t *out_id,
                            GError **error);

/* Whether one of the URLs answers as a registry does. */
bool http_registry_check(HttpRegistry *self, const char *url, GError **error);
