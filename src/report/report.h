/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/*
 * What a command tells on standard output: fields in, text or JSON out. Each field is given once,
 * by the name that it has in JSON; the text form's lines ask for fields by the same names. So the
 * two cannot differ. Every name is described in docs/json-output.md; a test compares them.
 *
 *   g_autoptr(Report) report = report_new(is_json);
 *
 *   report_text(report, "table", name);
 *   report_count(report, "rows", rows);
 *   report_say(report, "table {table}: {rows} row{rows:s}\n");
 *   report_end_all(report);
 */
typedef struct Report Report;

/* An object is open from the start. */
Report *report_new(bool is_json);
void report_free(Report *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

bool report_is_json(const Report *self);

/* A field of the object that is open; `name` is NULL in a list. Text that is not UTF-8 is made so;
 * NULL is null, and "-" in text. */
void report_text(Report *self, const char *name, const char *text);
void report_number(Report *self, const char *name, int64_t number);
void report_count(Report *self, const char *name, uint64_t count);
void report_real(Report *self, const char *name, double number);
void report_claim(Report *self, const char *name, bool is_so);

/* Each is ended by report_end(); the fields that it had are then gone for report_say(). */
void report_object(Report *self, const char *name);
void report_list(Report *self, const char *name);
void report_end(Report *self);

/* A list of texts; `line` says each, as {}, in the text form; NULL: none. */
void report_sentences(Report *self, const char *name, const FaultList *list, const char *line);

/*
 * Text alone: `line`, with its {name} filled from the open object and those around it; {} is the
 * field that was given last, {.} its name, {@} the name of the innermost object. Behind a colon:
 * {rows:12} right in 12 columns, {rows:-12} left, {seconds:.1} one decimal, {bytes:size} "1.2 MiB",
 * {time:date} milliseconds as a date, {time:time} both, {rows:s} an "s" unless it is 1,
 * {kind:words} blanks for underscores, {reason:line} what others wrote on one line. The first '|'
 * marks where the line is indented; at each other one it breaks if 80 columns are full, and has a
 * blank if not.
 */
void report_say(Report *self, const char *line);

/* A report of the same form whose fields are a list's, to be put into `self` later. */
Report *report_new_list(const Report *self);
void report_take_list(Report *self, const char *name, Report *list);

/* Writes to standard output what there is so far. */
void report_flush(Report *self);
/* Ends all that is open, writes it, and begins a new object. */
void report_end_all(Report *self);
/* The same, but returns it; the caller's. */
char *report_take(Report *self);
