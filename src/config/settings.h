/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"

/* The one table of settings: parsing, the environment's names, help and documentation all come
 * from it. */

typedef enum {
  SETTING_TEXT,
  SETTING_FILE,   /* a path that can be read */
  SETTING_SECRET, /* a text that is never shown */
  SETTING_FLAG,
  SETTING_COUNT,
  SETTING_BYTES,
  SETTING_DURATION,
  SETTING_SHARE,
  SETTING_WORD,
  SETTING_LIST,
  SETTING_ENDPOINTS,
  SETTING_URLS,
  SETTING_LISTEN,
  SETTING_KAFKA, /* a default of ours for a librdkafka property */
} SettingKind;

typedef struct {
  const char *name;     /* "section.key" */
  const char *fallback; /* as it would be written; "": not set */
  const char *help;
  SettingKind kind;
  size_t offset;            /* in Config */
  uint32_t least;           /* SETTING_COUNT */
  uint32_t most;            /* SETTING_COUNT */
  const char *const *words; /* SETTING_WORD */
} Setting;

/* Ended by a nameless row. */
extern const Setting settings[];

const Setting *settings_find(const char *name);
/* For "did you mean". */
const char *settings_nearest(const char *name);
/* "gateway.endpoints" -> "SLUICE_GATEWAY_ENDPOINTS". */
char *settings_environment_name(const char *name);
/* Whether a librdkafka property holds a secret. */
bool settings_is_secret_property(const char *property);

/* Puts a text into the setting's member, in place of what was there. Not for SETTING_KAFKA. */
bool setting_assign(const Setting *self, Config *config, const char *text, GError **error);
/* Frees what the member holds. */
void setting_clear(const Setting *self, Config *config);
/* The member as a text that setting_assign() would read, or *** for a secret. */
char *setting_show(const Setting *self, const Config *config);
