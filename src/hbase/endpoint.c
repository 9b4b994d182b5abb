/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/endpoint.h"

#include <string.h>

static const struct {
  const char *prefix;
  EndpointScheme scheme;
  uint16_t port; /* when none is written */
} schemes[] = {
    {"http://", ENDPOINT_HTTP, 80},
    {"https://", ENDPOINT_HTTPS, 443},
    {"", ENDPOINT_SOCKET, 9090},
};

static bool
refuse(const char *text, const char *reason, GError **error)
{
  g_set_error(error, FAULT, FAULT_SETUP,
              "gateway endpoint '%s': %s; write host:port, [IPv6 address]:port or "
              "http://host:port/path",
              text, reason);
  return false;
}

static bool
parse_port(const char *digits, uint16_t *out_port)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT16, &port, NULL))
    return false;
  *out_port = (uint16_t)port;
  return true;
}

/* Splits "host:port" or "[v6]:port" in place; `*out_port` is left alone when there is none. */
static const char *
split_authority(char *authority, char **out_host, uint16_t *out_port)
{
  char *host = authority;
  char *after = strrchr(authority, ':');

  if (*authority == '[') {
    char *end = strchr(authority, ']');

    if (end == NULL)
      return "the bracket is not closed";
    host = authority + 1;
    *end = '\0';
    after = end + 1;
    if (*after != '\0' && *after != ':')
      return "there is more than a port behind the bracket";
  } else if (after != NULL && strchr(authority, ':') != after) {
    return "an IPv6 address goes in brackets";
  }
  if (after != NULL && *after == ':') {
    *after = '\0';
    if (!parse_port(after + 1, out_port))
      return "the port is not a number from 1 to 65535";
  }
  if (*host == '\0')
    return "the host is missing";
  *out_host = host;
  return NULL;
}

bool
endpoint_parse(const char *text, Endpoint *out_endpoint, GError **error)
{
  size_t i = 0;

  while (!g_str_has_prefix(text, schemes[i].prefix))
    i++;

  g_autofree char *authority = g_strdup(text + strlen(schemes[i].prefix));
  char *path = strchr(authority, '/');
  g_autofree char *path_copy = path == NULL ? g_strdup("/") : g_strdup(path);
  char *host;
  uint16_t port = schemes[i].port;
  bool is_http = schemes[i].scheme == ENDPOINT_HTTP || schemes[i].scheme == ENDPOINT_HTTPS;

  if (path != NULL && !is_http)
    return refuse(text, "only an HTTP gateway has a path", error);
  if (path != NULL)
    *path = '\0';
  if (strpbrk(authority, " \t@?#") != NULL)
    return refuse(text, "it holds a blank or one of @ ? #", error);

  const char *reason = split_authority(authority, &host, &port);

  if (reason != NULL)
    return refuse(text, reason, error);
  *out_endpoint = (Endpoint){.scheme = schemes[i].scheme,
                             .text = g_strdup(text),
                             .host = g_strdup(host),
                             .port = port,
                             .path = g_steal_pointer(&path_copy)};
  return true;
}

void
endpoint_clear(Endpoint *self)
{
  g_free(self->text);
  g_free(self->host);
  g_free(self->path);
  *self = (Endpoint){0};
}
