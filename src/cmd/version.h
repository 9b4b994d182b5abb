/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Prints what was built, of what source, with which libraries: all that a report of a fault needs.
 */
void cmd_version_print(void);
