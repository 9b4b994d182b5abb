/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/rest.h"

#include "hbase/shell.h"

#include <string.h>

enum { MOST_TOLD = 10 };

static void
append_range(GString *text, const char *path)
{
  g_auto(Bytes) first = {0};
  g_auto(Bytes) last = {0};

  if (!bulk_file_range(path, &first, &last, NULL))
    return;

  g_autofree char *from = shell_escape(bytes_slice(&first));
  g_autofree char *to = shell_escape(bytes_slice(&last));

  g_string_append_printf(text, ": rows '%s' to '%s'", from, to);
}

/* FAMILY/NAME of each file, and the rows in it. */
static void
append_files(GString *text, const GArray *files)
{
  for (guint i = 0; i < MIN(files->len, (guint)MOST_TOLD); i++) {
    const char *path = g_array_index(files, BulkFile, i).path;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *family = g_path_get_basename(folder);
    g_autofree char *name = g_path_get_basename(path);

    g_string_append_printf(text, "\n  %s/%s", family, name);
    append_range(text, path);
  }
  if (files->len > MOST_TOLD)
    g_string_append_printf(text, "\n  and %u files more", files->len - MOST_TOLD);
}

static void
append_remedy(const CmdBulkRest *self, GString *text)
{
  g_string_append_printf(text,
                         "\nRunning the same command once more%s finishes the load; what is "
                         "loaded already takes no harm.",
                         self->again);
  if (self->folder != NULL)
    g_string_append_printf(text,
                           " So does, with the files that are kept for it:\n  hbase "
                           "completebulkload file://%s %s",
                           self->folder, self->table);
}

char *
cmd_bulkrest_describe(const CmdBulkRest *self)
{
  GString *text = g_string_new(NULL);

  g_string_append_printf(text,
                         "\nloaded: %" G_GUINT64_FORMAT " of %zu files; %" G_GUINT64_FORMAT
                         " regions have all of theirs.",
                         self->loaded->files, self->files_all, self->loaded->regions);
  if (self->files->len > 0)
    g_string_append(text, " Not loaded:");
  append_files(text, self->files);
  if (self->loaded->unanswered > 0)
    g_string_append_printf(text,
                           "\n%" G_GUINT64_FORMAT
                           " of these may be loaded all the same: a server took the call and never "
                           "answered.",
                           self->loaded->unanswered);
  append_remedy(self, text);
  return g_string_free(text, FALSE);
}

char *
cmd_bulkrest_describe_tool(const CmdBulkRest *self)
{
  GString *text = g_string_new(NULL);

  g_string_append_printf(text,
                         "\nIt was given %zu files; which of them are loaded is for it to say.",
                         self->files_all);
  append_remedy(self, text);
  return g_string_free(text, FALSE);
}

char *
cmd_bulkrest_describe_changes(const CmdBulkArgs *args, const Mapping *mapping)
{
  GString *text = g_string_new(NULL);

  if (args->regions > 0)
    g_string_append(text, ", without --regions");
  if (mapping_uses_record_time(mapping) && !args->has_timestamp && args->topic == NULL)
    g_string_append_printf(text, ", with --timestamp %" G_GINT64_FORMAT, args->timestamp_ms);
  if (text->len > 0)
    g_string_append_c(text, ',');
  return g_string_free(text, FALSE);
}

bool
cmd_bulkrest_expect_rows(const BulkJob *job, GError **error)
{
  BulkIntakeCounts counts = bulk_job_intake(job);

  if (counts.amount.rows > 0)
    return true;
  g_set_error_literal(error, FAULT, FAULT_RECORD,
                      counts.records == 0 ? "nothing to load: there is no record behind the header"
                                          : "nothing to load: none of the records can be stored");
  return false;
}

bool
cmd_bulkrest_expect_loadable(const CmdBulkArgs *args, const BulkJob *job, GError **error)
{
  uint64_t rejects = bulk_rejects_count(bulk_job_rejects(job));

  if (rejects == 0 || args->takes_rejects)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD,
              "%" G_GUINT64_FORMAT " records cannot be stored: a load would end here; --rejects "
              "FILE sets them aside",
              rejects);
  return false;
}
