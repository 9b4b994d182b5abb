/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/scanner.h"
#include "mapping/mapping.h"

#include <gio/gio.h>

/* A table's rows as files that others read, and that load again to the same cells:
 *
 *   scanner -> a row's cells of one timestamp, a record each -> CSV, JSON lines, Avro
 */
typedef enum { EXPORT_CSV, EXPORT_JSON, EXPORT_AVRO, EXPORT_FORMS } ExportForm;

extern const char *const export_form_words[EXPORT_FORMS + 1]; /* NULL-ended */

/* A column of the table, as a field of the records. The first two fields are the row's key and the
 * timestamp. */
typedef struct {
  char *name;      /* owned; good for Avro */
  Slice family;    /* owned bytes */
  Slice qualifier; /* owned bytes */
  ColumnType type;
} ExportColumn;

typedef struct {
  char *table;     /* owned */
  GArray *columns; /* owned, of ExportColumn, in HBase's order */
  char *row;       /* owned: the fields' names */
  char *timestamp; /* owned */
  bool has_binary_keys;
  bool is_flat; /* one record a row, whatever times its cells have */
} ExportLayout;

/* The mapping's columns, or those that are asked for: `wanted` (NULL-ended, or NULL) names families
 * and FAMILY:QUALIFIER. FAULT_SETUP: there is none of these. */
ExportLayout *export_layout_new(const Mapping *mapping, char *const *wanted, GError **error);
void export_layout_free(ExportLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportLayout, export_layout_free)

/* Index of the column, or -1. */
int export_layout_find(const ExportLayout *self, Slice family, Slice qualifier);

/* The Avro schema of the records, and the mapping by which they load into the table; `schema` is
 * the schema's file. */
char *export_schema(const ExportLayout *self);
char *export_mapping(const ExportLayout *self, const char *schema, ExportForm form);

/* Where records go. `path` NULL: standard output. All failures are FAULT_SETUP. */
typedef struct ExportWriter ExportWriter;

ExportWriter *export_writer_new(const ExportLayout *layout, ExportForm form, const char *path,
                                GError **error);
/* Without finish: no file is left. */
void export_writer_free(ExportWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportWriter, export_writer_free)
/* A value for each column; VALUE_MISSING: there is no such cell. */
bool export_writer_put(ExportWriter *self, Slice key, int64_t timestamp, const Value *values,
                       GError **error);
bool export_writer_finish(ExportWriter *self, GError **error);

typedef struct {
  uint64_t rows;
  uint64_t records;
  uint64_t cells;
  uint64_t left_out;    /* cells that no field can hold: not of their type, no UTF-8, NaN */
  uint64_t unmapped;    /* cells of columns that the mapping does not have */
  char *left_out_first; /* owned; NULL: there is none */
  char *unmapped_first;
} ExportCounts;

void export_counts_clear(ExportCounts *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportCounts, export_counts_clear)

/* Everything is borrowed. */
typedef struct {
  const ExportLayout *layout;
  ExportForm form;
  int64_t timeout_ms; /* for a gateway that is away */
  GCancellable *stop;
  void *self;
  void (*go_on)(void *self, const ExportCounts *counts); /* now and then */
} ExportOptions;

/* All rows of the scanner. FAULT_PEER, FAULT_SETUP, cancelled; FAULT_RECORD: a key that the form
 * cannot hold. */
bool export_rows(const ExportOptions *options, Scanner *scanner, ExportWriter *writer,
                 ExportCounts *counts, GError **error);
