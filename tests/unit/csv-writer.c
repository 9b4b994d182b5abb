/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/writer.h"

#include "csv/reader.h"
#include "support/file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
write_row(CsvWriter *writer, const char *const *fields)
{
  g_autoptr(GError) error = NULL;

  for (size_t i = 0; fields[i] != NULL; i++)
    csv_writer_field(writer, slice_text(fields[i]));
  g_assert_true(csv_writer_end_row(writer, &error));
  g_assert_no_error(error);
}

static void
finish(CsvWriter *writer)
{
  g_autoptr(GError) error = NULL;

  g_assert_true(csv_writer_finish(writer, &error));
  g_assert_no_error(error);
}

static void
fields_are_quoted_only_where_readers_need_it(void)
{
  const struct {
    const char *fields[4];
    const char *line;
    CsvForm form;
  } cases[] = {
      {{"plain", "text"}, "plain,text\r\n"},
      {{"a,b", "c"}, "\"a,b\",c\r\n"},
      {{"say \"hi\""}, "\"say \"\"hi\"\"\"\r\n"},
      {{"\""}, "\"\"\"\"\r\n"},
      {{"two\nlines", "x"}, "\"two\nlines\",x\r\n"},
      {{"a\rb", "c\r\nd"}, "\"a\rb\",\"c\r\nd\"\r\n"},
      {{"", "", ""}, ",,\r\n"},
      {{""}, "\"\"\r\n"},
      {{" space ", "tab\t", "'"}, " space ,tab\t,'\r\n"},
      {{"crème 中文"}, "crème 中文\r\n"},
      {{"a,b", "c\td"}, "a,b\t\"c\td\"\r\n", {.delimiter = "\t"}},
      {{"a;b", ""}, "\"a;b\";\r\n", {.delimiter = ";"}},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(TestFile) place = test_file_make("rows.csv");
    g_autofree char *text = NULL;

    g_autoptr(CsvWriter) writer = csv_writer_new(place.path, &cases[i].form, NULL);

    write_row(writer, cases[i].fields);
    finish(writer);
    g_assert_true(g_file_get_contents(place.path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, cases[i].line);
  }
}

/* A field larger than the buffer and rows across its edge. */
static void
rows_of_any_size_are_written_whole(void)
{
  enum { ROWS = 5000, LONG_BYTES = 1000 * 1000 };
  g_auto(TestFile) place = test_file_make("rows.csv");
  g_autofree char *quotes = g_strnfill(LONG_BYTES, '"');
  g_autofree char *text = NULL;
  size_t length = 0;

  g_autoptr(CsvWriter) writer = csv_writer_new(place.path, NULL, NULL);

  for (size_t i = 0; i < ROWS; i++)
    write_row(writer, (const char *[]){"0123456789012345678901234567890123456789", "", NULL});
  write_row(writer, (const char *[]){quotes, "end", NULL});
  finish(writer);
  g_assert_true(g_file_get_contents(place.path, &text, &length, NULL));
  g_assert_cmpuint(length, ==, ROWS * 43 + 2 * LONG_BYTES + 2 + 6);
  g_assert_true(g_str_has_prefix(text + ROWS * 43, "\"\"\"\"\"\""));
  g_assert_true(g_str_has_suffix(text, "\"\"\",end\r\n"));
}

static void
an_unfinished_file_never_has_the_name_and_leaves_nothing(void)
{
  g_auto(TestFile) place = test_file_make("rows.csv");

  CsvWriter *writer = csv_writer_new(place.path, NULL, NULL);

  write_row(writer, (const char *[]){"a", NULL});
  g_assert_false(g_file_test(place.path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint(test_file_count(&place), ==, 1);
  csv_writer_free(writer);
  g_assert_cmpuint(test_file_count(&place), ==, 0);
}

static void
an_older_file_stays_until_the_new_one_is_whole(void)
{
  g_auto(TestFile) place = test_file_make("rows.csv");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));

  g_autoptr(CsvWriter) writer = csv_writer_new(place.path, NULL, NULL);

  write_row(writer, (const char *[]){"new", NULL});
  g_assert_true(g_file_get_contents(place.path, &before, NULL, NULL));
  g_assert_cmpstr(before, ==, "old");
  finish(writer);
  g_assert_true(g_file_get_contents(place.path, &after, NULL, NULL));
  g_assert_cmpstr(after, ==, "new\r\n");
}

static void
a_link_stays_a_link(void)
{
  g_auto(TestFile) place = test_file_make("rows.csv");
  g_autofree char *link = NULL;
  g_autofree char *text = NULL;

  link = g_build_filename(place.folder, "link.csv", NULL);
  g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));
  g_assert_cmpint(symlink("rows.csv", link), ==, 0);

  g_autoptr(CsvWriter) writer = csv_writer_new(link, NULL, NULL);

  write_row(writer, (const char *[]){"new", NULL});
  finish(writer);
  g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true(g_file_get_contents(place.path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "new\r\n");
  g_unlink(link);
}

/* /dev/null is one that a file must never replace. */
static void
what_is_no_file_is_written_to_and_stays(void)
{
  g_auto(TestFile) place = test_file_make("rows.csv");
  char text[16] = {0};
  struct stat status;
  int fd;

  g_assert_cmpint(mkfifo(place.path, 0600), ==, 0);
  fd = g_open(place.path, O_RDWR | O_CLOEXEC, 0);
  g_assert_cmpint(fd, >=, 0);
  for (int i = 0; i < 2; i++) { /* the second is given up */
    g_autoptr(CsvWriter) writer = csv_writer_new(place.path, NULL, NULL);

    write_row(writer, (const char *[]){"a", NULL});
    if (i == 0)
      finish(writer);
    g_assert_cmpuint(test_file_count(&place), ==, 1);
  }
  g_assert_cmpint(read(fd, text, sizeof text), ==, 3);
  g_assert_cmpstr(text, ==, "a\r\n");
  g_assert_cmpint(g_stat(place.path, &status), ==, 0);
  g_assert_true(S_ISFIFO(status.st_mode));
  close(fd);
}

static void
errors_name_the_file(void)
{
  g_autoptr(GError) missing = NULL;

  g_assert_null(csv_writer_new("/nowhere/at/all.csv", NULL, &missing));
  g_assert_error(missing, FAULT, FAULT_SETUP);
  g_assert_true(g_str_has_prefix(missing->message, "/nowhere/at/all.csv"));
  g_clear_error(&missing);
  g_assert_null(csv_writer_new("/", NULL, &missing));
  g_assert_cmpstr(missing->message, ==, "/: cannot be written: Is a directory");
}

/* A limit on the size of files stands for a full disk. */
static void
a_full_disk_is_told(void)
{
  g_auto(TestFile) place = test_file_make("rows.csv");
  g_autoptr(GError) error = NULL;
  struct rlimit before;

  signal(SIGXFSZ, SIG_IGN);
  g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);

  CsvWriter *writer = csv_writer_new(place.path, NULL, NULL);

  write_row(writer, (const char *[]){"0123456789", NULL});
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &(struct rlimit){5, before.rlim_max}), ==, 0);
  g_assert_false(csv_writer_finish(writer, &error));
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "rows.csv"));
  csv_writer_free(writer);
  g_assert_cmpuint(test_file_count(&place), ==, 0);
}

/* In every form, fields of what is special in one of them come back as they were. */
static void
what_is_written_in_a_form_is_read_in_it(void)
{
  static const CsvForm forms[] = {
      {.delimiter = NULL},
      {.delimiter = "\t", .has_no_quotes = true},
      {.delimiter = "\t", .has_no_quotes = true, .escape = '\\'},
      {.delimiter = "||", .quote = '\'', .comment = '#'},
      {.escape = '\\', .comment = '#'},
      {.delimiter = "\x01", .has_no_quotes = true, .escape = '^', .comment = 'a'},
  };
  enum { RECORDS = 200, FIELDS = 3 };
  static const char special[] = "a,\t|'\"\\^#\n\rNn\x01";
  g_autoptr(GRand) random = g_rand_new_with_seed(7);

  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
    CsvForm form = forms[i];
    g_auto(TestFile) place = test_file_make("rows.csv");
    char text[RECORDS][FIELDS][8];
    CsvField fields[RECORDS][FIELDS] = {0};
    CsvRecord record;
    g_autoptr(GError) error = NULL;

    g_autoptr(CsvWriter) writer = csv_writer_new(place.path, &form, NULL);

    for (size_t r = 0; r < RECORDS; r++) {
      fields[r][0].is_null = form.escape != '\0' && g_rand_boolean(random);
      for (size_t j = 0; j < FIELDS; j++) {
        fields[r][j].text = slice(text[r][j], (size_t)g_rand_int_range(random, 0, 7));
        for (size_t k = 0; k < fields[r][j].text.len; k++)
          text[r][j][k] = special[g_rand_int_range(random, 0, (gint32)sizeof special - 1)];
        csv_writer_put(writer, &fields[r][j]);
      }
      g_assert_true(csv_writer_end_row(writer, NULL));
    }
    g_assert_true(csv_writer_finish(writer, NULL));
    if (form.escape == '\0') /* quotes were needed */
      form.has_no_quotes = false;

    g_autoptr(CsvReader) reader =
        csv_reader_new(csv_source_open(place.path, NULL, NULL), &(CsvOptions){.form = form}, NULL);

    for (size_t r = 0; r < RECORDS; r++) {
      g_assert_true(csv_reader_next(reader, &record, &error));
      g_assert_cmpuint(record.length, ==, FIELDS);
      for (size_t j = 0; j < FIELDS; j++) {
        g_assert_cmpint(record.fields[j].is_null, ==, fields[r][j].is_null);
        if (!fields[r][j].is_null)
          g_assert_true(slice_equal(record.fields[j].text, fields[r][j].text));
      }
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/csv-writer/quotes", fields_are_quoted_only_where_readers_need_it);
  g_test_add_func("/csv-writer/large", rows_of_any_size_are_written_whole);
  g_test_add_func("/csv-writer/unfinished",
                  an_unfinished_file_never_has_the_name_and_leaves_nothing);
  g_test_add_func("/csv-writer/replaces", an_older_file_stays_until_the_new_one_is_whole);
  g_test_add_func("/csv-writer/link", a_link_stays_a_link);
  g_test_add_func("/csv-writer/device", what_is_no_file_is_written_to_and_stays);
  g_test_add_func("/csv-writer/errors", errors_name_the_file);
  g_test_add_func("/csv-writer/full", a_full_disk_is_told);
  g_test_add_func("/writer/forms", what_is_written_in_a_form_is_read_in_it);
  return g_test_run();
}
