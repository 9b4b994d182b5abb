/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For a service that lives long: what it frees goes back to the system, and no thread keeps a heap
 * of its own. Before any thread is there. */
void heap_bound(void);

/* What was freed so far is not needed any more. */
void heap_trim(void);
