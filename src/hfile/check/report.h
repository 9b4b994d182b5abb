/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/filter.h"
#include "hfile/statistics.h"

/* What a check found. Faults are what HBase would stumble over or silently answer wrong; warnings
 * are what a reader should know. */
typedef struct {
  uint64_t bytes;
  HfileTrailer trailer;
  HfileInfo *info; /* owned; NULL if the file could not be opened */
  HfileCellForm form;
  HfileTotal totals[HFILE_BLOCK_TYPES];
  uint64_t disk_bytes[HFILE_BLOCK_TYPES];
  HfileStatistics statistics;
  uint64_t rows;
  uint64_t repeated; /* cells with the very key of the cell before */
  Bytes family;      /* of the first cell */
  Bytes first_key;   /* serialised */
  Bytes last_key;
  Bloom bloom;
  HfileFilterSize filter;  /* where bloom is not BLOOM_NONE */
  HfileFilterSize deletes; /* chunks 0: there is no filter of family deletes */
  FaultList faults;        /* the first HFILE_REPORT_MOST_FAULTS */
  uint64_t faults_total;
  FaultList warnings;
  bool is_whole; /* false: damage ended the walk early, so that what is counted is a part */
} HfileReport;

enum { HFILE_REPORT_MOST_FAULTS = 20 };

void hfile_report_init(HfileReport *self);
void hfile_report_clear(HfileReport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfileReport, hfile_report_clear)

void hfile_report_fault(HfileReport *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void hfile_report_warning(HfileReport *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
