# SPDX-License-Identifier: Apache-2.0
"""One topic into several tables, and several topics into one, on the real stack."""
import json


def cells(thrift1, table):
    """The cells without their times."""
    return {row: {column: value for column, (value, _) in columns.items()}
            for row, columns in dict(thrift1.scan(table)).items()}


def document(families, **more):
    return {"record": {"format": "json"}, "key": {"parts": ["id"]}, "tombstone": "skip",
            "timestamp": {"field": "at", "format": "ms"}, "families": families, **more}


def message(at=1, **fields):
    return {"value": json.dumps({"at": at, **fields}).encode()}


def mapped(one, topic, *arguments, **keywords):
    one.topic = topic
    one.document = document(*arguments, **keywords)
    one.write()


def test_one_topic_fills_two_tables(sluice, road, kafka, thrift1):
    one, two = road("transactions"), road("transactions", partitions=0)
    mapped(one, one.topic, {"f": {"columns": ["a"]}})
    mapped(two, one.topic, {"g": {"columns": ["b", {"field": "n", "type": "int"}]}})
    records = [message(id=f"r{i}", a=f"a{i}", b=f"b{i}", n=i) for i in range(500)]
    records[7] = message(id="bad", a="good", b="b", n="no number")
    kafka.produce(one.topic, records)
    settings = one.settings()

    sluice.run("init", **settings)
    done = json.loads(sluice.run("run", "--until-end", "--json", **settings).stdout)

    assert {topic["table"]: (topic["consumed"], topic["written"], topic["dead_lettered"])
            for topic in done["topics"]} == {one.table: (500, 500, 0), two.table: (500, 499, 1)}
    assert len(cells(thrift1, one.table)) == 500 and len(cells(thrift1, two.table)) == 499
    letter, = kafka.consume(f"{one.topic}.dlq")
    assert dict(letter.headers())["sluice.table"] == two.table.encode()
    for each in (one, two):
        sluice.run("verify", "--table", each.table, "--topic", one.topic, **settings)

    again = json.loads(sluice.run("run", "--until-end", "--json", **settings).stdout)
    assert again["consumed"] == 0


def test_two_topics_fill_one_row(sluice, road, kafka, thrift1):
    one, two = road("transactions"), road("transactions")
    two.table = one.table
    mapped(one, one.topic, {"order": {"columns": ["branch"]}})
    mapped(two, two.topic, {"life": {"columns": ["status"]}}, tombstone="columns")
    kafka.produce(one.topic, [message(id="1", branch="mall"), message(id="2", branch="plaza")])
    kafka.produce(two.topic, [message(id="1", status="NEW"), message(at=3, id="1", status="DONE"),
                              message(at=2, id="1", status="ON ITS WAY"), message(id="2", status="NEW"),
                              {"key": b"2", "value": None, "timestamp": 1_700_000_000_000}])
    settings = one.settings()

    sluice.run("init", **settings)
    sluice.run("run", "--until-end", **settings)
    assert cells(thrift1, one.table) == {
        b"1": {b"order:branch": b"mall", b"life:status": b"DONE"},
        b"2": {b"order:branch": b"plaza"},
    }
