/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/pointer.h"

#include "base/bytes.h"

#include <glib/gstdio.h>

#define REGION "0123456789abcdef0123456789abcdef"

/* A reference's bytes as HBase 2.6.1 left them after a split at '5'. */
static const char reference[] =
    "PBUF\x0a\x0d\0\001\065\0\x7f\xff\xff\xff\xff\xff\xff\xff\xff\x10\x01";

static void
what_leads_to_a_file_is_told_and_nothing_else(void)
{
  static const struct {
    const char *name;
    const char *content;
    size_t len;
    const char *what; /* NULL: none of these */
  } cases[] = {
      {"ab12." REGION, reference, sizeof reference - 1,
       "the half before row '5' of file ab12 of region " REGION},
      {"ab12_SeqId_4_." REGION, reference, sizeof reference - 1, "of file ab12_SeqId_4_ of"},
      {"ab12.short", reference, sizeof reference - 1, NULL},
      {"ab12." REGION, "PBUF", 4, NULL},
      {"ab12." REGION, "no reference", 12, NULL},
      {"ab12", reference, sizeof reference - 1, NULL},
      {"ns=t=" REGION "-ab12", "", 0, "to file ab12 of region " REGION " of table ns=t"},
      {"t=" REGION "-ab12", "", 0, "to file ab12 of region " REGION " of table t"},
      {"t=" REGION "-ab12", "x", 1, NULL},
      {"t=region-ab12", "", 0, NULL},
      {"17.seqid", "", 0, "a mark of the region's sequence id"},
      {"17.seqid", "x", 1, NULL},
      {"ab12", "", 0, NULL},
  };
  g_autofree char *folder = g_dir_make_tmp("pointer-XXXXXX", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_build_filename(folder, cases[i].name, NULL);

    g_assert_true(g_file_set_contents(path, cases[i].content, (gssize)cases[i].len, NULL));

    g_autofree char *what = hfile_pointer_describe(path);

    g_test_message("%zu: %s", i, what == NULL ? "-" : what);
    if (cases[i].what == NULL)
      g_assert_null(what);
    else
      g_assert_nonnull(what == NULL ? NULL : strstr(what, cases[i].what));
    g_unlink(path);
  }
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hfile/pointer/told", what_leads_to_a_file_is_told_and_nothing_else);
  return g_test_run();
}
