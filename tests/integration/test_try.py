# SPDX-License-Identifier: Apache-2.0
"""`sluice try` against the real stack: what it says of a topic or a file before there is a table is what happybase
reads from the table afterwards."""
import json
import re

import fastavro
import pytest

from support import ledger, records
from support.bulk import TIME, bulkload, write_csv
from support.kafka import datum, schema
from support.registry import Registry

RECORD_TIME = 1_700_000_000_000
# A mapping of its own: a salted key, and a column of each kind of bytes.
TYPED = {
    "key": {"separator": "|", "parts": [{"salt": 8, "of": ["booking_id"]}, "booking_id"]},
    "families": {
        "f": {
            "columns": [
                "product_metadata",
                {"field": "customer_id", "qualifier": "id", "type": "long"},
                {"field": "total_amount", "type": "double"},
                {"field": "created_at", "null": "delete"},
                {"field": "promo_code", "null": "empty"},
            ]
        }
    },
}
KINDS = [*ledger.FAMILIES, "typed"]


def unescaped(text):
    parts = re.split(r"\\x([0-9A-F]{2})", text)
    return b"".join(bytes.fromhex(part) if i % 2 else part.encode() for i, part in enumerate(parts))


def table_of(said):
    """What the rows that were told make of an empty table; of one key the newest wins, then the later."""
    rows = {}
    for one in said:
        for column, value in one.get("cells", {}).items():
            cells = rows.setdefault(unescaped(one["row"]), {})
            column = column.encode()
            if value is not None and cells.get(column, (b"", -1))[1] <= one["timestamp"]:
                cells[column] = (unescaped(value), one["timestamp"])
    return rows


def shown(sluice, one, *arguments, exits=0, **more):
    path = one.mappings / f"{one.name}.json"
    done = sluice.run("try", "--mapping", path, "--format", "json", *arguments, exits=exits, **one.settings(**more))
    return [json.loads(line) for line in done.stdout.splitlines()]


def road_of(road, kind, **more):
    entity = "transactions" if kind == "typed" else kind
    one = road(entity, **more)
    if kind == "typed":
        one.write(**TYPED)
    return one, records.make(entity, 60)


@pytest.mark.parametrize("kind", KINDS)
def test_a_topic_becomes_what_try_says(sluice, road, thrift1, kind):
    one, made = road_of(road, kind, partitions=2)
    parsed = schema(one.entity)
    messages = [
        {"key": ledger.key(one.entity, record), "value": datum(parsed, record), "timestamp": RECORD_TIME + i, "partition": i % 2}
        for i, record in enumerate(made)
    ]
    bad = {"value": b"\x02", "timestamp": RECORD_TIME, "partition": 0}
    gone = {"key": b"nobody", "value": None, "timestamp": RECORD_TIME, "partition": 1}
    one.kafka.produce(one.topic, [*messages, bad, gone])

    said = shown(sluice, one, "--topic", one.topic, "--limit", 1000, exits=1)
    assert {row["from"]: row["stage"] for row in said if "refused" in row} == {f"{one.topic}[0]@30": "decode"}
    assert [row["from"] for row in said if "deleted" in row] == [f"{one.topic}[1]@30"]
    assert shown(sluice, one, "--topic", one.topic, "--offset", "1:7", "--limit", 2) == [
        row for row in said if row["from"] in (f"{one.topic}[1]@7", f"{one.topic}[1]@8")
    ]
    assert one.table.encode() not in {name.encode() for name in thrift1.tables()}

    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
    found = thrift1.scan(one.table)
    assert len(found) == len(made) and found == table_of(said)

    beyond = sluice.run(
        "try", "--mapping", one.mappings / f"{one.name}.json", "--topic", one.topic, "--offset", "0:99",
        exits=1, **one.settings(),
    )
    assert "no record in partition 0 from offset 99 on" in beyond.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_files_become_what_try_says(sluice, road, thrift1, tmp_path, kind):
    one, made = road_of(road, kind, partitions=0)
    path = write_csv(tmp_path / "in.csv", made)
    container = tmp_path / "in.avro"
    with open(container, "wb") as out:
        fastavro.writer(out, schema(one.entity), made)

    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps(record).replace("NaN", '"NaN"') + "\n" for record in made))

    said = shown(sluice, one, "--csv", path, "--limit", 1000, "--timestamp", TIME)
    of_avro = shown(sluice, one, "--avro", container, "--limit", 1000, "--timestamp", TIME)
    of_json = shown(sluice, one, "--json", lines, "--limit", 1000, "--timestamp", TIME)
    assert len(shown(sluice, one, "--csv", path)) == 10

    sluice.run("init", one.table, **one.settings())
    bulkload(sluice, one, path)
    found = thrift1.scan(one.table)
    assert len(found) == len(made) and found == table_of(said) == table_of(of_avro) == table_of(of_json)


def test_writers_schemas_come_from_the_registry(sluice, road, thrift1):
    one, made = road_of(road, "product", partitions=1)
    one.write(record={**one.document["record"], "framing": "confluent"})
    evolved = schema(one.entity)
    evolved = {**evolved, "fields": [{"name": "added", "type": "long"}, *reversed(evolved["fields"])]}
    registry = Registry()
    try:
        settings = {"registry__url": registry.url}
        head = b"\0" + registry.register("s", json.dumps(evolved)).to_bytes(4, "big")
        one.kafka.produce(one.topic, [
            {"key": b"k", "value": head + datum(evolved, {**record, "added": 1}), "timestamp": RECORD_TIME}
            for record in made
        ] + [{"key": b"k", "value": b"\0\0\0\0\x07", "timestamp": RECORD_TIME}])

        said = shown(sluice, one, "--topic", one.topic, "--limit", 1000, exits=1, **settings)
        assert [row["from"] for row in said if "refused" in row] == [f"{one.topic}[0]@{len(made)}"]
        sluice.run("init", one.table, **one.settings())
        sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**settings))
        found = thrift1.scan(one.table)
        assert len(found) == len(made) and found == table_of(said)
        # Records as JSON are of the mapping's own schema, and nobody is asked.
        path = sluice.folder / "in.jsonl"
        path.write_text("".join(json.dumps(record).replace("NaN", '"NaN"') + "\n" for record in made))
        registry.stop()
        of_json = shown(sluice, one, "--json", path, "--limit", 1000, "--timestamp", RECORD_TIME)
        assert table_of(of_json) == found
    finally:
        registry.stop()
