/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/endpoint.h"

static void
an_endpoint_is_read_in_every_form(void)
{
  const struct {
    const char *text;
    EndpointScheme scheme;
    const char *host;
    uint16_t port;
    const char *path;
  } cases[] = {
      {"gw1:9090", ENDPOINT_SOCKET, "gw1", 9090, "/"},
      {"gw1", ENDPOINT_SOCKET, "gw1", 9090, "/"},
      {"10.0.0.1:65535", ENDPOINT_SOCKET, "10.0.0.1", 65535, "/"},
      {"[::1]:9091", ENDPOINT_SOCKET, "::1", 9091, "/"},
      {"[fe80::1%eth0]", ENDPOINT_SOCKET, "fe80::1%eth0", 9090, "/"},
      {"http://gw", ENDPOINT_HTTP, "gw", 80, "/"},
      {"https://gw:8443/hbase/thrift", ENDPOINT_HTTPS, "gw", 8443, "/hbase/thrift"},
      {"https://[::1]/", ENDPOINT_HTTPS, "::1", 443, "/"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Endpoint) endpoint = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(endpoint_parse(cases[i].text, &endpoint, &error));
    g_assert_cmpstr(endpoint.text, ==, cases[i].text);
    g_assert_cmpint(endpoint.scheme, ==, cases[i].scheme);
    g_assert_cmpstr(endpoint.host, ==, cases[i].host);
    g_assert_cmpuint(endpoint.port, ==, cases[i].port);
    g_assert_cmpstr(endpoint.path, ==, cases[i].path);
  }
}

static void
a_bad_endpoint_says_what_is_wrong(void)
{
  const struct {
    const char *text;
    const char *says;
  } cases[] = {
      {"", "host is missing"},
      {":9090", "host is missing"},
      {"[]:9090", "host is missing"},
      {"gw:", "port is not a number"},
      {"gw:0", "port is not a number"},
      {"gw:65536", "port is not a number"},
      {"gw:90x", "port is not a number"},
      {"::1:9090", "goes in brackets"},
      {"[::1:9090", "bracket is not closed"},
      {"[::1]9090", "behind the bracket"},
      {"gw:9090/thrift", "only an HTTP gateway has a path"},
      {"user@gw:9090", "one of @ ? #"},
      {"gw :9090", "a blank"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Endpoint) endpoint = {0};
    g_autoptr(GError) error = NULL;

    g_test_message("%s", cases[i].text);
    g_assert_false(endpoint_parse(cases[i].text, &endpoint, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, cases[i].says));
    g_assert_nonnull(strstr(error->message, "write host:port"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/endpoint/forms", an_endpoint_is_read_in_every_form);
  g_test_add_func("/endpoint/bad", a_bad_endpoint_says_what_is_wrong);
  return g_test_run();
}
