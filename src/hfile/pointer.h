/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* What lies among HBase's HFiles and is none: references to a half of a file, which a split leaves
 * until a compaction, links of clones and snapshots to a file of another table, and marks of
 * sequence ids. */

/* What the file is, in words, owned; NULL: it is none of these, or not what its name says. */
char *hfile_pointer_describe(const char *path);
