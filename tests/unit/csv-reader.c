/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* What a text is read as: "[field][field]\n" a record, "!line: its text\n" a malformed one. */
static char *
read_all(const char *path, const CsvOptions *options)
{
  GString *all = g_string_new(NULL);
  GError *error = NULL;
  CsvSource *source = csv_source_open(path, NULL, &error);

  g_assert_no_error(error);

  g_autoptr(CsvReader) reader = csv_reader_new(source, options, NULL);
  CsvRecord record = {.length = 1};

  while (record.length > 0) {
    if (csv_reader_next(reader, &record, &error)) {
      for (size_t i = 0; i < record.length; i++) {
        g_string_append_c(all, '[');
        g_string_append_len(all, (const char *)record.fields[i].text.data,
                            (gssize)record.fields[i].text.len);
        g_string_append_c(all, ']');
      }
      if (record.length > 0)
        g_string_append_c(all, '\n');
    } else if (g_error_matches(error, FAULT, FAULT_RECORD)) {
      uint64_t line = 0;
      Slice text = csv_reader_malformed(reader, &line);

      g_string_append_printf(all, "!%d: %.*s\n", (int)line, (int)text.len, (const char *)text.data);
      g_clear_error(&error);
      record.length = 1;
    } else {
      g_string_append_printf(all, "failed: %s\n", error->message);
      g_clear_error(&error);
      break;
    }
  }
  return g_string_free(all, FALSE);
}

typedef struct {
  char *path;
} Temporary;

static void
temporary_clear(Temporary *self)
{
  g_unlink(self->path);
  g_free(self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Temporary, temporary_clear)

static Temporary
temporary_make(const void *data, size_t len)
{
  Temporary file = {0};
  int fd = g_file_open_tmp("csv-XXXXXX", &file.path, NULL);

  g_close(fd, NULL);
  g_assert_true(g_file_set_contents(file.path, (const char *)data, (gssize)len, NULL));
  return file;
}

static const struct {
  const char *text;
  const char *wanted;
} cases[] = {
    {"", ""},
    {"\n\r\n\n", ""},
    {"a", "[a]\n"},
    {"a,b\nc,d\n", "[a][b]\n[c][d]\n"},
    {"a,b\r\nc,d\r\n", "[a][b]\n[c][d]\n"},
    {"a,b\nc,d", "[a][b]\n[c][d]\n"},
    {"a,b\r\nc,d\r", "[a][b]\n[c][d]\n"},
    {",\n", "[][]\n"},
    {"a,", "[a][]\n"},
    {",a", "[][a]\n"},
    {"\"\",\"\"\n", "[][]\n"},
    {"a\rb,c\n", "[a\rb][c]\n"},
    {"\xef\xbb\xbf"
     "a,b\n",
     "[a][b]\n"},
    {"\xef\xbb\xbf\"a\",b\n", "[a][b]\n"},
    {"a\n\xef\xbb\xbf"
     "b\n",
     "[a]\n[\xef\xbb\xbf"
     "b]\n"},
    {"\"a,b\",c\n", "[a,b][c]\n"},
    {"\"a\nb\",c\nd,e\n", "[a\nb][c]\n[d][e]\n"},
    {"\"a\r\nb\",c\r\nd,e\r\n", "[a\r\nb][c]\n[d][e]\n"},
    {"\"a\"\"b\",c\n", "[a\"b][c]\n"},
    {"\"\"\"\",\"\"\"a\"\"\"\n", "[\"][\"a\"]\n"},
    {"\"a\"\"\"\"b\"\"c\"\n", "[a\"\"b\"c]\n"},
    {"a,\"b\"", "[a][b]\n"},
    {"a,\"b\"\r\n", "[a][b]\n"},
    {"a,\"b\"\r", "[a][b]\n"},
    {"\"{\"\"k\"\": \"\"v, w\"\"}\",x\n", "[{\"k\": \"v, w\"}][x]\n"},
    {" a , b \n", "[ a ][ b ]\n"},
    {"a\n\nb\n\r\nc\n", "[a]\n[b]\n[c]\n"},
    /* A quote inside a field is text. */
    {"a\"b,c\"\nd,e\n", "[a\"b][c\"]\n[d][e]\n"},
    {"x,37.8\"N\r\n", "[x][37.8\"N]\n"},
    /* A stray quote costs its own record. */
    {"\"a\"b,c\nd,e\n", "!1: \"a\"b,c\n[d][e]\n"},
    {"\"a\" ,c\nd,e\n", "!1: \"a\" ,c\n[d][e]\n"},
    {"\"a\"\rb\nc\n", "!1: \"a\"\rb\n[c]\n"},
    /* It opens a field that the next quote of the file would close. */
    {"\"a,b\nc,d\n\"e\",f\n", "!1: \"a,b\n[c][d]\n[e][f]\n"},
    {"x,\"a\nc,\"d\"\ne,\"f\"\n", "!1: x,\"a\n[c][d]\n[e][f]\n"},
    /* Or that nothing closes. */
    {"a,b\n\"c,d\ne,f\ng,h\n", "[a][b]\n!2: \"c,d\n[e][f]\n[g][h]\n"},
    {"a,b\n\"c", "[a][b]\n!2: \"c\n"},
    {"a,\"", "!1: a,\"\n"},
    /* Of a malformed record of several lines each further line stands alone. */
    {"\"a\nb\n\"c\"x,y\nd\n", "!1: \"a\n[b]\n!3: \"c\"x,y\n[d]\n"},
    {"\"", "!1: \"\n"},
    {"\"\n", "!1: \"\n"},
    {"\xef\xbb\xbf\xff\xfe,b\n", "[\xff\xfe][b]\n"},
    {"\xff\xfe"
     "a\0",
     "failed: FILE: the text is UTF-16; say so: --encoding UTF-16\n"},
};

static void
records_do_not_depend_on_how_the_bytes_arrive(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    size_t len = strlen(cases[i].text);
    g_auto(Temporary) file = temporary_make(cases[i].text, len);

    for (size_t buffer = 1; buffer <= len + 1; buffer++) {
      g_autofree char *read = read_all(file.path, &(CsvOptions){.buffer_bytes = buffer});
      g_auto(GStrv) parts = g_strsplit(read, file.path, -1);
      g_autofree char *found = g_strjoinv("FILE", parts);

      g_assert_cmpstr(found, ==, cases[i].wanted);
    }
  }
}

static void
the_limit_costs_the_long_record_alone(void)
{
  const struct {
    const char *text;
    const char *wanted;
  } limited[] = {
      {"123456\n1234567\n12345678\n1\n", "[123456]\n[1234567]\n!3: 12345678\n[1]\n"},
      {"1234567890123\n1\n", "!1: 12345678\n[1]\n"},
      {"1234567890123", "!1: 12345678\n"},
      {"\"234567\"\n1\n", "!1: \"234567\"\n[1]\n"},
      {"\"a\nb\nc\nd\ne\nf\"\n1\n", "!1: \"a\n[b]\n[c]\n[d]\n[e]\n[f\"]\n[1]\n"},
      {"1234567\r\n1\n", "!1: 1234567\r\n[1]\n"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(limited); i++) {
    size_t len = strlen(limited[i].text);
    g_auto(Temporary) file = temporary_make(limited[i].text, len);

    for (size_t buffer = 1; buffer <= len + 1; buffer++) {
      g_autofree char *found =
          read_all(file.path, &(CsvOptions){.buffer_bytes = buffer, .record_most_bytes = 8});

      g_assert_cmpstr(found, ==, limited[i].wanted);
    }
  }
}

static void
lines_are_counted_inside_quotes_too(void)
{
  const char *text = "a\n\"b\nb\nb\"\n\nc\n\"x\"x\nd\n";
  const uint64_t wanted[] = {1, 2, 6, 7, 8};
  g_auto(Temporary) file = temporary_make(text, strlen(text));
  g_autoptr(CsvReader) reader =
      csv_reader_new(csv_source_open(file.path, NULL, NULL), &(CsvOptions){0}, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
    g_autoptr(GError) error = NULL;
    CsvRecord record = {0};

    if (csv_reader_next(reader, &record, &error)) {
      g_assert_cmpuint(record.line, ==, wanted[i]);
      continue;
    }
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_cmpstr(error->message, ==,
                    "line 7: text follows the closing quote of a field: a quote in a quoted field "
                    "is written twice");
  }
}

static void
another_delimiter_is_as_good(void)
{
  const char *text = "a,b;\"c;d\"\n\t;e\n";
  g_auto(Temporary) file = temporary_make(text, strlen(text));
  g_autofree char *found = read_all(file.path, &(CsvOptions){.form.delimiter = ";"});

  g_assert_cmpstr(found, ==, "[a,b][c;d]\n[\t][e]\n");
}

enum { LONG_ROWS = 30000 };

static char *
long_text(void)
{
  GString *text = g_string_new(NULL);

  for (int i = 0; i < LONG_ROWS; i++)
    g_string_append_printf(text, "%d,\"a \"\"%d\"\"\n\",%d\n", i, i * 7, i % 13);
  return g_string_free(text, FALSE);
}

static void
gzip_text(Bytes *out, const char *text, size_t len)
{
  z_stream z = {0};
  uLong room = compressBound(len) + 64;

  g_assert_cmpint(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  z.next_in = (Bytef *)(uintptr_t)text;
  z.avail_in = (uInt)len;
  z.next_out = bytes_reserve(out, room);
  z.avail_out = (uInt)room;
  g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
  out->len += z.total_out;
  deflateEnd(&z);
}

static void
zstd_text(Bytes *out, const char *text, size_t len)
{
  size_t room = ZSTD_compressBound(len);

  out->len += ZSTD_compress(bytes_reserve(out, room), room, text, len, 1);
}

/* As two members, or frames: what `cat a.gz b.gz` makes. */
static void
packed_text_is_read_as_it_was(void)
{
  void (*const packers[])(Bytes *, const char *, size_t) = {gzip_text, zstd_text};
  g_autofree char *text = long_text();
  size_t len = strlen(text);
  g_auto(Temporary) plain = temporary_make(text, len);
  g_autofree char *wanted = read_all(plain.path, &(CsvOptions){0});

  for (size_t i = 0; i < G_N_ELEMENTS(packers); i++) {
    g_auto(Bytes) packed = {0};

    packers[i](&packed, text, len / 3);
    packers[i](&packed, text + len / 3, len - len / 3);

    g_auto(Temporary) whole = temporary_make(packed.data, packed.len);
    g_auto(Temporary) cut = temporary_make(packed.data, packed.len - 5);
    g_autofree char *found = read_all(whole.path, &(CsvOptions){.buffer_bytes = 1000});
    g_autofree char *found_of_cut = read_all(cut.path, &(CsvOptions){0});

    g_assert_true(strcmp(found, wanted) == 0);
    g_assert_nonnull(strstr(found_of_cut, "the packed data ends early"));
  }
}

/* As pzstd begins a file, and as tar and tapes end one. */
static void
what_stands_around_packed_data_is_passed_over(void)
{
  static const char *const skippable = "\x50\x2a\x4d\x18\x04\0\0\0size";
  const char *text = "a,b\nc,d\n";
  const size_t zeros[] = {1, 600000};
  g_auto(Bytes) zstd = {0};

  bytes_append(&zstd, skippable, 12);
  zstd_text(&zstd, text, 4);
  bytes_append(&zstd, skippable, 12);
  zstd_text(&zstd, text + 4, 4);
  bytes_append(&zstd, skippable, 12);

  g_auto(Temporary) of_pzstd = temporary_make(zstd.data, zstd.len);
  g_autofree char *found = read_all(of_pzstd.path, &(CsvOptions){0});

  g_assert_cmpstr(found, ==, "[a][b]\n[c][d]\n");
  for (size_t i = 0; i < G_N_ELEMENTS(zeros); i++) {
    g_auto(Bytes) gzip = {0};

    gzip_text(&gzip, text, 4);
    gzip_text(&gzip, text + 4, 4);
    memset(bytes_reserve(&gzip, zeros[i] + 1), 0, zeros[i] + 1);
    gzip.len += zeros[i];

    g_auto(Temporary) padded = temporary_make(gzip.data, gzip.len);
    g_autofree char *found_padded = read_all(padded.path, &(CsvOptions){0});

    g_assert_cmpstr(found_padded, ==, "[a][b]\n[c][d]\n");
    gzip.data[gzip.len++] = 'x';

    g_auto(Temporary) spoilt = temporary_make(gzip.data, gzip.len);
    g_autofree char *found_spoilt = read_all(spoilt.path, &(CsvOptions){0});

    g_assert_nonnull(strstr(found_spoilt, "more than zeros stands behind the packed data"));
  }
}

static void
other_kinds_of_files_are_named(void)
{
  static const struct {
    const char *start;
    size_t len;
    const char *name;
  } kinds[] = {
      {"PK\x03\x04....", 8, "it is a ZIP archive"},
      {"BZh91AY&SY", 10, "it is packed by bzip2"},
      {"\xfd"
       "7zXZ\0",
       6, "it is packed by xz"},
      {"\x04\x22\x4d\x18", 4, "it is packed by lz4"},
      {"7z\xbc\xaf\x27\x1c", 6, "it is a 7-Zip archive"},
      {"PAR1\x15\x04", 6, "it is a Parquet file"},
      {"Obj\x01\x04", 5, "it is an Avro object container file"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_auto(Temporary) file = temporary_make(kinds[i].start, kinds[i].len);
    g_autoptr(GError) error = NULL;

    g_assert_null(csv_source_open(file.path, NULL, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, kinds[i].name));
  }
}

static void
a_damaged_packed_file_is_told(void)
{
  g_auto(Bytes) packed = {0};

  gzip_text(&packed, "a,b\nc,d\n", 8);
  packed.data[12] ^= 0xff;

  g_auto(Temporary) file = temporary_make(packed.data, packed.len);
  g_autofree char *found = read_all(file.path, &(CsvOptions){0});

  g_assert_nonnull(strstr(found, file.path));
}

/* As zstd's own tool writes it, with a checksum. */
static void
zstd_checked_text(Bytes *out, const char *text, size_t len)
{
  ZSTD_CCtx *zstd = ZSTD_createCCtx();
  size_t room = ZSTD_compressBound(len);

  ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
  out->len += ZSTD_compress2(zstd, bytes_reserve(out, room), room, text, len);
  ZSTD_freeCCtx(zstd);
}

/* True if the bytes read as wanted or end in a failure; to be cut short they must fail. */
static bool
is_right_or_fails(const Bytes *packed, size_t len, const char *wanted)
{
  g_auto(Temporary) file = temporary_make(packed->data, len);
  g_autofree char *found = read_all(file.path, &(CsvOptions){.buffer_bytes = 50});

  return strstr(found, "failed: ") != NULL || (len == packed->len && strcmp(found, wanted) == 0);
}

static void
damage_anywhere_in_a_zstd_file_is_told(void)
{
  enum { MAGIC_BYTES = 4, TEXT_BYTES = 400 };
  g_autofree char *text = long_text();
  g_auto(Temporary) plain = temporary_make(text, TEXT_BYTES);
  g_autofree char *wanted = read_all(plain.path, &(CsvOptions){0});
  g_auto(Bytes) packed = {0};

  zstd_checked_text(&packed, text, TEXT_BYTES);
  g_assert_true(is_right_or_fails(&packed, packed.len, wanted));
  for (size_t i = MAGIC_BYTES; i < packed.len; i++) {
    g_assert_true(is_right_or_fails(&packed, i, wanted));
    for (int bit = 0; bit < 8; bit++) {
      packed.data[i] ^= (uint8_t)(1 << bit);
      g_assert_true(is_right_or_fails(&packed, packed.len, wanted));
      packed.data[i] ^= (uint8_t)(1 << bit);
    }
  }
}

static void
append_a_record(int fd)
{
  g_assert_cmpint(pwrite(fd, "e,f\n", 4, 8), ==, 4);
}

static void
cut_a_record(int fd)
{
  g_assert_cmpint(ftruncate(fd, 5), ==, 0);
}

/* Behind what was read already. */
static void
rewrite_a_byte(int fd)
{
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};

  g_assert_cmpint(pwrite(fd, "X", 1, 6), ==, 1);
  g_assert_cmpint(futimens(fd, times), ==, 0); /* whatever the clock's steps are */
}

static void
a_file_that_is_written_to_while_it_is_read_is_told(void)
{
  void (*const changes[])(int) = {append_a_record, cut_a_record, rewrite_a_byte};

  for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_auto(Temporary) file = temporary_make("a,b\nc,d\n", 8);
    g_autoptr(CsvReader) reader = csv_reader_new(csv_source_open(file.path, NULL, NULL),
                                                 &(CsvOptions){.buffer_bytes = 4}, NULL);
    int fd = g_open(file.path, O_WRONLY, 0);
    CsvRecord record = {.length = 1};
    g_autoptr(GError) error = NULL;

    g_assert_true(csv_reader_next(reader, &record, &error));
    changes[i](fd);
    close(fd);
    while (error == NULL && record.length > 0)
      csv_reader_next(reader, &record, &error);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_true(g_str_has_prefix(error->message, file.path));
    g_assert_nonnull(strstr(error->message, ": it was written to while it was read: it had 8 "));
  }
}

static void
what_is_no_file_is_told(void)
{
  const struct {
    const char *path;
    const char *what;
  } nothing[] = {{"/not/there.csv", "/not/there.csv: No such file"}, {"/", "/: a folder"}};

  for (size_t i = 0; i < G_N_ELEMENTS(nothing); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(csv_source_open(nothing[i].path, NULL, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_true(g_str_has_prefix(error->message, nothing[i].what));
  }
}

static void
progress_reaches_the_files_size(void)
{
  g_auto(Temporary) file = temporary_make("a,b\nc,d\n", 8);
  g_autoptr(CsvReader) reader = csv_reader_new(csv_source_open(file.path, NULL, NULL),
                                               &(CsvOptions){.buffer_bytes = 3}, NULL);
  CsvRecord record = {.length = 1};

  g_assert_cmpuint(csv_source_size(csv_reader_source(reader)), ==, 8);
  g_assert_cmpuint(csv_source_position(csv_reader_source(reader)), ==, 0);
  while (record.length > 0)
    g_assert_true(csv_reader_next(reader, &record, NULL));
  g_assert_cmpuint(csv_source_position(csv_reader_source(reader)), ==, 8);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reader/records", records_do_not_depend_on_how_the_bytes_arrive);
  g_test_add_func("/reader/limit", the_limit_costs_the_long_record_alone);
  g_test_add_func("/reader/lines", lines_are_counted_inside_quotes_too);
  g_test_add_func("/reader/delimiter", another_delimiter_is_as_good);
  g_test_add_func("/reader/packed", packed_text_is_read_as_it_was);
  g_test_add_func("/reader/padded", what_stands_around_packed_data_is_passed_over);
  g_test_add_func("/reader/kinds", other_kinds_of_files_are_named);
  g_test_add_func("/reader/damaged", a_damaged_packed_file_is_told);
  g_test_add_func("/reader/damaged-zstd", damage_anywhere_in_a_zstd_file_is_told);
  g_test_add_func("/reader/written-to", a_file_that_is_written_to_while_it_is_read_is_told);
  g_test_add_func("/reader/nothing", what_is_no_file_is_told);
  g_test_add_func("/reader/progress", progress_reaches_the_files_size);
  return g_test_run();
}
