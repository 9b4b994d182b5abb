/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/waker.h"

#include <glib.h>

static void
broker_threads_are_woken_only_where_that_changes_nothing(void)
{
  const struct {
    KafkaProperty properties[4];
    const char *username; /* NULL: nothing is woken */
  } cases[] = {
      {{{NULL, NULL}}, ""},
      {{{"security.protocol", "ssl"}}, ""},
      {{{"security.protocol", "SASL_SSL"}, {"sasl.username", "me"}, {"sasl.password", "x"}}, "me"},
      {{{"security.protocol", "sasl_plaintext"}, {"sasl.mechanisms", "GSSAPI"}}, NULL},
      {{{"sasl.username", "old"}, {"sasl.username", "new"}, {"sasl.password", "x"}}, "new"},
  };
  bool has_own_way = waker_properties() != NULL;

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Waker waker;

    waker_init(&waker, NULL, cases[i].properties);
    g_assert_cmpstr(waker.username, ==, has_own_way ? NULL : cases[i].username);
    g_assert_cmpint(waker.username == NULL, ==, waker.password == NULL);
    waker_clear(&waker);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/waker/init", broker_threads_are_woken_only_where_that_changes_nothing);
  return g_test_run();
}
