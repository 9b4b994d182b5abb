/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/decoder.h"

/* Writers' schemas, asked for in a thread of its own: a registry that does not answer keeps no
 * writer from its other topics, nor from an order to stop. Threads share it. */
typedef struct StreamSchemas StreamSchemas;

/* What the source needs is borrowed. */
StreamSchemas *stream_schemas_new(const SchemaSource *source);
/* False: its thread hangs in the source, and neither may be freed. */
bool stream_schemas_free(StreamSchemas *self);

/* Like the source, with what decoders keep, but FAULT_PEER after a fifth of a second without an
 * answer: to be asked again later; the question goes on meanwhile. Borrowed. */
SchemaSource stream_schemas_source(StreamSchemas *self);
