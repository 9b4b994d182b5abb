/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/live.h"

#include "http/client.h"

#include <gio/gio.h>
#include <string.h>

enum { MOST_BYTES = 4 << 20, HTTP_OK = 200, HTTP_UNAUTHORIZED = 401, HTTP_UNAVAILABLE = 503 };

/* Where to connect to what listens there. */
static char *
url_of(const char *listen, const char *path)
{
  g_autoptr(GSocketConnectable) address = g_network_address_parse(listen, 0, NULL);
  const char *host = g_network_address_get_hostname(G_NETWORK_ADDRESS(address));
  guint16 port = g_network_address_get_port(G_NETWORK_ADDRESS(address));

  if (strcmp(host, "0.0.0.0") == 0)
    host = "127.0.0.1";
  else if (strcmp(host, "::") == 0)
    host = "::1";
  return g_strdup_printf(strchr(host, ':') == NULL ? "http://%s:%u%s" : "http://[%s]:%u%s", host,
                         port, path);
}

char *
cmd_live_get(const CmdLive *self, const char *path, bool *out_is_ok, GError **error)
{
  const HttpClientOptions options = {
      .token = self->token, .timeout_ms = self->timeout_ms, .most_bytes = MOST_BYTES};
  g_autoptr(HttpClient) client = http_client_new(&options, error);
  g_auto(HttpAnswer) answer = {0};
  g_autofree char *url = NULL;

  if (client == NULL)
    return NULL;
  if (self->listen == NULL) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "http.listen is off: set it, for the service and here alike, to ask it");
    return NULL;
  }
  url = url_of(self->listen, path);
  if (!http_client_get(client, url, &answer, error))
    return NULL;
  if (answer.status == HTTP_UNAUTHORIZED) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s asks for another token: set http.token_FILE as the service has it", url);
    return NULL;
  }
  if (answer.status != HTTP_OK && answer.status != HTTP_UNAVAILABLE) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s answers with status %u: that is no sluice", url,
                answer.status);
    return NULL;
  }
  *out_is_ok = answer.status == HTTP_OK;
  return g_strndup((const char *)answer.body.data, answer.body.len);
}

bool
cmd_live_ask(const CmdLive *self, bool *out_is_ready, char **out_reasons, GError **error)
{
  *out_reasons = cmd_live_get(self, "/readyz", out_is_ready, error);
  return *out_reasons != NULL;
}
