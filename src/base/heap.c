/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <malloc.h>

/* More than one batch of a producer's comes to as a rule: theirs are at most 1 MB by default. */
enum { LARGE_BYTES = 1024 * 1024 };

/* glibc gives a large buffer back to the system when it is freed, until it has seen so many that it
 * keeps them all, in pieces: then what was bounded is held several times over. A fetch is not to be
 * large, for the system would make its pages anew each time, at a tenth of all that a record costs.
 * And a heap for each thread would keep for itself what the others then lack. */
void
heap_bound(void)
{
#if defined M_MMAP_THRESHOLD && defined M_ARENA_MAX
  mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
  mallopt(M_ARENA_MAX, 1);
#endif
}

void
heap_trim(void)
{
#ifdef M_TRIM_THRESHOLD
  malloc_trim(0);
#endif
}
