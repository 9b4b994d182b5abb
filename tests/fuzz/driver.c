/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* Stands in for libFuzzer where the compiler has none: feeds the target its seeds and a fixed
 * number of mutations of them, the same in every run.
 *
 *   fuzz-NAME            does so
 *   fuzz-NAME --seeds D  writes the seeds to folder D: a corpus for libFuzzer to begin with
 *   fuzz-NAME FILE...    feeds the files, to see a finding again
 */

enum { SEED = 20240229, RUNS = 200000, MOST_CHANGES = 6, LONGEST = 1 << 16 };

/* Numbers at which length checks go wrong. */
static const uint8_t edges[] = {0x00, 0x01, 0x02, 0x3F, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF};

static size_t
draw(GRand *random, size_t below)
{
  return below == 0 ? 0 : (size_t)g_rand_int_range(random, 0, (gint32)below);
}

static void
insert(GByteArray *input, size_t at, const uint8_t *bytes, size_t len)
{
  size_t behind = input->len - at;

  if (input->len + len > LONGEST)
    return;
  g_byte_array_set_size(input, (guint)(input->len + len));
  memmove(input->data + at + len, input->data + at, behind);
  memcpy(input->data + at, bytes, len);
}

static void
copy_part(GByteArray *input, size_t at, GBytes *from, GRand *random)
{
  gsize len = 0;
  const uint8_t *bytes = g_bytes_get_data(from, &len);
  size_t start = draw(random, len);

  insert(input, at, bytes + start, draw(random, MIN(len - start, 32) + 1));
}

static void
change(GByteArray *input, GRand *random, const GPtrArray *seeds)
{
  size_t at = draw(random, input->len);
  uint8_t edge = edges[draw(random, sizeof edges)];

  switch (draw(random, 6)) {
  case 0:
    if (input->len > 0)
      input->data[at] ^= (uint8_t)(1 << draw(random, 8));
    break;
  case 1:
    if (input->len > 0)
      input->data[at] = edge;
    break;
  case 2:
    insert(input, at, &edge, 1);
    break;
  case 3:
    if (input->len > 0)
      g_byte_array_remove_range(input, (guint)at,
                                (guint)(1 + draw(random, MIN(input->len - at, 16))));
    break;
  case 4:
    g_byte_array_set_size(input, (guint)at);
    break;
  default:
    copy_part(input, at, seeds->pdata[draw(random, seeds->len)], random);
  }
}

/* In memory of its own, so that a step over the end is seen. */
static void
feed(const uint8_t *data, size_t len)
{
  g_autofree uint8_t *copy = g_memdup2(data, len);

  LLVMFuzzerTestOneInput(copy, len);
}

static void
feed_mutations(const GPtrArray *seeds)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(SEED);

  for (size_t i = 0; i < RUNS; i++) {
    gsize len = 0;
    const uint8_t *bytes = g_bytes_get_data(seeds->pdata[draw(random, seeds->len)], &len);
    g_autoptr(GByteArray) input = g_byte_array_new();

    g_byte_array_append(input, bytes, (guint)len);
    for (size_t changes = 1 + draw(random, MOST_CHANGES); changes > 0; changes--)
      change(input, random, seeds);
    feed(input->data, input->len);
  }
  g_print("%d mutations of %u seeds\n", RUNS, seeds->len);
}

static int
write_seeds(const GPtrArray *seeds, const char *folder)
{
  for (guint i = 0; i < seeds->len; i++) {
    g_autofree char *path = g_strdup_printf("%s/seed-%u", folder, i);
    g_autoptr(GError) error = NULL;
    gsize len = 0;
    const char *bytes = g_bytes_get_data(seeds->pdata[i], &len);

    if (!g_file_set_contents(path, bytes == NULL ? "" : bytes, (gssize)len, &error)) {
      g_printerr("%s\n", error->message);
      return 1;
    }
  }
  return 0;
}

static int
feed_files(char **paths)
{
  for (; *paths != NULL; paths++) {
    g_autofree char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize len = 0;

    if (!g_file_get_contents(*paths, &bytes, &len, &error)) {
      g_printerr("%s\n", error->message);
      return 1;
    }
    feed((const uint8_t *)bytes, len);
  }
  return 0;
}

int
main(int argc, char **argv)
{
  g_autoptr(GPtrArray) seeds = fuzz_seeds();

  if (argc == 3 && strcmp(argv[1], "--seeds") == 0)
    return write_seeds(seeds, argv[2]);
  if (argc > 1)
    return feed_files(argv + 1);
  for (guint i = 0; i < seeds->len; i++) {
    gsize len = 0;
    const uint8_t *bytes = g_bytes_get_data(seeds->pdata[i], &len);

    feed(bytes, len);
  }
  feed_mutations(seeds);
  return 0;
}
