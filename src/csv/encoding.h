/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/source.h"

/* Makes UTF-8 of a source's text, whose encoding has a name that iconv knows. One thread owns it.
 */
typedef struct CsvEncoding CsvEncoding;

/* FAULT_SETUP where nobody knows the name; so for all others. */
CsvEncoding *csv_encoding_new(const char *name, GError **error);
void csv_encoding_free(CsvEncoding *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvEncoding, csv_encoding_free)

/* As csv_source_read(): `len` comes as the room at `to` and goes as what was filled. A text that is
 * not in that encoding is an error. */
bool csv_encoding_read(CsvEncoding *self, CsvSource *source, uint8_t *to, size_t *len,
                       GError **error);
