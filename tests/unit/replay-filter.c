/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/filter.h"

static const struct {
  const char *offsets;
  const char *spans; /* as they are told; NULL: refused */
} pieces[] = {
    {"3", "3:0-"},
    {"3:17", "3:17-17"},
    {"3:17-", "3:17-"},
    {"3:-20", "3:0-20"},
    {"3:17-20", "3:17-20"},
    {"3:17-17", "3:17-17"},
    {"0:1-, 2:5-80,1", "0:1-,2:5-80,1:0-"},
    {"0:9223372036854775805", "0:9223372036854775805-9223372036854775805"},
    {"", NULL},
    {"3:", NULL},
    {"x", NULL},
    {"-1", NULL},
    {"2147483648", NULL},
    {"3:20-17", NULL},
    {"3:a-", NULL},
    {"3:1-b", NULL},
    {"3:1-2-3", NULL},
    {"3:9223372036854775807", NULL},
    {"0:1-,", NULL},
    {"0:1,0:2", NULL},
};

static void
pieces_of_partitions_are_read_and_told_alike(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
    ReplayFilter filter = {.offsets = g_new0(char *, 2)};
    g_autoptr(GError) error = NULL;

    filter.offsets[0] = g_strdup(pieces[i].offsets);
    g_test_message("%s", pieces[i].offsets);
    g_assert_cmpint(replay_filter_understand(&filter, &error), ==, pieces[i].spans != NULL);
    if (pieces[i].spans == NULL) {
      g_assert_error(error, FAULT, FAULT_SETUP);
      g_assert_true(g_str_has_prefix(error->message, "--offsets: "));
    } else {
      g_autofree char *text = replay_filter_spans_text(filter.spans);

      g_assert_cmpstr(text, ==, pieces[i].spans);
    }
    replay_filter_clear(&filter);
  }
}

typedef struct {
  const char *stage;
  const char *exception_class;
  const char *reason;
  const char *table;
  const char *source_topic;
  const char *source_partition;
  const char *since;
  const char *until;
} Words;

/* Against a letter of stage map, class c, reason "no key", table t, from topic o, partition 2, of
 * time 1000; and against a record that is none, of the same time. */
static const struct {
  Words words;
  bool takes_letter;
  bool takes_other;
} filters[] = {
    {{0}, true, true},
    {{.stage = "map"}, true, false},
    {{.stage = "TRANSFORMATION"}, true, false},
    {{.stage = "put"}, false, false},
    {{.exception_class = "c"}, true, false},
    {{.exception_class = "C"}, false, false},
    {{.reason = "key"}, true, false},
    {{.reason = "keys"}, false, false},
    {{.reason = ""}, true, true},
    {{.table = "t"}, true, false},
    {{.table = "u"}, false, false},
    {{.source_topic = "o"}, true, false},
    {{.source_topic = "p"}, false, false},
    {{.source_partition = "2"}, true, false},
    {{.source_partition = "0"}, false, false},
    {{.since = "1000"}, true, true},
    {{.since = "1001"}, false, false},
    {{.until = "1000"}, false, false},
    {{.until = "1970-01-01T00:00:01.001Z"}, true, true},
    {{.stage = "map", .source_topic = "p"}, false, false},
};

static ReplayFilter
filter_of(const Words *words)
{
  return (ReplayFilter){
      .stage = g_strdup(words->stage),
      .exception_class = g_strdup(words->exception_class),
      .reason = g_strdup(words->reason),
      .table = g_strdup(words->table),
      .source_topic = g_strdup(words->source_topic),
      .source_partition = g_strdup(words->source_partition),
      .since = g_strdup(words->since),
      .until = g_strdup(words->until),
  };
}

static void
all_that_is_given_must_hold(void)
{
  const StreamDeadLetter letter = {
      .topic = slice_text("o"),
      .partition = 2,
      .stage = slice_text("TRANSFORMATION"),
      .exception_class = slice_text("c"),
      .reason = slice_text("no key"),
  };

  for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
    ReplayFilter filter = filter_of(&filters[i].words);
    g_autofree char *text = NULL;

    g_assert_true(replay_filter_understand(&filter, NULL));
    text = replay_filter_text(&filter);
    g_test_message("%s", text);
    g_assert_cmpint(replay_filter_takes(&filter, &letter, "t", 1000), ==, filters[i].takes_letter);
    g_assert_cmpint(replay_filter_takes(&filter, NULL, NULL, 1000), ==, filters[i].takes_other);
    replay_filter_clear(&filter);
  }
}

static void
other_filters_have_other_texts(void)
{
  g_autoptr(GHashTable) texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const Words more[] = {
      {.reason = "a\" --table=\"t"}, {.reason = "a", .table = "t"}, {.stage = "decode"}};

  for (size_t i = 0; i < G_N_ELEMENTS(more); i++) {
    ReplayFilter filter = filter_of(&more[i]);

    g_assert_true(replay_filter_understand(&filter, NULL));
    g_assert_true(g_hash_table_add(texts, replay_filter_text(&filter)));
    replay_filter_clear(&filter);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/replay-filter/offsets", pieces_of_partitions_are_read_and_told_alike);
  g_test_add_func("/replay-filter/takes", all_that_is_given_must_hold);
  g_test_add_func("/replay-filter/text", other_filters_have_other_texts);
  return g_test_run();
}
