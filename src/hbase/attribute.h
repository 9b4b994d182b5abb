/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/family.h"

/* The attributes of a family that a mapping can say, by the names that HBase has for them. */
typedef enum {
  ATTRIBUTE_VERSIONS,
  ATTRIBUTE_BLOOM,
  ATTRIBUTE_COMPRESSION,
  ATTRIBUTE_TTL,
  ATTRIBUTE_ENCODING,
  ATTRIBUTE_MIN_VERSIONS,
  ATTRIBUTE_KEEP_DELETED,
  ATTRIBUTE_BLOOM_PREFIX, /* of HBase's configuration of the family */
  ATTRIBUTES,
} Attribute;

const char *attribute_name(Attribute attribute);

/* The value as the hbase shell has it, the caller's; NULL: not said. */
char *attribute_text(const Family *family, Attribute attribute);

/* The same as HBase keeps it: a number for FOREVER. */
char *attribute_kept(const Family *family, Attribute attribute);

/* Reads what HBase keeps; false: no attribute that a mapping can say, or not with this value. */
bool attribute_read(Family *family, Slice name, Slice value);

/* Whether a family that takes over the wanted attribute loses cells that it holds now. */
bool attribute_loses(const Family *wanted, const Family *found, Attribute attribute);
void attribute_take(Family *family, const Family *wanted, Attribute attribute);

/* The family as an argument of the hbase shell's `create` and `alter`:
 * {NAME => 'info', VERSIONS => 3}, with the attributes of the mask (1 << ATTRIBUTE_...) that it
 * says. */
void attribute_append_shell(GString *script, const Family *family, unsigned mask);
/* All that a new family needs: what is HBase's own default is left out. */
unsigned attribute_new(const Family *family);
/* In Ruby's single quotes. */
void attribute_append_quoted(GString *script, Slice text);
