/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

#include <stdio.h>

/* csv-dump BUFFER_BYTES FILE...: what the CSV reader makes of each file. A line for each record,
 * its fields in hexadecimal behind a colon each; "!" and the number for a malformed line; "." at
 * the end of a file, "?" and why where it cannot be read to the end. */

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
print_file(const char *path, size_t buffer_bytes)
{
  g_autoptr(GError) error = NULL;
  CsvSource *source = csv_source_open(path, &error);

  if (source == NULL) {
    printf("?%s\n", error->message);
    return;
  }

  g_autoptr(CsvReader) reader = csv_reader_new(source, &(CsvOptions){.buffer_bytes = buffer_bytes});

  while (print_next(reader))
    ;
}

int
main(int argc, char **argv)
{
  if (argc < 3) {
    fputs("csv-dump BUFFER_BYTES FILE...\n", stderr);
    return 2;
  }
  for (int i = 2; i < argc; i++)
    print_file(argv[i], (size_t)g_ascii_strtoull(argv[1], NULL, 10));
  return 0;
}
