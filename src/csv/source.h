/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/wait.h"

#include <stddef.h>
#include <stdint.h>

/* Where a CSV file's bytes come from: a file, or standard input, as it is or packed by gzip or
 * zstd, which its first bytes tell. One thread owns it. */
typedef struct CsvSource CsvSource;

/* "-" is standard input. `stop`, borrowed, ends a wait for a pipe (G_IO_ERROR_CANCELLED); NULL:
 * nothing does. All other failures are FAULT_SETUP. */
CsvSource *csv_source_open(const char *path, GCancellable *stop, GError **error);
void csv_source_free(CsvSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvSource, csv_source_free)

/* Fills at least one and at most `room` bytes; 0 in out_len is the end. */
bool csv_source_read(CsvSource *self, uint8_t *to, size_t room, size_t *out_len, GError **error);

/* For progress: bytes taken off the file, packed as they are, of how many; 0 if nobody knows. */
uint64_t csv_source_position(const CsvSource *self);
uint64_t csv_source_size(const CsvSource *self);
const char *csv_source_path(const CsvSource *self);
