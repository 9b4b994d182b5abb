/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/decoder.h"

/* Makes the rows of one topic's records: key and value decoded, then mapped. One thread owns it. */
typedef struct Translator Translator;

/* As decoder_new(). */
Translator *translator_new(const Mapping *mapping, const SchemaSource *source, GError **error);
void translator_free(Translator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Translator, translator_free)

/* Whether a record is passed over on purpose: a tombstone, and the mapping skips them. */
bool translator_skips(const Translator *self, Slice value);

/* `value` without data is a tombstone. `origin` has all but the key's values, which are filled in.
 * The row's cells point into key and value, or into what the next call overwrites. FAULT_RECORD:
 * it makes none; errors of the source come as they are. */
bool translator_row(Translator *self, Origin *origin, Slice value, Row *row, GError **error);

/* Where a translator_row() failed: a Kafka key or a value that could not be decoded, or mapping. */
typedef enum { TRANSLATOR_KEY, TRANSLATOR_VALUE, TRANSLATOR_MAPPING } TranslatorStep;

TranslatorStep translator_failed_at(const Translator *self);
/* "key", "decode", "map". */
const char *translator_step_word(TranslatorStep step);

/* As decoder_take_notice(), of value and key. */
char *translator_take_notice(Translator *self);
