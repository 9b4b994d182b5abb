# SPDX-License-Identifier: Apache-2.0
"""JSON records on the real stack: the shop's topics as JSON make the tables that they make as Avro,
and what is no record becomes a dead letter."""
import json
import uuid

import pytest

from support import ledger

ENTITIES = ["customers", "product", "transactions"]


def shop(sluice, one, entity, *arguments):
    prefix = f"{one.name}_"
    one.topic = prefix + ledger.TOPICS[entity]
    sluice.run("generate", entity, "--kafka", "--scale", "0.002", "--topic-prefix", prefix, *arguments)


def values(thrift1, table):
    """The cells without their times."""
    return {row: {column: value for column, (value, _) in cells.items()}
            for row, cells in dict(thrift1.scan(table)).items()}


@pytest.mark.full
def test_the_shop_as_json_makes_the_same_tables(sluice, road, thrift1):
    pairs = []
    for entity in ENTITIES:
        avro, of_json = road(entity, partitions=0), road(entity, partitions=0)
        shop(sluice, avro, entity)
        shop(sluice, of_json, entity, "--as", "json")
        avro.write()
        of_json.write(record={"format": "json"})
        pairs.append((avro, of_json))
    settings = pairs[0][0].settings()

    sluice.run("check", "--offline", **settings)
    sluice.run("init", **settings)
    sluice.run("run", "--until-end", **settings)

    for avro, of_json in pairs:
        wanted = dict(thrift1.scan(avro.table))
        assert wanted and dict(thrift1.scan(of_json.table)) == wanted
        sluice.run("verify", "--table", of_json.table, "--topic", of_json.topic, **settings)


def test_json_keys_tombstones_and_what_is_no_json(sluice, road, kafka, thrift1):
    one = road("transactions")
    one.document = {
        "record": {"format": "json"},
        "key": {"separator": "#", "parts": ["shop.id", "id"]},
        "timestamp": "record",
        "tombstone": "json",
        "families": {"f": {"columns": [
            {"field": "n", "type": "long"},
            "tags",
            {"field": "option[label=alloy].value", "qualifier": "alloy"},
        ]}},
    }
    one.write()

    def record(number, **more):
        return {"shop": {"id": "s"}, "id": number, **more}

    def message(value, at, key=None):
        return {"value": value, "key": key, "timestamp": 1_700_000_000_000 + at}

    good = record(1, n=2**53 + 1, tags=["a", 1.50], option=[{"label": "x"}, {"value": "gold", "label": "alloy"}])
    kafka.produce(one.topic, [
        message(json.dumps(good).encode(), 0),
        message(json.dumps(record(2, n=2)).encode(), 0),
        message(None, 1, json.dumps(record(2)).encode()),
        message(b'{"id": 3', 0),
        message(json.dumps(record(4, n=0.5)).encode(), 0),
    ])
    settings = one.settings()
    sluice.run("init", **settings)
    sluice.run("run", "--until-end", **settings)

    assert values(thrift1, one.table) == {
        b"s#1": {b"f:n": (2**53 + 1).to_bytes(8, "big"), b"f:tags": b'["a",1.5]', b"f:alloy": b"gold"},
    }
    reasons = [dict(letter.headers())["__connect.errors.exception.message"].decode()
               for letter in kafka.consume(f"{one.topic}.dlq")]
    assert sorted(reason.split(": ", 1)[0] for reason in reasons) == ["byte 8", "column f:n"], reasons


def test_confluents_framing_needs_no_registry(sluice, road, kafka, thrift1):
    one = road("transactions")
    one.document = {
        "record": {"format": "json", "framing": "confluent"},
        "key": {"parts": ["id"]},
        "families": {"f": {"columns": ["n"]}},
    }
    one.write()
    name = uuid.uuid4().hex
    kafka.produce(one.topic, [{"value": b"\0\0\0\0\7" + json.dumps({"id": name, "n": 1}).encode()}])
    sluice.run("init", **one.settings())
    sluice.run("run", "--until-end", **one.settings())
    assert values(thrift1, one.table) == {name.encode(): {b"f:n": b"1"}}
