/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sort.h"

#include "sort/spill.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* u32 bytes | u16 key length | u32 number | key | padding */
enum { NUMBER_AT = 6, KEY_AT = 10 };

static uint32_t
number_of(const uint8_t *entry)
{
  uint32_t number;

  memcpy(&number, entry + NUMBER_AT, sizeof number);
  return number;
}

static int
compare_numbers(const uint8_t *a, const uint8_t *b)
{
  return (number_of(a) > number_of(b)) - (number_of(a) < number_of(b));
}

static const SortOrder order = {KEY_AT, compare_numbers};

/* The entry's bytes; the caller's. */
static uint8_t *
make_entry(Slice key, uint32_t number, size_t padding)
{
  uint32_t bytes = (uint32_t)(KEY_AT + key.len + padding);
  uint16_t key_bytes = (uint16_t)key.len;
  uint8_t *entry = g_malloc0(bytes);

  memcpy(entry, &bytes, sizeof bytes);
  memcpy(entry + sizeof bytes, &key_bytes, sizeof key_bytes);
  memcpy(entry + NUMBER_AT, &number, sizeof number);
  memcpy(entry + KEY_AT, key.data, key.len);
  return entry;
}

/* Keys with zero bytes, long common beginnings and one within another, many of them equal. */
static void
make_key(GRand *random, Bytes *out)
{
  guint length = (guint)g_rand_int_range(random, 0, 14);

  bytes_reset(out);
  bytes_append(out, "of-all", 6);
  if (g_rand_boolean(random))
    bytes_append(out, "customer", 8);
  for (guint i = 0; i < length; i++)
    bytes_append_u8(out, (uint8_t)(g_rand_int_range(random, 0, 3) * 127));
}

typedef struct {
  size_t memory_bytes;
  uint32_t entries;
  size_t padding; /* of every tenth */
  bool spills;
} Case;

static GPtrArray *
make_entries(const Case *c)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);
  g_auto(Bytes) key = {0};

  for (uint32_t i = 0; i < c->entries; i++) {
    make_key(random, &key);
    g_ptr_array_add(entries, make_entry(bytes_slice(&key), i, i % 10 == 0 ? c->padding : 0));
  }
  return entries;
}

static gint
compare_entries(gconstpointer a, gconstpointer b)
{
  return sort_entry_compare(&order, *(const uint8_t *const *)a, *(const uint8_t *const *)b);
}

static void
add_all(Sort *sort, const GPtrArray *entries)
{
  GError *error = NULL;

  for (guint i = 0; i < entries->len; i++)
    sort_add(sort, slice(entries->pdata[i], sort_entry_bytes(entries->pdata[i])), &error);
  g_assert_no_error(error);
  sort_finish(sort, &error);
  g_assert_no_error(error);
}

static void
expect_all(const Sort *sort, const GPtrArray *sorted)
{
  g_autoptr(SortMerge) merge = sort_merge_new(&order);
  const uint8_t *entry = NULL;
  GError *error = NULL;

  sort_join(sort, merge);
  for (guint i = 0; i < sorted->len; i++) {
    sort_merge_next(merge, &entry, &error);
    g_assert_no_error(error);
    g_assert_nonnull(entry);
    g_assert_cmpmem(entry, sort_entry_bytes(entry), sorted->pdata[i],
                    sort_entry_bytes(sorted->pdata[i]));
  }
  g_assert_true(sort_merge_next(merge, &entry, &error));
  g_assert_null(entry);
}

static void
entries_come_in_order_whatever_the_memory(void)
{
  enum { MEBI = 1024 * 1024 };
  /* Of arenas of at least 4 MiB; of 192 KiB in memory for each run that is merged. */
  static const Case cases[] = {
      {MEBI, 5000, 0, false},          /* one arena */
      {16 * MEBI, 2000, 60000, false}, /* arenas that are sorted by themselves */
      {16 * MEBI, 4000, 60000, true},  /* some more than memory: the last arena, again and again */
      {8 * MEBI, 20000, 60000, true},  /* much more: all arenas as one run */
      {1 << 16, 20000, 0, true},       /* merged in several goes */
      {4096, 20000, 0, true},
      {4096, 500, 10000, true}, /* larger than an arena: a run each */
      {16, 50, 0, true},
      {MEBI, 200, 90000, true},
      {MEBI, 1, 0, false},
      {MEBI, 0, 0, false},
  };
  g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const Case *c = &cases[i];
    g_autoptr(GPtrArray) entries = make_entries(c);
    g_autoptr(GPtrArray) sorted = g_ptr_array_copy(entries, NULL, NULL);
    g_autoptr(Sort) sort = sort_new(&order, folder, c->memory_bytes);

    g_ptr_array_set_free_func(sorted, NULL);
    g_ptr_array_sort(sorted, compare_entries);
    add_all(sort, entries);
    g_assert_cmpint(sort_spilled_bytes(sort) > 0, ==, c->spills);
    expect_all(sort, sorted);
    expect_all(sort, sorted); /* once more: it can be read any number of times */
  }
  g_assert_cmpint(g_rmdir(folder), ==, 0); /* fails where there is a file in it */
}

static void
spill_files_have_no_name(void)
{
  const Case c = {4096, 2000, 0, true};
  g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);
  g_autoptr(GPtrArray) entries = make_entries(&c);
  g_autoptr(Sort) sort = sort_new(&order, folder, c.memory_bytes);

  add_all(sort, entries);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* Wherever it is: while runs are merged into fewer, and while their merge is read. */
static void
a_stop_ends_a_merge(void)
{
  const Case c = {4096, 20000, 0, true};

  for (int is_late = 0; is_late < 2; is_late++) {
    g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);
    g_autoptr(GPtrArray) entries = make_entries(&c);
    g_autoptr(GCancellable) stop = g_cancellable_new();
    g_autoptr(Sort) sort = sort_new(&order, folder, c.memory_bytes);
    g_autoptr(SortMerge) merge = sort_merge_new(&order);
    g_autoptr(GError) error = NULL;
    const uint8_t *entry = NULL;

    sort_set_stop(sort, stop);
    for (guint i = 0; i < entries->len; i++) {
      const uint8_t *each = entries->pdata[i];

      g_assert_true(sort_add(sort, slice(each, sort_entry_bytes(each)), NULL));
    }
    if (is_late)
      g_assert_true(sort_finish(sort, NULL));
    g_cancellable_cancel(stop);
    if (is_late) {
      sort_join(sort, merge);
      g_assert_false(sort_merge_next(merge, &entry, &error));
    } else {
      g_assert_false(sort_finish(sort, &error));
    }
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
  }
}

/* Orders that are hard for a quicksort: all alike, rising, falling, organ pipes. */
static void
no_order_of_the_input_is_too_hard(void)
{
  enum { MANY = 20000, ORDERS = 4 };

  for (int hard = 0; hard < ORDERS; hard++) {
    g_autoptr(SortArena) arena = sort_arena_new(&order, 1 << 22);

    for (int i = 0; i < MANY; i++) {
      const int keys[ORDERS] = {0, i, MANY - i, i < MANY / 2 ? i : MANY - i};
      g_autofree char *key = g_strdup_printf("%08d", keys[hard]);
      g_autofree uint8_t *entry = make_entry(slice_text(key), (uint32_t)i, 0);

      g_assert_true(sort_arena_add(arena, slice(entry, sort_entry_bytes(entry))));
    }
    sort_arena_sort(arena);
    for (size_t i = 1; i < sort_arena_length(arena); i++)
      g_assert_cmpint(
          sort_entry_compare(&order, sort_arena_get(arena, i - 1), sort_arena_get(arena, i)), <, 0);
  }
}

static void
a_folder_that_cannot_be_written_is_told(void)
{
  g_autoptr(Sort) sort = sort_new(&order, "/nowhere/at/all", 64);
  g_autofree uint8_t *entry = make_entry(slice_text("key"), 0, 0);
  g_autoptr(GError) error = NULL;

  while (sort_add(sort, slice(entry, sort_entry_bytes(entry)), &error))
    ;
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_true(g_str_has_prefix(error->message, "/nowhere/at/all: cannot make a file to sort in"));
  g_assert_nonnull(strstr(error->message, "bulkload.temp"));
}

/* The limit on a file's size stands in for a full disk: none is left, or there is for some runs. */
static void
a_full_disk_is_told_wherever_it_comes(void)
{
  static const rlim_t limits[] = {0, 1, 5000, 20000, 60000};
  const Case c = {4096, 20000, 100, true};
  g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);
  g_autoptr(GPtrArray) entries = make_entries(&c);
  struct rlimit kept;

  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    g_autoptr(Sort) sort = sort_new(&order, folder, c.memory_bytes);
    g_autoptr(GError) error = NULL;
    bool is_added = true;

    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = limits[i], .rlim_max = kept.rlim_max});
    for (guint j = 0; is_added && j < entries->len; j++)
      is_added =
          sort_add(sort, slice(entries->pdata[j], sort_entry_bytes(entries->pdata[j])), &error);
    if (is_added)
      is_added = sort_finish(sort, &error);
    setrlimit(RLIMIT_FSIZE, &kept);
    g_assert_false(is_added);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_true(g_str_has_prefix(error->message, folder));
    g_assert_nonnull(strstr(error->message, "cannot write to the file to sort in: File too large"));
  }
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* The nameless file of the folder, in this process. */
static int
find_spill(const char *folder)
{
  g_autoptr(GDir) open_files = g_dir_open("/proc/self/fd", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name(open_files)) != NULL) {
    g_autofree char *path = g_build_filename("/proc/self/fd", name, NULL);
    g_autofree char *target = g_file_read_link(path, NULL);
    int fd = (int)g_ascii_strtoll(name, NULL, 10);

    if (target != NULL && g_str_has_prefix(target, folder) &&
        (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR)
      return fd;
  }
  g_assert_not_reached();
}

/* What the disk gives back is not what it was given. */
static void
a_run_that_comes_back_otherwise_is_told(void)
{
  static const struct {
    const char *name;
    off_t left;     /* of the file */
    uint8_t filler; /* of the whole of it, but for 1 */
    const char *sentence;
  } cases[] = {
      {"gone", 0, 1, "cannot read the file to sort in"},
      {"cut short", 700, 1, "cannot read the file to sort in"},
      {"zeroes", -1, 0, "the file to sort in came back damaged"},
      {"ones", -1, 0xff, "the file to sort in came back damaged"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *folder = g_dir_make_tmp("sort-XXXXXX", NULL);
    g_autoptr(SortSpill) spill = sort_spill_new(folder, NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    g_autoptr(GError) error = NULL;
    const uint8_t *found = NULL;

    for (uint32_t j = 0; j < 3000; j++) {
      g_autofree char *key = g_strdup_printf("%u", g_rand_int(random));
      g_autofree uint8_t *entry = make_entry(slice_text(key), j, 10);

      g_assert_true(sort_spill_append(spill, slice(entry, sort_entry_bytes(entry)), NULL));
    }
    g_assert_true(sort_spill_end_run(spill, NULL));

    int fd = find_spill(folder);
    size_t bytes = sort_spill_bytes(spill);
    g_autofree uint8_t *filler = g_malloc(bytes);

    g_test_message("%s", cases[i].name);
    memset(filler, cases[i].filler, bytes);
    if (cases[i].left >= 0)
      g_assert_cmpint(ftruncate(fd, cases[i].left), ==, 0);
    else
      g_assert_cmpint(pwrite(fd, filler, bytes, 0), ==, (gssize)bytes);

    g_autoptr(SortRun) run = sort_run_new(spill, 0);

    while (sort_run_next(run, &found, &error))
      g_assert_nonnull(found); /* never an end before its time */
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, cases[i].sentence));
    g_assert_true(g_str_has_prefix(error->message, folder));
    g_assert_cmpint(g_rmdir(folder), ==, 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sort/order", entries_come_in_order_whatever_the_memory);
  g_test_add_func("/sort/no-name", spill_files_have_no_name);
  g_test_add_func("/sort/stop", a_stop_ends_a_merge);
  g_test_add_func("/sort/hard", no_order_of_the_input_is_too_hard);
  g_test_add_func("/sort/folder", a_folder_that_cannot_be_written_is_told);
  g_test_add_func("/sort/full-disk", a_full_disk_is_told_wherever_it_comes);
  g_test_add_func("/sort/damaged", a_run_that_comes_back_otherwise_is_told);
  return g_test_run();
}
