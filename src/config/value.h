/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* Texts of settings and options, read the same way everywhere. All fail with FAULT_SETUP and say
 * what would be right; the caller puts the setting's or option's name in front. */

/* "512", "512K", "32M", "2G", "1T", also with a B or iB behind: powers of 1024. */
bool value_parse_bytes(const char *text, uint64_t *out_bytes, GError **error);

/* "250ms", "5s", "1m", "2h", "7d"; the unit is needed but for 0. */
bool value_parse_duration(const char *text, int64_t *out_ms, GError **error);

/* "0.5" or "50%": from 0 to 1. */
bool value_parse_share(const char *text, double *out_share, GError **error);

/* yes/no, true/false, on/off, 1/0. */
bool value_parse_flag(const char *text, bool *out_flag, GError **error);

/* A decimal number from least to most. */
bool value_parse_count(const char *text, uint32_t least, uint32_t most, uint32_t *out_count,
                       GError **error);

/* One of `words` (NULL-ended), whatever its case; the error names the nearest. */
bool value_parse_word(const char *text, const char *const *words, unsigned *out_index,
                      GError **error);

/* Parts between commas without the blanks around them; an empty text has none. */
bool value_parse_list(const char *text, char ***out_parts, GError **error);

/* A list of "host:port", "[v6]:port", "host" or http(s) URLs; at least one. */
bool value_parse_endpoints(const char *text, char ***out_endpoints, GError **error);

/* A list of http(s) URLs without a password in them. */
bool value_parse_urls(const char *text, char ***out_urls, GError **error);

/* "host:port" with a port, or NULL for "off" and "". */
bool value_parse_listen(const char *text, char **out_address, GError **error);
