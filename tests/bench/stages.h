/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Stages of both roads, for callgrind to count: see instructions.py. What lies between begin and
 * end is counted, in all threads, as so many instructions for `units` records (or cells). */
void stage_begin(void);
void stage_end(const char *name, size_t units);

void stages_ingest(void);
void stages_bulk(void);

enum { STAGE_RECORDS = 4000 };
