/* SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include "base/bytes.h"

#include <errno.h>
#include <gio/gio.h>
#include <math.h>
#include <string.h>

typedef struct {
  const char *unit;
  uint64_t factor;
} Unit;

static const Unit byte_units[] = {
    {"", 1}, {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30}, {"T", 1ULL << 40}, {NULL, 0},
};

static const Unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};

static bool
refuse(GError **error, const char *text, const char *is_not)
{
  g_autofree char *quoted = slice_quote(slice_text(text));

  g_set_error(error, FAULT, FAULT_SETUP, "'%s' is not %s", quoted, is_not);
  return false;
}

/* Digits from the start; *out_rest is what follows them. */
static bool
read_digits(const char *text, uint64_t *out_number, const char **out_rest)
{
  uint64_t number = 0;
  const char *at = text;

  for (; g_ascii_isdigit(*at); at++) {
    uint64_t digit = (uint64_t)(*at - '0');

    if (number > (UINT64_MAX - digit) / 10)
      return false;
    number = number * 10 + digit;
  }
  *out_number = number;
  *out_rest = at;
  return at > text;
}

static bool
scale(const char *text, const Unit *units, uint64_t most, uint64_t *out_number)
{
  uint64_t number = 0;
  const char *unit = NULL;

  if (!read_digits(text, &number, &unit))
    return false;
  while (*unit == ' ')
    unit++;
  for (; units->unit != NULL; units++)
    if (g_ascii_strcasecmp(unit, units->unit) == 0)
      break;
  if (units->unit == NULL || number > most / units->factor)
    return false;
  *out_number = number * units->factor;
  return true;
}

bool
value_parse_bytes(const char *text, uint64_t *out_bytes, GError **error)
{
  g_autofree char *bare = g_strdup(text);
  size_t len = strlen(bare);

  if (len > 1 && g_ascii_tolower(bare[len - 1]) == 'b')
    bare[--len] = '\0';
  if (len > 2 && bare[len - 1] == 'i' && g_ascii_isalpha(bare[len - 2]))
    bare[--len] = '\0';
  if (scale(bare, byte_units, INT64_MAX, out_bytes))
    return true;
  return refuse(error, text, "a size: write bytes or a number with K, M, G or T, e.g. 32M");
}

bool
value_parse_duration(const char *text, int64_t *out_ms, GError **error)
{
  uint64_t ms = 0;

  if (strcmp(text, "0") == 0) {
    *out_ms = 0;
    return true;
  }
  if (!scale(text, duration_units, INT32_MAX, &ms))
    return refuse(error, text,
                  "a time of at most 24 days: write a number with ms, s, m, h or d, e.g. 30s");
  *out_ms = (int64_t)ms;
  return true;
}

bool
value_parse_share(const char *text, double *out_share, GError **error)
{
  char *rest = NULL;
  double number = g_ascii_strtod(text, &rest);
  bool is_percent = strcmp(rest, "%") == 0;
  double share = is_percent ? number / 100 : number;

  if (rest == text || (*rest != '\0' && !is_percent) || !(share >= 0 && share <= 1))
    return refuse(error, text, "a share: write 0 to 1 or a percentage, e.g. 0.5 or 50%");
  *out_share = share;
  return true;
}

bool
value_parse_flag(const char *text, bool *out_flag, GError **error)
{
  const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1", NULL};

  for (unsigned i = 0; words[i] != NULL; i++) {
    if (g_ascii_strcasecmp(text, words[i]) == 0) {
      *out_flag = i % 2 == 1;
      return true;
    }
  }
  return refuse(error, text, "yes or no");
}

bool
value_parse_count(const char *text, uint32_t least, uint32_t most, uint32_t *out_count,
                  GError **error)
{
  uint64_t number = 0;
  const char *rest = NULL;
  g_autofree char *range = NULL;

  if (read_digits(text, &number, &rest) && *rest == '\0' && number >= least && number <= most) {
    *out_count = (uint32_t)number;
    return true;
  }
  range = g_strdup_printf("a number from %u to %u", least, most);
  return refuse(error, text, range);
}

bool
value_parse_word(const char *text, const char *const *words, unsigned *out_index, GError **error)
{
  for (unsigned i = 0; words[i] != NULL; i++) {
    if (g_ascii_strcasecmp(text, words[i]) == 0) {
      *out_index = i;
      return true;
    }
  }

  const char *nearest = fault_nearest(text, words);
  g_autofree char *all = g_strjoinv(", ", (char **)words);
  g_autofree char *hint =
      nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean %s?", nearest);
  g_autofree char *is_not = g_strdup_printf("one of %s%s", all, hint);

  return refuse(error, text, is_not);
}

bool
value_parse_list(const char *text, char ***out_parts, GError **error)
{
  g_auto(GStrv) parts = NULL;

  if (*text == '\0') {
    *out_parts = g_new0(char *, 1);
    return true;
  }
  parts = g_strsplit(text, ",", -1);
  for (char **part = parts; *part != NULL; part++)
    if (*g_strstrip(*part) == '\0')
      return refuse(error, text, "a list: a part between two commas is empty");
  *out_parts = g_steal_pointer(&parts);
  return true;
}

static bool
is_url(const char *text)
{
  return strstr(text, "://") != NULL;
}

static bool
check_url(const char *text, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri == NULL ? "" : g_uri_get_scheme(uri);

  if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
    return refuse(error, text, "an http:// or https:// URL");
  if (g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0')
    return refuse(error, text, "a URL with a host");
  if (g_uri_get_userinfo(uri) == NULL)
    return true;
  /* not quoted: it holds a password, and this text is logged */
  g_set_error_literal(error, FAULT, FAULT_SETUP,
                      "the URL carries a user or password: set those by their own keys");
  return false;
}

/* A port of 0 is what g_network_address_parse() leaves where none is written. */
static bool
check_endpoint(const char *text, bool needs_port, GError **error)
{
  g_autoptr(GSocketConnectable) address = NULL;

  if (strchr(text, ';') != NULL)
    return refuse(error, text, "an address: several have a comma between them");
  if (strpbrk(text, " \t/@") == NULL && *text != ':')
    address = g_network_address_parse(text, 0, NULL);
  if (address == NULL)
    return refuse(error, text, "an address: write host:port, or [::1]:port for IPv6");
  if (needs_port && g_network_address_get_port(G_NETWORK_ADDRESS(address)) == 0)
    return refuse(error, text, "an address with a port: write host:port");
  return true;
}

bool
value_parse_endpoints(const char *text, char ***out_endpoints, GError **error)
{
  g_auto(GStrv) parts = NULL;

  if (!value_parse_list(text, &parts, error))
    return false;
  if (parts[0] == NULL)
    return refuse(error, text, "an address: write host:port");
  for (char **part = parts; *part != NULL; part++)
    if (is_url(*part) ? !check_url(*part, error) : !check_endpoint(*part, false, error))
      return false;
  *out_endpoints = g_steal_pointer(&parts);
  return true;
}

bool
value_parse_urls(const char *text, char ***out_urls, GError **error)
{
  g_auto(GStrv) parts = NULL;

  if (!value_parse_list(text, &parts, error))
    return false;
  for (char **part = parts; *part != NULL; part++)
    if (!check_url(*part, error))
      return false;
  *out_urls = g_steal_pointer(&parts);
  return true;
}

bool
value_parse_listen(const char *text, char **out_address, GError **error)
{
  bool is_off = *text == '\0' || g_ascii_strcasecmp(text, "off") == 0;

  if (!is_off && !check_endpoint(text, true, error))
    return false;
  *out_address = is_off ? NULL : g_strdup(text);
  return true;
}
