/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

#include <stdio.h>

/* csv-dump BUFFER_BYTES DELIMITER QUOTE ESCAPE FILE...: what the CSV reader makes of each file. A
 * line for each record, its fields in hexadecimal behind a colon each; "!" and the number for a
 * malformed line; "." at the end of a file, "?" and why where it cannot be read to the end. An
 * empty form is the default; QUOTE may be none. */

static void
print_record(const CsvRecord *record)
{
  for (size_t i = 0; i < record->length; i++) {
    Slice text = record->fields[i].text;

    putchar(':');
    for (size_t j = 0; j < text.len; j++)
      printf("%02x", text.data[j]);
  }
  putchar('\n');
}

/* False at the end of the file. */
static bool
print_next(CsvReader *reader)
{
  g_autoptr(GError) error = NULL;
  CsvRecord record = {0};
  uint64_t line = 0;

  if (csv_reader_next(reader, &record, &error)) {
    if (record.length > 0)
      print_record(&record);
    else
      puts(".");
    return record.length > 0;
  }
  if (!g_error_matches(error, FAULT, FAULT_RECORD)) {
    printf("?%s\n", error->message);
    return false;
  }
  csv_reader_malformed(reader, &line);
  printf("!%" G_GUINT64_FORMAT "\n", line);
  return true;
}

static void
print_file(const char *path, const CsvOptions *options)
{
  g_autoptr(GError) error = NULL;
  CsvSource *source = csv_source_open(path, NULL, &error);

  if (source == NULL) {
    printf("?%s\n", error->message);
    return;
  }

  g_autoptr(CsvReader) reader = csv_reader_new(source, options, NULL);

  while (print_next(reader))
    ;
}

int
main(int argc, char **argv)
{
  if (argc < 6) {
    fputs("csv-dump BUFFER_BYTES DELIMITER QUOTE ESCAPE FILE...\n", stderr);
    return 2;
  }

  const CsvOptions options = {
      .buffer_bytes = (size_t)g_ascii_strtoull(argv[1], NULL, 10),
      .form = {.delimiter = *argv[2] == '\0' ? NULL : argv[2],
               .quote = strcmp(argv[3], "none") == 0 ? '\0' : *argv[3],
               .has_no_quotes = strcmp(argv[3], "none") == 0,
               .escape = *argv[4]},
  };

  for (int i = 5; i < argc; i++)
    print_file(argv[i], &options);
  return 0;
}
