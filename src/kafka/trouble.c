/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/trouble.h"

#include <glib.h>
#include <string.h>

typedef struct {
  const char *said;     /* part of librdkafka's or OpenSSL's sentence */
  const char *sentence; /* what it means and what helps */
} Meaning;

#define LOGIN "kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password"
#define OWN_FILES "kafka.ssl.certificate.location and kafka.ssl.key.location"

/* The first that fits counts. */
static const Meaning meanings[] = {
    {"SASL authentication error",
     "it refuses the user name or the password: mend kafka.sasl.username or kafka.sasl.password"},
    {"Unsupported SASL mechanism",
     "it does not take the mechanism that kafka.sasl.mechanism names: set one that it takes"},
    {"broker might require SASL authentication",
     "it hangs up, as a listener does that wants a login: set kafka.security.protocol to sasl_ssl "
     "or sasl_plaintext, and " LOGIN},
    {"connecting to a SSL listener",
     "it hangs up on what is sent in the clear, as a listener does that speaks TLS: set "
     "kafka.security.protocol to ssl or sasl_ssl"},
    {"SSL handshake failed: error:0A000126", /* unexpected end of file */
     "it hangs up on TLS, as a listener does that speaks none: set kafka.security.protocol to "
     "plaintext or sasl_plaintext, or kafka.bootstrap.servers to its TLS port"},
    {"wrong version number",
     "it does not answer in TLS: set kafka.security.protocol to plaintext or sasl_plaintext, or "
     "kafka.bootstrap.servers to its TLS port"},
    {"alert unknown ca", "it does not know who signed our certificate: give " OWN_FILES
                         " one of an authority that it trusts"},
    {"alert certificate expired",
     "it says that our certificate has expired: renew the files of " OWN_FILES},
    {"alert certificate unknown",
     "it does not trust our certificate: give " OWN_FILES " one of an authority that it trusts"},
    {"alert bad certificate", "it wants a certificate of ours, or another one: set " OWN_FILES},
    {"certificate required", "it wants a certificate of ours: set " OWN_FILES},
    {"alert handshake failure",
     "it agrees to none of our ways to encrypt, or wants a certificate of ours: see "
     "kafka.ssl.cipher.suites and " OWN_FILES},
    {NULL, NULL},
};

typedef struct {
  int code; /* X509_V_ERR_… of <openssl/x509_vfy.h>, where rdkafka.h sends its reader */
  const char *sentence;
} Verdict;

#define UNKNOWN_AUTHORITY                                                                          \
  "its certificate is signed by nobody whom we trust: set kafka.ssl.ca.location to the PEM file "  \
  "of its authority"
#define WRONG_NAME                                                                                 \
  "its certificate is for another host: name it in kafka.bootstrap.servers, and in its own "       \
  "advertised.listeners, as the certificate does"

static const Verdict verdicts[] = {
    {2, UNKNOWN_AUTHORITY},  /* no issuer certificate */
    {18, UNKNOWN_AUTHORITY}, /* signed by itself */
    {19, UNKNOWN_AUTHORITY}, /* one that is signed by itself in the chain */
    {20, UNKNOWN_AUTHORITY}, /* no issuer certificate here */
    {21, UNKNOWN_AUTHORITY}, /* the first one cannot be verified */
    {9, "its certificate is not yet valid: compare this machine's clock with the certificate"},
    {10, "its certificate has expired: renew it at the broker"},
    {62, WRONG_NAME}, /* host name */
    {64, WRONG_NAME}, /* address */
    {0, NULL},
};

static int
on_certificate(rd_kafka_t *client, const char *broker, int32_t id, int *x509_error, int depth,
               const char *bytes, size_t length, char *sentence, size_t sentence_size, void *data)
{
  KafkaTrouble *self = data;

  (void)client;
  (void)broker;
  (void)id;
  (void)depth;
  (void)bytes;
  (void)length;
  if (*x509_error == 0)
    return 1;
  atomic_store(&self->certificate, *x509_error);
  g_snprintf(sentence, (gulong)sentence_size, "code %d of X509_verify_cert()", *x509_error);
  return 0;
}

void
trouble_watch(KafkaTrouble *self, rd_kafka_conf_t *conf)
{
  rd_kafka_conf_set_opaque(conf, self);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
}

static const char *
judge_certificate(KafkaTrouble *self)
{
  int code = atomic_load(&self->certificate);

  for (const Verdict *verdict = verdicts; verdict->sentence != NULL; verdict++)
    if (verdict->code == code)
      return verdict->sentence;
  return NULL;
}

static const char *
find_meaning(KafkaTrouble *self, const char *reason)
{
  if (strstr(reason, "certificate verify failed") != NULL)
    return judge_certificate(self);
  for (const Meaning *meaning = meanings; meaning->said != NULL; meaning++)
    if (strstr(reason, meaning->said) != NULL)
      return meaning->sentence;
  return NULL;
}

/* "host:port" out of "sasl_ssl://host:port/1: what went wrong"; NULL where it is not so. */
static char *
broker_of(const char *reason)
{
  const char *scheme = strstr(reason, "://");
  const char *begin = scheme == NULL ? reason : scheme + strlen("://");
  size_t len = strcspn(begin, "/ ");

  return begin[len] == '/' && len > 0 ? g_strndup(begin, len) : NULL;
}

/* What the broker offers, at the end of the sentence about a mechanism that it lacks. */
static char *
offered_by(const char *reason)
{
  const char *begin = strstr(reason, "supported mechanisms: ");

  if (begin == NULL)
    return g_strdup("");
  begin += strlen("supported mechanisms: ");
  return g_strdup_printf(" (%.*s)", (int)strcspn(begin, " "), begin);
}

char *
trouble_explain(KafkaTrouble *self, const char *reason)
{
  const char *sentence = find_meaning(self, reason);
  g_autofree char *broker = broker_of(reason);
  g_autofree char *offered = offered_by(reason);

  if (sentence == NULL || broker == NULL)
    return g_strdup(reason);
  return g_strdup_printf("broker %s: %s%s", broker, sentence, offered);
}

const char *
trouble_remedy(rd_kafka_resp_err_t err)
{
  switch ((int)err) {
  case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    return "give the user of kafka.sasl.username READ and DESCRIBE on it, and WRITE on the "
           "dead-letter topic";
  case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    return "give the user of kafka.sasl.username READ on the group that kafka.group.id names";
  case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    return "give the user of kafka.sasl.username IDEMPOTENT_WRITE on the cluster, and CREATE where "
           "the dead-letter topic is to be made";
  default:
    return NULL;
  }
}
