/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <string.h>

enum { DIGEST_BYTES = 32 };

struct HttpGuard {
  GStrv hosts; /* owned: names alone */
  GMutex lock; /* over the rest */
  bool has_token;
  guint8 token[DIGEST_BYTES]; /* its SHA-256: of one length, whatever it is */
};

static void
digest(const char *text, gsize len, guint8 out_digest[DIGEST_BYTES])
{
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  gsize digest_len = DIGEST_BYTES;

  g_checksum_update(sum, (const guchar *)text, (gssize)len);
  g_checksum_get_digest(sum, out_digest, &digest_len);
}

/* Without the port, the brackets of IPv6 and the dot at a name's end. */
static char *
name_of(const char *host)
{
  const char *end = strrchr(host, ':');
  char *name;

  if (*host == '[')
    return g_strndup(host + 1, strcspn(host + 1, "]"));
  name = end == NULL || strchr(host, ':') != end ? g_strdup(host)
                                                 : g_strndup(host, (gsize)(end - host));
  if (g_str_has_suffix(name, "."))
    name[strlen(name) - 1] = '\0';
  return name;
}

HttpGuard *
http_guard_new(const char *const *hosts, const char *token)
{
  HttpGuard *self = g_new0(HttpGuard, 1);

  self->hosts = g_strdupv((char **)hosts);
  for (char **host = self->hosts; *host != NULL; host++) {
    char *name = name_of(*host);

    g_free(*host);
    *host = name;
  }
  g_mutex_init(&self->lock);
  http_guard_set_token(self, token);
  return self;
}

void
http_guard_free(HttpGuard *self)
{
  if (self == NULL)
    return;
  g_strfreev(self->hosts);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
http_guard_set_token(HttpGuard *self, const char *token)
{
  if (token == NULL)
    return;
  g_mutex_lock(&self->lock);
  digest(token, strlen(token), self->token);
  self->has_token = true;
  g_mutex_unlock(&self->lock);
}

bool
http_guard_knows_host(const HttpGuard *self, const char *host)
{
  g_autofree char *name = host == NULL ? NULL : name_of(host);

  if (name == NULL || *name == '\0')
    return false;
  /* nobody can make an address mean another place */
  if (g_hostname_is_ip_address(name) || g_ascii_strcasecmp(name, "localhost") == 0)
    return true;
  for (char **known = self->hosts; *known != NULL; known++)
    if (g_ascii_strcasecmp(name, *known) == 0)
      return true;
  return false;
}

/* The token that the header has; NULL: none. */
static char *
token_of(const char *authorization, gsize *out_len)
{
  const char *value = strchr(authorization, ' ');
  gsize scheme = value == NULL ? 0 : (gsize)(value - authorization);
  g_autofree guchar *pair = NULL;
  const guchar *colon;
  gsize len = 0;

  if (scheme == strlen("Bearer") && g_ascii_strncasecmp(authorization, "Bearer", scheme) == 0) {
    *out_len = strlen(value + 1);
    return g_strdup(value + 1);
  }
  if (scheme != strlen("Basic") || g_ascii_strncasecmp(authorization, "Basic", scheme) != 0)
    return NULL;
  pair = g_base64_decode(value + 1, &len);
  colon = len == 0 ? NULL : memchr(pair, ':', len);
  if (colon == NULL)
    return NULL;
  *out_len = len - (gsize)(colon + 1 - pair);
  return g_memdup2(colon + 1, *out_len);
}

bool
http_guard_lets_in(HttpGuard *self, const char *authorization)
{
  gsize len = 0;
  g_autofree char *given = authorization == NULL ? NULL : token_of(authorization, &len);
  guint8 found[DIGEST_BYTES] = {0};
  guint8 difference = 0;
  bool has_token;

  if (given != NULL)
    digest(given, len, found);
  g_mutex_lock(&self->lock);
  has_token = self->has_token;
  for (gsize i = 0; i < DIGEST_BYTES; i++)
    difference |= found[i] ^ self->token[i];
  g_mutex_unlock(&self->lock);
  return !has_token || (given != NULL && difference == 0);
}
