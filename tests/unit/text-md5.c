/* SPDX-License-Identifier: Apache-2.0 */
#include "text/md5.h"

static void
every_length_agrees_with_glib(void)
{
  uint8_t message[300];

  for (size_t i = 0; i < sizeof message; i++)
    message[i] = (uint8_t)(i * 37 + 11);
  for (size_t len = 0; len <= sizeof message; len++) {
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_MD5);
    uint8_t wanted[MD5_BYTES];
    gsize wanted_len = sizeof wanted;
    uint8_t digest[MD5_BYTES];

    g_checksum_update(checksum, message, (gssize)len);
    g_checksum_get_digest(checksum, wanted, &wanted_len);
    md5(slice(message, len), digest);
    g_assert_cmpmem(digest, sizeof digest, wanted, wanted_len);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/md5/lengths", every_length_agrees_with_glib);
  return g_test_run();
}
