/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/table.h"

/* Bytes as HBase shows them: printable ASCII as it is, every other byte and the backslash as \xNN.
 */
char *shell_escape(Slice bytes);

/* What `init` does, as a script for the hbase shell: hbase-init/tables.rb is one for the built-in
 * mappings. It creates tables that do not exist, and compares those that do. */
char *shell_script(const Table *const *tables, size_t length);
