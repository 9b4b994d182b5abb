/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/check/check.h"

#include "cmd/registry.h"

void
check_registry(const Check *self)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpRegistry) registry = NULL;

  if (!cmd_registry_is_needed(self->mappings))
    return;
  registry = cmd_registry_new(self->config, &error);
  if (registry == NULL) {
    cmd_findings_error(self->findings, "registry", NULL, error);
    return;
  }
  for (char **url = self->config->registry.urls; *url != NULL; url++) {
    g_clear_error(&error);
    if (http_registry_check(registry, *url, &error))
      cmd_findings_fine(self->findings, "registry", "%s", *url);
    else
      cmd_findings_error(self->findings, "registry", NULL, error);
  }
}
