/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"
#include "suggest/times.h"

/* How a CSV file is written, found out by reading its beginning in every likely way. */

/* What the bytes are, if not UTF-8: a name for iconv, static; NULL: nothing speaks against
 * UTF-8. */
const char *form_encoding(Slice text);

/* Fills in what is zero in `reading`: delimiter, quote, escape, encoding, lines to pass over. Texts
 * are static. *out_is_headless: the first record is one like the others. */
bool form_find(const char *path, const Times *times, CsvReading *reading, bool *out_is_headless,
               GError **error);

/* What a shell passes to bulkload for that reading, with a blank in front of each. */
void form_put_options(GString *out, const CsvReading *reading);
/* The same as a sentence. */
char *form_sentence(const char *path, const CsvReading *reading, bool is_headless);
