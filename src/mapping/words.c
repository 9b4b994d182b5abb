/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/words.h"

#include <stddef.h>

const char *const mapping_keys[] = {
    "$schema", "table",  "topic",   "record", "key", "timestamp",      "tombstone",  "families",
    "nulls",   "errors", "regions", "splits", "csv", "tombstone_time", "durability", NULL};
const char *const mapping_record_keys[] = {"format", "schema", "framing", "key_schema", NULL};
const char *const mapping_csv_keys[] = {"columns", NULL};
const char *const mapping_key_keys[] = {"separator", "parts", NULL};
const char *const mapping_part_keys[] = {"field", "metadata", "literal", "salt",    "hash", "of",
                                         "width", "as",       "format",  "reverse", "zone", NULL};
const char *const mapping_timestamp_keys[] = {"field", "format", "zone", NULL};
const char *const mapping_family_keys[] = {
    "columns", "versions", "bloom",        "bloom_prefix",       "compression",
    "ttl",     "encoding", "min_versions", "keep_deleted_cells", NULL};
const char *const mapping_column_keys[] = {"field", "qualifier", "type", "format",
                                           "zone",  "null",      NULL};
const char *const mapping_literal_keys[] = {"literal", NULL};

const char *const mapping_format_words[] = {"avro", "json", NULL};
const char *const mapping_framing_words[] = {"datum", "confluent", "single-object", NULL};
const char *const mapping_tombstone_words[] = {"row", "avro", "skip", "json", "columns", NULL};
const char *const mapping_errors_words[] = {"dlq", "stop", "skip", NULL};
const char *const mapping_metadata_words[] = {"topic", "partition", "offset", "key", NULL};
const char *const mapping_as_words[] = {"int", "long", "double", NULL};
const char *const mapping_instant_words[] = {"iso8601", "ms", "s", "us", "ns", NULL};
const char *const mapping_type_words[] = {"text",    "int",         "long",         "double",
                                          "boolean", "bytes",       "short",        "float",
                                          "decimal", "ordered-int", "ordered-long", NULL};
const char *const mapping_null_words[] = {"skip", "empty", "delete", NULL};
const char *const mapping_encoding_words[] = {"NONE",      "PREFIX",       "DIFF",
                                              "FAST_DIFF", "ROW_INDEX_V1", NULL};
const char *const mapping_durability_words[] = {"USE_DEFAULT", "SKIP_WAL",  "ASYNC_WAL",
                                                "SYNC_WAL",    "FSYNC_WAL", NULL};
const char *const mapping_keep_words[] = {"FALSE", "TRUE", "TTL", NULL};
const char *const mapping_bloom_words[] = {"NONE",      "ROW", "ROWCOL", "ROWPREFIX_FIXED_LENGTH",
                                           "ROWPREFIX", NULL};
const char *const mapping_compression_words[] = {"NONE", "GZ", "SNAPPY", "LZ4", "ZSTD", NULL};
