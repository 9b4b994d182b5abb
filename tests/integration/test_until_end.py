# SPDX-License-Identifier: Apache-2.0
"""`run --until-end`: everything up to the ends as they were at the start is written and committed,
and nothing behind them, whatever lies at the end of the log. Judged by an independent client."""
import pathlib
import sys
import time

import confluent_kafka
import confluent_kafka.admin
import pytest

from support.stack import KAFKA, THRIFT2_PORT

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from proxy import Proxy  # noqa: E402


def run_to_end(world, *words, exits=0, **settings):
    return world.sluice.run("run", "--until-end", *words, exits=exits, **world.settings(**settings))


def some(first, count):
    return [[f"{i:05d}", f"value {i}"] for i in range(first, first + count)]


def keys(first, count):
    return [f"{i:05d}" for i in range(first, first + count)]


def transaction(pipe, made, end):
    """Produces in one transaction and ends it so: commit, abort, or not at all (then the producer is
    returned, for it to stay open)."""
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": KAFKA, "transactional.id": f"{pipe.name}-{end}", "transaction.timeout.ms": 60000}
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for row in made:
        producer.produce(pipe.topic, pipe.value(row), timestamp=1_700_000_000_000, partition=0)
    assert producer.flush(30) == 0
    if end == "commit":
        producer.commit_transaction(30)
    elif end == "abort":
        producer.abort_transaction(30)
    return producer


def end_for(pipe, isolation):
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": KAFKA, "group.id": "ends", "isolation.level": isolation}
    )
    end = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(pipe.topic, 0), 30)[1]
    consumer.close()
    return end


def await_markers(pipe, isolation, end, seconds=30):
    """A transaction's end is answered before the broker has written its control record everywhere."""
    deadline = time.monotonic() + seconds
    while end_for(pipe, isolation) != end:
        assert time.monotonic() < deadline, f"the log does not end at {end}"


@pytest.mark.parametrize(
    "isolation, ends, wanted",
    [
        pytest.param("read_committed", ["commit"], 5, marks=pytest.mark.full),
        pytest.param("read_committed", ["commit", "abort"], 5, marks=pytest.mark.full),
        pytest.param("read_committed", ["abort"], 0, marks=pytest.mark.full),
        ("read_committed", ["commit", "abort", "open"], 5),
        pytest.param("read_uncommitted", ["commit", "abort"], 10, marks=pytest.mark.full),
        ("read_uncommitted", ["abort", "open"], 10),
    ],
)
def test_transactions(world, isolation, ends, wanted):
    pipe = world.add()
    producers = [transaction(pipe, some(5 * i, 5), end) for i, end in enumerate(ends)]
    end = sum(5 if end == "open" else 6 for end in ends if end != "open" or isolation == "read_uncommitted")
    await_markers(pipe, isolation, end)

    run_to_end(world, kafka__isolation_level=isolation)

    assert pipe.rows() == keys(0, wanted)
    assert pipe.committed(world.group) == {0: end}
    if "open" in ends:
        producers[-1].abort_transaction(30)


def delete_before(pipe, offsets):
    wanted = [confluent_kafka.TopicPartition(pipe.topic, p, offset) for p, offset in offsets.items()]
    for future in pipe.kafka.admin.delete_records(wanted).values():
        future.result(30)


def test_empty_and_expired_partitions_of_several_topics(world):
    mixed = world.add(some(0, 30), partitions=3)
    empty = world.add(partitions=2)
    expired = world.add(some(0, 8), partitions=2)
    delete_before(mixed, {0: 4, 1: 10})
    delete_before(expired, {0: 4, 1: 4})

    run_to_end(world)

    assert mixed.rows() == sorted([f"{i:05d}" for i in range(30) if i % 3 == 2 or i % 3 == 0 and i >= 12])
    assert (empty.rows(), expired.rows()) == ([], [])
    assert mixed.committed(world.group) == {0: 10, 1: 10, 2: 10}
    for pipe, end in ((empty, 0), (expired, 4)):
        assert set(pipe.committed(world.group).values()) <= {-1001, end}


def test_nothing_behind_the_ends_is_read(world):
    """Records and partitions that come while it runs are for the next run."""
    pipe = world.add(some(0, 40), partitions=2)
    late = world.add(some(0, 1))
    proxy = Proxy(THRIFT2_PORT)
    proxy.mode = "stall"
    try:
        with world.service(
            "--until-end",
            gateway__endpoints=f"127.0.0.1:{proxy.port}",
            kafka__topic_metadata_refresh_interval_ms="300",
        ) as process:
            world.until(process, lambda: "holding partitions=3" in world.said() and proxy.spoiled > 2)
            pipe.fill(some(100, 20))
            new = confluent_kafka.admin.NewPartitions(pipe.topic, 4)
            pipe.kafka.admin.create_partitions([new])[pipe.topic].result(30)
            world.until(process, lambda: "partitions=5" in world.said())
            pipe.partitions = 4
            pipe.fill(some(200, 20))
            late.fill(some(300, 5))
            proxy.mode = "pass"
            status = process.wait(60)
    finally:
        proxy.close()

    assert status == 0, world.said()
    assert pipe.rows() == keys(0, 40)
    assert late.rows() == keys(0, 1)
    committed = pipe.committed(world.group)
    assert (committed[0], committed[1]) == (20, 20)
    assert {committed[2], committed[3]} <= {-1001, 0}
    assert late.committed(world.group) == {0: 1}

    run_to_end(world)

    assert pipe.rows() == keys(0, 40) + keys(100, 20) + keys(200, 20)
    assert late.rows() == keys(0, 1) + keys(300, 5)
    assert world.committed() == world.ends()


def await_cleaner(pipe, seconds=90):
    """Until records of the topic are gone that later ones have replaced."""
    deadline = time.monotonic() + seconds
    while len(pipe.kafka.consume(pipe.topic)) >= 150:
        assert time.monotonic() < deadline, "the broker has compacted nothing"
        time.sleep(1)


@pytest.mark.full
def test_a_compacted_topic(world):
    """The cleaner leaves gaps; with a transaction aborted at its end there is one before the end."""
    pipe = world.add(
        **{"cleanup.policy": "compact", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "100"}
    )
    for turn in range(4):
        messages = [{"key": f"{i}".encode(), "value": pipe.value([f"{i:05d}", f"{turn}"])} for i in range(50)]
        pipe.kafka.produce(pipe.topic, messages)
    transaction(pipe, [], "commit")
    producer = transaction(pipe, [], "open")
    producer.produce(pipe.topic, pipe.value(["99999", "x"]), key=b"k", partition=0)
    producer.flush(30)
    producer.abort_transaction(30)
    await_cleaner(pipe)

    run_to_end(world)

    assert pipe.rows() == keys(0, 50)
    assert world.committed() == world.ends()


def test_a_broker_that_is_away(world):
    world.add()
    said = run_to_end(world, "--timeout", "2", exits=3, kafka__bootstrap_servers="127.0.0.1:1").stderr

    assert "127.0.0.1:1" in said or "kafka" in said.lower()


def test_a_gateway_that_is_away(world):
    pipe = world.add(some(0, 3))
    said = run_to_end(world, "--timeout", "2", exits=3, gateway__endpoints="127.0.0.1:1").stderr

    assert "127.0.0.1:1" in said
    assert pipe.committed(world.group) == {0: -1001}
