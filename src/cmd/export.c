/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "base/whole_file.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "export/export.h"
#include "report/report.h"

enum { FILE_MODE = 0666 };

static const char about[] =
    "Reads a table in the order of its keys and writes its rows, by the columns of its mapping, "
    "for\n"
    "DuckDB, Polars, Spark, or as a backup. Memory is bounded, whatever the table's size.\n"
    "\n"
    "A row whose cells have several timestamps becomes a record for each, so that all of it can "
    "be\n"
    "loaded again, cell by cell and timestamp by timestamp; --flat makes it one. --mapping writes\n"
    "the schema and the mapping by which bulkload takes the file back.\n"
    "\n"
    "Exit code 0: done; 1: some cells could not be written; 3: the gateway could not be reached;\n"
    "4: stopped, and no file is left.";

/* One call of export. Texts and lists are owned. */
typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char *table;
  char *output;
  char *format;
  char *mapping_folder;
  char *prefix;
  char *from;
  char *to;
  char **columns;
  char *versions;
  gboolean is_flat;
  gboolean has_binary_keys;
  gboolean is_json;
  /* What they mean: */
  ExportForm form;
  int64_t most_versions;
  Bytes start;
  Bytes stop_key;

  Config *config;
  MappingSet *mappings;
  const Mapping *mapping; /* borrowed from mappings */
  ExportLayout *layout;
  GatewayOptions gateway;
  Stop *stop;
} Export;

static void
export_clear(Export *self)
{
  g_clear_pointer(&self->layout, export_layout_free);
  g_clear_pointer(&self->mappings, mapping_set_free);
  g_clear_pointer(&self->config, config_free);
  g_clear_pointer(&self->stop, stop_free);
  cmd_options_clear(&self->options);
  bytes_clear(&self->start);
  bytes_clear(&self->stop_key);
  g_strfreev(self->columns);
  g_free(self->table);
  g_free(self->output);
  g_free(self->format);
  g_free(self->mapping_folder);
  g_free(self->prefix);
  g_free(self->from);
  g_free(self->to);
  g_free(self->versions);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static bool
parse(Export *self, GError **error)
{
  const GOptionEntry entries[] = {
      {"table", 0, 0, G_OPTION_ARG_FILENAME, &self->table, "the table, which has a mapping",
       "TABLE"},
      {"output", 0, 0, G_OPTION_ARG_FILENAME, &self->output,
       "the file, which has its name once it is whole (default: standard output)", "FILE"},
      {"format", 0, 0, G_OPTION_ARG_FILENAME, &self->format,
       "csv, json (an object a line) or avro (default: by the file's name, else csv)", "FORM"},
      {"mapping", 0, 0, G_OPTION_ARG_FILENAME, &self->mapping_folder,
       "write to this folder how the file is loaded again: TABLE.json and TABLE.avsc", "DIR"},
      {"prefix", 0, 0, G_OPTION_ARG_FILENAME, &self->prefix,
       "rows whose key begins with it; \\xNN is a byte, here and below", "KEY"},
      {"from", 0, 0, G_OPTION_ARG_FILENAME, &self->from, "rows from this key on", "KEY"},
      {"to", 0, 0, G_OPTION_ARG_FILENAME, &self->to, "rows before this key", "KEY"},
      {"columns", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->columns,
       "a family or a column of the mapping; may be repeated (default: all)", "FAMILY[:QUALIFIER]"},
      {"versions", 0, 0, G_OPTION_ARG_FILENAME, &self->versions,
       "up to N versions of each cell (default 1, the newest)", "N"},
      {"flat", 0, 0, G_OPTION_ARG_NONE, &self->is_flat,
       "one record a row, of the newest cells, with the newest timestamp", NULL},
      {"binary-keys", 0, 0, G_OPTION_ARG_NONE, &self->has_binary_keys,
       "avro, json: keys are bytes, not text", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json,
       "with --output: tell what was done as one JSON object", NULL},
      {0},
  };

  return cmd_options_parse(&self->options, self->call, entries, about, error);
}

static bool
understand_form(Export *self, GError **error)
{
  static const char *const endings[] = {".csv", ".jsonl", ".avro"};

  self->form = EXPORT_CSV;
  for (ExportForm form = EXPORT_CSV; form < EXPORT_FORMS; form++)
    if (self->format == NULL && self->output != NULL &&
        g_str_has_suffix(self->output, endings[form]))
      self->form = form;
  for (ExportForm form = EXPORT_CSV; self->format != NULL; form++) {
    if (form == EXPORT_FORMS)
      return cmd_options_refuse(self->call, error, "--format is csv, json or avro");
    if (strcmp(export_form_words[form], self->format) == 0) {
      self->form = form;
      break;
    }
  }
  if (self->form == EXPORT_AVRO && self->output == NULL)
    return cmd_options_refuse(self->call, error, "avro is written to a file: --output FILE");
  if (self->is_json && self->output == NULL)
    return cmd_options_refuse(self->call, error, "--json is for --output FILE");
  return true;
}

/* As the hbase shell writes keys: \xNN is that byte. */
static bool
understand_key(const Export *self, const char *text, Bytes *out, GError **error)
{
  for (; text != NULL && *text != '\0'; text++) {
    bool is_escape = text[0] == '\\' && text[1] == 'x';

    if (is_escape && !(g_ascii_isxdigit(text[2]) && g_ascii_isxdigit(text[3])))
      return cmd_options_refuse(self->call, error,
                                "a key: '\\x' needs two hex digits behind it, as in '\\x0a'");
    bytes_append_u8(out, is_escape ? (uint8_t)(g_ascii_xdigit_value(text[2]) * 16 +
                                               g_ascii_xdigit_value(text[3]))
                                   : (uint8_t)*text);
    text += is_escape ? 3 : 0;
  }
  return true;
}

/* The first key behind all that begin so; none where all its bytes are the last. */
static void
end_prefix(Bytes *key)
{
  while (key->len > 0 && key->data[key->len - 1] == 0xFF)
    key->len--;
  if (key->len > 0)
    key->data[key->len - 1]++;
}

static bool
understand(Export *self, GError **error)
{
  if (self->table == NULL)
    return cmd_options_refuse(self->call, error, "say which table: --table TABLE");
  if (self->prefix != NULL && (self->from != NULL || self->to != NULL))
    return cmd_options_refuse(self->call, error, "--prefix is a range: leave --from and --to out");
  if (self->is_flat && self->versions != NULL)
    return cmd_options_refuse(self->call, error, "--flat has the newest version alone");
  if (self->is_flat && self->mapping_folder != NULL)
    return cmd_options_refuse(self->call, error,
                              "--flat forgets timestamps, so that it cannot be loaded again");
  self->most_versions = 1;
  if (!cmd_options_number(&(CmdNumber){"versions", self->versions, 1, G_MAXINT32},
                          &self->most_versions, error) ||
      !understand_key(self, self->prefix != NULL ? self->prefix : self->from, &self->start,
                      error) ||
      !understand_key(self, self->prefix != NULL ? self->prefix : self->to, &self->stop_key, error))
    return false;
  if (self->prefix != NULL)
    end_prefix(&self->stop_key);
  return understand_form(self, error);
}

static bool
prepare(Export *self, GError **error)
{
  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return false;
  self->mappings = mapping_set_load(self->config, error);
  if (self->mappings == NULL)
    return false;
  self->mapping = mapping_set_pick(self->mappings, self->table, NULL, error);
  if (self->mapping == NULL)
    return false;
  self->layout = export_layout_new(self->mapping, self->columns, error);
  if (self->layout == NULL)
    return false;
  self->layout->has_binary_keys = self->has_binary_keys;
  self->layout->is_flat = self->is_flat;
  self->gateway = cmd_gateway_options(self->config);
  self->gateway.cancellable = stop_cancellable(self->stop);
  return true;
}

/* Whole families, so that columns that the mapping does not have are counted; or just what is
 * asked for. */
static Scanner *
new_scanner(const Export *self, GError **error)
{
  guint length = self->layout->columns->len;
  g_autofree Column *columns = g_new0(Column, length);
  size_t used = 0;

  for (guint i = 0; i < length; i++) {
    const ExportColumn *column = &g_array_index(self->layout->columns, ExportColumn, i);

    if (self->columns == NULL && used > 0 && slice_equal(columns[used - 1].family, column->family))
      continue;
    columns[used++] = (Column){
        .family = column->family,
        .qualifier = self->columns == NULL ? SLICE_EMPTY : column->qualifier,
    };
  }
  return scanner_new(&self->gateway,
                     &(ScanOptions){
                         .table = self->table,
                         .start = bytes_slice(&self->start),
                         .stop = bytes_slice(&self->stop_key),
                         .columns = columns,
                         .columns_length = used,
                         .versions = (uint32_t)self->most_versions,
                     },
                     error);
}

static bool
write_text(const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autoptr(WholeFile) file = NULL;

  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s exists, and nothing is written over: give another --mapping", path);
    return false;
  }
  file = whole_file_new(path, "", FILE_MODE, error);
  return file != NULL && whole_file_write(file, slice_text(text), error) &&
         whole_file_finish(file, error);
}

static bool
write_mapping(const Export *self, GError **error)
{
  const char *colon = strchr(self->table, ':');
  const char *name = colon == NULL ? self->table : colon + 1;
  g_autofree char *schema_file = g_strconcat(name, ".avsc", NULL);
  g_autofree char *mapping_file = g_strconcat(name, ".json", NULL);
  g_autofree char *schema = export_schema(self->layout);
  g_autofree char *mapping = export_mapping(self->layout, schema_file, self->form);

  return self->mapping_folder == NULL ||
         (write_text(self->mapping_folder, schema_file, schema, error) &&
          write_text(self->mapping_folder, mapping_file, mapping, error));
}

static void
go_on(void *data, const ExportCounts *counts)
{
  const Export *self = data;
  g_autofree char *text = g_strdup_printf(
      "exporting rows=%" G_GUINT64_FORMAT " cells=%" G_GUINT64_FORMAT, counts->rows, counts->cells);

  log_progress(self->call->log, text);
}

static void
warn(const ExportCounts *counts)
{
  if (counts->left_out > 0)
    g_warning("%" G_GUINT64_FORMAT " cells were left out, which are no values of their column's "
              "type, or no UTF-8 (csv holds any bytes); the first: %s",
              counts->left_out, counts->left_out_first);
  if (counts->unmapped > 0)
    g_warning("%" G_GUINT64_FORMAT " cells were left out, whose columns the mapping does not have; "
              "the first: %s",
              counts->unmapped, counts->unmapped_first);
}

static void
tell(const Export *self, const ExportCounts *counts)
{
  g_autoptr(Report) report = report_new(self->is_json);

  report_text(report, "table", self->table);
  report_text(report, "output", self->output);
  report_count(report, "rows", counts->rows);
  report_count(report, "records", counts->records);
  report_count(report, "cells", counts->cells);
  report_count(report, "left_out", counts->left_out);
  report_count(report, "unmapped", counts->unmapped);
  report_say(report, "table {table}: {rows} row{rows:s}, {records} record{records:s}, {cells} "
                     "cell{cells:s} in {output}\n");
  report_end_all(report);
}

static ExitCode
export_table(Export *self, GError **error)
{
  g_auto(ExportCounts) counts = {0};
  g_autoptr(ExportWriter) writer = NULL;
  g_autoptr(Scanner) scanner = new_scanner(self, error);
  const ExportOptions options = {
      .layout = self->layout,
      .form = self->form,
      .timeout_ms = self->options.timeout_ms,
      .stop = stop_cancellable(self->stop),
      .self = self,
      .go_on = go_on,
  };

  if (scanner == NULL ||
      !cmd_table_await(&self->gateway, self->mapping, self->options.timeout_ms, error) ||
      !write_mapping(self, error))
    return EXIT_FAILED;
  writer = export_writer_new(self->layout, self->form, self->output, error);
  if (writer == NULL || !export_rows(&options, scanner, writer, &counts, error) ||
      !export_writer_finish(writer, error))
    return EXIT_FAILED;
  log_progress(self->call->log, "");
  warn(&counts);
  if (self->output != NULL)
    tell(self, &counts);
  return counts.left_out + counts.unmapped == 0 ? EXIT_DONE : EXIT_DATA;
}

ExitCode
cmd_export(const CommandCall *call, GError **error)
{
  g_auto(Export) self = {.call = call};
  g_autoptr(GError) reason = NULL;
  ExitCode code;

  if (!parse(&self, error) || !understand(&self, error))
    return exit_code_unless(error, EXIT_DONE);
  self.stop = stop_new();
  if (!prepare(&self, error))
    return EXIT_FAILED;
  code = export_table(&self, &reason);
  if (reason != NULL && stop_is_asked(self.stop))
    return EXIT_STOPPED;
  if (reason != NULL)
    g_propagate_error(error, g_steal_pointer(&reason));
  return code;
}
