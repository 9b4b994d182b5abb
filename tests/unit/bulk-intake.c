/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/intake.h"

#include "support/bulk-case.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#define HEADER "id,at,z,b,n,t\n"

/* Two files, the second with its columns in another order and one that no field is for. */
static const char *const texts[] = {
    HEADER "a,1,z,b,1,t\n"
           "b,1,z,b,one,t\n"     /* no number */
           "c,1,z\n"             /* short */
           ",1,z,b,1,t\n"        /* no key */
           "d,1,\"z\"z,b,1,t\n"  /* no CSV */
    HEADER                       /* once more: passed over */
           "\xef\xbb\xbf" HEADER /* so is one of a file with a mark that was joined */
           "e,soon,z,b,1,\"t,\n\"\"t\"\n",
    "t,id,extra,at,z,b,n\nt,f,x,1,z,b,two\nt,g,x,1,z,b,2,more\nt,h,x,1,,,\n",
};

static const char wanted_rejects[] =
    "id,at,z,b,n,t,extra,file,line,column,reason\r\n"
    "b,1,z,b,one,t,,0.csv,3,n,field n: not a number: 'one'\r\n"
    "\"c,1,z\",,,,,,,0.csv,4,,\"has 3 fields, the header names 6\"\r\n"
    ",1,z,b,1,t,,0.csv,5,id,KEY\r\n"
    "\"d,1,\"\"z\"\"z,b,1,t\",,,,,,,0.csv,6,,QUOTE\r\n"
    "e,soon,z,b,1,\"t,\n\"\"t\",,0.csv,9,at,TIME\r\n"
    "f,1,z,b,two,t,x,1.csv,2,n,field n: not a number: 'two'\r\n"
    "\"t,g,x,1,z,b,2,more\",,,,,,,1.csv,3,,\"has 8 fields, the header names 7\"\r\n";

/* The folder's name goes, and so do the words that others choose. */
static char *
read_rejects(const BulkCase *bulk, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *prefix = g_strconcat(bulk->folder, "/", NULL);
  g_autoptr(GString) cleaned = g_string_new(NULL);
  g_autoptr(GRegex) key = g_regex_new(",id,[^\r]*\r", 0, 0, NULL);
  g_autoptr(GRegex) quote = g_regex_new(",6,,[^\r]*\r", 0, 0, NULL);
  g_autoptr(GRegex) time = g_regex_new(",at,[^\r]*soon[^\r]*\r", 0, 0, NULL);

  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_string_assign(cleaned, text);
  g_string_replace(cleaned, prefix, "", 0);

  g_autofree char *once = g_regex_replace_literal(key, cleaned->str, -1, 0, ",id,KEY\r", 0, NULL);
  g_autofree char *twice = g_regex_replace_literal(quote, once, -1, 0, ",6,,QUOTE\r", 0, NULL);

  return g_regex_replace_literal(time, twice, -1, 0, ",at,TIME\r", 0, NULL);
}

static void
what_cannot_be_stored_is_set_aside_with_its_reason(void)
{
  for (unsigned jobs = 1; jobs <= 4; jobs++) {
    g_auto(BulkCase) bulk = bulk_case_make();
    g_autofree char *path = g_build_filename(bulk.folder, "rejects.csv", NULL);
    BulkCaseOptions options = {
        .jobs = jobs, .rejects_path = path, .rejects_most = BULK_REJECTS_ANY};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
      g_assert_true(bulk_case_add(&bulk, texts[i]));
    g_assert_cmpuint(fault_list_length(&bulk.findings.notes), ==, 1); /* of column extra */

    g_autofree char *found = bulk_case_run(&bulk, &options);
    g_autofree char *rejects = read_rejects(&bulk, path);

    g_assert_true(g_str_has_suffix(found, "rows 2 duplicates 0 rejects 7\n"));
    g_assert_cmpstr(rejects, ==, wanted_rejects);
  }
}

static void
without_rejects_their_file_holds_its_header(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autofree char *path = g_build_filename(bulk.folder, "rejects.csv", NULL);
  g_autofree char *text = NULL;

  g_assert_true(bulk_case_add(&bulk, HEADER "a,1,z,b,1,t\n"));
  g_free(bulk_case_run(&bulk, &(BulkCaseOptions){.rejects_path = path}));
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "id,at,z,b,n,t,file,line,column,reason\r\n");
}

static void
more_rejects_than_the_limit_end_the_run_and_say_why(void)
{
  const struct {
    int64_t most;
    bool ends;
  } limits[] = {{0, true}, {4, true}, {5, false}, {BULK_REJECTS_ANY, false}};

  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
      g_auto(BulkCase) bulk = bulk_case_make();

      g_assert_true(bulk_case_add(&bulk, texts[0]));

      g_autofree char *found =
          bulk_case_run(&bulk, &(BulkCaseOptions){.jobs = jobs, .rejects_most = limits[i].most});

      g_assert_cmpint(g_str_has_prefix(found, "failed: "), ==, limits[i].ends);
      if (limits[i].ends) {
        g_assert_nonnull(strstr(found, "0.csv line 3: field n: not a number: 'one'"));
        g_assert_nonnull(strstr(found, "nothing was loaded"));
        g_assert_cmpuint(bulk_case_files(&bulk), ==, 0);
      }
    }
}

static void
a_file_that_vanishes_or_changes_ends_the_run(void)
{
  for (int vanishes = 0; vanishes < 2; vanishes++) {
    g_auto(BulkCase) bulk = bulk_case_make();

    g_assert_true(bulk_case_add(&bulk, HEADER "a,1,z,b,1,t\n"));

    const char *path = csv_file_path(bulk.inputs->pdata[0]);

    if (vanishes)
      g_unlink(path);
    else
      g_assert_true(g_file_set_contents(path, "t,n,b,z,at,id\n", -1, NULL));

    g_autofree char *found = bulk_case_run(&bulk, &(BulkCaseOptions){0});

    g_assert_nonnull(strstr(found, path));
    g_assert_nonnull(strstr(found, vanishes ? "No such file" : "its header changed"));
  }
}

typedef struct {
  uint64_t done;
  uint64_t total;
} Told;

static void
keep_progress(void *self, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows)
{
  Told *told = self;

  (void)rows;
  g_assert_cmpuint(done, <=, MAX(total, done));
  told[phase].done = done;
  told[phase].total = total;
}

static void
progress_reaches_its_end(void)
{
  Told told[BULK_PHASES] = {0};
  const BulkWatch watch = {.self = told, .progress = keep_progress};
  g_auto(BulkCase) bulk = bulk_case_make();

  for (int i = 0; i < 3; i++)
    g_assert_true(bulk_case_add(&bulk, HEADER "a,1,z,b,1,t\nb,1,z,b,1,t\n"));
  g_free(bulk_case_run(&bulk, &(BulkCaseOptions){.watch = &watch}));
  g_assert_cmpuint(told[BULK_READING].total, ==, 3 * strlen(HEADER "a,1,z,b,1,t\nb,1,z,b,1,t\n"));
  g_assert_cmpuint(told[BULK_READING].done, ==, told[BULK_READING].total);
  g_assert_cmpuint(told[BULK_WRITING].total, ==, 6);
  g_assert_cmpuint(told[BULK_WRITING].done, ==, 6);
}

static const struct {
  const char *header;
  bool may_miss;
  const char *fault; /* NULL: none */
  const char *note;
} headers[] = {
    {"id,at,z,b,n,t\n", false, NULL, NULL},
    {"t,n,b,z,at,id\n", false, NULL, NULL},
    {"\"id\",at,z,b,n,t", false, NULL, NULL},
    {"id,at,z,b,n,t,more\n", false, NULL, "column 'more' is not in the mapping and is left out"},
    {"id,at,z,b,n\n", false, "no column 't'", NULL},
    {"id,at,z,b,n\n", true, NULL, "no column 't'"},
    {"idd,at,z,b,n,t\n", false, "no column 'id', which", "'idd' is not in the mapping and"},
    {"id,at,z,b,n,t,id\n", false, "has the column 'id' twice", NULL},
    {"\n\n", false, "holds blank lines alone; its first line has to name the columns", NULL},
    {"ID,AT,Z,B,N,T\n", false, "'AT' is near 'at': names are compared as they are written", NULL},
    {"Id,at,z,b,n,t\n", false, "no column 'id'; is it 'Id'?", "'Id' is not in the mapping"},
    {" id , at,z,b,n ,t\n", false, NULL, NULL},
    {"id,at,z,b,n,t,x,x\n", false, NULL, "column 'x' is not in the mapping and is left out"},
    {"a,1,2,3\n", false, "names none of the mapping's fields (", NULL},
    {"id;at;z;b;n;t\n", false, "or the delimiter another?", NULL},
    {"\"id\"x,at\n", false, "line 1: text follows the closing quote", NULL},
};

static void
headers_are_judged_before_work_starts(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
    g_auto(BulkCase) bulk = bulk_case_make();

    bulk.reading.may_miss = headers[i].may_miss;
    g_test_message("%s", headers[i].header);
    g_assert_cmpint(bulk_case_add(&bulk, headers[i].header), ==, headers[i].fault == NULL);
    if (headers[i].fault != NULL)
      g_assert_nonnull(strstr(fault_list_get(&bulk.findings.faults, 0), headers[i].fault));
    g_assert_cmpint(fault_list_length(&bulk.findings.notes) > 0, ==, headers[i].note != NULL);
    if (headers[i].note != NULL)
      g_assert_nonnull(strstr(fault_list_get(&bulk.findings.notes, 0), headers[i].note));
  }
}

/* As tools leave them beside what they wrote. */
static void
an_empty_file_is_passed_over_and_told(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();

  g_assert_false(bulk_case_add(&bulk, ""));
  g_assert_cmpuint(fault_list_length(&bulk.findings.faults), ==, 0);
  g_assert_nonnull(strstr(fault_list_get(&bulk.findings.notes, 0), "is empty, and is passed over"));
}

static void
a_row_is_of_the_last_region_that_does_not_begin_behind_it(void)
{
  const Slice starts[] = {slice_text("b"), slice_text("b\x01"), slice_text("\xf0")};
  g_autoptr(BulkRegions) regions = bulk_regions_new(starts, G_N_ELEMENTS(starts));
  g_autoptr(BulkRegions) one = bulk_regions_new(NULL, 0);
  const struct {
    const char *row;
    size_t region;
  } rows[] = {{"\x01", 0}, {"a\xff", 0}, {"b", 1},    {"b\x01", 2},
              {"bb", 2},   {"\xef", 2},  {"\xf0", 3}, {"\xff", 3}};

  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_assert_cmpuint(bulk_regions_find(regions, slice_text(rows[i].row)), ==, rows[i].region);
    g_assert_cmpuint(bulk_regions_find(one, slice_text(rows[i].row)), ==, 0);
  }
}

static void
cells_past_their_ttl_are_told(void)
{
  g_auto(BulkCase) bulk = bulk_case_make();
  BulkRegions *regions = bulk_regions_new(NULL, 0);
  BulkIntakeOptions options = {.mapper = {.mapping = bulk.mapping.mapping,
                                          .plan = bulk.plan,
                                          .regions = regions,
                                          .reading = &bulk.reading},
                               .jobs = 1,
                               .memory_bytes = 1 << 20,
                               .temp_folder = bulk.folder,
                               .watch = &(BulkWatch){0}};
  BulkRejects *rejects = bulk_rejects_new(NULL, 0, &bulk.reading.csv.form);
  BulkIntake *intake;

  bulk.plan->dead_before[1] = 8; /* family two: column t */
  g_assert_true(bulk_case_add(&bulk, HEADER "a,7,z,b,1,t\nb,8,z,b,1,t\nc,1,z,b,1,t\n"));
  intake = bulk_intake_new(&options);
  g_assert_true(bulk_intake_run(intake, bulk.inputs, rejects, NULL));
  g_assert_cmpuint(bulk_intake_counts(intake).amount.expired, ==, 2);
  g_assert_true(g_str_has_prefix(fault_list_get(bulk_intake_warnings(intake), 0),
                                 "2 of 12 cells are older than the TTL"));
  bulk_intake_free(intake);
  bulk_rejects_free(rejects);
  bulk_regions_free(regions);
}

/* The limit on a file's size stands in for a full disk. */
static void
a_full_disk_for_the_rejects_is_told_and_leaves_none(void)
{
  enum { BIG_BYTES = 300 * 1024 };
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autofree char *path = g_build_filename(bulk.folder, "rejects.csv", NULL);
  g_autofree char *big = g_strnfill(BIG_BYTES, 'z');
  g_autofree char *text = g_strconcat(HEADER "b,1,", big, ",b,one,t\n", NULL);
  struct rlimit kept;

  g_assert_true(bulk_case_add(&bulk, text));
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = BIG_BYTES / 2, .rlim_max = kept.rlim_max});

  g_autofree char *found = bulk_case_run(
      &bulk, &(BulkCaseOptions){.rejects_path = path, .rejects_most = BULK_REJECTS_ANY});

  setrlimit(RLIMIT_FSIZE, &kept);
  g_test_message("%s", found);
  g_assert_true(g_str_has_prefix(found, "failed: "));
  g_assert_nonnull(strstr(found, "rejects.csv"));
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/intake/rejects", what_cannot_be_stored_is_set_aside_with_its_reason);
  g_test_add_func("/intake/rejects/none", without_rejects_their_file_holds_its_header);
  g_test_add_func("/intake/rejects/limit", more_rejects_than_the_limit_end_the_run_and_say_why);
  g_test_add_func("/intake/changed", a_file_that_vanishes_or_changes_ends_the_run);
  g_test_add_func("/intake/progress", progress_reaches_its_end);
  g_test_add_func("/columns/headers", headers_are_judged_before_work_starts);
  g_test_add_func("/columns/empty", an_empty_file_is_passed_over_and_told);
  g_test_add_func("/regions/find", a_row_is_of_the_last_region_that_does_not_begin_behind_it);
  g_test_add_func("/intake/rejects-full-disk", a_full_disk_for_the_rejects_is_told_and_leaves_none);
  g_test_add_func("/intake/expired", cells_past_their_ttl_are_told);
  return g_test_run();
}
