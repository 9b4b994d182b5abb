/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/trouble.h"

#include <glib.h>

/* Sentences of librdkafka 2.0.2, as a broker that demands proof made it say them. */
static const struct {
  const char *name;
  const char *reason;
  int certificate;
  const char *expected;
} cases[] = {
    {"password",
     "sasl_plaintext://10.0.0.1:9292/bootstrap: SASL authentication error: Authentication failed: "
     "Invalid username or password (after 301ms in state AUTH_REQ)",
     0,
     "broker 10.0.0.1:9292: it refuses the user name or the password: mend kafka.sasl.username or "
     "kafka.sasl.password"},
    {"mechanism",
     "sasl_ssl://kafka:9292/1: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported "
     "SASL mechanism: broker's supported mechanisms: PLAIN,SCRAM-SHA-512 (after 1ms in state X)",
     0,
     "broker kafka:9292: it does not take the mechanism that kafka.sasl.mechanism names: set one "
     "that it takes (PLAIN,SCRAM-SHA-512)"},
    {"no-login",
     "[::1]:9292/bootstrap: Disconnected: verify that security.protocol is correctly configured, "
     "broker might require SASL authentication (after 441ms in state UP)",
     0,
     "broker [::1]:9292: it hangs up, as a listener does that wants a login: set "
     "kafka.security.protocol to sasl_ssl or sasl_plaintext, and kafka.sasl.mechanism, "
     "kafka.sasl.username and kafka.sasl.password"},
    {"expired",
     "ssl://kafka:9293/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate "
     "verify failed: broker certificate could not be verified",
     10, "broker kafka:9293: its certificate has expired: renew it at the broker"},
    {"host-name",
     "ssl://kafka:9293/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate "
     "verify failed: broker certificate could not be verified",
     62,
     "broker kafka:9293: its certificate is for another host: name it in kafka.bootstrap.servers, "
     "and in its own advertised.listeners, as the certificate does"},
    {"authority",
     "ssl://kafka:9293/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate "
     "verify failed: broker certificate could not be verified",
     19,
     "broker kafka:9293: its certificate is signed by nobody whom we trust: set "
     "kafka.ssl.ca.location to the PEM file of its authority"},
    {"other-code", "ssl://kafka:9293/1: certificate verify failed", 999,
     "ssl://kafka:9293/1: certificate verify failed"},
    {"unknown", "kafka:9093/1: Connect to ipv4#10.0.0.1:9093 failed: Connection refused", 0,
     "kafka:9093/1: Connect to ipv4#10.0.0.1:9093 failed: Connection refused"},
    {"no-broker", "1/1 brokers are down", 0, "1/1 brokers are down"},
};

static void
a_reason_is_told_with_its_remedy(gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE(data);
  KafkaTrouble trouble = {.certificate = cases[i].certificate};
  g_autofree char *sentence = trouble_explain(&trouble, cases[i].reason);

  g_assert_cmpstr(sentence, ==, cases[i].expected);
}

static void
rights_that_are_missing_are_named(void)
{
  g_assert_nonnull(g_strstr_len(trouble_remedy(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED), -1,
                                "kafka.group.id"));
  g_assert_nonnull(
      g_strstr_len(trouble_remedy(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), -1, "READ"));
  g_assert_null(trouble_remedy(RD_KAFKA_RESP_ERR__TRANSPORT));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strconcat("/kafka/trouble/reason/", cases[i].name, NULL);

    g_test_add_data_func(path, GSIZE_TO_POINTER(i), a_reason_is_told_with_its_remedy);
  }
  g_test_add_func("/kafka/trouble/rights", rights_that_are_missing_are_named);
  return g_test_run();
}
