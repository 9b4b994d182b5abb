/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include "support/bulk-case.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What works without a gateway: nobody listens where it should be. */
static const Command commands[] = {
    {"bulkload", "--table TABLE FILE...", "Turn CSV files into HFiles and load them", cmd_bulkload},
    {"hfile", "FILE...", "Check and show HFiles", cmd_hfile},
    {0},
};

#define AS_PROGRAM "--as-program"

enum { MOST_ARGUMENTS = 12, FIXED_ARGUMENTS = 6 };

#define HEADER "id,at,z,b,n,t\n"
#define HEADER_OF_REJECTS "id,at,z,b,n,t,file,line,column,reason\r\n"

/* In a folder with good.csv, which standard input is, too, bad.csv (one of two rows cannot be
 * stored), set-aside.csv (what comes of it), semi.csv (and so here), other.csv (a row of good.csv
 * with another value), headed.csv (no rows), headless.csv, tab.csv, hot.csv (nearly all of it
 * one row), full/ (not empty), and what is in the way of --output: yours.unfinished/ and, left by a
 * run that was killed, killed.unfinished/. */
static const struct {
  const char *arguments[MOST_ARGUMENTS];
  ExitCode code;
  const char *out;  /* standard output holds this */
  const char *err;  /* and standard error this */
  const char *file; /* there is such a file then; NULL: there is nothing new */
  const char *text; /* which holds this; NULL: whatever it holds */
} cases[] = {
    {{"-t", "case", "--output", "new", "good.csv"},
     EXIT_DONE,
     "written     8 cells in 2 files",
     "regions are the mapping's, not the table's",
     "new/one/region-00000-00"},
    {{"-t", "case", "--output", "new", "--json", "*d.csv", "--max-rejects", "1"},
     EXIT_DONE,
     "\"records\":4,\"headers\":0,\"rejects\":1,\"cells_mapped\":12,",
     "",
     "new/two/region-00000-00"},
    {{"-t", "case", "--dry-run", "bad.csv"},
     EXIT_DATA,
     "rows        1; 0 records more",
     "1 records cannot be stored: a load would end here",
     NULL},
    {{"-t", "case", "--dry-run", "--max-rejects", "1", "bad.csv"},
     EXIT_DONE,
     "rows        1; 0 records more",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "good.csv"}, EXIT_DONE, "rows        2; 0 records more", "", NULL},
    {{"-t", "case", "--dry-run", "good.csv", "good.csv"},
     EXIT_DONE,
     "rows        2; 2 records more have the key of another one,\n            0 of them with other "
     "values\n"
     "regions     1",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "good.csv", "other.csv", "good.csv"},
     EXIT_DONE,
     "rows        2; 3 records more have the key of another one,\n            2 of them with other "
     "values\n"
     "                     3 records, of different values, are row 'k1'\n",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--json", "good.csv", "other.csv"},
     EXIT_DONE,
     "\"rows\":2,\"duplicates\":1,\"differing\":1,\"collisions\":[{\"row\":\"k1\","
     "\"records\":2,\"differing\":1}]",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--regions", "2", "good.csv"},
     EXIT_DONE,
     "regions     2, which get\n"
     "                     1 records,  108 bytes from ''\n"
     "                     1 records,  108 bytes from 'k2'\n",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--splits", "8", "hot.csv"},
     EXIT_DONE,
     " from ''  HOT: far more than its share\n"
     "                     1 records,  108 bytes from 'k3'\n",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--regions", "8", "--json", "hot.csv"},
     EXIT_DONE,
     "\"records\":21,\"bytes\":2268,\"hot\":true},{\"start\":\"k3\",\"records\":1,\"bytes\":108,"
     "\"hot\":false}",
     "",
     NULL},
    {{"-t", "case", "--output", "new", "--regions", "2", "good.csv"},
     EXIT_DONE,
     "/new/_create.rb\n            hbase completebulkload file:///",
     "",
     "new/_create.rb"},
    {{"-t", "case", "--output", "new", "headed.csv"},
     EXIT_DATA,
     "records     0 read",
     "nothing to load: there is no record behind the header",
     NULL},
    {{"-t", "case", "--dry-run", "--json", "good.csv"},
     EXIT_DONE,
     "\"rows\":2,\"duplicates\":0",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--delimiter", "tab", "tab.csv"},
     EXIT_DONE,
     "rows        1; ",
     "",
     NULL},
    {{"-t", "case", "--output", "new", "bad.csv"},
     EXIT_DATA,
     "",
     "1 record could not be stored, and 0 may be set aside: nothing was loaded",
     NULL},
    {{"-t", "case", "--dry-run", "bad.csv", "--rejects", "rejects.csv"},
     EXIT_DONE,
     "rejects     1\n            bad.csv line 3: field n: not a number: 'many'",
     "",
     "rejects.csv"},
    {{"-t", "case", "--dry-run", "set-aside.csv", "--rejects", "again.csv"},
     EXIT_DATA,
     "set-aside.csv line 2: field n: not a number: 'many'",
     "column 'reason' is not in the mapping",
     "again.csv",
     HEADER_OF_REJECTS "k4,5,z,b,many,t,set-aside.csv,2,n,field n: not a number: 'many'\r\n"},
    {{"-t", "case", "--dry-run", "--delimiter", ";", "semi.csv", "--rejects", "again.csv"},
     EXIT_DATA,
     "rejects     1\n",
     "",
     "again.csv",
     "id;at;z;b;n;t;file;line;column;reason\r\n"
     "k1;5;z;b;a,b;t;semi.csv;2;n;field n: not a number: 'a,b'\r\n"},
    {{"-t", "case", "bad.csv", "--rejects", "bad.csv"},
     EXIT_USAGE,
     "",
     "bad.csv: is to be read, and the rejects would replace it",
     NULL},
    {{"-t", "case", "--dry-run", "good.csv", "--rejects", "no/where.csv"},
     EXIT_USAGE,
     "",
     "no/where.csv.unfinished: cannot be created",
     NULL},
    {{"-t", "case", "-", "-"}, EXIT_USAGE, "", "standard input can be read once", NULL},
    {{"-t", "case", "--dry-run", "-"}, EXIT_DONE, "records     2 read", "", NULL},
    {{"-t", "case", "--dry-run", "none*.csv"}, EXIT_USAGE, "", "none*.csv: No such file", NULL},
    {{"-t", "case", "--dry-run", "bad.csv", "--null", "many"},
     EXIT_DONE,
     "rejects     0\n",
     "",
     NULL},
    {{"-t", "case", "--output", "full", "good.csv"}, EXIT_USAGE, "", "full: exists already", NULL},
    {{"-t", "case", "--output", "yours", "good.csv"},
     EXIT_USAGE,
     "",
     "/yours.unfinished: exists, and no run that was killed left it",
     NULL},
    {{"-t", "case", "--output", "killed", "good.csv"},
     EXIT_DONE,
     "written     8 cells in 2 files",
     "",
     "killed/two/region-00000-00"},
    {{"-t", "case", "--output", "no/where", "good.csv"},
     EXIT_USAGE,
     "",
     "/no: cannot make a folder for HFiles in it: No such file",
     NULL},
    {{"-t", "case", "--staging", "no/where", "good.csv"},
     EXIT_USAGE,
     "",
     "no/where: cannot make a folder for HFiles in it: No such file",
     NULL},
    {{"-t", "case", "--staging", "good.csv", "good.csv"},
     EXIT_USAGE,
     "",
     "good.csv: cannot make a folder for HFiles in it: Not a directory",
     NULL},
    {{"-t", "case", "-X", "bulkload.temp=no", "good.csv"},
     EXIT_USAGE,
     "",
     "no: cannot make a folder for HFiles in it: No such file",
     NULL},
    {{"-t", "case", "--complete-with", "'", "good.csv"},
     EXIT_USAGE,
     "",
     "--complete-with: Text ended before matching quote",
     NULL},
    {{"-t", "case", "--complete-with", "no/tool --quiet", "good.csv"},
     EXIT_USAGE,
     "",
     "--complete-with: there is no program 'no/tool'",
     NULL},
    {{"-t", "case", "--user", "", "good.csv"}, EXIT_USAGE, "", "--user: give a name", NULL},
    {{"-t", "case", "--regions", "0", "good.csv"}, EXIT_USAGE, "", "--regions: give 1 to", NULL},
    {{"-t", "case", "--jobs", "0", "good.csv"}, EXIT_USAGE, "", "--jobs: give 1 to 256", NULL},
    {{"-t", "case", "--file-max", "0", "good.csv"},
     EXIT_USAGE,
     "",
     "--file-max: give a size above 0",
     NULL},
    {{"-t", "case", "good.csv", "--timeout", "1ms"}, EXIT_PEER, "", "127.0.0.1:1: connect", NULL},
    {{"-t", "case", "--staging", "hdfs://namenode", "good.csv"},
     EXIT_USAGE,
     "",
     "staging folder 'hdfs://namenode': give hdfs://host:port/folder",
     NULL},
    {{"-t", "case", "--staging", "s3a://bucket/folder", "good.csv"},
     EXIT_USAGE,
     "",
     "only hdfs:// and folders of this machine",
     NULL},
    {{"-t", "case", "--output", "hdfs://namenode/folder", "good.csv"},
     EXIT_USAGE,
     "",
     "--output: give a folder of this machine",
     NULL},
    {{"-t", "case", "headless.csv"}, EXIT_USAGE, "", "names none of the mapping's fields", NULL},
    {{"-t", "case", "good.csv", "none.csv"}, EXIT_USAGE, "", "none.csv: No such file", NULL},
    {{"-t", "cases", "good.csv"}, EXIT_USAGE, "", "case", NULL},
    {{"good.csv"}, EXIT_USAGE, "", "name the table with --table", NULL},
    {{"-t", "case"}, EXIT_USAGE, "", "name at least one CSV file", NULL},
    {{"-t", "case", "--delimiter", "", "good.csv"},
     EXIT_USAGE,
     "",
     "--delimiter: give characters that are no line end",
     NULL},
    {{"-t", "case", "--memory", "1M", "good.csv"}, EXIT_USAGE, "", "at least 16M", NULL},
    {{"-t", "case", "--timestamp", "-1", "good.csv"}, EXIT_USAGE, "", "--timestamp: give", NULL},
    {{"-t", "case", "--dry-run", "--delimiter", "\\t", "quotes.tsv"},
     EXIT_DONE,
     "records     3 read; 0 repeated header lines passed over\nwarning     quotes.tsv: 1 field "
     "stood in quotes",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--delimiter", "tab", "--quote", "\"", "quotes.tsv"},
     EXIT_DONE,
     "records     2 read; 0 repeated header lines passed over\nrejects",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "good.csv", "empty.csv", "cr.csv"},
     EXIT_DONE,
     "records     4 read",
     "empty.csv: is empty, and is passed over",
     NULL},
    {{"-t", "case", "--dry-run", "empty.csv"},
     EXIT_USAGE,
     "",
     "empty.csv: is empty; its first line has to name the columns",
     NULL},
    {{"-t", "case", "--dry-run", "--columns", "n, at, b,t,z,id", "headless.csv"},
     EXIT_DONE,
     "records     1 read",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "headers.csv"},
     EXIT_DONE,
     "records     1 read; 1 repeated header lines passed over\nwarning     headers.csv: 1 line "
     "like "
     "the header was passed over; --keep-headers takes it for records",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--json", "headers.csv"},
     EXIT_DONE,
     "\"warnings\":[\"headers.csv: 1 line like the header",
     "",
     NULL},
    {{"-t", "case", "--dry-run", "--quote", "''", "good.csv"},
     EXIT_USAGE,
     "",
     "--quote: give one character, and no line end",
     NULL},
    {{"-t", "case", "--dry-run", "--delimiter", "\"", "good.csv"},
     EXIT_USAGE,
     "",
     "--delimiter: give characters that are neither quote nor escape",
     NULL},
    {{"-t", "case", "--dry-run", "--delimiter", "\\q", "good.csv"},
     EXIT_USAGE,
     "",
     "--delimiter: give characters that are no line end, tab, or bytes as \\x01",
     NULL},
    {{"-t", "case", "--dry-run", "--encoding", "UTF-99", "good.csv"},
     EXIT_USAGE,
     "",
     "unknown encoding 'UTF-99'",
     NULL},
    {{"-t", "case", "--timestamp", "1.5", "good.csv"}, EXIT_USAGE, "", "--timestamp: give", NULL},
    {{"-t", "case", "--compression", "LZO", "good.csv"},
     EXIT_USAGE,
     "",
     "--compression: give",
     NULL},
    {{"-t", "case", "--dry-run", "--output", "new", "good.csv"},
     EXIT_USAGE,
     "",
     "exclude each other",
     NULL},
    {{"-t", "case", "--dry-run", "--compression", "LZ4", "good.csv"},
     EXIT_DONE,
     "",
     "a stock HBase cannot read it",
     NULL},
};

static void
write_file(const BulkCase *bulk, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(bulk->folder, name, NULL);

  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_folder(const BulkCase *bulk, const char *name, const char *file)
{
  g_autofree char *path = g_build_filename(bulk->folder, name, NULL);
  g_autofree char *within = g_build_filename(name, file, NULL);

  g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
  write_file(bulk, within, "");
}

static void
write_hot(const BulkCase *bulk)
{
  g_autoptr(GString) text = g_string_new(HEADER);

  for (int key = 1; key <= 9; key++)
    for (int i = 0; i < (key == 2 ? 20 : 1); i++)
      g_string_append_printf(text, "k%d,5,z,b,1,t\n", key);
  write_file(bulk, "hot.csv", text->str);
}

static void
make_files(const BulkCase *bulk)
{
  write_file(bulk, "good.csv", HEADER "k2,5,z,b,1,t\nk1,5,z,b,1,t\n");
  write_file(bulk, "bad.csv", HEADER "k3,5,z,b,1,t\nk4,5,z,b,many,t\n");
  write_file(bulk, "tab.csv", "id\tat\tz\tb\tn\tt\nk1\t5\tz\tb\t1\tt\n");
  write_file(bulk, "set-aside.csv", HEADER_OF_REJECTS "k4,5,z,b,many,t,bad.csv,3,n,because\r\n");
  write_file(bulk, "semi.csv", "id;at;z;b;n;t\nk1;5;z;b;a,b;t\n");
  write_file(bulk, "other.csv", HEADER "k1,5,z,b,2,t\n");
  write_file(bulk, "headed.csv", HEADER);
  write_file(bulk, "headless.csv", "1,2,3,4,5,6\n");
  write_file(bulk, "empty.csv", "");
  write_file(bulk, "cr.csv", "id,at,z,b,n,t\rk5,5,z,b,1,t\rk6,5,z,b,1,t\r");
  write_file(bulk, "headers.csv", HEADER HEADER "k1,5,z,b,1,t\n");
  write_file(bulk, "quotes.tsv",
             "id\tat\tz\tb\tn\tt\nk1\t5\t\"z\tb\t1\tt\nk2\t5\tz\"\tb\t1\tt\n"
             "k3\t5\tz\tb\t1\t\"t\"\n");
  write_hot(bulk);
  write_folder(bulk, "full", "thing");
  write_folder(bulk, "yours.unfinished", "thing");
  write_folder(bulk, "killed.unfinished", "_sluice_at_work");
}

/* In the child, whose folder is the case's. */
static void
take_file_as_input(gpointer data)
{
  int fd = open((const char *)data, O_RDONLY);

  if (fd >= 0)
    dup2(fd, STDIN_FILENO);
}

static void
expect_file(const BulkCase *bulk, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(bulk->folder, name, NULL);
  g_autofree char *found = NULL;

  g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
  if (text == NULL)
    return;
  g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
  g_assert_cmpstr(found, ==, text);
}

static void
calls_end_as_they_should(gconstpointer data)
{
  g_autofree char *self = g_canonicalize_filename((const char *)data, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(BulkCase) bulk = bulk_case_make();
    g_autofree char *mappings = g_strconcat("ingest.mappings=", bulk.mapping.folder, NULL);
    const char *argv[MOST_ARGUMENTS + FIXED_ARGUMENTS + 4] = {self,
                                                              AS_PROGRAM,
                                                              "bulkload",
                                                              "-X",
                                                              mappings,
                                                              "-X",
                                                              "ingest.builtin=none",
                                                              "-X",
                                                              "gateway.endpoints=127.0.0.1:1"};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    size_t files;
    int status = 0;

    make_files(&bulk);
    files = bulk_case_files(&bulk);
    memcpy(argv + 9, cases[i].arguments, sizeof cases[i].arguments);
    g_assert_true(g_spawn_sync(bulk.folder, (char **)argv, NULL, G_SPAWN_DEFAULT,
                               take_file_as_input, (gpointer) "good.csv", &out, &err, &status,
                               NULL));
    g_test_message("case %zu\n%s%s", i, out, err);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, cases[i].code);
    g_assert_nonnull(strstr(out, cases[i].out));
    g_assert_nonnull(strstr(err, cases[i].err));
    if (cases[i].file != NULL)
      expect_file(&bulk, cases[i].file, cases[i].text);
    else
      g_assert_cmpuint(bulk_case_files(&bulk), ==, files);
  }
}

int
main(int argc, char **argv)
{
  if (argc > 1 && strcmp(argv[1], AS_PROGRAM) == 0)
    return (int)command_main(commands, argc - 1, argv + 1);
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/bulkload/calls", argv[0], calls_end_as_they_should);
  return g_test_run();
}
