/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/report.h"

/* Checks the cells of a file one by one, in file order: order, family, timestamps, and that both
 * Bloom filters would let a get through to each. */
typedef struct HfileContent HfileContent;

/* `report` is borrowed; `family` is what every cell must be of, or empty: any one. */
HfileContent *hfile_content_new(Slice family, HfileReport *report);
void hfile_content_free(HfileContent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileContent, hfile_content_free)

/* Hands over the filters, where the file has them; it takes them. */
void hfile_content_take_filter(HfileContent *self, HfileFilter *filter);
void hfile_content_take_deletes(HfileContent *self, HfileFilter *deletes);

void hfile_content_check(HfileContent *self, const HfileCell *cell);

/* The key of the last cell; zeroed before the first. */
HfileKey hfile_content_last(const HfileContent *self);
bool hfile_content_is_ordered(const HfileContent *self);

/* After the last cell: what file info tells of the Bloom filter. */
void hfile_content_finish(HfileContent *self, const HfileInfo *info);
