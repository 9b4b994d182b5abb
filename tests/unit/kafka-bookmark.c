/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/bookmark.h"

#include "support/kafka-mock.h"

enum { PARTITIONS = 3 };

static void
a_place_is_found_again_with_its_note(void)
{
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;
  g_autofree char *note = NULL;
  int64_t offsets[PARTITIONS] = {0};

  kafka_mock_init(&mock);
  kafka_mock_add(&mock, "group.id", "others");
  rd_kafka_mock_topic_create(mock.cluster, "t", PARTITIONS, 1);

  g_autoptr(KafkaBookmark) bookmark = kafka_bookmark_new(mock.properties, "mine", "t", &error);

  g_assert_no_error(error);
  g_assert_true(kafka_bookmark_read(bookmark, offsets, PARTITIONS, &note, &error));
  g_assert_null(note);
  for (int i = 0; i < PARTITIONS; i++)
    g_assert_cmpint(offsets[i], ==, -1);

  offsets[0] = 5;
  offsets[2] = 0;
  g_assert_true(kafka_bookmark_write(bookmark, offsets, PARTITIONS, "a note", &error));
  g_assert_cmpint(kafka_mock_committed(&mock, "mine", "t", 0), ==, 5);
  g_assert_cmpint(kafka_mock_committed(&mock, "mine", "t", 1), ==, RD_KAFKA_OFFSET_INVALID);
  g_assert_cmpint(kafka_mock_committed(&mock, "mine", "t", 2), ==, 0);
  g_assert_cmpint(kafka_mock_committed(&mock, "others", "t", 0), ==, RD_KAFKA_OFFSET_INVALID);

  memset(offsets, 0, sizeof offsets);
  g_assert_true(kafka_bookmark_read(bookmark, offsets, PARTITIONS, &note, &error));
  g_assert_cmpstr(note, ==, "a note");
  g_assert_cmpint(offsets[0], ==, 5);
  g_assert_cmpint(offsets[1], ==, -1);
  g_assert_cmpint(offsets[2], ==, 0);
}

static void
a_broker_that_refuses_is_told_with_group_and_topic(void)
{
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;
  const int64_t offsets[] = {1};

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_OFFSET_COMMIT, 1,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);

  g_autoptr(KafkaBookmark) bookmark = kafka_bookmark_new(mock.properties, "mine", "t", &error);

  g_assert_false(kafka_bookmark_write(bookmark, offsets, 1, "", &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "group mine in topic t"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bookmark/place", a_place_is_found_again_with_its_note);
  g_test_add_func("/bookmark/refused", a_broker_that_refuses_is_told_with_group_and_topic);
  return g_test_run();
}
