/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stages.h"

#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <valgrind/callgrind.h>

void
stage_begin(void)
{
  CALLGRIND_ZERO_STATS;
}

void
stage_end(const char *name, size_t units)
{
  g_autofree char *told = g_strdup_printf("stage %s %zu", name, units);

  CALLGRIND_DUMP_STATS_AT(told);
}

int
main(void)
{
  setlocale(LC_ALL, "C");
  printf("compiler %s\n", __VERSION__);
  stages_ingest();
  stages_bulk();
  return 0;
}
