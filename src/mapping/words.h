/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every word that a mapping may hold, NULL-ended lists. schemas/mapping.schema.json says the same
 * to editors; a test holds one against the other. */

/* Keys, by the object they stand in. */
extern const char *const mapping_keys[];
extern const char *const mapping_record_keys[];
extern const char *const mapping_csv_keys[];
extern const char *const mapping_key_keys[];
extern const char *const mapping_part_keys[]; /* of every kind of part */
extern const char *const mapping_timestamp_keys[];
extern const char *const mapping_family_keys[];
extern const char *const mapping_column_keys[];
extern const char *const mapping_literal_keys[];

/* Values, in the order of the enums that they stand for. */
extern const char *const mapping_format_words[];
extern const char *const mapping_framing_words[];
extern const char *const mapping_tombstone_words[];
extern const char *const mapping_errors_words[];
extern const char *const mapping_metadata_words[];
extern const char *const mapping_as_words[];
extern const char *const mapping_instant_words[];
extern const char *const mapping_type_words[];
extern const char *const mapping_null_words[];
extern const char *const mapping_encoding_words[];
extern const char *const mapping_keep_words[];
extern const char *const mapping_durability_words[];
extern const char *const mapping_bloom_words[];
extern const char *const mapping_compression_words[];
