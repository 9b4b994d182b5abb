/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/autoptr.h"
#include "hbase/catalog.h"

/* Tables and regions between our shape and the generated one. Whatever has *_new or returns a
 * pointer is the caller's. */

/* Of "name" or "namespace:name"; the default namespace has no prefix. */
TTableName *descriptor_name(const char *table);
char *descriptor_name_text(const TTableName *name);

TTableDescriptor *descriptor_new(const Table *table);
/* Owned GByteArray *, as createTable takes them. */
GPtrArray *descriptor_splits(const Table *table);
/* Adds the families. */
void descriptor_read(const TTableDescriptor *descriptor, Table *table);

Region *descriptor_region(const THRegionLocation *location);
