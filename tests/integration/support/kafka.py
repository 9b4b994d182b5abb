# SPDX-License-Identifier: Apache-2.0
"""Kafka as an independent client sees it: confluent-kafka and fastavro."""
import io
import json
import pathlib

import confluent_kafka
import confluent_kafka.admin
import fastavro

from . import ledger

ROOT = pathlib.Path(__file__).resolve().parents[3]


def schema(table):
    path = ROOT / "schemas" / ledger.SCHEMAS[table]
    return fastavro.parse_schema(json.loads(path.read_text()))


def datum(parsed, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, parsed, record)
    return out.getvalue()


class Kafka:
    def __init__(self, servers):
        self.servers = servers
        self.admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": servers, "log_level": 2})

    def create(self, topic, partitions=1, **config):
        new = confluent_kafka.admin.NewTopic(topic, partitions, 1, config=config)
        self.admin.create_topics([new])[topic].result(30)
        return topic

    def delete(self, *topics):
        for future in self.admin.delete_topics(list(topics)).values():
            try:
                future.result(30)
            except confluent_kafka.KafkaException:
                pass  # it was never created

    def topics(self):
        return set(self.admin.list_topics(timeout=30).topics)

    def produce(self, topic, messages, **more):
        """messages: dicts of Producer.produce()'s arguments; timestamp None leaves it to Kafka. more:
        the producer's properties, with _ for each dot."""
        failures = []
        fixed = {"bootstrap.servers": self.servers, "linger.ms": 20, "message.max.bytes": 8_000_000}
        properties = {name.replace("_", "."): value for name, value in more.items()}
        producer = confluent_kafka.Producer({**fixed, **properties})

        def delivered(error, _message):
            if error is not None:
                failures.append(error)

        for message in messages:
            arguments = {name: value for name, value in message.items() if value is not None}
            while True:
                try:
                    producer.produce(topic, on_delivery=delivered, **arguments)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        assert producer.flush(60) == 0
        assert not failures, failures[:3]

    def consume(self, topic, timeout=30):
        """Every message of the topic as it stands now, in partition order."""
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self.servers,
                "group.id": f"{topic}-reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
            }
        )
        partitions = self.admin.list_topics(topic, timeout=timeout).topics[topic].partitions
        consumer.assign(
            [confluent_kafka.TopicPartition(topic, p, confluent_kafka.OFFSET_BEGINNING) for p in partitions]
        )
        messages, ended = [], 0
        while ended < len(partitions):
            message = consumer.poll(timeout)
            assert message is not None, f"{topic}: no message and no end within {timeout} s"
            if message.error() is None:
                messages.append(message)
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                ended += 1
            else:
                raise confluent_kafka.KafkaException(message.error())
        consumer.close()
        return sorted(messages, key=lambda m: (m.partition(), m.offset()))

    def offsets(self, group, topic, partitions):
        """The group's committed offsets: {partition: offset}, -1001 where there is none."""
        wanted = [confluent_kafka.TopicPartition(topic, p) for p in range(partitions)]
        request = confluent_kafka.ConsumerGroupTopicPartitions(group, wanted)
        answer = self.admin.list_consumer_group_offsets([request])[group].result(30)
        return {tp.partition: tp.offset for tp in answer.topic_partitions}

    def members(self, group):
        """The group's members as the broker describes them, with their assignments."""
        return self.admin.describe_consumer_groups([group])[group].result(30).members

    def ends(self, topic, partitions):
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.servers, "group.id": "ends"})
        ends = {
            p: consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, p), 30)[1]
            for p in range(partitions)
        }
        consumer.close()
        return ends

    def reset(self, group, topic, partitions):
        """Sets the (idle) group back to offset 0."""
        self.seek(group, topic, {p: 0 for p in range(partitions)})

    def seek(self, group, topic, offsets):
        """Sets the (idle) group to these offsets: {partition: offset}."""
        wanted = [confluent_kafka.TopicPartition(topic, p, offset) for p, offset in offsets.items()]
        request = confluent_kafka.ConsumerGroupTopicPartitions(group, wanted)
        self.admin.alter_consumer_group_offsets([request])[group].result(30)
