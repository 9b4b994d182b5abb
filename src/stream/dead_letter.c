/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/dead_letter.h"

#include <stddef.h>

#include "kafka/producer.h"

#define HEADER_TOPIC "__connect.errors.topic"

/* Numbers are texts in Kafka Connect's headers. */
typedef struct {
  StreamDeadLetter letter;
  Slice partition;
  Slice offset;
  Slice timestamp;
} Found;

static const struct {
  const char *name;
  size_t at; /* in Found: a Slice */
} places[] = {
    {HEADER_TOPIC, offsetof(Found, letter.topic)},
    {"__connect.errors.partition", offsetof(Found, partition)},
    {"__connect.errors.offset", offsetof(Found, offset)},
    {"__connect.errors.stage", offsetof(Found, letter.stage)},
    {"__connect.errors.exception.class.name", offsetof(Found, letter.exception_class)},
    {"__connect.errors.exception.message", offsetof(Found, letter.reason)},
    {"sluice.table", offsetof(Found, letter.table)},
    {"sluice.row.key", offsetof(Found, letter.row_key)},
    {"sluice.timestamp", offsetof(Found, timestamp)},
};

static void
find(const GArray *headers, Found *out_found)
{
  for (guint i = 0; i < headers->len; i++) {
    const KafkaHeader *header = &g_array_index(headers, KafkaHeader, i);

    for (size_t j = 0; j < G_N_ELEMENTS(places); j++)
      if (strcmp(header->name, places[j].name) == 0)
        *(Slice *)(void *)((char *)out_found + places[j].at) = header->value;
  }
}

typedef struct {
  int64_t least;
  int64_t most;
} Range;

static bool
read_number(const char *name, Slice text, Range range, int64_t *out_number, GError **error)
{
  g_autofree char *copy = text.len == 0 ? NULL : slice_to_text(text);
  gint64 number;

  if (copy != NULL && strlen(copy) == text.len &&
      g_ascii_string_to_signed(copy, 10, range.least, range.most, &number, NULL)) {
    *out_number = number;
    return true;
  }

  g_autofree char *quoted = slice_quote(text);

  g_set_error(error, FAULT, FAULT_RECORD, "its header %s is '%s', which is no such number", name,
              quoted);
  return false;
}

bool
stream_dead_letter_read(const GArray *headers, StreamDeadLetter *out_letter, GError **error)
{
  const Range ids = {0, INT32_MAX};
  const Range offsets = {0, INT64_MAX};
  const Range times = {INT64_MIN + 1, INT64_MAX};
  Found found = {0};
  int64_t partition;

  find(headers, &found);
  if (found.letter.topic.len == 0) {
    g_set_error_literal(error, FAULT, FAULT_RECORD,
                        "it is no dead letter: it has no header " HEADER_TOPIC);
    return false;
  }
  found.letter.timestamp_ms = INT64_MIN;
  if (!read_number("__connect.errors.partition", found.partition, ids, &partition, error) ||
      !read_number("__connect.errors.offset", found.offset, offsets, &found.letter.offset, error) ||
      (found.timestamp.len > 0 &&
       !read_number("sluice.timestamp", found.timestamp, times, &found.letter.timestamp_ms, error)))
    return false;
  found.letter.partition = (int32_t)partition;
  *out_letter = found.letter;
  return true;
}
