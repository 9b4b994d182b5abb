/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include "support/bulk-case.h"

#include <string.h>
#include <sys/wait.h>

static const Command commands[] = {
    {"bulkload", "--table TABLE FILE...", "Turn CSV files into HFiles and load them", cmd_bulkload},
    {0},
};

#define AS_PROGRAM "--as-program"
#define HEADER "id,at,z,b,n,t\n"

enum { MOST_ARGUMENTS = 8, FIXED_ARGUMENTS = 9, MOST_LINES = 6 };

/* What --metrics writes, well or not, each with lines that it holds. Nobody listens where the
 * gateway should be. */
static const struct {
  const char *arguments[MOST_ARGUMENTS];
  ExitCode code;
  const char *lines[MOST_LINES];
} cases[] = {
    {{"-t", "case", "--output", "new", "good.csv", "--metrics", "load.prom"},
     EXIT_DONE,
     {"success{table=\"case\"} 1", "exit_code{table=\"case\"} 0", "records{table=\"case\"} 2",
      "cells{table=\"case\"} 8", "files{table=\"case\"} 2", "live_files{table=\"case\"} 0"}},
    {{"-t", "case", "--output", "new", "bad.csv", "--metrics", "load.prom"},
     EXIT_DATA,
     {"success{table=\"case\"} 0", "exit_code{table=\"case\"} 1",
      "rejected_records{table=\"case\"} 1", "files{table=\"case\"} 0"}},
    {{"-t", "case", "good.csv", "--timeout", "1ms", "--metrics", "load.prom"},
     EXIT_PEER,
     {"success{table=\"case\"} 0", "exit_code{table=\"case\"} 3", "records{table=\"case\"} 0",
      "rejected_records{table=\"case\"} 0"}},
    {{"-t", "ca\"se", "good.csv", "--metrics", "load.prom"},
     EXIT_USAGE,
     {"success{table=\"ca\\\"se\"} 0", "exit_code{table=\"ca\\\"se\"} 2"}},
};

static void
write_file(const BulkCase *bulk, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(bulk->folder, name, NULL);

  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
make_files(const BulkCase *bulk)
{
  write_file(bulk, "good.csv", HEADER "k2,5,z,b,1,t\nk1,5,z,b,1,t\n");
  write_file(bulk, "bad.csv", HEADER "k3,5,z,b,1,t\nk4,5,z,b,many,t\n");
  write_file(bulk, "load.prom", "of the last time\n");
}

/* The exit code; out_err is yours. */
static int
call(const char *program, const BulkCase *bulk, const char *const arguments[MOST_ARGUMENTS],
     char **out_err)
{
  g_autofree char *self = g_canonicalize_filename(program, NULL);
  g_autofree char *mappings = g_strconcat("ingest.mappings=", bulk->mapping.folder, NULL);
  const char *argv[FIXED_ARGUMENTS + MOST_ARGUMENTS + 1] = {self,
                                                            AS_PROGRAM,
                                                            "bulkload",
                                                            "-X",
                                                            mappings,
                                                            "-X",
                                                            "ingest.builtin=none",
                                                            "-X",
                                                            "gateway.endpoints=127.0.0.1:1"};
  int status = 0;

  memcpy(argv + FIXED_ARGUMENTS, arguments, MOST_ARGUMENTS * sizeof *arguments);
  g_assert_true(g_spawn_sync(bulk->folder, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                             NULL, NULL, out_err, &status, NULL));
  g_test_message("%s", *out_err);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void
the_end_is_told_in_a_file(gconstpointer program)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(BulkCase) bulk = bulk_case_make();
    g_autofree char *path = g_build_filename(bulk.folder, "load.prom", NULL);
    g_autofree char *text = NULL;
    g_autofree char *err = NULL;

    make_files(&bulk);
    g_assert_cmpint(call(program, &bulk, cases[i].arguments, &err), ==, cases[i].code);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "# HELP sluice_bulkload_success "));
    for (size_t line = 0; line < MOST_LINES && cases[i].lines[line] != NULL; line++) {
      g_autofree char *whole = g_strdup_printf("\nsluice_bulkload_%s\n", cases[i].lines[line]);

      g_test_message("%s in %s", whole, text);
      g_assert_nonnull(strstr(text, whole));
    }
  }
}

/* A load whose end nobody would hear of does not begin. */
static void
a_place_that_cannot_be_written_is_told_first(gconstpointer program)
{
  const char *const arguments[MOST_ARGUMENTS] = {"-t",       "case",      "--output",     "new",
                                                 "good.csv", "--metrics", "no/where.prom"};
  g_auto(BulkCase) bulk = bulk_case_make();
  g_autofree char *err = NULL;
  size_t files;

  make_files(&bulk);
  files = bulk_case_files(&bulk);
  g_assert_cmpint(call(program, &bulk, arguments, &err), ==, EXIT_USAGE);
  g_assert_nonnull(strstr(err, "no/where.prom.unfinished: cannot be created"));
  g_assert_cmpuint(bulk_case_files(&bulk), ==, files);
}

int
main(int argc, char **argv)
{
  if (argc > 1 && strcmp(argv[1], AS_PROGRAM) == 0)
    return (int)command_main(commands, argc - 1, argv + 1);
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/bulk-metrics/end", argv[0], the_end_is_told_in_a_file);
  g_test_add_data_func("/bulk-metrics/first", argv[0],
                       a_place_that_cannot_be_written_is_told_first);
  return g_test_run();
}
