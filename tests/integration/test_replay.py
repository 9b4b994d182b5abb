# SPDX-License-Identifier: Apache-2.0
"""Dead letters taken back: what was mended is written with the time it had, what fails again says
so, filters take what they say, and nothing newer is overwritten."""
import collections
import json
import signal

import pytest

from support import ledger, records
from support.hbase import shell
from support.kafka import datum, schema

RECORD_TIME = 1_700_000_000_000
NO_KEY = "booking_id"


def produce(one, messages):
    one.kafka.produce(one.topic, messages)


def message(one, record, i, **more):
    return {
        "key": ledger.key(one.entity, record) or b"none",
        "value": datum(schema(one.entity), record),
        "timestamp": RECORD_TIME + i,
        "partition": more.pop("partition", 0),
        **more,
    }


def run(sluice, one, **options):
    return sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**options))


def replay(sluice, one, *words, exits=0, topic=None):
    done = sluice.run("replay", topic or f"{one.topic}.dlq", "--json", *words, exits=exits, **one.settings())
    return json.loads(done.stdout), done.stderr


def offsets(said):
    return [(letter["partition"], letter["offset"]) for letter in said["letters"]]


def assert_table(one, book):
    differ = ledger.differences(book.rows(), one.thrift1.scan(one.table))
    assert not differ, "\n".join(differ)


@pytest.fixture
def mended(road, sluice):
    """A mapping that knew no place for a product without a season, and does now: of 40 records in
    two partitions 10 are dead letters, and 2 more that no mapping will ever take."""
    one = road("transactions", partitions=2, timestamp={"field": "shipment_date_limit", "format": "iso8601"})
    made = records.make("transactions", 40)
    for i, record in enumerate(made):
        record["shipment_date_limit"] = "soon" if i % 4 == 0 else record["created_at"]
    messages = [message(one, record, i, partition=i % 2) for i, record in enumerate(made)]
    for i in (5, 8):
        messages[i]["value"] = b"\xff\xff"
    produce(one, messages)
    sluice.run("init", one.table, **one.settings())
    run(sluice, one)
    one.write(timestamp={"field": "created_at", "format": "iso8601"})
    one.bad = {i for i in range(40) if i % 4 == 0} | {5}
    one.hopeless = {5, 8}
    one.made = made
    return one


def book_of(one, without):
    book = ledger.Ledger(one.entity)
    for i, record in enumerate(one.made):
        if i not in without:
            book.put(record, RECORD_TIME + i)
    return book


def test_what_was_mended_is_written_and_the_rest_says_why_not(mended, sluice):
    one = mended
    letters = one.kafka.consume(f"{one.topic}.dlq")
    assert len(letters) == len(one.bad)
    assert_table(one, book_of(one, one.bad))

    said, _ = replay(sluice, one, exits=1)

    assert_table(one, book_of(one, one.hopeless))
    assert said["summary"]["matched"] == 11 and said["summary"]["written"] == 9
    assert {letter["source"]["partition"] * 1000 + letter["source"]["offset"] for letter in said["letters"]} == {
        1002,
        4,
    }
    for letter in said["letters"]:
        assert letter["now"]["fails"] and letter["now"]["stage"] == "decode" and letter["now"]["reason"]
        assert letter["class"] == "sluice.DecodeError"
    # Nothing was written to Kafka, so that nothing goes round.
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 11
    assert f"{one.topic}.dlq.dlq" not in one.kafka.topics()

    again, _ = replay(sluice, one, exits=1)
    assert again["summary"] == said["summary"] and again["letters"] == said["letters"]
    assert_table(one, book_of(one, one.hopeless))


def test_a_dry_run_lists_and_changes_nothing(mended, sluice):
    one = mended

    said, _ = replay(sluice, one, "--dry-run", exits=1)

    assert len(said["letters"]) == 11 and said["summary"]["written"] == 0
    assert sum(letter["now"]["fails"] for letter in said["letters"]) == 2
    assert {group["stage"] for group in said["summary"]["groups"]} == {"decode", "map"}
    assert all(group["table"] == one.table for group in said["summary"]["groups"])
    assert_table(one, book_of(one, one.bad))


def moved(one, table, **more):
    """The same mapping, into another table."""
    was, one.table = one.table, table
    one.write(**more)
    return was


def test_a_letter_does_not_go_into_another_table_unseen(mended, sluice):
    one = mended
    was = moved(one, f"{one.table}_2")
    sluice.run("init", one.table, **one.settings())

    said, _ = replay(sluice, one, exits=1)
    assert said["summary"]["written"] == 0 and said["summary"]["failed"] == 11
    assert all(letter["table"] == was for letter in said["letters"])
    assert all(f"for table {was}" in letter["now"]["reason"] for letter in said["letters"])
    assert {group["table"] for group in said["summary"]["groups"]} == {was}
    assert one.thrift1.scan(one.table) == {}

    said, _ = replay(sluice, one, "--moved", "--dry-run", exits=1)
    assert {group["table"] for group in said["summary"]["groups"]} == {one.table}
    said, _ = replay(sluice, one, "--moved", "--table", was, exits=1)
    assert said["summary"]["written"] == 9
    assert {group["table"] for group in said["summary"]["groups"]} == {one.table}
    assert len(one.thrift1.scan(one.table)) == 9
    one.thrift1.drop(was)


def test_letters_of_two_services_in_one_topic_find_their_own_tables(mended, sluice):
    """What one service wanted in its table never becomes a row of the other's."""
    one = mended
    letters = one.kafka.consume(f"{one.topic}.dlq")
    one.kafka.produce(
        f"{one.topic}.dlq",
        [
            {
                "key": letter.key(),
                "value": letter.value(),
                "headers": [(name, b"elsewhere" if name == "sluice.table" else value) for name, value in letter.headers()],
            }
            for letter in letters
        ],
    )

    said, _ = replay(sluice, one, exits=1)

    passed = collections.Counter()
    for group in said["summary"]["groups"]:
        passed[group["table"]] += group["matched"] - group["failed"]
    assert passed == {one.table: 9, "elsewhere": 0}
    assert said["summary"]["written"] == 9 and said["summary"]["failed"] == 2 + 11
    assert all("elsewhere" in l["now"]["reason"] for l in said["letters"] if l["table"] == "elsewhere")


def test_a_dry_run_looks_at_the_table(mended, sluice):
    one = mended
    one.thrift1.drop(one.table)
    said, _ = replay(sluice, one, "--dry-run", exits=1)
    assert all(letter["now"]["fails"] for letter in said["letters"]) and len(said["letters"]) == 11
    puts = [letter["now"]["reason"] for letter in said["letters"] if letter["now"]["stage"] == "put"]
    assert len(puts) == 9 and all(one.table in reason and "sluice init" in reason for reason in puts)

    one.thrift1.create(one.table, list(one.document["families"])[1:])
    said, _ = replay(sluice, one, "--dry-run", exits=1)
    puts = [letter["now"]["reason"] for letter in said["letters"] if letter["now"]["stage"] == "put"]
    assert len(puts) == 9 and all(list(one.document["families"])[0] in reason for reason in puts)
    done = sluice.run(
        "replay", f"{one.topic}.dlq", "--dry-run", "--timeout", "1", exits=3,
        **one.settings(gateway__endpoints="127.0.0.1:1")
    )
    assert "127.0.0.1:1" in done.stderr


FILTERS = [
    (["--stage", "map"], 9),
    (["--stage", "value_converter"], 2),
    (["--stage", "put"], 0),
    (["--class", "sluice.DecodeError"], 2),
    (["--class", "sluice.Decode"], 0),
    (["--reason", "soon"], 9),
    (["--table", "TABLE"], 11),
    (["--table", "other"], 0),
    (["--source-topic", "TOPIC"], 11),
    (["--source-topic", "other"], 0),
    (["--source-partition", "1"], 1),
    (["--since", str(RECORD_TIME + 8)], 8),
    (["--until", str(RECORD_TIME + 8)], 3),
    (["--since", "2023-11-14T22:13:20.008Z", "--until", "2023-11-14T22:13:20.009Z"], 1),
    (["--offsets", "0:2-4"], 3),
    (["--offsets", "0:9-", "--offsets", "1"], 2),
    (["--offsets", "0:-3,1"], 5),
    (["--offsets", "0:7"], 1),
    (["--count", "4"], 4),
    (["--stage", "map", "--source-partition", "1"], 0),
]


def test_filters_take_what_they_say(mended, sluice):
    one = mended
    names = {"TABLE": one.table, "TOPIC": one.topic}
    differ = []
    for words, wanted in FILTERS:
        words = [names.get(word, word) for word in words]
        said, _ = replay(sluice, one, "--dry-run", *words, exits=None)
        if not len(said["letters"]) == said["summary"]["matched"] == wanted:
            differ.append((words, wanted, offsets(said)))
    assert not differ


def test_a_count_stops_and_says_where_to_go_on(mended, sluice):
    one = mended

    first, stderr = replay(sluice, one, "--count", "5", exits=None)

    left = first["summary"]["left"]
    assert f"--offsets {left}" in stderr
    second, _ = replay(sluice, one, "--offsets", left, exits=None)
    assert first["summary"]["matched"] == 5 and second["summary"]["matched"] == 6
    assert second["summary"]["left"] is None
    assert_table(one, book_of(one, one.hopeless))


def test_a_group_keeps_the_place_of_its_filter(mended, sluice):
    one = mended
    dlq, group = f"{one.topic}.dlq", f"{one.topic}-mend"
    words = ["--stage", "map", "--group", group]

    first, _ = replay(sluice, one, *words, "--count", "3")
    assert sum(one.kafka.offsets(group, dlq, 2).values()) >= 3
    second, _ = replay(sluice, one, *words)
    third, _ = replay(sluice, one, *words)

    assert [said["summary"]["matched"] for said in (first, second, third)] == [3, 6, 0]
    assert one.kafka.offsets(group, dlq, 2) == one.kafka.ends(dlq, 2)
    assert_table(one, book_of(one, one.hopeless))
    # Another filter may want what this one passed over: it must not go on there.
    done = sluice.run("replay", dlq, "--group", group, exits=2, **one.settings())
    assert "--stage" in done.stderr and "another group" in done.stderr


@pytest.mark.full
def test_a_group_never_moves_past_a_letter_that_failed(mended, sluice):
    one = mended
    dlq, group = f"{one.topic}.dlq", f"{one.topic}-all"
    letters = one.kafka.consume(dlq)
    failing = [i for i, letter in enumerate(letters) if dict(letter.headers())["__connect.errors.stage"] != b"TRANSFORMATION"]

    said, _ = replay(sluice, one, "--group", group, exits=1)

    kept = one.kafka.offsets(group, dlq, 2)
    for i in failing:
        assert kept[letters[i].partition()] <= letters[i].offset()
    again, _ = replay(sluice, one, "--group", group, exits=1)
    assert offsets(again) == offsets(said)


def test_an_old_letter_changes_nothing_that_is_newer(road, sluice):
    """Row 0: the letter is older than the put; 1: newer; 2: as old as a tombstone; 3: older than
    one; 4: newer than one; 5: older, and has a column that the newer put lacks."""
    one = road("customers", key={"separator": "#", "parts": ["username"]})
    made = records.make("customers", 6)
    for i, record in enumerate(made):
        record.update(customer_id=float(i), username=f"user{i}", first_name="old", email=f"old{i}@example.org", gender="F")
    letters = [{**record, "last_name": "letter"} for record in made]
    newer = [{**record, "first_name": "new"} for record in made]
    newer[5]["email"] = ""
    when = {0: 100, 1: -100, 5: 100}
    tombstones = {2: 0, 3: 50, 4: -50}
    one.write(key={"separator": "#", "parts": [{"field": "username", "width": 3}]})
    produce(one, [{**message(one, record, 0), "key": f"user{i}".encode()} for i, record in enumerate(letters)])
    produce(
        one,
        [{**message(one, newer[i], 0), "timestamp": RECORD_TIME + late} for i, late in when.items()]
        + [{"key": f"user{i}".encode(), "value": None, "timestamp": RECORD_TIME + late} for i, late in tombstones.items()],
    )
    sluice.run("init", one.table, **one.settings())
    run(sluice, one)  # the width is too small: all puts are dead letters
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == len(letters) + len(when)
    one.write(key={"separator": "#", "parts": ["username"]})

    # The newer ones first, the older ones after: as late as it gets.
    replay(sluice, one, "--offsets", f"0:{len(letters)}-")
    replay(sluice, one, "--offsets", f"0:-{len(letters) - 1}")

    wanted = ledger.Ledger("customers")
    for i, record in enumerate(letters):
        for column, value in ledger.cells("customers", record).items():
            wanted.put_cell(f"user{i}".encode(), column, value, RECORD_TIME)
    for i, late in when.items():
        for column, value in ledger.cells("customers", newer[i]).items():
            wanted.put_cell(f"user{i}".encode(), column, value, RECORD_TIME + late)
    for i, late in tombstones.items():
        wanted.delete(f"user{i}".encode(), RECORD_TIME + late)
    assert_table(one, wanted)
    assert b"user2" not in wanted.rows() and b"user3" not in wanted.rows() and b"user4" in wanted.rows()


def test_letters_of_the_write_stage_come_back_once_the_table_takes_them(road, sluice, thrift1):
    one = road("customers")
    made = records.make("customers", 30)
    for i, record in enumerate(made):
        record["home_location"] = "x" * 1000 if i % 10 == 3 else "Bali"
    families = list(one.document["families"])
    columns = ", ".join(f"'{family}'" for family in families)
    shell(f"create '{one.table}', {columns}, {{CONFIGURATION => {{'hbase.server.keyvalue.maxsize' => '1000'}}}}\n")
    produce(one, [message(one, record, i) for i, record in enumerate(made)])
    run(sluice, one)
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 3

    said, _ = replay(sluice, one, exits=1)
    assert [letter["now"]["stage"] for letter in said["letters"]] == ["put"] * 3
    assert all("exceeds limit of 1000 bytes" in letter["now"]["reason"] for letter in said["letters"])
    assert {letter["row_key"] for letter in said["letters"]} == {"1003", "1013", "1023"}

    thrift1.drop(one.table)
    thrift1.create(one.table, families)
    said, _ = replay(sluice, one, "--stage", "put")
    assert said["summary"]["written"] == 3
    book = ledger.Ledger("customers")
    for i in (3, 13, 23):
        book.put(made[i], RECORD_TIME + i)
    assert_table(one, book)


def connect_headers(topic, partition, offset):
    return [
        ("__connect.errors.topic", topic.encode()),
        ("__connect.errors.partition", str(partition).encode()),
        ("__connect.errors.offset", str(offset).encode()),
        ("__connect.errors.stage", b"TASK_PUT"),
        ("__connect.errors.exception.class.name", b"java.io.IOException"),
    ]


@pytest.mark.full
def test_letters_of_others_and_records_that_are_none(road, sluice, kafka):
    """Kafka Connect's letter is one too; a record without its headers is none, and one from a topic
    that has no mapping (any more) goes nowhere."""
    one = road("customers")
    made = records.make("customers", 4)
    dlq = kafka.create(f"{one.topic}.dlq")
    messages = [message(one, record, i) for i, record in enumerate(made)]
    messages[0]["headers"] = connect_headers(one.topic, 7, 70)
    messages[1]["headers"] = [("trace", b"1")]
    messages[2]["headers"] = connect_headers("gone", 0, 1)
    messages[3]["headers"] = connect_headers(one.topic, "x", 1)
    one.kafka.produce(dlq, messages)
    sluice.run("init", one.table, **one.settings())

    said, _ = replay(sluice, one, exits=1)

    reasons = {letter["offset"]: letter["now"]["reason"] for letter in said["letters"]}
    assert reasons.keys() == {1, 2, 3}
    assert "no dead letter" in reasons[1] and "__connect.errors.topic" in reasons[1]
    assert "'gone'" in reasons[2] and "ingest.mappings" in reasons[2]
    assert "__connect.errors.partition" in reasons[3] and "'x'" in reasons[3]
    book = ledger.Ledger("customers")
    book.put(made[0], RECORD_TIME)
    assert_table(one, book)
    said, _ = replay(sluice, one, "--class", "java.io.IOException", "--source-topic", one.topic)
    assert said["summary"]["matched"] == 1


def test_what_cannot_be_begun_is_a_sentence(mended, sluice):
    one = mended
    dlq = f"{one.topic}.dlq"
    for words, status, sentence in [
        (["nowhere.dlq"], 2, dlq),
        ([], 2, "sluice replay TOPIC"),
        ([dlq, "--stage", "mapp"], 2, "decode, map and put"),
        ([dlq, "--since", "noon"], 2, "2024-02-29"),
        ([dlq, "--offsets", "0:9-3"], 2, "3:100-200"),
        ([dlq, "--offsets", "9"], 2, "no partition 9"),
        ([dlq, "--offsets", "0:1-,0:9-"], 2, "second piece"),
        ([dlq, "--offsets", "0", "--group", "g"], 2, "--group"),
        ([dlq, "--count", "0"], 2, "--count"),
        ([dlq, "-X", "gateway.endpoints=127.0.0.1:1", "--timeout", "1"], 3, "127.0.0.1:1"),
        ([dlq, "-X", "kafka.bootstrap.servers=127.0.0.1:1", "--timeout", "1"], 3, "127.0.0.1:1"),
    ]:
        done = sluice.run("replay", *words, exits=status, **{**one.settings(), **(last(words))})
        assert sentence in done.stderr, (words, done.stderr)
    one.thrift1.drop(one.table)
    done = sluice.run("replay", dlq, exits=2, **one.settings())
    assert "sluice init" in done.stderr and "--offsets 0:0-" in done.stderr
    assert one.thrift1.tables().isdisjoint({one.table})


def last(words):
    """The harness puts its own -X behind: those of the words count instead."""
    settings = {}
    for option, value in zip(words, words[1:]):
        if option == "-X":
            name, text = value.split("=", 1)
            settings[name.replace(".", "__", 1).replace(".", "_")] = text
    return settings


def test_a_signal_stops_it_and_it_says_where_to_go_on(mended, sluice):
    one = mended
    dlq = f"{one.topic}.dlq"
    waiting = {**one.settings(), "gateway__endpoints": "127.0.0.1:1"}
    process = sluice.start("replay", dlq, "--stage", "map", **waiting)
    for line in process.stderr:
        if "waiting, nothing is lost" in line:
            break
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 4, stderr
    words = stderr.split("--offsets ")[1].split()[0]
    said, _ = replay(sluice, one, "--stage", "map", "--offsets", words)
    assert said["summary"]["matched"] == 9
    assert_table(one, book_of(one, one.hopeless))
