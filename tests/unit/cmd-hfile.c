/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include "cmd/sheet.h"
#include "support/hfile-files.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

static const Command commands[] = {
    {"hfile", "[--cells] [--stats] [--json] FILE...", "Check and show HFiles", cmd_hfile},
    {0},
};

#define AS_PROGRAM "--as-program"

enum { MOST_ARGUMENTS = 6 };

/* Run in a folder that holds load/f1/plain, load/f1/_rest (no HFile), load/other/plain (of f1) and
 * empty/. */
static const struct {
  const char *arguments[MOST_ARGUMENTS];
  ExitCode code;
  const char *out; /* standard output holds this */
  const char *err; /* and standard error this */
} cases[] = {
    {{"load/f1/plain"}, EXIT_DONE, "load/f1/plain: sound: 2 cells in 2 rows of family f1, ", ""},
    {{"load/f1"}, EXIT_DONE, "load/f1/plain: sound: ", ""},
    {{"load"},
     EXIT_DATA,
     "load/other/plain: cell row00000001/f1:q/1700000000001/Put: not of family other",
     ""},
    {{"--family", "g", "load/f1/plain"}, EXIT_DATA, "not of family g", ""},
    {{"--stats", "load/f1/plain"}, EXIT_DONE, "\n  cells                      2\n", ""},
    {{"--cells", "load/f1/plain"},
     EXIT_DONE,
     "row00000000\tf1:q\t1700000000000\tPut\tvalue-0\nrow00000001\tf1:q\t",
     ""},
    {{"--json", "load/f1/plain"}, EXIT_DONE, "\"sound\":true,\"faults_total\":0,\"faults\":[]", ""},
    {{"--json", "--family=g", "load/f1/plain"},
     EXIT_DATA,
     "\"sound\":false,\"faults_total\":2",
     ""},
    {{"--json", "--cells", "load/f1/plain"},
     EXIT_DONE,
     "{\"row\":\"row00000001\",\"family\":\"f1\",\"qualifier\":\"q\",\"timestamp\":1700000000001,"
     "\"type\":\"Put\",\"value\":\"value-1\"}\n",
     ""},
    {{"load/f1/_rest"}, EXIT_DATA, "load/f1/_rest: too short for an HFile\n", ""},
    {{"nothing", "load/f1"},
     EXIT_USAGE,
     "nothing: No such file or directory\nload/f1/plain: so",
     ""},
    {{"empty"}, EXIT_USAGE, "", "empty: the folder holds no file to check"},
    {{NULL}, EXIT_USAGE, "", "name at least one FILE"},
};

static char *
make_folder(void)
{
  static const char *const folders[] = {"load", "load/f1", "load/other", "empty"};
  char *top = g_dir_make_tmp("cmd-hfile-XXXXXX", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *path = g_build_filename(top, folders[i], NULL);

    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
  }

  g_autofree char *good = g_build_filename(top, "load/f1/plain", NULL);
  g_autofree char *misplaced = g_build_filename(top, "load/other/plain", NULL);
  g_autofree char *rest = g_build_filename(top, "load/f1/_rest", NULL);

  hfile_write_plain(good, &(HfileOptions){0}, 2);
  hfile_write_plain(misplaced, &(HfileOptions){0}, 2);
  g_assert_true(g_file_set_contents(rest, "x", 1, NULL));
  return top;
}

static void
remove_folder(const char *top)
{
  static const char *const paths[] = {
      "load/f1/plain", "load/f1/_rest", "load/f1", "load/other/plain",
      "load/other",    "load",          "empty",   ""};

  for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autofree char *path = g_build_filename(top, paths[i], NULL);

    g_remove(path);
  }
}

static void
a_call_tells_what_it_found(gconstpointer data)
{
  g_autofree char *self = g_canonicalize_filename((const char *)data, NULL);
  g_autofree char *top = make_folder();

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *argv[MOST_ARGUMENTS + 4] = {self, AS_PROGRAM, "hfile"};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;

    memcpy(argv + 3, cases[i].arguments, sizeof cases[i].arguments);
    g_assert_true(g_spawn_sync(top, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                               &status, NULL));
    g_test_message("case %zu\n%s%s", i, out, err);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, cases[i].code);
    g_assert_nonnull(strstr(out, cases[i].out));
    g_assert_nonnull(strstr(err, cases[i].err));
  }
  remove_folder(top);
}

int
main(int argc, char **argv)
{
  if (argc > 1 && strcmp(argv[1], AS_PROGRAM) == 0)
    return (int)command_main(commands, argc - 1, argv + 1);
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/hfile/calls", argv[0], a_call_tells_what_it_found);
  return g_test_run();
}
