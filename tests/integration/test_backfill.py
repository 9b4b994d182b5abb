# SPDX-License-Identifier: Apache-2.0
"""`sluice bulkload --topic`: a topic's records become HFiles, the table is what `run` would have made of
them, and `run` goes on exactly where the load ended."""
import json
import random
import signal

import confluent_kafka
import confluent_kafka.admin
import pytest

from support import ledger, records
from support.bulk import same
from support.kafka import datum, schema
from support.stack import KAFKA
from test_order import load as load_sequences
from test_order import told

TIME = 1_700_000_000_000
PARTITIONS = 4


def settings_of(one, **more):
    return one.settings(ingest__errors_window=100, **more)


def backfill(sluice, one, *more, exits=0, **settings):
    words = ["bulkload", "--table", one.table, "--topic", one.topic, "--json", *more]
    done = sluice.run(*words, exits=exits, **settings_of(one, **settings))
    return json.loads(done.stdout) if exits == 0 else done


def produce(one, book, count, seed, times=(0, 1000)):
    """Customers in all partitions, some again and again, some deleted; returns the number of messages."""
    source = random.Random(seed)
    parsed = schema("customers")
    messages = []
    for record in records.make("customers", count, seed):
        row = ledger.key("customers", record)
        partition = int(row) % PARTITIONS
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            when = TIME + source.randint(*times)
            if source.random() < 0.1:
                book.delete(row, when)
                value = None
            else:
                changed = {**record, "username": f"name {source.random()}"}
                book.put(changed, when)
                value = datum(parsed, changed)
            messages.append({"key": row, "value": value, "timestamp": when, "partition": partition})
    one.kafka.produce(one.topic, messages)
    return len(messages)


def verify(sluice, one):
    sluice.run("verify", "--table", one.table, "--topic", one.topic, **settings_of(one))


@pytest.mark.parametrize("memory", ["256M", "16M"])
def test_the_table_is_what_run_would_have_made_and_run_goes_on_there(road, sluice, admin, memory):
    one = road("customers", PARTITIONS)
    book = ledger.Ledger("customers")
    count = produce(one, book, 3000, seed=1)

    said = backfill(sluice, one, "--regions", 3, "--memory", memory)

    assert said["records"] == count and said["tombstones"] > 100 and said["rejects"] == 0
    assert admin.regions(one.table) == 3
    same(book.rows(), one.thrift1.scan(one.table))
    verify(sluice, one)
    ends = one.kafka.ends(one.topic, PARTITIONS)
    assert one.kafka.offsets(one.group, one.topic, PARTITIONS) == ends

    more = produce(one, book, 300, seed=2, times=(500, 1500))
    done = sluice.run("run", "--until-end", "--topic", one.topic, **settings_of(one))
    assert done.stdout.splitlines()[1].split()[2:4] == [str(more)] * 2  # consumed, written
    same(book.rows(), one.thrift1.scan(one.table))
    more = produce(one, book, 300, seed=3, times=(1000, 2000))
    assert backfill(sluice, one)["records"] == more
    same(book.rows(), one.thrift1.scan(one.table))
    assert backfill(sluice, one)["records"] == 0
    verify(sluice, one)
    admin.compact(one.table)
    same(book.rows(), one.thrift1.scan(one.table))


def test_newest_wins_then_the_later_offset_and_a_tombstone_wins_a_tie(road, sluice):
    one = road("product")
    wanted, count = load_sequences(one, 4)
    sluice.run("init", one.table, **settings_of(one))

    for _ in range(2):
        assert backfill(sluice, one)["records"] == count
        found = one.thrift1.scan(one.table)
        assert found == wanted, told(4, ledger.differences(wanted, found))
        one.kafka.reset(one.group, one.topic, 1)


def test_a_trial_changes_nothing(road, sluice, tmp_path):
    one = road("customers", PARTITIONS)
    produce(one, ledger.Ledger("customers"), 100, seed=4)
    one.kafka.produce(one.topic, [{"key": b"k", "value": b"\xff\xff", "partition": 0}])
    sluice.run("init", one.table, **settings_of(one))

    said = backfill(sluice, one, "--dry-run")
    backfill(sluice, one, "--output", tmp_path / "files")

    assert said["rejects"] == 1 and said["rows"] > 0
    assert one.thrift1.scan(one.table) == {}
    assert set(one.kafka.offsets(one.group, one.topic, PARTITIONS).values()) == {-1001}
    assert f"{one.topic}.dlq" not in one.kafka.topics()


def test_bad_records_become_dead_letters_and_too_many_end_the_load(road, sluice):
    one = road("customers", PARTITIONS)
    book = ledger.Ledger("customers")
    bad = [{"key": b"k%d" % i, "value": b"\xff\xff", "partition": i % PARTITIONS} for i in range(20)]
    one.kafka.produce(one.topic, bad)
    produce(one, book, 500, seed=5)
    sluice.run("init", one.table, **settings_of(one))

    assert backfill(sluice, one)["rejects"] == 20
    letters = one.kafka.consume(f"{one.topic}.dlq")
    assert sorted(letter.key() for letter in letters) == sorted(message["key"] for message in bad)
    same(book.rows(), one.thrift1.scan(one.table))

    before = one.kafka.offsets(one.group, one.topic, PARTITIONS)
    one.kafka.produce(one.topic, bad * 10)
    assert "errors.limit" in backfill(sluice, one, exits=1).stderr
    assert one.kafka.offsets(one.group, one.topic, PARTITIONS) == before
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 20


def test_what_the_log_leaves_out_is_no_obstacle(road, sluice):
    """Aborted transactions and their markers, and offsets that expired before they were read."""
    one = road("customers", 1)
    parsed = schema("customers")
    made = records.make("customers", 30, seed=6)
    book = ledger.Ledger("customers")
    for number, (part, end) in enumerate([(made[:10], "commit"), (made[10:20], "abort"), (made[20:], "commit")]):
        producer = confluent_kafka.Producer({"bootstrap.servers": KAFKA, "transactional.id": f"{one.name}-{number}"})
        producer.init_transactions(30)
        producer.begin_transaction()
        for record in part:
            row = ledger.key("customers", record)
            producer.produce(one.topic, datum(parsed, record), row, timestamp=TIME)
            if end == "commit":
                book.put(record, TIME)
        getattr(producer, f"{end}_transaction")(30)
    for record in made[:3]:
        book.puts.pop(ledger.key("customers", record))
    gone = [confluent_kafka.TopicPartition(one.topic, 0, 3)]
    one.kafka.seek(one.group, one.topic, {0: 0})
    for future in one.kafka.admin.delete_records(gone).values():
        future.result(30)
    sluice.run("init", one.table, **settings_of(one))

    done = sluice.run("bulkload", "--table", one.table, "--topic", one.topic, **settings_of(one))

    assert "expired" in done.stderr
    same(book.rows(), one.thrift1.scan(one.table))
    assert one.kafka.offsets(one.group, one.topic, 1) == one.kafka.ends(one.topic, 1)


def test_a_group_with_members_is_told_before_the_work(road, sluice):
    one = road("customers", 1)
    sluice.run("init", one.table, **settings_of(one))
    member = confluent_kafka.Consumer({"bootstrap.servers": KAFKA, "group.id": one.group})
    member.subscribe([one.topic])
    while not member.assignment():
        member.poll(0.2)

    said = backfill(sluice, one, exits=None)

    member.close()
    assert said.returncode == 2 and "the group has members" in said.stderr


@pytest.mark.parametrize("line", ["reading", "sorting", "writing", "loading"])
def test_killed_in_any_phase_and_run_again_the_table_is_the_same(road, sluice, line):
    one = road("customers", PARTITIONS)
    book = ledger.Ledger("customers")
    produce(one, book, 6000, seed=7)
    sluice.run("init", one.table, **settings_of(one))
    run = sluice.start(
        "bulkload", "--table", one.table, "--topic", one.topic, "--log-level", "debug", "--memory", "16M",
        **settings_of(one),
    )
    for text in run.stderr:
        if line in text:
            break
    run.send_signal(signal.SIGKILL)
    run.communicate()

    backfill(sluice, one)

    same(book.rows(), one.thrift1.scan(one.table))
    verify(sluice, one)


def test_avro_files_are_loaded(road, sluice, tmp_path):
    one = road("customers", PARTITIONS)
    made = records.make("customers", 500, seed=8)
    path = tmp_path / "customers.avro"
    fastavro = pytest.importorskip("fastavro")
    with open(path, "wb") as file:
        fastavro.writer(file, schema("customers"), made, codec="deflate")
    book = ledger.Ledger("customers")
    for record in made:
        book.put(record, TIME)

    done = sluice.run(
        "bulkload", "--table", one.table, "--regions", 2, "--timestamp", TIME, "--json", "--avro", path, **settings_of(one)
    )

    assert json.loads(done.stdout)["records"] == 500
    same(book.rows(), one.thrift1.scan(one.table))
    sluice.run("verify", "--table", one.table, "--avro", path, "--timestamp", TIME, **settings_of(one))
