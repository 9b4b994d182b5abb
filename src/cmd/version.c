/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/version.h"

#include "cmd/revision.h"
#include "kafka/property.h"

#include <stdio.h>

void
cmd_version_print(void)
{
  printf("sluice " SLUICE_VERSION "\n"
         "revision   " SLUICE_REVISION "\n"
         "built with " SLUICE_LIBRARIES "\n"
         "runs with  librdkafka %s\n",
         kafka_library_version());
}
