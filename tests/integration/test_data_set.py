# SPDX-License-Identifier: Apache-2.0
"""The generated data set as independent readers see it: fastavro on Kafka's side, Python's csv on
the files'; and the numbers that generate prints, counted again."""
import ast
import collections
import csv
import io
import json
import signal
import uuid

import fastavro
import pytest

from support import ledger
from support.kafka import schema

FILES = {
    "customers": "customer.csv",
    "product": "product.csv",
    "transactions": "transactions.csv",
    "clickstream": "click_stream.csv",
}
PARTITIONS = 3
SCALE = "0.002"


class Topics:
    """The four topics under a prefix of their own."""

    def __init__(self, kafka):
        self.kafka = kafka
        self.prefix = f"t_{uuid.uuid4().hex[:10]}_"

    def name(self, table):
        return self.prefix + ledger.TOPICS[table]

    def messages(self, table):
        return self.kafka.consume(self.name(table))

    def remove(self):
        self.kafka.delete(*(self.name(table) for table in FILES))


@pytest.fixture
def topics(kafka):
    made = Topics(kafka)
    yield made
    made.remove()


def generate(sluice, *arguments):
    """Runs it and returns what it says of each table."""
    done = sluice.run("generate", *arguments, "--scale", SCALE, "--seed", "11", "--json")
    return {entity["name"]: entity for entity in json.loads(done.stdout)["entities"]}


def rows(folder, table):
    with open(folder / FILES[table], newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def decode(parsed, value):
    """The record, or None for what is no datum: fastavro passes over bytes behind the end."""
    stream = io.BytesIO(value)
    try:
        record = fastavro.schemaless_reader(stream, parsed)
    except Exception:  # whatever it is that it finds wrong
        return None
    return record if stream.tell() == len(value) else None


def as_csv(value):
    """A decoded field as its CSV text."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "nan" if value != value else ledger.number(value)
    return value


def test_kafka_and_csv_hold_the_same_records(sluice, topics, tmp_path):
    generate(sluice, "--kafka", "--topic-prefix", topics.prefix, "--partitions", PARTITIONS)
    generate(sluice, "--csv", tmp_path)

    for table in FILES:
        parsed = schema(table)
        header, *lines = rows(tmp_path, table)
        wanted = {tuple(line) for line in lines}
        messages = topics.messages(table)
        assert header == [field["name"] for field in parsed["fields"]]
        assert len(wanted) == len(lines) == len(messages)
        assert {message.partition() for message in messages} == set(range(PARTITIONS))
        for message in messages:
            record = decode(parsed, message.value())
            assert tuple(as_csv(record[name]) for name in header) in wanted
            assert message.key() == ledger.key(table, record)
            when = message.timestamp()[1]
            assert when == ledger.timestamp(table, record, when)
            if table == "customers":
                assert when == ledger.milliseconds(record["first_join_date"])


def test_a_booking_is_what_its_session_led_to(sluice, tmp_path):
    generate(sluice, "--csv", tmp_path)

    def table(name):
        header, *lines = rows(tmp_path, name)
        return [dict(zip(header, line)) for line in lines]

    customers = {row["customer_id"]: row for row in table("customers")}
    products = {row["id"] for row in table("product")}
    sessions = collections.defaultdict(list)
    for event in table("clickstream"):
        sessions[event["session_id"]].append(event)
    booked = table("transactions")
    for row in booked:
        events = sessions[row["session_id"]]
        basket = ast.literal_eval(row["product_metadata"])
        carts = [e["event_metadata"] for e in events if e["event_name"] == "ADD_TO_CART"]
        assert events[0]["event_name"] == "HOMEPAGE" and events[-1]["event_name"] == "BOOKING"
        assert events[-1]["event_time"] < row["created_at"]
        assert [ast.literal_eval(cart) for cart in carts] == basket
        assert {str(item["product_id"]) for item in basket} <= products
        assert customers[row["customer_id"]]["first_join_date"] < row["created_at"][:10]
        items = sum(item["quantity"] * item["item_price"] for item in basket)
        paid = items - int(row["promo_amount"]) + int(row["shipment_fee"])
        assert row["total_amount"] == str(paid)
        assert (row["promo_code"] != "") == any(e["event_name"] == "ADD_PROMO" for e in events)
    endings = [events[-1]["event_name"] for events in sessions.values()]
    assert endings.count("BOOKING") == len(booked)


def test_chaos_in_kafka_is_as_counted(sluice, topics, tmp_path):
    told = generate(sluice, "--kafka", "--chaos", "--topic-prefix", topics.prefix)
    generate(sluice, "--csv", tmp_path)

    for table in FILES:
        parsed = schema(table)
        header, *lines = rows(tmp_path, table)
        plain = {tuple(line)[: len(header)]: line for line in lines}
        by_key = {}
        for line in plain.values():
            record = dict(zip(header, line))
            by_key["#".join(record[name] for name in ledger.KEYS[table])] = record
        seen, nulls = collections.Counter(), collections.Counter()
        undecodable = 0
        messages = topics.messages(table)
        for message in messages:
            record = decode(parsed, message.value())
            key = message.key().decode()
            if record is None:
                undecodable += 1
                assert key in by_key
                continue
            seen[key] += 1
            assert message.key() == ledger.key(table, record)
            for name in header:
                if as_csv(record[name]) == by_key[key][name]:
                    continue
                assert ledger.text(record[name]) is None
                nulls[name] += seen[key] == 1
        chaos = told[table]["chaos"]
        assert seen.keys() == by_key.keys()
        assert told[table]["records"] == len(by_key)
        assert told[table]["messages"] == len(messages)
        assert sum(seen.values()) - len(seen) == chaos["duplicates"]
        assert undecodable == sum(chaos["undecodable"].values())
        # what was empty anyway may turn from "" into "nan" only by chaos, which does not count it
        assert {name: count for name, count in chaos["nulls"].items() if count} == +nulls
    assert sum(told["clickstream"]["chaos"]["undecodable"].values()) > 0
    assert told["clickstream"]["chaos"]["late"] > 0


def test_chaos_in_csv_is_as_counted(sluice, tmp_path):
    told = generate(sluice, "--csv", tmp_path, "--chaos")

    for table in FILES:
        header, *lines = rows(tmp_path, table)
        chaos = told[table]["chaos"]
        short = [line for line in lines if len(line) < len(header)]
        whole = [tuple(line) for line in lines if len(line) == len(header) and line != header]
        assert len(lines) == told[table]["messages"]
        assert len(short) == chaos["undecodable"]["short"]
        assert lines.count(header) == chaos["undecodable"]["header"]
        assert len(whole) - len(set(whole)) == chaos["duplicates"]
        assert len(set(whole)) == told[table]["records"]
    assert told["clickstream"]["chaos"]["undecodable"]["header"] > 0


def test_a_stop_leaves_whole_files_only(sluice, tmp_path):
    out = tmp_path / "out"
    process = sluice.start("generate", "--csv", out, "--rate", "30000", "--scale", "0.1", "--json")
    log = process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    told, more = process.communicate(timeout=60)
    assert process.returncode == 4, log + more
    whole = {entity["name"] for entity in json.loads(told)["entities"] if entity["whole"]}
    assert len(whole) < len(FILES)
    assert {path.name for path in out.iterdir()} == {FILES[table] for table in whole}


def test_a_broker_that_is_not_there_is_told_in_time(sluice):
    done = sluice.run(
        "generate", "--kafka", "--timeout", "1s", exits=3, kafka__bootstrap_servers="127.0.0.1:1"
    )
    assert "127.0.0.1:1" in done.stderr


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "--kafka, --csv DIR or --avro DIR"),
        (["--kafka", "--csv", "x"], "--kafka, --csv DIR or --avro DIR"),
        (["transaction", "--csv", "x"], "did you mean 'transactions'"),
        (["--csv", "x", "--scale", "0"], "--scale: '0'"),
        (["--csv", "x", "--scale", "1,5"], "--scale: '1,5'"),
        (["--csv", "x", "--rate", "nan"], "--rate: 'nan'"),
        (["--csv", "x", "--seed", "-1"], "--seed: '-1'"),
        (["--kafka", "--partitions", "0"], "--partitions: '0'"),
        (["--csv", "/proc/nowhere"], "/proc/nowhere"),
    ],
)
def test_wrong_use_is_explained_and_makes_nothing(sluice, words, said):
    done = sluice.run("generate", *words, exits=2)
    assert said in done.stderr
    assert not list(sluice.folder.iterdir())
