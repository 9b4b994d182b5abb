/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/mapping.h"

#include "target.h"

/* A mapping as a user might have mistyped it, and behind a zero byte the texts of one CSV record, a
 * line each, that it is then applied to. */

#define RECORD "\"record\":{\"schema\":\"mapping.avsc\",\"key_schema\":\"mapping.avsc\"}"
#define FAMILIES(columns) "\"families\":{\"f\":{\"columns\":[" columns "]}}"

static const char seed_text[] =
    "{\"table\":\"t\",\"topic\":\"t\"," RECORD ",\"key\":{\"separator\":\"::\",\"parts\":[\"s\","
    "{\"field\":\"d\",\"width\":9},{\"literal\":\"x\"},{\"metadata\":"
    "\"offset\"}]}," FAMILIES("\"e\",\"x\",\"u\",\"t\",\"day\",\"clock\",\"m\",\"n\",\"home."
                              "city\"") ",\"regions\":3}\0"
                                        "key\n12.5\nA\nabc\nf81d4fae-7dec-11d0-a765-"
                                        "00a0c91e6bf6\n2018-07-29 15:22:01.458193+07:00\n"
                                        "2024-02-29\n16:05:30.5\n-12.340\n2012.0\nBergen";

static const char seed_binary[] =
    "{\"table\":\"ns:t\",\"topic\":\"t\"," RECORD ",\"key\":{\"parts\":[{\"salt\":16,\"of\":[\"s\","
    "{\"field\":\"l\",\"as\":\"long\"}]},{\"field\":\"l\",\"as\":\"long\"},{\"field\":\"d\",\"as\":"
    "\"double\"},{\"hash\":9,\"of\":[\"s\"]},{\"field\":\"t\",\"reverse\":true,\"as\":\"long\"}]},"
    "\"nulls\":[\"0\",\"nan\"],\"timestamp\":{\"field\":\"s\",\"format\":\"s\"}," FAMILIES(
        "{\"field\":\"i\",\"type\":\"int\",\"null\":7},{\"field\":\"f\",\"type\":\"double\"},"
        "{\"field\":\"b\",\"type\":\"boolean\",\"null\":\"delete\"},{\"field\":\"s\",\"type\":"
        "\"bytes\",\"null\":{\"literal\":\"skip\"},\"qualifier\":\"\\u0000\"}") "}\0"
                                                                                "1532877721.5\n-"
                                                                                "922337203685477580"
                                                                                "8\n1e-300\n2018-"
                                                                                "07-29\n-7\n0."
                                                                                "1\ntrue";

static const char seed_tombstone[] =
    "{\"table\":\"t\",\"topic\":\"t\"," RECORD
    ",\"key\":{\"separator\":\"\",\"parts\":[{\"metadata\""
    ":\"key\",\"field\":\"i\",\"as\":\"int\"},\"s\"]},\"tombstone\":\"avro\",\"errors\":\"stop\","
    "\"splits\":[\"a\\\\x00\",\"b\"],\"families\":{\"f\":{\"columns\":[\"s\"],\"bloom\":"
    "\"ROWPREFIX\",\"bloom_prefix\":4,\"ttl\":60,\"versions\":2,\"compression\":\"ZSTD\"}}}\0"
    "text";

static const char seed_times[] =
    "{\"table\":\"t\",\"topic\":\"t\"," RECORD ",\"key\":{\"parts\":[{\"field\":\"s\","
    "\"format\":\"%a %d %b %Y %I:%M:%S %p\",\"zone\":\"Europe/Berlin\"}]},\"timestamp\":{"
    "\"field\":\"s\",\"format\":\"%a %d %b %Y %I:%M:%S %p\"}," FAMILIES(
        "{\"field\":\"s\",\"type\":\"long\",\"format\":\"%d.%m.%y "
        "%H:%M:%S.%f\",\"zone\":\"+02:00\"}") "}\0Sun 29 Mar 2020 2:30:00.5 PM";

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  g_ptr_array_add(seeds, g_bytes_new_static(seed_text, sizeof seed_text - 1));
  g_ptr_array_add(seeds, g_bytes_new_static(seed_binary, sizeof seed_binary - 1));
  g_ptr_array_add(seeds, g_bytes_new_static(seed_tombstone, sizeof seed_tombstone - 1));
  g_ptr_array_add(seeds, g_bytes_new_static(seed_times, sizeof seed_times - 1));
  return seeds;
}

/* Lines in order; a line that holds "-" alone, or that is not there, is no such column. */
static Value *
split_values(size_t length, Slice lines)
{
  Value *values = g_new0(Value, length + 1);

  for (size_t i = 0; i < length && lines.len > 0; i++) {
    const uint8_t *end = memchr(lines.data, '\n', lines.len);
    size_t len = end == NULL ? lines.len : (size_t)(end - lines.data);
    size_t step = MIN(len + 1, lines.len);

    if (len != 1 || lines.data[0] != '-')
      values[i] = (Value){.kind = VALUE_TEXT, .text = slice(lines.data, len)};
    lines = slice(lines.data + step, lines.len - step);
  }
  return values;
}

static void
check_row(const Row *row)
{
  g_assert_cmpuint(row->key.len, >, 0);
  g_assert_cmpuint(row->key.len, <=, 32767);
  g_assert_cmpint(row->timestamp, >=, 0);
  g_assert_cmpint(row->timestamp, <, INT64_MAX);
}

static void
check_refusal(const GError *error)
{
  g_assert_true(g_error_matches(error, FAULT, FAULT_RECORD));
}

static void
apply(const Mapping *mapping, Slice lines)
{
  size_t length, key_length;
  g_autofree Value *values = NULL;
  g_autofree Value *key_values = NULL;
  Origin origin = {.topic = "t", .offset = 7, .timestamp_ms = 5, .key = lines};
  g_auto(Bytes) scratch = {0};
  g_auto(Row) row = {0};
  g_autoptr(GError) error = NULL;

  mapping_fields(mapping, &length);
  mapping_key_fields(mapping, &key_length);
  values = split_values(length, lines);
  key_values = split_values(key_length, lines);
  origin.key_values = key_values;
  if (mapping_parse_texts(mapping, '.', values, &scratch, &error) &&
      mapping_apply(mapping, &origin, values, &row, &error)) {
    check_row(&row);
    g_assert_cmpuint(row.cells_length, >, 0);
  } else {
    check_refusal(error);
  }
  g_clear_error(&error);
  if (mapping_tombstone_row(mapping, &origin, &row, &error))
    check_row(&row);
  else
    check_refusal(error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "fuzz", "input.json", NULL);
  const uint8_t *zero = len == 0 ? NULL : memchr(data, 0, len);
  size_t json_len = zero == NULL ? len : (size_t)(zero - data);
  g_auto(FaultList) faults = {0};
  g_autoptr(Mapping) mapping = mapping_parse(path, (const char *)data, json_len, &faults);

  if (mapping == NULL)
    g_assert_cmpuint(fault_list_length(&faults), >, 0);
  else
    apply(mapping, zero == NULL ? SLICE_EMPTY : slice(zero + 1, len - json_len - 1));
  return 0;
}
