/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"

#include "target.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Any bytes as a CSV file: read in chunks of one size and of another, with a low limit on a
 * record's length, both must give the same records and refuse the same lines. */

static const char *const texts[] = {
    "a,b,c\r\n1,\"2,\n3\",\"4\"\"5\"\r\n",
    "\xef\xbb\xbf"
    "x;y\n\"a\" b,c\nd,\"e\n\"f\",g\n\n\n\"h\"\"\"\n",
    "\"\"\"\",\"\"\n,\n\"never closed\n1,2\n3,4",
    "a\tb\\\tc\n\\N\t\\\n\t\"x\n#c\nd||e|'f||'|'\n",
    "a,b\r\"c\rd\ne\",f\r\rg,h",
    "0123456789,0123456789,0123456789,0123456789,0123456789,0123456789,0123456789\nx,\"y\"\r",
};

/* What is read of it later may also be packed. */
static const uint8_t gzip_empty[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff,
                                     3,    0,    0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t zstd_a[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x02, 0x11, 0, 0, 'a', '\n'};

static const CsvOptions forms[] = {
    {.buffer_bytes = 0},
    {.form = {.delimiter = "\t", .has_no_quotes = true, .escape = '\\'}},
    {.form = {.delimiter = "||", .quote = '\''}},
    {.form = {.escape = '\\', .comment = '#'}, .skip_lines = 2},
    {.encoding = "UTF-16"},
    {.buffer_bytes = 0},
    {.buffer_bytes = 0},
};

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_ptr_array_add(seeds, g_bytes_new_static(texts[i], strlen(texts[i])));
  g_ptr_array_add(seeds, g_bytes_new_static(gzip_empty, sizeof gzip_empty));
  g_ptr_array_add(seeds, g_bytes_new_static(zstd_a, sizeof zstd_a));
  return seeds;
}

static void
note(Bytes *notes, uint64_t number)
{
  bytes_append(notes, &number, sizeof number);
}

/* False for packed bytes that are damaged: how many of them unpack, and for zstd even whether the
 * damage is seen, depends on the room. */
static bool
read_all(const char *path, size_t buffer_bytes, const CsvOptions *form, Bytes *notes)
{
  CsvOptions options = *form;

  CsvSource *source = csv_source_open(path, NULL, NULL);
  CsvRecord record = {.length = 1};

  if (source == NULL)
    return false;

  options.buffer_bytes = buffer_bytes;
  options.record_most_bytes = 64;

  g_autoptr(CsvReader) reader = csv_reader_new(source, &options, NULL);

  while (record.length > 0) {
    g_autoptr(GError) error = NULL;

    if (csv_reader_next(reader, &record, &error)) {
      note(notes, record.line);
      note(notes, record.length);
      note(notes, csv_reader_oddities(reader).long_fields);
      for (size_t i = 0; i < record.length; i++) {
        note(notes, record.fields[i].text.len);
        bytes_append_slice(notes, record.fields[i].text);
      }
    } else if (g_error_matches(error, FAULT, FAULT_RECORD)) {
      uint64_t line = 0;

      bytes_append_slice(notes, csv_reader_malformed(reader, &line));
      note(notes, line);
      record.length = 1;
    } else {
      return false;
    }
  }
  return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
  g_auto(Bytes) small = {0};
  g_auto(Bytes) large = {0};

  g_assert_true(len == 0 || write(fd, data, len) == (ssize_t)len);

  const CsvOptions *form = &forms[len == 0 ? 0 : data[len - 1] % G_N_ELEMENTS(forms)];

  if (read_all(path, len == 0 ? 1 : 1 + data[0] % 7U, form, &small) &&
      read_all(path, 4096, form, &large))
    g_assert_true(slice_equal(bytes_slice(&small), bytes_slice(&large)));
  close(fd);
  return 0;
}
