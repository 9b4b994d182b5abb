/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/framing.h"

enum { CONFLUENT_BYTES = 5, SINGLE_OBJECT_BYTES = 10, APICURIO_BYTES = 9, GLUE_BYTES = 18 };

#define GLUE_HINT                                                                                  \
  "; it begins like the framing of AWS Glue's schema registry, which is not read: its library "    \
  "can send bare datums, or a Confluent registry's framing"

static const struct {
  uint8_t magic[4];
  size_t magic_len;
  size_t least; /* bytes, to be taken for it */
  const char *hint;
} looks[] = {
    {{0xC3, 0x01},
     2,
     SINGLE_OBJECT_BYTES,
     "; it begins with c3 01 like Avro's single-object encoding: if it is that, set record.framing "
     "to single-object"},
    /* Of an id below 65536: a bare datum often begins with a null branch, too. */
    {{0x00, 0x00, 0x00},
     3,
     CONFLUENT_BYTES,
     "; it begins with 00 like the Confluent wire format: if it is that, set record.framing to "
     "confluent"},
    {{0x03, 0x00}, 2, GLUE_BYTES, GLUE_HINT},
    {{0x03, 0x05}, 2, GLUE_BYTES, GLUE_HINT},
    {{'O', 'b', 'j', 1}, 4, 4, "; it begins like an Avro object container file"},
    {{'{'}, 1, 2, "; it looks like JSON text: if it is that, set record.format to json"},
};

const char *
framing_hint(Slice payload)
{
  for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
    if (payload.len >= looks[i].least &&
        memcmp(payload.data, looks[i].magic, looks[i].magic_len) == 0)
      return looks[i].hint;
  }
  return "";
}

static bool
refuse(Slice payload, const char *wanted, GError **error)
{
  g_autofree char *shown = slice_quote(slice(payload.data, MIN(payload.len, 8)));
  const char *hint = framing_hint(payload);

  fault_record(error, "byte 0: %s, found '%s'%s", wanted, shown, hint);
  fault_set_kind(error, wanted);
  return false;
}

static bool
open_confluent(Slice payload, Framed *out_framed, GError **error)
{
  uint32_t id = 0;

  if (payload.len < CONFLUENT_BYTES || payload.data[0] != 0)
    return refuse(payload, "expected 00 and a schema id (Confluent wire format)", error);
  memcpy(&id, payload.data + 1, sizeof id);
  /* Registries count in Java's ints. A bare datum that begins with a null branch and a text of 64
   * bytes looks like that. */
  if (GUINT32_FROM_BE(id) > G_MAXINT32)
    return refuse(payload, "expected 00 and a schema id below 2^31 (Confluent wire format)", error);
  if (id == 0 && payload.len >= APICURIO_BYTES)
    return refuse(payload,
                  "schema id 0, as if it had 8 bytes: so Apicurio's serializers write ids unless "
                  "apicurio.registry.id-handler is Legacy4ByteIdHandler",
                  error);
  out_framed->schema = GUINT32_FROM_BE(id);
  out_framed->datum = slice(payload.data + CONFLUENT_BYTES, payload.len - CONFLUENT_BYTES);
  return true;
}

static bool
open_single_object(Slice payload, Framed *out_framed, GError **error)
{
  uint64_t fingerprint = 0;

  if (payload.len < SINGLE_OBJECT_BYTES || payload.data[0] != 0xC3 || payload.data[1] != 0x01)
    return refuse(payload, "expected c3 01 and a fingerprint (single-object encoding)", error);
  memcpy(&fingerprint, payload.data + 2, sizeof fingerprint);
  out_framed->schema = GUINT64_FROM_LE(fingerprint);
  out_framed->datum = slice(payload.data + SINGLE_OBJECT_BYTES, payload.len - SINGLE_OBJECT_BYTES);
  return true;
}

bool
framing_open(MappingFraming framing, Slice payload, Framed *out_framed, GError **error)
{
  switch (framing) {
  case MAPPING_DATUM:
    *out_framed = (Framed){.datum = payload};
    return true;
  case MAPPING_CONFLUENT:
    return open_confluent(payload, out_framed, error);
  case MAPPING_SINGLE_OBJECT:
    return open_single_object(payload, out_framed, error);
  }
  g_assert_not_reached();
}
