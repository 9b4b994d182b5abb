/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/dead_letter.h"

#include "kafka/producer.h"

/* Headers as "name=value" lines, with "topic", "partition" and "offset" for Kafka Connect's. */
static const struct {
  const char *headers;
  const char *refusal; /* NULL: it is a letter */
  const char *source;  /* topic, partition, offset */
  int64_t timestamp_ms;
  const char *reason;
} cases[] = {
    {"topic=orders\npartition=2\noffset=88", NULL, "orders 2 88", INT64_MIN, ""},
    {"topic=orders\npartition=2\noffset=88\nreason=no key\nsluice.timestamp=-1", NULL,
     "orders 2 88", -1, "no key"},
    /* A dead letter of a dead letter: the last counts. */
    {"topic=a\npartition=1\noffset=1\nreason=old\ntopic=b\npartition=2\noffset=2\nreason=new", NULL,
     "b 2 2", INT64_MIN, "new"},
    {"topic=o\npartition=0\noffset=9223372036854775807\nsluice.timestamp=-4611686018427387904",
     NULL, "o 0 9223372036854775807", -4611686018427387904, ""},
    {"trace=1", "no dead letter", NULL, 0, NULL},
    {"topic=\npartition=1\noffset=1", "no dead letter", NULL, 0, NULL},
    {"topic=o\noffset=1", "__connect.errors.partition", NULL, 0, NULL},
    {"topic=o\npartition=-1\noffset=1", "'-1'", NULL, 0, NULL},
    {"topic=o\npartition=2147483648\noffset=1", "__connect.errors.partition", NULL, 0, NULL},
    {"topic=o\npartition=1\noffset=1x", "__connect.errors.offset is '1x'", NULL, 0, NULL},
    {"topic=o\npartition=1\noffset=1\nsluice.timestamp=now", "sluice.timestamp", NULL, 0, NULL},
};

static const char *
full_name(const char *name)
{
  static const char *const names[][2] = {
      {"topic", "__connect.errors.topic"},
      {"partition", "__connect.errors.partition"},
      {"offset", "__connect.errors.offset"},
      {"reason", "__connect.errors.exception.message"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (strcmp(names[i][0], name) == 0)
      return names[i][1];
  return name;
}

/* Borrowed from the lines, which it cuts. */
static GArray *
headers_of(char **lines)
{
  GArray *headers = g_array_new(FALSE, FALSE, sizeof(KafkaHeader));

  for (; *lines != NULL; lines++) {
    char *value = strchr(*lines, '=');

    *value++ = '\0';
    g_array_append_val(headers, ((KafkaHeader){full_name(*lines), slice_text(value)}));
  }
  return headers;
}

static void
headers_say_where_a_letter_came_from(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(GStrv) lines = g_strsplit(cases[i].headers, "\n", -1);
    g_autoptr(GArray) headers = headers_of(lines);
    g_autoptr(GError) error = NULL;
    StreamDeadLetter letter;

    g_test_message("%s", cases[i].headers);
    if (cases[i].refusal != NULL) {
      g_assert_false(stream_dead_letter_read(headers, &letter, &error));
      g_assert_error(error, FAULT, FAULT_RECORD);
      g_assert_nonnull(strstr(error->message, cases[i].refusal));
      continue;
    }
    g_assert_true(stream_dead_letter_read(headers, &letter, &error));

    g_autofree char *source = g_strdup_printf("%.*s %d %" G_GINT64_FORMAT, (int)letter.topic.len,
                                              letter.topic.data, letter.partition, letter.offset);

    g_assert_cmpstr(source, ==, cases[i].source);
    g_assert_cmpint(letter.timestamp_ms, ==, cases[i].timestamp_ms);
    g_assert_true(slice_equal(letter.reason, slice_text(cases[i].reason)));
  }
}

static void
a_number_with_a_nul_in_it_is_none(void)
{
  g_autoptr(GArray) headers = g_array_new(FALSE, FALSE, sizeof(KafkaHeader));
  StreamDeadLetter letter;

  g_array_append_val(headers, ((KafkaHeader){"__connect.errors.topic", slice_text("o")}));
  g_array_append_val(headers, ((KafkaHeader){"__connect.errors.partition", slice("1\0002", 3)}));
  g_array_append_val(headers, ((KafkaHeader){"__connect.errors.offset", slice_text("1")}));
  g_assert_false(stream_dead_letter_read(headers, &letter, NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/letter/headers", headers_say_where_a_letter_came_from);
  g_test_add_func("/letter/nul", a_number_with_a_nul_in_it_is_none);
  return g_test_run();
}
