/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/standing.h"

#include "kafka/autoptr.h"

/* The main thread waits meanwhile. */
enum { ASK_MS = 300 };

static bool
is_unknown(const KafkaPartition *partition)
{
  return partition->start < 0 && atomic_load(&partition->stored) < 0 &&
         atomic_load(&partition->begun) < 0;
}

static KafkaPartition *
find(const GPtrArray *partitions, const rd_kafka_topic_partition_t *one)
{
  guint i = 0;
  KafkaPartition *partition;

  do
    partition = partitions->pdata[i++];
  while (partition->id != one->partition || strcmp(partition->topic, one->topic) != 0);
  return partition;
}

/* Where reading starts without a committed offset: the logical offset that Kafka knows it by. */
static int64_t
reset_offset(rd_kafka_t *client)
{
  char text[16] = "";
  size_t len = sizeof text;

  rd_kafka_conf_get(rd_kafka_conf(client), "auto.offset.reset", text, &len);
  return g_str_has_prefix(text, "la") || g_str_equal(text, "end") ? RD_KAFKA_OFFSET_END
                                                                  : RD_KAFKA_OFFSET_BEGINNING;
}

/* What nobody has read yet, because its writer waits or there is nothing, starts where the group
 * stands, or at the oldest record if that is gone. */
static void
ask_for_unknown(rd_kafka_t *client, const GPtrArray *partitions)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new(4);
  g_autoptr(rd_kafka_topic_partition_list_t) starts = NULL;
  int64_t reset = reset_offset(client);

  for (guint i = 0; i < partitions->len; i++) {
    const KafkaPartition *partition = partitions->pdata[i];

    if (is_unknown(partition))
      rd_kafka_topic_partition_list_add(list, partition->topic, partition->id);
  }
  if (list->cnt == 0 || rd_kafka_committed(client, list, ASK_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  starts = rd_kafka_topic_partition_list_copy(list);
  for (int i = 0; i < list->cnt; i++)
    starts->elems[i].offset = list->elems[i].offset < 0 ? reset : RD_KAFKA_OFFSET_BEGINNING;
  if (rd_kafka_offsets_for_times(client, starts, ASK_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  for (int i = 0; i < list->cnt; i++) {
    KafkaPartition *partition = find(partitions, &list->elems[i]);

    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR ||
        starts->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
      continue;
    partition->committed = MAX(list->elems[i].offset, -1);
    partition->start = MAX(starts->elems[i].offset, partition->committed);
  }
}

static KafkaStanding
standing_of(rd_kafka_t *client, const KafkaPartition *partition)
{
  int64_t stored = atomic_load(&partition->stored);
  int64_t begun = atomic_load(&partition->begun);
  int64_t low = -1;
  int64_t high = -1;

  rd_kafka_get_watermark_offsets(client, partition->topic, partition->id, &low, &high);
  return (KafkaStanding){
      .topic_index = partition->topic_index,
      .id = partition->id,
      .acknowledged = stored >= 0  ? stored
                      : begun >= 0 ? begun
                                   : partition->start,
      .committed = partition->committed,
      .end = MAX(high, -1),
      .waiting_ms = atomic_load(&partition->waiting_ms),
  };
}

void
standing_append(rd_kafka_t *client, const GPtrArray *partitions, GArray *out)
{
  ask_for_unknown(client, partitions);
  for (guint i = 0; i < partitions->len; i++) {
    KafkaStanding standing = standing_of(client, partitions->pdata[i]);

    g_array_append_val(out, standing);
  }
}
