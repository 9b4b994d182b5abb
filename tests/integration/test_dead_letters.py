# SPDX-License-Identifier: Apache-2.0
"""Dead letters and their topic: policies, the limit that stops a service before it drains a topic,
and a dead-letter topic that does not take a letter."""
import json
import os

import confluent_kafka.admin
import pytest

from support import ledger, records
from support.hbase import shell
from support.kafka import datum, schema
from support.watched import Watched

RECORD_TIME = 1_700_000_000_000
BAD = b"\xff\xff\xff"


def produce(one, values, partitions=1):
    one.kafka.produce(
        one.topic,
        [
            {"key": b"k%d" % i, "value": value, "timestamp": RECORD_TIME + i, "partition": i % partitions}
            for i, value in enumerate(values)
        ],
    )


def good(one, count):
    return [datum(schema(one.entity), record) for record in records.make(one.entity, count)]


def assert_nothing_let_go(one, partitions=1):
    assert f"{one.topic}.dlq" not in one.kafka.topics()
    assert all(offset < 0 for offset in one.kafka.offsets(one.group, one.topic, partitions).values())


def service(sluice, one, **more):
    return Watched(sluice.start("run", "--topic", one.topic, **one.settings(**more)))


def test_restarts_drain_nothing_into_the_dead_letters(road, sluice, thrift1):
    """Two instances, each started again and again, as an orchestrator does."""
    one = road("customers", partitions=4)
    thrift1.create(one.table, list(one.document["families"]))
    produce(one, [BAD] * 6000, partitions=4)

    for _ in range(3):
        instances = [service(sluice, one) for _ in range(2)]
        try:
            for instance in instances:
                instance.await_line("ingest.errors.limit allows")
                instance.end(exits=1)
        finally:
            for instance in instances:
                instance.process.kill()
    assert_nothing_let_go(one, partitions=4)

    done = sluice.run("run", "--until-end", "--topic", one.topic, exits=1, **one.settings(ingest__errors_limit="100%"))
    assert "6000" in done.stdout and "all 6000 records were rejected" in done.stderr
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 6000


def test_a_service_stopped_early_leaves_a_suspect_window_to_the_next(road, sluice, thrift1):
    """Too few records to judge by, all of them bad: stopping must not let them go, again and again."""
    one = road("customers")
    thrift1.create(one.table, list(one.document["families"]))
    produce(one, [BAD] * 20)

    for _ in range(2):
        instance = service(sluice, one)
        instance.await_line("rejected", "more within this minute")
        instance.stop(exits=4)
        assert_nothing_let_go(one)

    sluice.run("run", "--until-end", "--topic", one.topic, exits=1, **one.settings())
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 20


def test_a_few_bad_among_good_ones_are_let_go_when_it_stops(road, sluice, thrift1):
    one = road("customers")
    thrift1.create(one.table, list(one.document["families"]))
    produce(one, good(one, 10) + [BAD] * 2)

    instance = service(sluice, one)
    instance.await_line("rejected", "offset=11")
    instance.stop()

    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 2
    assert one.kafka.offsets(one.group, one.topic, 1) == {0: 12}


@pytest.mark.parametrize(
    "policy, status, letters",
    [
        ("stop", 1, 0),
        pytest.param("dlq", 0, 2, marks=pytest.mark.full),
        pytest.param("skip", 0, 0, marks=pytest.mark.full),
    ],
)
def test_the_policy_holds_for_what_the_server_refuses(road, sluice, policy, status, letters):
    one = road("customers", errors=policy)
    made = records.make("customers", 30)
    for i, record in enumerate(made):
        record["home_location"] = "x" * 1000 if i in (9, 20) else "Bali"
    families = ", ".join(f"'{family}'" for family in one.document["families"])
    shell(f"create '{one.table}', {families}, {{CONFIGURATION => {{'hbase.server.keyvalue.maxsize' => '1000'}}}}\n")
    produce(one, [datum(schema("customers"), record) for record in made])

    done = sluice.run("run", "--until-end", "--topic", one.topic, exits=status, **one.settings())

    dlq = f"{one.topic}.dlq"
    assert len(one.kafka.consume(dlq) if dlq in one.kafka.topics() else []) == letters
    committed = one.kafka.offsets(one.group, one.topic, 1)[0]
    assert committed == 30 if status == 0 else committed <= 9
    if status == 1:
        assert f"{one.topic}[0]@9" in done.stderr and "errors = stop" in done.stderr
    book = ledger.Ledger("customers")
    for i, record in enumerate(made):
        if i not in (9, 20):
            book.put(record, RECORD_TIME + i)
    differ = ledger.differences(book.rows(), one.thrift1.scan(one.table))
    assert not differ, "\n".join(differ)


def alter(kafka, topic, **config):
    admin = confluent_kafka.admin
    entries = [
        admin.ConfigEntry(name, value, incremental_operation=admin.AlterConfigOpType.SET)
        for name, value in config.items()
    ]
    resource = admin.ConfigResource(admin.ResourceType.TOPIC, topic, incremental_configs=entries)
    kafka.admin.incremental_alter_configs([resource])[resource].result(30)


def test_a_dead_letter_topic_has_room_for_what_its_source_holds(road, sluice, kafka, thrift1):
    """The limit is one of packed batches: a record may be larger than it once it is unpacked."""
    one = road("customers", partitions=0)
    kafka.create(one.topic, 1, **{"max.message.bytes": "25000000"})
    thrift1.create(one.table, list(one.document["families"]))
    large = [BAD + os.urandom(20_000_000), BAD + b"x" * 40_000_000]
    messages = [{"value": value, "timestamp": 1_700_000_000_000} for value in large]
    kafka.produce(one.topic, messages, message_max_bytes=60_000_000, compression_type="zstd")
    sluice.run("run", "--until-end", "--topic", one.topic, exits=1, **one.settings(ingest__errors_limit="100%"))
    assert [len(letter.value()) for letter in kafka.consume(f"{one.topic}.dlq")] == [len(value) for value in large]


def test_check_notes_a_dead_letter_topic_that_is_too_small(road, sluice, kafka):
    one = road("customers", partitions=0)
    kafka.create(one.topic, 1, **{"max.message.bytes": "2000000"})
    kafka.create(f"{one.topic}.dlq", 1, **{"max.message.bytes": "1000000"})
    done = sluice.run("check", exits=None, **one.settings())
    line = next(line for line in done.stdout.splitlines() if f"{one.topic}.dlq" in line)
    assert line.startswith("NOTE") and "raise max.message.bytes" in line, done.stdout
    alter(kafka, f"{one.topic}.dlq", **{"max.message.bytes": "2000000"})
    done = sluice.run("check", exits=None, **one.settings())
    assert f"{one.topic}.dlq exists" in done.stdout


def test_a_letter_too_large_for_its_topic_waits_aloud_and_is_not_lost(road, sluice, kafka, thrift1):
    one = road("customers")
    thrift1.create(one.table, list(one.document["families"]))
    dlq = kafka.create(f"{one.topic}.dlq", **{"max.message.bytes": "5000"})
    large = BAD + b"x" * 20_000
    produce(one, good(one, 5) + [BAD, large] + good(one, 8)[5:])

    instance = Watched(sluice.start("run", "--until-end", "--topic", one.topic, **one.settings()))
    line = instance.await_line("waiting, nothing is lost", dlq)
    assert "max.message.bytes" in line
    assert one.kafka.offsets(one.group, one.topic, 1)[0] <= 5
    alter(kafka, dlq, **{"max.message.bytes": "100000"})
    instance.await_line("writing again")
    instance.end()

    letters = kafka.consume(dlq)
    assert [letter.value() for letter in letters] == [BAD, large]
    assert len(one.thrift1.scan(one.table)) == 8


# What Kafka tells apart must stay apart: nothing and empty, names that come twice, bytes that are no text.
ODD = [
    {"key": None, "value": BAD, "headers": []},
    {"key": b"", "value": b"", "headers": [("", b""), ("a", None), ("a", b""), ("a", b"\x00\xff")]},
    {"key": b"\x00k\xff", "value": BAD + b"\x00", "headers": [("trace\u00e9", bytes(range(256)))]},
    {"key": None, "value": None, "headers": [("why", b"a tombstone of no row")]},
    {
        "key": b"twice",
        "value": BAD,
        "headers": [("__connect.errors.topic", b"elsewhere"), ("sluice.timestamp", b"1"), ("n", b"1")],
    },
]


def test_a_letter_is_its_record_to_the_byte(road, sluice, thrift1):
    one = road("customers", tombstone="row")
    thrift1.create(one.table, list(one.document["families"]))
    one.kafka.produce(one.topic, [{**message, "timestamp": RECORD_TIME + i} for i, message in enumerate(ODD)])

    sluice.run("run", "--until-end", "--topic", one.topic, exits=1, **one.settings(ingest__errors_limit="100%"))

    letters = one.kafka.consume(f"{one.topic}.dlq")
    found = {}
    for letter in letters:
        offset = int(dict(letter.headers())["__connect.errors.offset"])
        count = len(ODD[offset]["headers"])
        found[offset] = {"key": letter.key(), "value": letter.value(), "headers": letter.headers()[:count]}
        ours = dict(letter.headers()[count:])
        assert ours["__connect.errors.topic"] == one.topic.encode()
        assert ours["sluice.timestamp"] == b"%d" % (RECORD_TIME + offset)
        assert letter.timestamp()[1] == RECORD_TIME + offset
    assert len(letters) == len(ODD)
    assert found == dict(enumerate(ODD))


@pytest.mark.full
def test_letters_go_to_a_topic_that_is_there_as_it_is(road, sluice, kafka, thrift1):
    """Fewer partitions than the source, and the broker's own time: the record's is in a header."""
    one = road("customers", partitions=3)
    thrift1.create(one.table, list(one.document["families"]))
    dlq = kafka.create(f"{one.topic}.dlq", 1, **{"message.timestamp.type": "LogAppendTime"})
    produce(one, (good(one, 3) + [BAD] * 3) * 2, partitions=3)

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    letters = kafka.consume(dlq)
    assert len(letters) == 6
    for letter in letters:
        said = dict(letter.headers())
        i = int(letter.key()[1:])
        assert said["sluice.timestamp"] == b"%d" % (RECORD_TIME + i)
        assert letter.timestamp()[1] > RECORD_TIME + 1000
    words = ["--dry-run", "--json", "--until", RECORD_TIME + 6]
    said = json.loads(sluice.run("replay", dlq, *words, exits=1, **one.settings()).stdout)
    assert sorted(letter["timestamp"] for letter in said["letters"]) == [RECORD_TIME + i for i in (3, 4, 5)]


@pytest.mark.full
def test_a_dead_letter_topic_that_was_deleted_is_made_again(road, sluice, kafka, thrift1):
    one = road("customers", partitions=1)
    dlq = f"{one.topic}.dlq"
    thrift1.create(one.table, list(one.document["families"]))
    instance = service(sluice, one, ingest__errors_window="1")
    try:
        produce(one, good(one, 9) + [BAD])
        instance.await_line("created dead-letter topic", dlq)
        while dlq not in kafka.topics() or not kafka.consume(dlq):
            assert instance.process.poll() is None
        kafka.delete(dlq)
        produce(one, good(one, 9) + [BAD + b"again"])
        while dlq not in kafka.topics() or not kafka.consume(dlq):
            assert instance.process.poll() is None
    finally:
        instance.stop()
    assert [letter.value() for letter in kafka.consume(dlq)] == [BAD + b"again"]
