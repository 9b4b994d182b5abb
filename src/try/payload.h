/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/decoder.h"

/* Records that are given as JSON, made into what a Kafka message would hold, framing included: the
 * text itself where the mapping's records are JSON, else a datum of the mapping's own schema. */

/* Appends to `out`. FAULT_RECORD: the JSON is no record of the schema. */
bool try_payload(const Mapping *mapping, Slice json, Bytes *out, GError **error);
/* The same of a Kafka key, where the mapping reads it. */
bool try_payload_key(const Mapping *mapping, Slice json, Bytes *out, GError **error);

/* Where decoders find the schemas of such payloads; the mapping is borrowed. */
SchemaSource try_payload_source(const Mapping *mapping);
