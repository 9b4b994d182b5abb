/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/reader.h"
#include "json/json.h"

#include <glib/gstdio.h>

/* Files that fastavro and Avro's own Python library wrote: tests/golden/avrofile/make.py; and
 * files that are wrong, put together here. */

static void
append_hex(Bytes *out, const char *hex)
{
  for (; *hex != '\0'; hex += 2)
    bytes_append_u8(out,
                    (uint8_t)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
}

static AvrofileReader *
open_bytes(Slice bytes, GError **error)
{
  g_autoptr(GInputStream) stream =
      g_memory_input_stream_new_from_data(bytes.data, (gssize)bytes.len, NULL);

  return avrofile_reader_new(stream, "f.avro", error);
}

static JsonArray *
golden(JsonNode **out_owner)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "avrofile", "files.json", NULL);
  g_autoptr(GError) error = NULL;

  *out_owner = json_load(path, &error);
  g_assert_no_error(error);
  return json_node_get_array(*out_owner);
}

/* Reads to the end; the number of records, or -1 with an error. */
static int
count_records(Slice file, GError **error)
{
  g_autoptr(AvrofileReader) reader = open_bytes(file, error);
  AvrofileRecord record;
  bool is_end = false;
  int records = 0;

  if (reader == NULL)
    return -1;
  for (;; records++) {
    if (!avrofile_reader_next(reader, &record, &is_end, error))
      return -1;
    if (is_end)
      return records;
    g_assert_cmpuint(record.number, ==, (uint64_t)records + 1);
  }
}

static void
check_file(JsonObject *json)
{
  JsonArray *wanted = json_object_get_array_member(json, "datums");
  g_auto(Bytes) file = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(AvrofileReader) reader = NULL;
  AvrofileRecord record;
  bool is_end = false;

  g_test_message("%s", json_object_get_string_member(json, "name"));
  append_hex(&file, json_object_get_string_member(json, "file"));
  reader = open_bytes(bytes_slice(&file), &error);
  g_assert_no_error(error);
  g_assert_cmpstr(schema_root(avrofile_reader_schema(reader))->name, ==, "Sale");
  for (guint i = 0; i < json_array_get_length(wanted); i++) {
    g_auto(Bytes) datum = {0};

    append_hex(&datum, json_array_get_string_element(wanted, i));
    avrofile_reader_next(reader, &record, &is_end, &error);
    g_assert_no_error(error);
    g_assert_false(is_end);
    g_assert_cmpmem(record.datum.data, record.datum.len, datum.data, datum.len);
  }
  g_assert_true(avrofile_reader_next(reader, &record, &is_end, &error));
  g_assert_true(is_end);
  g_assert_cmpuint(avrofile_reader_position(reader), ==, file.len);
}

static void
files_of_other_writers_are_read_whatever_packs_them(void)
{
  JsonNode *owner = NULL;
  JsonArray *cases = golden(&owner);

  g_assert_cmpuint(json_array_get_length(cases), ==, 9);
  for (guint i = 0; i < json_array_get_length(cases); i++)
    check_file(json_array_get_object_element(cases, i));
  json_node_unref(owner);
}

/* A file may end behind any block, and nowhere else. */
static void
a_file_that_is_cut_short_is_told_wherever_it_ends(void)
{
  JsonNode *owner = NULL;
  JsonArray *cases = golden(&owner);

  for (guint i = 0; i < json_array_get_length(cases); i++) {
    JsonObject *json = json_array_get_object_element(cases, i);
    int all = (int)json_array_get_length(json_object_get_array_member(json, "datums"));
    g_auto(Bytes) file = {0};
    int least = 0;

    append_hex(&file, json_object_get_string_member(json, "file"));
    for (size_t len = 0; len < file.len; len++) {
      g_autofree uint8_t *cut = g_memdup2(file.data, len); /* so that a step over the end is seen */
      g_autoptr(GError) error = NULL;
      int records = count_records(slice(cut, len), &error);

      g_assert_true((records < 0) == (error != NULL));
      if (records < 0) {
        g_assert_error(error, FAULT, FAULT_SETUP);
        g_assert_nonnull(strstr(error->message, "the file is cut short"));
        continue;
      }
      g_assert_cmpint(records, >=, least);
      g_assert_cmpint(records, <=, all);
      least = records;
    }
    g_assert_cmpint(count_records(bytes_slice(&file), NULL), ==, all);
  }
  json_node_unref(owner);
}

#define LONGS "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"n\",\"type\":\"long\"}]}"
#define SYNC "0123456789abcdef"

static void
put_long(Bytes *out, int64_t value)
{
  uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

  for (; zigzag > 0x7f; zigzag >>= 7)
    bytes_append_u8(out, (uint8_t)(zigzag | 0x80));
  bytes_append_u8(out, (uint8_t)zigzag);
}

static void
put_text(Bytes *out, const char *text)
{
  put_long(out, (int64_t)strlen(text));
  bytes_append_slice(out, slice_text(text));
}

static void
put_header(Bytes *out, const char *schema, const char *codec)
{
  bytes_append(out, "Obj\001", 4);
  put_long(out, (schema != NULL) + (codec != NULL));
  if (schema != NULL) {
    put_text(out, "avro.schema");
    put_text(out, schema);
  }
  if (codec != NULL) {
    put_text(out, "avro.codec");
    put_text(out, codec);
  }
  put_long(out, 0);
  bytes_append(out, SYNC, 16);
}

typedef struct {
  const char *name;
  const char *codec;
  int64_t count;
  int64_t len; /* as the block says */
  const char *bytes;
  size_t bytes_len;
  const char *sync;
  const char *says;
} WrongBlock;

static const WrongBlock wrong_blocks[] = {
    {"another marker", "null", 2, 2, "\2\4", 2, "0123456789abcdeF", "its sync marker is not"},
    {"records left over", "null", 1, 2, "\2\4", 2, SYNC, "1 bytes are left behind its 1 records"},
    {"more records than bytes", "null", 3, 2, "\2\4", 2, SYNC, "3 records in 2 bytes"},
    {"fewer than none", "null", -2, 2, "\2\4", 2, SYNC, "-2 records in 2 bytes"},
    {"a record that ends early", "null", 2, 3, "\2\x80\x80", 3, SYNC,
     "record 2 of it: field n (byte 1)"},
    {"a length below zero", "null", 2, -2, "\2\4", 2, SYNC, "a length of -2 bytes"},
    {"too large", "null", 2, INT64_C(1) << 40, "\2\4", 2, SYNC, "a length of 1099511627776 bytes"},
    {"no deflate", "deflate", 1, 4, "\xff\xff\xff\xff", 4, SYNC, "invalid block type"},
    {"deflate cut", "deflate", 1, 2, "\x63\x00", 2, SYNC, "its deflated bytes end early"},
    {"no snappy", "snappy", 1, 6, "\x7f\xff\0\0\0\0", 6, SYNC, "no snappy data"},
    {"snappy without checksum", "snappy", 1, 3, "\1\0\2", 3, SYNC, "shorter than its checksum"},
    {"snappy's checksum", "snappy", 1, 7, "\1\0\2\1\2\3\4", 7, SYNC, "its checksum is not"},
    {"snappy's size", "snappy", 1, 9, "\xff\xff\xff\xff\x0f\0\0\0\0", 9, SYNC,
     "larger than 64 MiB"},
    {"no zstandard", "zstandard", 1, 5, "abcde", 5, SYNC, "Unknown frame"},
    {"zstandard cut", "zstandard", 1, 6, "\x28\xb5\x2f\xfd\x20\x01", 6, SYNC, "ends early"},
};

static void
a_wrong_block_is_told_with_file_block_and_byte(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(wrong_blocks); i++) {
    const WrongBlock *wrong = &wrong_blocks[i];
    g_auto(Bytes) file = {0};
    g_autoptr(GError) error = NULL;

    g_test_message("%s", wrong->name);
    put_header(&file, LONGS, wrong->codec);

    g_autofree char *place = g_strdup_printf("f.avro: block 1 at byte %zu: ", file.len);

    put_long(&file, wrong->count);
    put_long(&file, wrong->len);
    bytes_append(&file, wrong->bytes, wrong->bytes_len);
    bytes_append(&file, wrong->sync, 16);
    g_assert_cmpint(count_records(bytes_slice(&file), &error), ==, -1);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, place));
    g_assert_nonnull(strstr(error->message, wrong->says));
  }
}

static const struct {
  const char *name;
  const char *bytes; /* NULL: a header of the two below */
  const char *schema;
  const char *codec;
  const char *says;
} wrong_headers[] = {
    {"another kind of file", "PAR1 and so on", NULL, NULL, "it begins with 'PAR1', not Obj"},
    {"nothing", "", NULL, NULL, "the file is cut short: it ends at byte 0"},
    {"no schema", NULL, NULL, "null", "it has no avro.schema"},
    {"no JSON", NULL, "{", "null", "avro.schema:1: "},
    {"no schema in it", NULL, "\"lung\"", "null", "lung"},
    {"a codec that is not read", NULL, LONGS, "bzip2", "codec 'bzip2', which is not read: write"},
    {"lengths without end", "Obj\1\2\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", NULL, NULL, "byte"},
    {"a length below zero", "Obj\1\2\1", NULL, NULL, "a length of -1 bytes"},
};

static void
a_wrong_header_is_told(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(wrong_headers); i++) {
    g_auto(Bytes) file = {0};
    g_autoptr(GError) error = NULL;

    g_test_message("%s", wrong_headers[i].name);
    if (wrong_headers[i].bytes == NULL)
      put_header(&file, wrong_headers[i].schema, wrong_headers[i].codec);
    else
      bytes_append_slice(&file, slice_text(wrong_headers[i].bytes));
    g_assert_cmpint(count_records(bytes_slice(&file), &error), ==, -1);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "f.avro: "));
    g_assert_nonnull(strstr(error->message, wrong_headers[i].says));
  }
}

/* 1 GiB of zeros in a megabyte. */
static void
a_block_that_swells_is_refused(void)
{
  g_autoptr(GZlibCompressor) deflate = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
  g_autoptr(GOutputStream) packing = g_converter_output_stream_new(memory, G_CONVERTER(deflate));
  g_autofree uint8_t *zeros = g_malloc0(1 << 20);
  g_auto(Bytes) file = {0};
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 65; i++)
    g_assert_true(g_output_stream_write_all(packing, zeros, 1 << 20, NULL, NULL, NULL));
  g_assert_true(g_output_stream_close(packing, NULL, NULL));

  GMemoryOutputStream *packed = G_MEMORY_OUTPUT_STREAM(memory);
  size_t len = g_memory_output_stream_get_data_size(packed);

  put_header(&file, LONGS, "deflate");
  put_long(&file, 65 << 20);
  put_long(&file, (int64_t)len);
  bytes_append(&file, g_memory_output_stream_get_data(packed), len);
  bytes_append(&file, SYNC, 16);
  g_assert_cmpint(count_records(bytes_slice(&file), &error), ==, -1);
  g_assert_nonnull(strstr(error->message, "larger than 64 MiB when it is unpacked"));
}

static void
empty_blocks_are_passed_over(void)
{
  g_auto(Bytes) file = {0};

  put_header(&file, LONGS, NULL);
  for (int i = 0; i < 3; i++) {
    put_long(&file, i == 1);
    put_long(&file, i == 1);
    bytes_append(&file, "\2", i == 1);
    bytes_append(&file, SYNC, 16);
  }
  g_assert_cmpint(count_records(bytes_slice(&file), NULL), ==, 1);
}

static void
a_file_that_cannot_be_opened_is_told(void)
{
  static const struct {
    const char *path;
    const char *says;
  } cases[] = {{"/no/such.avro", "/no/such.avro: No such file"}, {"/tmp", "/tmp: a folder"}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(avrofile_reader_open(cases[i].path, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, cases[i].says));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/avrofile/reader/files", files_of_other_writers_are_read_whatever_packs_them);
  g_test_add_func("/avrofile/reader/cut", a_file_that_is_cut_short_is_told_wherever_it_ends);
  g_test_add_func("/avrofile/reader/blocks", a_wrong_block_is_told_with_file_block_and_byte);
  g_test_add_func("/avrofile/reader/headers", a_wrong_header_is_told);
  g_test_add_func("/avrofile/reader/swells", a_block_that_swells_is_refused);
  g_test_add_func("/avrofile/reader/empty", empty_blocks_are_passed_over);
  g_test_add_func("/avrofile/reader/open", a_file_that_cannot_be_opened_is_told);
  return g_test_run();
}
