/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

void
check_registry(const Check *self)
{
  if (self->registry == NULL)
    return;
  for (char **url = self->config->registry.urls; *url != NULL; url++) {
    g_autoptr(GError) error = NULL;

    if (http_registry_check(self->registry, *url, &error))
      check_findings_fine(self->findings, "registry", "%s", *url);
    else
      check_findings_error(self->findings, "registry", NULL, error);
  }
}
