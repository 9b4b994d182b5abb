/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/build.h"

#include "support/bulk-case.h"

#include <glib/gstdio.h>

#define HEADER "id,at,z,b,n,t\n"

static const char *const splits[] = {"b", "d", NULL};

static const struct {
  const char *text;
  BulkCaseOptions options;
  const char *wanted;
} cases[] = {
    /* Qualifiers by their bytes; each family in files of its own; no cell for what is missing. */
    {HEADER "x,5,zz,bb,1.50,tt\n",
     {0},
     "one 0 x b 5 Put bb\none 0 x n 5 Put 1.5\none 0 x z 5 Put zz\ntwo 0 x t 5 Put tt\n"
     "rows 1 duplicates 0 rejects 0\n"},
    {HEADER "x,5,,,nan,t\n",
     {0},
     "one 0 x b 5 DeleteColumn \ntwo 0 x t 5 Put t\nrows 1 duplicates 0 rejects 0\n"},
    /* Rows by key, whatever order they come in; cut at regions, the start belonging to its own. */
    {HEADER "d,1,,b,,\nb,1,,b,,\na,1,,b,,\nc,1,,b,,\n",
     {.splits = splits},
     "one 0 a b 1 Put b\none 1 b b 1 Put b\none 1 c b 1 Put b\none 2 d b 1 Put b\n"
     "rows 4 duplicates 0 rejects 0\n"},
    {HEADER "z,1,,b,,\n", {.splits = splits}, "one 2 z b 1 Put b\nrows 1 duplicates 0 rejects 0\n"},
    /* One key and time: the later record wins, cell by cell. */
    {HEADER "x,5,first,first,,\nx,5,second,b,,t\n",
     {0},
     "one 0 x b 5 Put b\none 0 x z 5 Put second\ntwo 0 x t 5 Put t\n"
     "rows 1 duplicates 1 rejects 0\n"},
    {HEADER "x,5,z,b,,\nx,5,,b2,,t\n",
     {0},
     "one 0 x b 5 Put b2\none 0 x z 5 Put z\ntwo 0 x t 5 Put t\nrows 1 duplicates 1 rejects 0\n"},
    /* One key, several times: as many versions as the family keeps, the newest. */
    {HEADER "x,5,z5,b,,t5\nx,7,z7,b,,t7\nx,6,z6,b,,t6\n",
     {0},
     "one 0 x b 7 Put b\none 0 x b 6 Put b\none 0 x z 7 Put z7\none 0 x z 6 Put z6\n"
     "two 0 x t 7 Put t7\nrows 1 duplicates 2 rejects 0\n"},
    /* A deletion stays, hides what is not newer, and comes before a put of its time. */
    {HEADER "x,5,z,b5,,\nx,6,z,,,\nx,7,z,b7,,\n",
     {0},
     "one 0 x b 7 Put b7\none 0 x b 6 DeleteColumn \none 0 x z 7 Put z\none 0 x z 6 Put z\n"
     "rows 1 duplicates 2 rejects 0\n"},
    {HEADER "x,5,,,,t\nx,5,,b,,t\n",
     {0},
     "one 0 x b 5 DeleteColumn \none 0 x b 5 Put b\ntwo 0 x t 5 Put t\n"
     "rows 1 duplicates 1 rejects 0\n"},
};

static void
files_hold_what_the_stream_would_have_put(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
      g_auto(BulkCase) bulk = bulk_case_make();
      BulkCaseOptions options = cases[i].options;

      options.jobs = jobs;
      g_assert_true(bulk_case_add(&bulk, cases[i].text));

      g_autofree char *found = bulk_case_run(&bulk, &options);

      g_assert_cmpstr(found, ==, cases[i].wanted);
      g_assert_cmpuint(bulk_case_files(&bulk), ==, 0);
    }
}

enum { MANY_ROWS = 20000, KEYS = 7000 };

/* Keys in no order, a third of them up to six times, with times that often agree. */
static char *
many_rows(void)
{
  GString *text = g_string_new(HEADER);
  g_autoptr(GRand) random = g_rand_new_with_seed(3);

  for (int i = 0; i < MANY_ROWS; i++) {
    int key = g_rand_int_range(random, 0, KEYS);

    g_string_append_printf(text, "k%05d,%d,%s,\"b,\n%d\",%d.0,%s\n", key,
                           g_rand_int_range(random, 0, 3), i % 3 == 0 ? "" : "z", i, i,
                           i % 5 == 0 ? "nan" : "text");
  }
  return g_string_free(text, FALSE);
}

static void
neither_threads_nor_memory_change_the_result(void)
{
  static const BulkCaseOptions all[] = {
      {.jobs = 1, .memory_bytes = 1 << 24},
      {.jobs = 3, .memory_bytes = 1 << 24, .codec = HFILE_CODEC_GZ},
      {.jobs = 1, .memory_bytes = 20000, .codec = HFILE_CODEC_GZ},
      {.jobs = 2, .memory_bytes = 30000},
      {.jobs = 4, .memory_bytes = 200, .codec = HFILE_CODEC_ZSTD},
  };
  g_autofree char *text = many_rows();
  g_autofree char *wanted = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
    g_auto(BulkCase) bulk = bulk_case_make();
    BulkCaseOptions options = all[i];

    options.splits = (const char *const[]){"k00500", "k04000", NULL};
    g_assert_true(bulk_case_add(&bulk, text));

    g_autofree char *found = bulk_case_run(&bulk, &options);

    g_assert_cmpuint(bulk_case_files(&bulk), ==, 0);
    if (wanted == NULL)
      wanted = g_strdup(found);
    g_assert_true(strcmp(found, wanted) == 0);
  }
  g_assert_nonnull(strstr(wanted, "rejects 0\n"));
  g_assert_null(strstr(wanted, "duplicates 0 "));
}

/* The first family's cells fit one block, so its file is never seen to be too large; the second's
 * would be a file for every two rows. */
static void
a_file_grows_no_further_than_it_may_but_there_are_never_too_many(void)
{
  const struct {
    uint64_t file_most_bytes;
    size_t files;
  } limits[] = {{1, 1 + BULK_FILES_MOST}, {20000, 1 + 4}, {1 << 30, 1 + 1}};
  g_autoptr(GString) text = g_string_new(HEADER);

  for (int i = 0; i < 500; i++)
    g_string_append_printf(text, "k%05d,1,z,b,,%0*d\n", i, 90, i);
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    g_auto(BulkCase) bulk = bulk_case_make();

    g_assert_true(bulk_case_add(&bulk, text->str));

    g_autofree char *found =
        bulk_case_run(&bulk, &(BulkCaseOptions){.file_most_bytes = limits[i].file_most_bytes});

    g_assert_nonnull(strstr(found, "rows 500 duplicates 0"));
    g_assert_cmpuint(bulk.files_built, ==, limits[i].files);
  }
}

typedef struct {
  int left; /* so many steps are let pass */
  GCancellable *cancellable;
} Stopper;

static void
stop_later(void *data, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows)
{
  Stopper *self = data;

  (void)phase, (void)done, (void)total, (void)rows;
  if (--self->left <= 0)
    g_cancellable_cancel(self->cancellable);
}

static void
a_run_that_is_stopped_leaves_no_file(void)
{
  g_autofree char *text = many_rows();

  for (int looks = 0; looks < 12; looks++) {
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Stopper stopper = {looks, cancellable};
    const BulkWatch watch = {.self = &stopper, .progress = stop_later, .cancellable = cancellable};
    g_auto(BulkCase) bulk = bulk_case_make();

    if (looks == 0)
      g_cancellable_cancel(cancellable);
    g_assert_true(bulk_case_add(&bulk, text));

    g_autofree char *found = bulk_case_run(&bulk, &(BulkCaseOptions){.jobs = 2, .watch = &watch});

    if (g_str_has_prefix(found, "failed: stopped before"))
      g_assert_cmpuint(bulk_case_files(&bulk), ==, 0);
    else
      g_assert_cmpint(looks, >, 1);
  }
}

static void
a_folder_that_cannot_be_written_ends_the_run(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autofree char *text = many_rows();
  g_autofree char *in_the_way = g_build_filename(bulk.folder, "two", NULL);

  g_assert_true(g_file_set_contents(in_the_way, "", 0, NULL));
  g_assert_true(bulk_case_add(&bulk, text));

  g_autofree char *found = bulk_case_run(&bulk, &(BulkCaseOptions){.jobs = 2});

  g_assert_true(g_str_has_prefix(found, "failed: "));
  g_assert_nonnull(strstr(found, in_the_way));
  g_assert_cmpuint(bulk_case_files(&bulk), ==, 1); /* what was in the way */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/build/cells", files_hold_what_the_stream_would_have_put);
  g_test_add_func("/build/same", neither_threads_nor_memory_change_the_result);
  g_test_add_func("/build/file-most",
                  a_file_grows_no_further_than_it_may_but_there_are_never_too_many);
  g_test_add_func("/build/stopped", a_run_that_is_stopped_leaves_no_file);
  g_test_add_func("/build/folder", a_folder_that_cannot_be_written_ends_the_run);
  return g_test_run();
}
