# SPDX-License-Identifier: Apache-2.0
"""Awkward and bad records: what can be stored is stored whole, what cannot goes to the dead-letter
topic with its reason, and the line goes on."""
import json
import struct

import fastavro
import pytest

from support import ledger, records
from support.kafka import datum, schema

RECORD_TIME = 1_700_000_000_000

BLOB = {
    "type": "record",
    "name": "Blob",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "text", "type": ["null", "string"]},
        {"name": "raw", "type": "bytes"},
        {"name": "count", "type": "long"},
        {"name": "share", "type": "double"},
        {"name": "small", "type": "int"},
        {"name": "flag", "type": "boolean"},
    ],
}

BLOB_MAPPING = {
    "record": {"format": "avro", "schema": "blob.avsc"},
    "key": {"separator": "#", "parts": ["id"]},
    "timestamp": "record",
    "families": {
        "f": {
            "columns": [
                {"field": "text", "null": "empty"},
                "raw",
                {"field": "count", "qualifier": "as_long", "type": "long"},
                {"field": "count", "qualifier": "as_text"},
                {"field": "share", "qualifier": "as_double", "type": "double"},
                {"field": "small", "qualifier": "as_int", "type": "int"},
                {"field": "flag", "qualifier": "as_boolean", "type": "boolean"},
                {"field": "flag", "qualifier": "as_word"},
            ]
        }
    },
}


@pytest.fixture
def blobs(road, sluice):
    """A road for Blob records, made ready."""
    one = road("customers")
    (one.mappings / "blob.avsc").write_text(json.dumps(BLOB))
    one.document = {**BLOB_MAPPING, "table": one.table, "topic": one.topic}
    (one.mappings / f"{one.name}.json").write_text(json.dumps(one.document))
    sluice.run("init", one.table, **one.settings())
    return one


def blob(**changes):
    return {"id": "k", "text": "t", "raw": b"", "count": 0, "share": 0.0, "small": 0, "flag": False, **changes}


def send(one, made, **more):
    parsed = fastavro.parse_schema(dict(BLOB))
    one.kafka.produce(
        one.topic, [{"key": b"k", "value": datum(parsed, record), "timestamp": RECORD_TIME, **more} for record in made]
    )


def test_large_empty_binary_and_foreign_values_arrive_whole(blobs, sluice):
    big = bytes(range(256)) * 256
    send(
        blobs,
        [
            blob(id="large", text="x" * 65536, raw=big),
            blob(id="empty", text=None, raw=b""),
            blob(id="binary", text="\x00\x01", raw=b"\x00\xff\xfe\n"),
            blob(id="日本語 key", text="Ünïcödé 中文 🚰"),
            blob(id="numbers", count=-(2**63), share=-2.5, small=-1, flag=True),
        ],
    )

    sluice.run("run", "--until-end", "--topic", blobs.topic, **blobs.settings())

    rows = blobs.thrift1.scan(blobs.table)
    assert all(when == RECORD_TIME for columns in rows.values() for _, when in columns.values())
    found = {row: {name: cell[0] for name, cell in columns.items()} for row, columns in rows.items()}
    assert found[b"large"][b"f:text"] == b"x" * 65536
    assert found[b"large"][b"f:raw"] == big
    assert found[b"empty"][b"f:text"] == b""
    assert found[b"binary"][b"f:text"] == b"\x00\x01"
    assert found[b"binary"][b"f:raw"] == b"\x00\xff\xfe\n"
    assert found["日本語 key".encode()][b"f:text"] == "Ünïcödé 中文 🚰".encode()
    assert found[b"numbers"] == {
        b"f:text": b"t",
        b"f:as_long": struct.pack(">q", -(2**63)),
        b"f:as_text": str(-(2**63)).encode(),
        b"f:as_double": struct.pack(">d", -2.5),
        b"f:as_int": struct.pack(">i", -1),
        b"f:as_boolean": b"\xff",
        b"f:as_word": b"true",
        **({b"f:raw": b""} if b"f:raw" in found[b"numbers"] else {}),
    }


def headers_of_errors(message):
    return {n: v.decode() for n, v in message.headers() if n.startswith("__connect.errors.")}


def test_bad_records_go_to_the_dead_letter_topic_and_the_rest_is_written(road, sluice):
    one = road("transactions", partitions=1)
    made = records.make("transactions", 50)
    parsed = schema("transactions")
    good = [datum(parsed, record) for record in made]
    no_key = datum(parsed, {**made[0], "booking_id": ""})
    bad_time = datum(parsed, {**made[0], "created_at": "yesterday"})
    poison = {
        10: (b"\xff\xff\xff", "created_at"),
        20: (good[20][:40], ""),
        30: (good[30] + b"\x00", "left over"),
        35: (b"", ""),
        40: (no_key, "booking_id"),
        45: (bad_time, "created_at"),
    }
    one.kafka.produce(
        one.topic,
        [
            {
                "key": f"key{i}".encode(),
                "value": poison[i][0] if i in poison else value,
                "timestamp": RECORD_TIME + i,
                "headers": [("trace", b"\x00\xff"), ("trace", b"twice")] if i in poison else None,
            }
            for i, value in enumerate(good)
        ],
    )
    sluice.run("init", one.table, **one.settings())

    done = sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    book = ledger.Ledger("transactions")
    for i, record in enumerate(made):
        if i not in poison:
            book.put(record)
    differ = ledger.differences(book.rows(), one.thrift1.scan(one.table))
    assert not differ, "\n".join(differ)
    letters = one.kafka.consume(f"{one.topic}.dlq")
    by_offset = {int(headers_of_errors(letter)["__connect.errors.offset"]): letter for letter in letters}
    assert by_offset.keys() == poison.keys()
    for offset, letter in by_offset.items():
        value, word = poison[offset]
        assert (letter.value() or b"") == value
        assert letter.key() == f"key{offset}".encode()
        assert letter.timestamp()[1] == RECORD_TIME + offset
        assert [h for h in letter.headers() if h[0] == "trace"] == [("trace", b"\x00\xff"), ("trace", b"twice")]
        assert headers_of_errors(letter)["__connect.errors.topic"] == one.topic
        assert headers_of_errors(letter)["__connect.errors.partition"] == "0"
        assert word in headers_of_errors(letter)["__connect.errors.exception.message"]
    assert f"topic={one.topic}" in done.stderr and "offset=10" in done.stderr
    assert one.kafka.offsets(one.group, one.topic, 1) == {0: 50}


@pytest.mark.parametrize("when", [-1, -5, -(2**62)])
def test_a_record_without_a_usable_timestamp_is_a_dead_letter_not_a_poisoned_row(road, sluice, when):
    one = road("customers", partitions=1)
    made = records.make("customers", 3)
    parsed = schema("customers")
    one.kafka.produce(
        one.topic,
        [
            {"key": b"k", "value": datum(parsed, record), "timestamp": when if i == 1 else RECORD_TIME}
            for i, record in enumerate(made)
        ],
    )
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    book = ledger.Ledger("customers")
    for record in (made[0], made[2]):
        book.put(record, RECORD_TIME)
    assert one.thrift1.scan(one.table) == book.rows()
    (letter,) = one.kafka.consume(f"{one.topic}.dlq")
    assert "time" in headers_of_errors(letter)["__connect.errors.exception.message"]


@pytest.mark.parametrize("policy, status, letters", [("skip", 0, 0), ("stop", 1, 0), ("dlq", 0, 1)])
def test_the_error_policy_of_the_mapping_holds(road, sluice, policy, status, letters):
    one = road("customers", partitions=1, errors=policy)
    good = [datum(schema("customers"), record) for record in records.make("customers", 2)]
    one.kafka.produce(
        one.topic,
        [{"key": b"k", "value": value, "timestamp": RECORD_TIME} for value in (good[0], b"\xff", good[1])],
    )
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, exits=status, **one.settings())

    dlq = f"{one.topic}.dlq"
    assert len(one.kafka.consume(dlq) if dlq in one.kafka.topics() else []) == letters
    committed = one.kafka.offsets(one.group, one.topic, 1)[0]
    assert committed == (3 if status == 0 else committed) and committed <= (3 if status == 0 else 1)
