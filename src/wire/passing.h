/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* HBase's answers that pass: exceptions of its servers, its client and the network beneath, none of
 * which is about a row or a file. The one table of them, for gateways and region servers alike. */

/* Why what was asked may be asked again, for a Java class by its full or simple name; NULL: the
 * exception is not known to pass. */
const char *passing_reason(Slice class_name);
