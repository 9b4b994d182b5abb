/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/writer.h"

#include <glib/gstdio.h>

#include "avrofile/reader.h"
#include "support/file.h"

#define SCHEMA                                                                                     \
  "{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"t\",\"type\":\"string\"}]}"

static AvrofileWriter *
open_writer(const TestFile *place, AvrofileCodec codec)
{
  g_autoptr(GError) error = NULL;
  AvrofileWriter *writer = avrofile_writer_new(place->path, slice_text(SCHEMA), codec, &error);

  g_assert_no_error(error);
  return writer;
}

/* A text of i bytes. */
static Slice
datum_of(size_t i, Bytes *out)
{
  size_t zigzag = i << 1;

  bytes_reset(out);
  for (; zigzag > 0x7f; zigzag >>= 7)
    bytes_append_u8(out, (uint8_t)(zigzag | 0x80));
  bytes_append_u8(out, (uint8_t)zigzag);
  memset(bytes_reserve(out, i + 1), 'x', i);
  out->len += i;
  return bytes_slice(out);
}

enum { RECORDS = 1000 };

static void
write_file(const TestFile *place, AvrofileCodec codec)
{
  g_autoptr(AvrofileWriter) writer = open_writer(place, codec);
  g_auto(Bytes) datum = {0};
  g_autoptr(GError) error = NULL;

  for (size_t i = 0; i < RECORDS; i++)
    g_assert_true(avrofile_writer_append(writer, datum_of(i, &datum), &error));
  g_assert_false(g_file_test(place->path, G_FILE_TEST_EXISTS));
  g_assert_true(avrofile_writer_finish(writer, &error));
  g_assert_no_error(error);
}

static void
check_file(const TestFile *place)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(AvrofileReader) reader = avrofile_reader_open(place->path, &error);
  g_auto(Bytes) datum = {0};
  AvrofileRecord record;
  bool is_end = false;

  g_assert_no_error(error);
  g_assert_cmpstr(avrofile_reader_schema_text(reader), ==, SCHEMA);
  for (size_t i = 0; i < RECORDS; i++) {
    Slice wanted = datum_of(i, &datum);

    g_assert_true(avrofile_reader_next(reader, &record, &is_end, &error) && !is_end);
    g_assert_cmpmem(record.datum.data, record.datum.len, wanted.data, wanted.len);
  }
  g_assert_cmpuint(record.block, >, 5);
  g_assert_true(avrofile_reader_next(reader, &record, &is_end, &error) && is_end);
}

static void
what_was_written_is_read_and_the_same_each_time(void)
{
  static const AvrofileCodec codecs[] = {AVROFILE_NULL, AVROFILE_DEFLATE};

  for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
    g_auto(TestFile) place = test_file_make("t.avro");
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;
    gsize first_len = 0;
    gsize second_len = 0;

    write_file(&place, codecs[i]);
    check_file(&place);
    g_assert_true(g_file_get_contents(place.path, &first, &first_len, NULL));
    g_assert_cmpint(g_unlink(place.path), ==, 0);
    write_file(&place, codecs[i]);
    g_assert_true(g_file_get_contents(place.path, &second, &second_len, NULL));
    g_assert_cmpmem(first, first_len, second, second_len);
  }
}

static void
a_file_that_is_not_finished_leaves_nothing(void)
{
  g_auto(TestFile) place = test_file_make("t.avro");
  g_auto(Bytes) datum = {0};

  g_autoptr(AvrofileWriter) writer = open_writer(&place, AVROFILE_DEFLATE);

  g_assert_true(avrofile_writer_append(writer, datum_of(9, &datum), NULL));
}

static void
a_folder_that_is_not_there_is_told(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null(avrofile_writer_new("/no/such/t.avro", slice_text(SCHEMA), AVROFILE_NULL, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_cmpstr(error->message, ==,
                  "/no/such/t.avro.unfinished: cannot be created: No such file or directory");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/avrofile/writer/round", what_was_written_is_read_and_the_same_each_time);
  g_test_add_func("/avrofile/writer/unfinished", a_file_that_is_not_finished_leaves_nothing);
  g_test_add_func("/avrofile/writer/folder", a_folder_that_is_not_there_is_told);
  return g_test_run();
}
