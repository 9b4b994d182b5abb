# SPDX-License-Identifier: Apache-2.0
"""Order and deletes on a real server: every sequence of a few puts and tombstones of one row, in
batches of every kind, and again after going back to offset 0 and to the middle."""
import itertools

import confluent_kafka
import pytest

from support import ledger, records
from support.kafka import datum, schema

RECORD_TIME = 1_700_000_000_000

# What may happen to a row: a put with these fields, or (None) a tombstone; and when.
STEPS = {
    "a1": ({"productDisplayName": "a", "baseColour": "red"}, 1),
    "b1": ({"productDisplayName": "b", "baseColour": ""}, 1),
    "c2": ({"productDisplayName": "c", "baseColour": "blue"}, 2),
    "d1": (None, 1),
    "d2": (None, 2),
}


def sequences(longest):
    for length in range(1, longest + 1):
        yield from itertools.product(STEPS, repeat=length)


def load(one, longest):
    """Produces every sequence, each to a row of its own, and returns the table it must leave."""
    parsed = schema("product")
    base = records.make("product", 1)[0]
    book = ledger.Ledger("product")
    messages = []
    for i, sequence in enumerate(sequences(longest)):
        for step in sequence:
            fields, when = STEPS[step]
            row = ledger.number(float(i)).encode()
            record = {**base, "id": float(i), **(fields or {})}
            if fields is None:
                book.delete(row, RECORD_TIME + when)
            else:
                book.put(record, RECORD_TIME + when)
            messages.append(
                {
                    "key": row,
                    "value": None if fields is None else datum(parsed, record),
                    "timestamp": RECORD_TIME + when,
                }
            )
    one.kafka.produce(one.topic, messages)
    return book.rows(), len(messages)


def told(longest, differ):
    """Which sequences went wrong, in words."""
    names = {ledger.number(float(i)): "-".join(s) for i, s in enumerate(sequences(longest))}
    return "\n".join(f"{names.get(line.split(chr(39))[1])}: {line}" for line in differ if chr(39) in line)


@pytest.mark.parametrize(
    "rows, longest",
    [
        ("2", 3),
        ("500", 3),
        pytest.param("1", 4, marks=pytest.mark.full),
        pytest.param("3", 4, marks=pytest.mark.full),
        pytest.param("500", 4, marks=pytest.mark.full),
    ],
)
def test_newest_wins_then_the_later_offset_and_a_tombstone_wins_a_tie(road, sluice, rows, longest):
    one = road("product")
    wanted, count = load(one, longest)
    settings = one.settings(ingest__batch_rows=rows)
    sluice.run("init", one.table, **settings)

    for begin in (None, 0, count // 2):
        if begin is not None:
            go_back(one, begin)
        sluice.run("run", "--until-end", "--topic", one.topic, **settings)

        differ = ledger.differences(wanted, one.thrift1.scan(one.table), most=20)
        assert not differ, f"from {begin}:\n" + told(longest, differ)
    verified = sluice.run("verify", "--table", one.table, "--topic", one.topic, exits=None, **settings)
    assert verified.returncode == 0, verified.stdout


def go_back(one, offset):
    place = [confluent_kafka.TopicPartition(one.topic, 0, offset)]
    request = confluent_kafka.ConsumerGroupTopicPartitions(one.group, place)
    one.kafka.admin.alter_consumer_group_offsets([request])[one.group].result(30)
