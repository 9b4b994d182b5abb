/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/exporter.h"

#include <math.h>
#include <string.h>

struct MetricsExporter {
  GString *text;      /* owned */
  const char *family; /* borrowed: the one under way */
  MetricsFormat format;
};

static const char *const kinds[] = {"counter", "gauge", "histogram"};

MetricsExporter *
metrics_exporter_new(MetricsFormat format)
{
  MetricsExporter *self = g_new0(MetricsExporter, 1);

  self->format = format;
  self->text = g_string_new(NULL);
  return self;
}

void
metrics_exporter_free(MetricsExporter *self)
{
  if (self == NULL)
    return;
  g_string_free(self->text, TRUE);
  g_free(self);
}

/* A help text escapes backslash and newline, a label's value the quotation mark as well. */
static void
append_escaped(GString *text, const char *value, const char *marks)
{
  g_autofree char *valid = g_utf8_make_valid(value, -1);

  for (const char *at = valid; *at != '\0'; at++) {
    if (*at == '\n')
      g_string_append(text, "\\n");
    else if (strchr(marks, *at) != NULL)
      g_string_append_printf(text, "\\%c", *at);
    else
      g_string_append_c(text, *at);
  }
}

void
metrics_exporter_family(MetricsExporter *self, const char *name, MetricsKind kind, const char *help)
{
  bool is_open = self->format == METRICS_OPEN;
  size_t len = strlen(name);

  self->family = name;
  /* OpenMetrics calls a counter's family by its name without the ending. */
  if (is_open && kind == METRICS_COUNTER && g_str_has_suffix(name, "_total"))
    len -= strlen("_total");
  g_string_append_printf(self->text, "# HELP %.*s ", (int)len, name);
  append_escaped(self->text, help, is_open ? "\\\"" : "\\");
  g_string_append_printf(self->text, "\n# TYPE %.*s %s\n", (int)len, name, kinds[kind]);
}

static void
append_label(MetricsExporter *self, bool is_first, const char *name, const char *value)
{
  g_string_append_printf(self->text, "%c%s=\"", is_first ? '{' : ',', name);
  append_escaped(self->text, value, "\\\"");
  g_string_append_c(self->text, '"');
}

/* "family<suffix>{labels,le="bound"} ": `bound` may be NULL. */
static void
append_series(MetricsExporter *self, const char *suffix, const MetricsLabel *labels,
              const char *bound)
{
  bool is_first = true;

  g_string_append(self->text, self->family);
  g_string_append(self->text, suffix);
  for (; labels != NULL && labels->name != NULL; labels++) {
    append_label(self, is_first, labels->name, labels->value);
    is_first = false;
  }
  if (bound != NULL) {
    append_label(self, is_first, "le", bound);
    is_first = false;
  }
  g_string_append(self->text, is_first ? " " : "} ");
}

static void
append_count(MetricsExporter *self, uint64_t value)
{
  g_string_append_printf(self->text, "%" G_GUINT64_FORMAT "\n", value);
}

/* Never by the locale. */
static void
append_number(MetricsExporter *self, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan(value))
    g_string_append(self->text, "NaN\n");
  else if (isinf(value))
    g_string_append(self->text, value > 0 ? "+Inf\n" : "-Inf\n");
  else
    g_string_append_printf(self->text, "%s\n",
                           g_ascii_formatd(digits, sizeof digits, "%.15g", value));
}

void
metrics_exporter_count(MetricsExporter *self, const MetricsLabel *labels, uint64_t value)
{
  append_series(self, "", labels, NULL);
  append_count(self, value);
}

void
metrics_exporter_number(MetricsExporter *self, const MetricsLabel *labels, double value)
{
  append_series(self, "", labels, NULL);
  append_number(self, value);
}

void
metrics_exporter_histogram(MetricsExporter *self, const MetricsLabel *labels,
                           const MetricsBuckets *buckets)
{
  uint64_t below = 0;

  for (size_t i = 0; i < buckets->length; i++) {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    below += buckets->counts[i];
    g_ascii_formatd(digits, sizeof digits, "%.15g", buckets->bounds[i]);
    append_series(self, "_bucket", labels, digits);
    append_count(self, below);
  }
  below += buckets->counts[buckets->length];
  append_series(self, "_bucket", labels, "+Inf");
  append_count(self, below);
  append_series(self, "_sum", labels, NULL);
  append_number(self, buckets->sum);
  append_series(self, "_count", labels, NULL);
  append_count(self, below);
}

char *
metrics_exporter_finish(MetricsExporter *self)
{
  GString *text = self->text;

  if (self->format == METRICS_OPEN)
    g_string_append(text, "# EOF\n");
  self->text = g_string_new(NULL);
  self->family = NULL;
  return g_string_free(text, FALSE);
}
