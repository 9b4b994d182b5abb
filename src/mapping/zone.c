/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/zone.h"

enum { DAY_S = 24 * 60 * 60 };

struct Zone {
  char *name;
  GTimeZone *zone;
};

static const char database[] = "/usr/share/zoneinfo/tzdata.zi";

/* The names of the database's zones and of their links, to find the one that was meant. */
static GPtrArray *
list_names(void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (g_file_get_contents(database, &text, NULL, NULL))
    lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; line != NULL && *line != NULL; line++) {
    g_auto(GStrv) words = g_strsplit(*line, " ", 4);

    if (g_strv_length(words) >= 3 && strcmp(words[0], "Z") == 0)
      g_ptr_array_add(names, g_strdup(words[1]));
    else if (g_strv_length(words) >= 3 && strcmp(words[0], "L") == 0)
      g_ptr_array_add(names, g_strdup(words[2]));
  }
  g_ptr_array_add(names, NULL);
  return names;
}

Zone *
zone_new(const char *name, GError **error)
{
  GTimeZone *zone = *name == '\0' ? NULL : g_time_zone_new_identifier(name);

  if (zone == NULL) {
    g_autoptr(GPtrArray) names = list_names();
    const char *nearest = fault_nearest(name, (const char *const *)names->pdata);

    g_set_error(error, FAULT, FAULT_SETUP, "there is no time zone '%s'%s%s%s", name,
                nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest,
                nearest != NULL ? "?"
                                : "; name one of the IANA database, which is to be installed "
                                  "(package tzdata), or an offset, as '+07:00'");
    return NULL;
  }

  Zone *self = g_new0(Zone, 1);

  self->name = g_strdup(name);
  self->zone = zone;
  return self;
}

void
zone_free(Zone *self)
{
  if (self == NULL)
    return;
  g_free(self->name);
  g_time_zone_unref(self->zone);
  g_free(self);
}

const char *
zone_name(const Zone *self)
{
  return self->name;
}

int32_t
zone_offset_s(const Zone *self, int64_t utc_s)
{
  int interval = g_time_zone_find_interval(self->zone, G_TIME_TYPE_UNIVERSAL, utc_s);

  return g_time_zone_get_offset(self->zone, interval);
}

/* The offsets of the days before and after are all that can apply; the larger one is the earlier
 * instant. */
bool
zone_to_utc(const Zone *self, int64_t local_s, int64_t *out_utc_s)
{
  int32_t before = zone_offset_s(self, local_s - DAY_S);
  int32_t after = zone_offset_s(self, local_s + DAY_S);
  int32_t offsets[] = {MAX(before, after), MIN(before, after)};

  for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
    *out_utc_s = local_s - offsets[i];
    if (zone_offset_s(self, *out_utc_s) == offsets[i])
      return true;
  }
  return false;
}
