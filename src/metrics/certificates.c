/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/certificates.h"

#include <gio/gio.h>
#include <string.h>

enum { READ_EVERY_S = 300, MOST_FILES = 5 };

/* Beyond so many it is a system's bundle, of which some always end soon. */
enum { MOST_IN_FILE = 16 };

typedef struct {
  const char *setting;
  const char *path; /* borrowed; NULL: not set */
  int64_t ends_s;   /* Unix time; 0: not known */
} CertificateFile;

struct MetricsCertificates {
  CertificateFile files[MOST_FILES];
  int64_t read_us; /* 0: never */
};

MetricsCertificates *
metrics_certificates_new(const Config *config)
{
  MetricsCertificates *self = g_new0(MetricsCertificates, 1);
  const CertificateFile files[MOST_FILES] = {
      {"kafka.ssl.ca.location", config_kafka(config, "ssl.ca.location"), 0},
      {"kafka.ssl.certificate.location", config_kafka(config, "ssl.certificate.location"), 0},
      {"registry.ca.location", config->registry.ca_location, 0},
      {"gateway.tls.ca.location", config->gateway.tls_ca_location, 0},
      {"bulkload.webhdfs.ca.location", config->bulkload.webhdfs_ca_location, 0},
  };

  memcpy(self->files, files, sizeof files);
  return self;
}

void
metrics_certificates_free(MetricsCertificates *self)
{
  g_free(self);
}

/* The first of the file's to end. */
static int64_t
read_end(const char *path)
{
  GList *list = path == NULL ? NULL : g_tls_certificate_list_new_from_file(path, NULL);
  int64_t ends_s = 0;

  for (GList *at = g_list_length(list) > MOST_IN_FILE ? NULL : list; at != NULL; at = at->next) {
    g_autoptr(GDateTime) end = g_tls_certificate_get_not_valid_after(at->data);
    int64_t end_s = end == NULL ? 0 : g_date_time_to_unix(end);

    if (end_s > 0 && (ends_s == 0 || end_s < ends_s))
      ends_s = end_s;
  }
  g_list_free_full(list, g_object_unref);
  return ends_s;
}

void
metrics_certificates_export(MetricsCertificates *self, MetricsExporter *exporter)
{
  int64_t now_us = g_get_monotonic_time();
  bool is_due = self->read_us == 0 || now_us - self->read_us > READ_EVERY_S * G_USEC_PER_SEC;

  metrics_exporter_family(exporter, "sluice_certificate_expiry_timestamp_seconds", METRICS_GAUGE,
                          "When the first certificate of a setting's file ends, Unix time");
  for (size_t i = 0; i < MOST_FILES; i++) {
    CertificateFile *file = &self->files[i];

    if (is_due)
      file->ends_s = read_end(file->path);
    if (file->ends_s > 0)
      metrics_exporter_count(exporter,
                             (const MetricsLabel[]){{"setting", file->setting}, {NULL, NULL}},
                             (uint64_t)file->ends_s);
  }
  if (is_due)
    self->read_us = now_us;
}
