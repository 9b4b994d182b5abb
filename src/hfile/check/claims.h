/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/report.h"

/* Compares what file info and trailer claim of the file with what a walk through it counted. */
void hfile_claims_check(const HfileReader *reader, HfileReport *report);
