/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/args.h"

#include "bulk/load/tool.h"

#include <glob.h>
#include <string.h>

static const char about[] =
    "Maps CSV files as the stream maps records, sorts the rows, writes HFiles, each for one\n"
    "of the table's regions, and loads them. The first line of each file names its columns. FILE "
    "may\n"
    "be packed by gzip or zstd; - is standard input. --avro FILE... takes Avro object container\n"
    "files. --topic takes a topic's records from where --group stands, or from the beginning, to\n"
    "the ends as they are at the start, and then commits those ends for the group: 'sluice run'\n"
    "goes on exactly there.\n"
    "\n"
    "Region servers must be able to read the HFiles: --staging is a folder that they share, or "
    "one\n"
    "on HDFS, which WebHDFS takes them to. Where servers ask for Kerberos, --complete-with lets\n"
    "HBase's own tool do the last step.\n"
    "\n"
    "Exit code 0: all is loaded (with --output: written); 1: too many records cannot be stored;\n"
    "2: wrong use or configuration; 3: a gateway or region server does not answer; 4: stopped by\n"
    "a signal. What is loaded is always said; running it once more finishes the work.";

/* What the parser fills in before it is understood. */
typedef struct {
  char **files;
  char **avro;
  char *timestamp;
  char *memory;
  char *file_max;
  char *compression;
  gint64 rejects_most;
  int jobs;
  int regions;
} Texts;

static void
texts_clear(Texts *self)
{
  g_strfreev(self->files);
  g_strfreev(self->avro);
  g_free(self->timestamp);
  g_free(self->memory);
  g_free(self->file_max);
  g_free(self->compression);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

void
cmd_bulkargs_clear(CmdBulkArgs *self)
{
  cmd_options_clear(&self->options);
  g_free(self->table);
  g_strfreev(self->files);
  cmd_csv_clear(&self->csv);
  g_free(self->topic);
  g_free(self->group);
  g_free(self->rejects);
  g_free(self->output);
  g_free(self->complete_with);
  g_free(self->staging);
  g_free(self->user);
  g_free(self->metrics);
}

enum { NOT_GIVEN = -2 };

static bool
parse_texts(CmdBulkArgs *self, Texts *texts, GError **error)
{
  const GOptionEntry entries[] = {
      {"table", 't', 0, G_OPTION_ARG_FILENAME, &self->table, "the table to load", "NAME"},
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self->topic, "load the records of this topic",
       "TOPIC"},
      {"group", 0, 0, G_OPTION_ARG_FILENAME, &self->group,
       "with --topic: the consumer group whose offsets say where to begin, and are moved to the "
       "end (default: [kafka] group.id)",
       "NAME"},
      {"avro", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &texts->avro,
       "load Avro object container files, whatever schema wrote them", "FILE..."},
      {"dry-run", 0, 0, G_OPTION_ARG_NONE, &self->is_dry_run,
       "read, map and sort, say what would be loaded, and write nothing", NULL},
      {"output", 0, 0, G_OPTION_ARG_FILENAME, &self->output,
       "write the HFiles to the new folder DIR, and load nothing", "DIR"},
      {"timestamp", 0, 0, G_OPTION_ARG_FILENAME, &texts->timestamp,
       "time of all cells, in ms, for a mapping whose time is the record's (default: now)",
       "MS|now"},
      {"rejects", 0, 0, G_OPTION_ARG_FILENAME, &self->rejects,
       "set records that cannot be stored aside in FILE, with the reason of each", "FILE"},
      {"max-rejects", 0, 0, G_OPTION_ARG_INT64, &texts->rejects_most,
       "more than N end the run (default: 0, with --rejects no limit)", "N"},
      {"memory", 0, 0, G_OPTION_ARG_FILENAME, &texts->memory,
       "memory to sort in (default: [bulkload] memory)", "BYTES"},
      {"jobs", 'j', 0, G_OPTION_ARG_INT, &texts->jobs,
       "threads, and regions that are loaded at once (default: [bulkload] jobs, else one a "
       "processor)",
       "N"},
      {"regions", 0, 0, G_OPTION_ARG_INT, &texts->regions,
       "create the table, split so that each of N regions gets as much of the data", "N"},
      {"splits", 0, 0, G_OPTION_ARG_INT, &texts->regions, "the same as --regions", "N"},
      {"compression", 0, 0, G_OPTION_ARG_FILENAME, &texts->compression,
       "NONE, GZ, SNAPPY, LZ4 or ZSTD (default: the family's if NONE or GZ, else NONE)", "NAME"},
      {"file-max", 0, 0, G_OPTION_ARG_FILENAME, &texts->file_max,
       "largest HFile; more data for a region makes another (default: [bulkload] file.max)",
       "BYTES"},
      {"staging", 0, 0, G_OPTION_ARG_FILENAME, &self->staging,
       "where region servers find the HFiles: a folder that they share, or hdfs://host:port/folder "
       "(default: [bulkload] staging)",
       "DIR"},
      {"complete-with", 0, 0, G_OPTION_ARG_FILENAME, &self->complete_with,
       "call COMMAND DIR TABLE to load the HFiles, e.g. 'hbase completebulkload'", "COMMAND"},
      {"user", 0, 0, G_OPTION_ARG_FILENAME, &self->user,
       "whom region servers and HDFS take us for (default: [bulkload] user, else "
       "$HADOOP_USER_NAME, else the login)",
       "NAME"},
      {"metrics", 0, 0, G_OPTION_ARG_FILENAME, &self->metrics,
       "write FILE for Prometheus's textfile collector when the load has ended, well or not "
       "(its name has to end in .prom)",
       "FILE"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "print the summary as JSON", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &texts->files, "", "FILE..."},
      {0},
  };

  g_autofree GOptionEntry *all = cmd_csv_join(&self->csv, entries);

  return cmd_options_parse(&self->options, self->call, all, about, error);
}

static bool
understand_timestamp(CmdBulkArgs *self, const char *text, GError **error)
{
  char *end = NULL;

  self->has_timestamp = text != NULL && strcmp(text, "now") != 0;
  if (text == NULL || strcmp(text, "now") == 0) {
    self->timestamp_ms = g_get_real_time() / 1000;
    return true;
  }
  self->timestamp_ms = g_ascii_strtoll(text, &end, 10);
  if (*text != '\0' && *end == '\0' && self->timestamp_ms >= 0 && self->timestamp_ms < INT64_MAX)
    return true;
  return cmd_options_refuse(self->call, error,
                            "--timestamp: give milliseconds since 1970, below 2^63-1, or now");
}

static bool
understand_sizes(CmdBulkArgs *self, const Texts *texts, GError **error)
{
  if (texts->memory != NULL &&
      !cmd_options_bytes("memory", texts->memory, &self->memory_bytes, error))
    return false;
  if (texts->file_max != NULL &&
      !cmd_options_bytes("file-max", texts->file_max, &self->file_most_bytes, error))
    return false;
  if (texts->memory != NULL && self->memory_bytes < BULK_LEAST_MEMORY_BYTES)
    return cmd_options_refuse(self->call, error, "--memory: at least 16M are needed");
  if (texts->file_max != NULL && self->file_most_bytes == 0)
    return cmd_options_refuse(self->call, error, "--file-max: give a size above 0");
  return true;
}

static bool
understand_counts(CmdBulkArgs *self, const Texts *texts, GError **error)
{
  if (texts->jobs != NOT_GIVEN && (texts->jobs < 1 || texts->jobs > 256))
    return cmd_options_refuse(self->call, error, "--jobs: give 1 to 256 threads");
  if (texts->regions != NOT_GIVEN && (texts->regions < 1 || texts->regions > 10000))
    return cmd_options_refuse(self->call, error, "--regions: give 1 to 10000");
  self->jobs = texts->jobs == NOT_GIVEN ? 0 : (unsigned)texts->jobs;
  self->regions = texts->regions == NOT_GIVEN ? 0 : texts->regions;
  return true;
}

static bool
understand_codec(CmdBulkArgs *self, const char *text, GError **error)
{
  if (text == NULL)
    return true;
  if (!hfile_codec_find(text, &self->codec))
    return cmd_options_refuse(self->call, error,
                              "--compression: give NONE, GZ, SNAPPY, LZ4 or ZSTD");
  self->has_codec = true;
  if (!hfile_codec_is_stock(self->codec))
    g_warning(
        "a stock HBase cannot read it compression=%s hint='region servers need the jar of the "
        "codec and hbase.io.compress settings'",
        hfile_codec_name(self->codec));
  return true;
}

/* Shells resolve patterns, unless they are quoted or there is no shell. One that no file has is
 * taken for a name, of which it is said that there is no such file. */
static void
resolve_files(CmdBulkArgs *self, char **patterns)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new();

  for (; *patterns != NULL; patterns++) {
    glob_t found = {0};
    bool is_pattern = strpbrk(*patterns, "*?[") != NULL &&
                      !g_file_test(*patterns, G_FILE_TEST_EXISTS) &&
                      glob(*patterns, 0, NULL, &found) == 0;

    for (size_t i = 0; is_pattern && i < found.gl_pathc; i++)
      g_ptr_array_add(files, g_strdup(found.gl_pathv[i]));
    if (is_pattern)
      globfree(&found);
    else
      g_ptr_array_add(files, g_strdup(*patterns));
  }
  g_ptr_array_add(files, NULL);
  self->files = (char **)g_ptr_array_steal(files, NULL);
}

static bool
understand_rejects(CmdBulkArgs *self, const Texts *texts, GError **error)
{
  if (texts->rejects_most != NOT_GIVEN && texts->rejects_most < 0)
    return cmd_options_refuse(self->call, error, "--max-rejects: give 0 or more");
  self->takes_rejects = self->rejects != NULL || texts->rejects_most > 0;
  if (texts->rejects_most != NOT_GIVEN)
    self->rejects_most = texts->rejects_most;
  else
    self->rejects_most = self->rejects == NULL && !self->is_dry_run ? 0 : BULK_REJECTS_ANY;
  return true;
}

static bool
understand_topic(const CmdBulkArgs *self, const Texts *texts, GError **error)
{
  if (texts->files != NULL || texts->avro != NULL)
    return cmd_options_refuse(self->call, error, "--topic and files exclude each other");
  if (self->rejects != NULL || texts->rejects_most != NOT_GIVEN)
    return cmd_options_refuse(self->call, error,
                              "--topic sends bad records to the dead-letter topic and ends by "
                              "errors.limit: --rejects and --max-rejects are for files");
  if (texts->timestamp != NULL)
    return cmd_options_refuse(self->call, error,
                              "--timestamp is for files: a topic's records have theirs");
  return true;
}

static bool
understand_source(CmdBulkArgs *self, Texts *texts, GError **error)
{
  g_autoptr(GPtrArray) patterns = g_ptr_array_new();

  if (self->topic != NULL)
    return understand_topic(self, texts, error);
  if (self->group != NULL)
    return cmd_options_refuse(self->call, error, "--group is for --topic");
  if (texts->files == NULL && texts->avro == NULL)
    return cmd_options_refuse(self->call, error,
                              "name at least one CSV file, or - for standard input");
  self->is_avro = texts->avro != NULL;
  if (self->is_avro && self->rejects != NULL)
    return cmd_options_refuse(self->call, error,
                              "--rejects is for CSV files; with --avro say --max-rejects");
  for (char **path = texts->avro; path != NULL && *path != NULL; path++)
    g_ptr_array_add(patterns, *path);
  for (char **path = texts->files; path != NULL && *path != NULL; path++)
    g_ptr_array_add(patterns, *path);
  g_ptr_array_add(patterns, NULL);
  resolve_files(self, (char **)patterns->pdata);
  return true;
}

static bool
understand(CmdBulkArgs *self, Texts *texts, GError **error)
{
  if (self->table == NULL)
    return cmd_options_refuse(self->call, error, "name the table with --table");
  if ((self->output != NULL) + self->is_dry_run + (self->complete_with != NULL) > 1)
    return cmd_options_refuse(self->call, error,
                              "--dry-run, --output and --complete-with exclude each other");
  if (self->output != NULL && strstr(self->output, "://") != NULL)
    return cmd_options_refuse(self->call, error,
                              "--output: give a folder of this machine; 'hdfs dfs -put' takes it "
                              "elsewhere, or load with --staging");
  if (self->user != NULL && *self->user == '\0')
    return cmd_options_refuse(self->call, error, "--user: give a name");
  return understand_source(self, texts, error) &&
         understand_timestamp(self, texts->timestamp, error) &&
         cmd_csv_understand(&self->csv, &self->reading, error) &&
         understand_sizes(self, texts, error) && understand_counts(self, texts, error) &&
         understand_codec(self, texts->compression, error) &&
         understand_rejects(self, texts, error) &&
         (self->complete_with == NULL || bulk_tool_expect(self->complete_with, error));
}

bool
cmd_bulkargs_parse(CmdBulkArgs *self, const CommandCall *call, GError **error)
{
  g_auto(Texts) texts = {.rejects_most = NOT_GIVEN, .jobs = NOT_GIVEN, .regions = NOT_GIVEN};

  self->call = call;
  return parse_texts(self, &texts, error) && understand(self, &texts, error);
}
