/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/autoptr.h"
#include "hbase/catalog.h"
#include "wire/wire.h"

/* Our shape of a table and its parts, as the generated client sends and the wire reader reads them.
 * What a function returns is the caller's. */

/* Of "name" or "namespace:name"; the default namespace has no prefix. */
TTableName *descriptor_name(const char *table);
TTableDescriptor *descriptor_new(const Table *table);
/* Owned GByteArray *, as createTable takes them. */
GPtrArray *descriptor_splits(const Table *table);

/* Each reads one struct; false: the reader's verdict says why. */
/* A TTableDescriptor: adds its families. */
bool descriptor_read(WireReader *reader, Table *table);
/* A TTableName. */
bool descriptor_read_name(WireReader *reader, char **out_name);
/* A THRegionLocation. */
bool descriptor_read_region(WireReader *reader, Region **out_region);
