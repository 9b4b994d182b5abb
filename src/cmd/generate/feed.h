/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/stop.h"
#include "cmd/command.h"
#include "config/config.h"

/* The half of `generate` that makes nothing up: object container files to a mapping's topic. */

/* Everything is borrowed. */
typedef struct {
  const Config *config;
  Log *log;
  const Stop *stop;
  const char *const *files; /* NULL-ended */
  const char *table;
  const char *prefix; /* of the topic's name */
  int32_t partitions; /* of the topic, if it does not exist yet */
  int64_t timestamp_ms;
  int timeout_ms;
  bool is_json;
} CmdFeed;

/* EXIT_DATA: some records have no row key and were left out. */
ExitCode cmd_feed(const CmdFeed *self, GError **error);
