/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/writers.h"
#include "mapping/mapping.h"

/* Reads the payloads of one topic: framing, writer schema, then the plan that walks the bytes and
 * leaves a value for each of the mapping's fields. One thread owns it. A second record format
 * comes behind this same header. */
typedef struct Decoder Decoder;

/* Where writer schemas come from (a registry). lookup() returns a new reference, or fails:
 * FAULT_RECORD for an id that does not exist, FAULT_PEER when nobody answered. Not used for bare
 * datums. Called from the decoder's thread. */
typedef struct {
  void *self;
  Schema *(*lookup)(void *self, uint32_t id, GError **error);
  Writers *writers; /* what decoders made of them, for all threads; NULL: each keeps a few */
} SchemaSource;

/* `source` may be NULL where the framing needs none; borrowed with the mapping until free. Fails
 * with FAULT_SETUP. */
Decoder *decoder_new(const Mapping *mapping, const SchemaSource *source, GError **error);

/* The same for Kafka keys, where the mapping has a key schema: values for mapping_key_fields(). */
Decoder *decoder_new_for_keys(const Mapping *mapping, const SchemaSource *source, GError **error);

void decoder_free(Decoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoder, decoder_free)

/* One value for each of the fields, borrowed until the next decode; slices in them point into the
 * payload or the decoder's scratch. FAULT_RECORD says at which field and byte; errors of the
 * source come as they are. */
const Value *decoder_decode(Decoder *self, Slice payload, GError **error);

/* After a failed decode: a sentence about a writer's schema that was met for the first time and
 * cannot be read as the mapping's. Its records fail one by one; this is to be told once. NULL:
 * there is nothing new to tell. */
char *decoder_take_notice(Decoder *self);
