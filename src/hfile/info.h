/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* The file info block: names with values, sorted by name.
 * org.apache.hadoop.hbase.io.hfile.HFileInfo, HFileProtos.FileInfoProto. */
typedef struct HfileInfo HfileInfo;

HfileInfo *hfile_info_new(void);
void hfile_info_free(HfileInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileInfo, hfile_info_free)

/* Each name is set once. */
void hfile_info_set(HfileInfo *self, const char *name, Slice value);
void hfile_info_set_int(HfileInfo *self, const char *name, uint32_t value);
void hfile_info_set_long(HfileInfo *self, const char *name, int64_t value);
void hfile_info_set_bool(HfileInfo *self, const char *name, bool value);

void hfile_info_append(HfileInfo *self, Bytes *out);

/* FAULT_RECORD says what is wrong with the payload; the result copies what it keeps. */
HfileInfo *hfile_info_parse(Slice payload, GError **error);

HfileInfo *hfile_info_copy(const HfileInfo *self);

/* False if there is no such name; the getters of a number also if its value is of another size. */
bool hfile_info_get(const HfileInfo *self, const char *name, Slice *out_value);
bool hfile_info_get_int(const HfileInfo *self, const char *name, uint32_t *out_value);
bool hfile_info_get_long(const HfileInfo *self, const char *name, int64_t *out_value);

size_t hfile_info_length(const HfileInfo *self);
Slice hfile_info_name(const HfileInfo *self, size_t i);
Slice hfile_info_value(const HfileInfo *self, size_t i);

/* The names that both writer and checker know. */
#define HFILE_INFO_LAST_KEY "hfile.LASTKEY"
#define HFILE_INFO_AVG_KEY_LEN "hfile.AVG_KEY_LEN"
#define HFILE_INFO_AVG_VALUE_LEN "hfile.AVG_VALUE_LEN"
#define HFILE_INFO_CREATE_TIME "hfile.CREATE_TIME_TS"
#define HFILE_INFO_BIGGEST_KEY "hfile.KEY_OF_BIGGEST_CELL"
#define HFILE_INFO_BIGGEST_LEN "hfile.LEN_OF_BIGGEST_CELL"
#define HFILE_INFO_MAX_TAGS_LEN "hfile.MAX_TAGS_LEN"
#define HFILE_INFO_TAGS_COMPRESSED "hfile.TAGS_COMPRESSED"
#define HFILE_INFO_KEY_VALUE_VERSION "KEY_VALUE_VERSION"
#define HFILE_INFO_MAX_SEQUENCE_ID "MAX_MEMSTORE_TS_KEY"
#define HFILE_INFO_BLOOM_TYPE "BLOOM_FILTER_TYPE"
#define HFILE_INFO_BLOOM_PARAM "BLOOM_FILTER_PARAM"
#define HFILE_INFO_LAST_BLOOM_KEY "LAST_BLOOM_KEY"
#define HFILE_INFO_DELETE_FAMILY_COUNT "DELETE_FAMILY_COUNT"
#define HFILE_INFO_TIMERANGE "TIMERANGE"
#define HFILE_INFO_EARLIEST_PUT "EARLIEST_PUT_TS"
#define HFILE_INFO_MAJOR_COMPACTION "MAJOR_COMPACTION_KEY"
#define HFILE_INFO_NO_MINOR_COMPACTION "EXCLUDE_FROM_MINOR_COMPACTION"
#define HFILE_INFO_BULKLOAD_TIME "BULKLOAD_TIMESTAMP"
#define HFILE_INFO_BULKLOAD_TASK "BULKLOAD_SOURCE_TASK"
#define HFILE_INFO_HISTORICAL "HISTORICAL"
#define HFILE_INFO_BLOCK_ENCODING "DATA_BLOCK_ENCODING"
#define HFILE_INFO_INDEX_ENCODING "INDEX_BLOCK_ENCODING"
