/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/table.h"

/* Makes of `found` what is wanted, as far as no cell is lost by it and no row or column would hold
 * two kinds, and adds a sentence for each change. What is left is for table_compare(). */
void alter_table(Table *found, const Table *wanted, FaultList *changes);

/* Adds a sentence for each family that is not wanted: it stays. */
void alter_surplus(const Table *found, const Table *wanted, FaultList *notes);

/* Whether the gateway can be sent what the table keeps. FAULT_SETUP: it would not arrive as it is.
 */
bool alter_can_send(const Table *table, GError **error);

/* Adds a sentence for each thing that was to be kept and was not. */
void alter_check(const Table *sent, const Table *found, FaultList *differences);
