/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/writer.h"

/* The files of tests/golden/hfile/README.md, made anew: each has a checksum that HBase's own
 * writer gave for the same cells. */
typedef struct {
  const char *name;
  HfileOptions options;
  int plain_rows; /* else */
  int mixed_rows;
  size_t bytes;
  const char *sha256;
} HfileGolden;

enum { HFILE_GOLDEN_FILES = 9 };

extern const HfileGolden hfile_golden[HFILE_GOLDEN_FILES];

void hfile_golden_write(const HfileGolden *golden, const char *path);

/* Rows row00000000, row00000001 … with one cell f1:q each. */
void hfile_write_plain(const char *path, const HfileOptions *options, int rows);

/* Rows in no pattern with deletions of families and columns, empty and binary qualifiers. */
void hfile_write_mixed(const char *path, const HfileOptions *options, int rows);

/* Starts a file whose task and times are those of the golden files. */
HfileWriter *hfile_writer_for_test(const char *path, const HfileOptions *options);

char *hfile_sha256(const char *path, size_t *out_bytes);
