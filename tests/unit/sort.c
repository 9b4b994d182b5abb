/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sort.h"

#include <glib/gstdio.h>

/* Keys with zero bytes, long common beginnings and one within another, many of them equal. */
static void
make_key(GRand *random, Bytes *out)
{
  guint length = (guint)g_rand_int_range(random, 0, 14);

  bytes_reset(out);
  if (g_rand_boolean(random))
    bytes_append(out, "customer", 8);
  for (guint i = 0; i < length; i++)
    bytes_append_u8(out, (uint8_t)(g_rand_int_range(random, 0, 3) * 127));
}

typedef struct {
  size_t memory_bytes;
  uint32_t entries;
  size_t padding; /* of every tenth payload */
  size_t least_runs;
} Case;

static void
add_all(const Case *c, Sort *sort)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  g_auto(Bytes) key = {0};
  g_auto(Bytes) payload = {0};
  g_autoptr(GError) error = NULL;
  g_autofree uint8_t *padding = g_malloc0(c->padding + 1);

  for (uint32_t i = 0; i < c->entries; i++) {
    make_key(random, &key);
    bytes_reset(&payload);
    bytes_append_be32(&payload, i);
    if (i % 10 == 0)
      bytes_append(&payload, padding, c->padding);
    g_assert_true(sort_add(sort, bytes_slice(&key), bytes_slice(&payload), &error));
  }
  g_assert_true(sort_finish(sort, &error));
  g_assert_no_error(error);
}

/* Takes the next entry; the payload's number, or G_MAXUINT32 at the end. */
static uint32_t
next_number(const Case *c, Sort *sort, Bytes *key)
{
  Slice next = SLICE_EMPTY;
  Slice payload = SLICE_EMPTY;
  bool has_one = false;
  uint32_t number;

  g_assert_true(sort_next(sort, &next, &payload, &has_one, NULL));
  if (!has_one)
    return G_MAXUINT32;
  bytes_reset(key);
  bytes_append_slice(key, next);
  memcpy(&number, payload.data, sizeof number);
  number = GUINT32_FROM_BE(number);
  g_assert_cmpuint(payload.len, ==, 4 + (number % 10 == 0 ? c->padding : 0));
  return number;
}

static void
entries_come_in_order_whatever_the_memory(void)
{
  static const Case cases[] = {
      {1 << 20, 5000, 0, 0},    {64 * 1024, 20000, 0, 10},
      {4096, 20000, 0, 1},      {4096, 500, 10000, 1},
      {16, 50, 0, 1},           {1 << 20, 0, 0, 0},
      {1 << 20, 200, 90000, 1}, {1 << 20, 1, 0, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const Case *c = &cases[i];
    g_autoptr(Sort) sort = sort_new(c->memory_bytes, g_get_tmp_dir());
    g_auto(Bytes) key = {0};
    g_auto(Bytes) before = {0};
    g_autofree bool *seen = g_new0(bool, c->entries + 1);
    uint32_t last = 0;
    uint32_t number;
    uint32_t count = 0;

    add_all(c, sort);
    g_assert_cmpuint(sort_runs(sort), >=, c->least_runs);
    g_assert_true(c->least_runs > 0 || sort_runs(sort) == 0);
    g_assert_cmpuint(sort_runs(sort), <=, 64);
    while ((number = next_number(c, sort, &key)) != G_MAXUINT32) {
      int order = count == 0 ? -1 : slice_compare(bytes_slice(&before), bytes_slice(&key));

      g_assert_true(order < 0 || (order == 0 && last < number));
      g_assert_false(seen[number]);
      seen[number] = true;
      last = number;
      count++;
      bytes_reset(&before);
      bytes_append_slice(&before, bytes_slice(&key));
    }
    g_assert_cmpuint(count, ==, c->entries);
  }
}

static void
spill_files_have_no_name(void)
{
  const Case c = {4096, 2000, 0, 1};
  g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);
  g_autoptr(Sort) sort = sort_new(c.memory_bytes, folder);

  add_all(&c, sort);
  g_assert_cmpuint(sort_runs(sort), >=, 1);
  g_assert_cmpint(g_rmdir(folder), ==, 0); /* fails where there is a file in it */
}

static void
a_folder_that_cannot_be_written_is_told(void)
{
  g_autoptr(Sort) sort = sort_new(64, "/nowhere/at/all");
  g_autoptr(GError) error = NULL;

  while (sort_add(sort, slice_text("key"), slice_text("payload"), &error))
    ;
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
  g_assert_nonnull(strstr(error->message, "bulkload.temp"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sort/order", entries_come_in_order_whatever_the_memory);
  g_test_add_func("/sort/no-name", spill_files_have_no_name);
  g_test_add_func("/sort/folder", a_folder_that_cannot_be_written_is_told);
  return g_test_run();
}
