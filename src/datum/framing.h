/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* What stands before a datum in a Kafka message and names the schema that wrote it:
 *
 *   MAPPING_DATUM          nothing
 *   MAPPING_CONFLUENT      00, the schema's id in the registry as 4 bytes, big-endian
 *   MAPPING_SINGLE_OBJECT  c3 01, the schema's fingerprint as 8 bytes, little-endian
 */
typedef struct {
  Slice datum;
  uint64_t schema; /* id or fingerprint; 0 for a bare datum */
} Framed;

/* FAULT_RECORD says what the payload looks like instead. */
bool framing_open(MappingFraming framing, Slice payload, Framed *out_framed, GError **error);

/* For a bare datum that could not be read: "; it begins ...: set record.framing to ...", or "" if
 * it looks like nothing else. */
const char *framing_hint(Slice payload);
