/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/registry.h"

/* One registry's answers, made into schemas. `base` is its URL without a slash at the end. Errors
 * as http_registry_lookup() has them. */

/* The kind of an error: the registry does not know who we are. */
#define HTTP_REGISTRY_REFUSED "the registry refuses us"

/* The schema of that id, with all that it refers to. */
Schema *http_registry_schema(HttpClient *client, const char *base, uint32_t id, GError **error);

/* The texts alone, of owned char *: each behind those that it refers to. */
GPtrArray *http_registry_schema_texts(HttpClient *client, const char *base, uint32_t id,
                                      GError **error);
/* The same of a subject's newest version. */
GPtrArray *http_registry_subject_texts(HttpClient *client, const char *base, const char *subject,
                                       GError **error);

/* The id that the text has as a version of the subject, registered if it is new. FAULT_SETUP: the
 * registry does not take it. */
bool http_registry_schema_add(HttpClient *client, const char *base, const HttpSubject *subject,
                              uint32_t *out_id, GError **error);

/* Whether a registry answers there. */
bool http_registry_answers(HttpClient *client, const char *base, GError **error);
