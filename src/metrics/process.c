/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/process.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Fields of /proc/self/stat behind the name in brackets, proc(5). */
enum { FIELD_STATE = 3, FIELD_START = 22, FIELD_VIRTUAL = 23, FIELD_RESIDENT = 24 };

static void
export_number(MetricsExporter *exporter, const char *name, MetricsKind kind, const char *help,
              double value)
{
  metrics_exporter_family(exporter, name, kind, help);
  metrics_exporter_number(exporter, NULL, value);
}

static double
cpu_seconds(void)
{
  struct rusage usage = {0};

  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static unsigned
open_files(void)
{
  g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
  unsigned files = 0;

  while (dir != NULL && g_dir_read_name(dir) != NULL)
    files++;
  return files > 0 ? files - 1 : 0; /* without the folder's own */
}

static double
field_of(char **fields, int number)
{
  return g_ascii_strtod(fields[number - FIELD_STATE], NULL);
}

/* Seconds since the epoch at which the machine started. */
static double
boot_time(void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (g_file_get_contents("/proc/stat", &text, NULL, NULL))
    line = strstr(text, "\nbtime ");
  return line == NULL ? 0 : g_ascii_strtod(line + strlen("\nbtime "), NULL);
}

static void
export_stat(MetricsExporter *exporter)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) fields = NULL;
  const char *behind_name;

  if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL))
    return;
  behind_name = strrchr(text, ')');
  if (behind_name == NULL)
    return;
  fields = g_strsplit(behind_name + 2, " ", -1);
  if (g_strv_length(fields) <= FIELD_RESIDENT - FIELD_STATE)
    return;
  export_number(exporter, "process_resident_memory_bytes", METRICS_GAUGE, "Memory in use",
                field_of(fields, FIELD_RESIDENT) * (double)sysconf(_SC_PAGESIZE));
  export_number(exporter, "process_virtual_memory_bytes", METRICS_GAUGE, "Memory addressed",
                field_of(fields, FIELD_VIRTUAL));
  export_number(exporter, "process_start_time_seconds", METRICS_GAUGE,
                "Start, in seconds since the epoch",
                boot_time() + field_of(fields, FIELD_START) / (double)sysconf(_SC_CLK_TCK));
}

void
metrics_process_export(MetricsExporter *exporter)
{
  struct rlimit files = {0};

  export_number(exporter, "process_cpu_seconds_total", METRICS_COUNTER, "CPU time used",
                cpu_seconds());
  export_stat(exporter);
  export_number(exporter, "process_open_fds", METRICS_GAUGE, "Open files", open_files());
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
    export_number(exporter, "process_max_fds", METRICS_GAUGE, "Files that may be open",
                  (double)files.rlim_cur);
}
