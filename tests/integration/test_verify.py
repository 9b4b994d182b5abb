# SPDX-License-Identifier: Apache-2.0
"""`sluice verify` against the real stack: silent about a table that is right, exact about one that is not."""
import csv
import json
import os
import pathlib
import signal

import fastavro
import pytest

from support import ledger, records
from support.kafka import datum, schema
from support.stack import THRIFT2_PORT, local

RECORD_TIME = 1_700_000_000_000


def produce(road, made, partitions=1, **more):
    parsed = schema(road.entity)
    road.kafka.produce(
        road.topic,
        (
            {
                "key": ledger.key(road.entity, record),
                "value": datum(parsed, record),
                "timestamp": RECORD_TIME + i,
                "partition": i % partitions,
                **more,
            }
            for i, record in enumerate(made)
        ),
    )


@pytest.fixture
def filled(road, sluice):
    """filled(entity, count): a road whose table holds what its topic says."""

    def fill(entity, count=400, partitions=2, extra=()):
        one = road(entity, partitions=partitions)
        made = records.make(entity, count)
        produce(one, made, partitions)
        one.kafka.produce(one.topic, extra)
        sluice.run("init", one.table, **one.settings())
        sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
        return one, made

    return fill


def verify(sluice, one, *arguments, exits=0):
    source = () if {"--csv", "--avro"} & set(arguments) else ("--topic", one.topic)
    done = sluice.run(
        "verify", "--table", one.table, *source, "--json", *arguments, exits=exits, **one.settings()
    )
    return json.loads(done.stdout)


def found(said):
    return sorted(
        (d["kind"], d["row"], f"{d['family']}:{d['qualifier']}" if "family" in d else "")
        for d in said["differences"]
    )


@pytest.mark.parametrize("entity", ledger.FAMILIES)
def test_a_table_that_is_right_has_no_difference(filled, sluice, entity):
    bad = [{"key": b"x", "value": b"\x01\x02", "timestamp": RECORD_TIME, "partition": 0}]
    one, made = filled(entity, extra=bad)

    said = verify(sluice, one)

    assert said["equal"] is True and said["differences"] == []
    assert said["rows_expected"] == said["rows_found"] == said["rows_equal"] == len(made)
    cells = sum(len(row) for row in one.thrift1.scan(one.table).values())
    assert said["cells_equal"] == cells
    assert said["records"]["read"] == len(made) + 1 and said["records"]["bad"] == 1


def test_nothing_is_committed_and_no_group_is_joined(filled, sluice):
    one, _ = filled("product")
    before = one.kafka.offsets(one.group, one.topic, 2)
    one.kafka.reset(one.group, one.topic, 2)

    verify(sluice, one)

    assert one.kafka.offsets(one.group, one.topic, 2) == {0: 0, 1: 0} != before


KINDS = ["missing_row", "missing_cell", "different_value", "different_timestamp", "extra_cell", "extra_row"]


def plant(one, made, kind, number=7):
    """Makes one error in the table; what verify must say of it."""
    record = made[number]
    row = ledger.key(one.entity, record)
    when = ledger.milliseconds(record["created_at"])
    column = b"payment_info:payment_method"
    value = record["payment_method"].encode()
    connection = one.thrift1.connection()
    table = connection.table(one.table)
    if kind == "missing_row":
        table.delete(row)
    elif kind == "missing_cell":
        table.delete(row, columns=[column])
    elif kind == "different_value":
        table.put(row, {column: b"WRONG"}, timestamp=when)
    elif kind == "different_timestamp":
        table.put(row, {column: value}, timestamp=when + 1)
    elif kind == "extra_cell":
        column = b"payment_info:planted"
        table.put(row, {column: b"1"}, timestamp=when)
    else:
        row = b"planted"
        table.put(row, {column: b"1"}, timestamp=when)
    connection.close()
    return [(kind, row.decode(), "" if kind.endswith("row") else column.decode())]


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_error_is_found_and_nothing_else(filled, sluice, kind):
    one, made = filled("transactions")
    wanted = plant(one, made, kind)

    said = verify(sluice, one, exits=1)

    assert found(said) == wanted
    assert said["equal"] is False
    assert {name: count for name, count in said["counts"].items() if count} == {kind.replace(" ", "_"): 1}
    difference = said["differences"][0]
    if "source" in difference:
        # the eighth of the records, which went to two partitions in turn
        assert (difference["source"]["partition"], difference["source"]["offset"]) == (1, 3)
        assert difference["source"]["timestamp"] == ledger.milliseconds(made[7]["created_at"])
    if kind == "different_value":
        assert difference["table"]["value"] == "WRONG"
        assert difference["source"]["value"] == made[7]["payment_method"]
    ignored = verify(sluice, one, "--ignore-extra", exits=0 if kind.startswith("extra") else 1)
    assert found(ignored) == ([] if kind.startswith("extra") else wanted)


def write_csv(path, made):
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(made[0]))
        writer.writeheader()
        writer.writerows(made)


def write_avro(path, made):
    with open(path, "wb") as out:
        fastavro.writer(out, schema("transactions"), made)


@pytest.mark.parametrize("option, write, unit", [("--csv", write_csv, "line"), ("--avro", write_avro, "record")])
def test_an_error_of_each_kind_is_found_with_files_too(filled, sluice, option, write, unit, tmp_path):
    one, made = filled("transactions")
    path = tmp_path / "source"
    write(path, made)
    assert verify(sluice, one, option, path)["rows_equal"] == len(made)
    wanted = [plant(one, made, kind, number)[0] for number, kind in enumerate(KINDS, 20)]

    said = verify(sluice, one, option, path, exits=1)

    assert found(said) == sorted(wanted)
    assert {name: count for name, count in said["counts"].items() if count} == {k.replace(" ", "_"): 1 for k in KINDS}
    assert said["rows_equal"] == len(made) - 5
    moved = next(d for d in said["differences"] if d["kind"] == "different_timestamp")["source"]
    assert moved["file"] == str(path)
    if unit == "record":
        assert moved["record"] == 24


def test_the_diff_names_the_version_that_should_have_won(filled, sluice):
    base = records.make("customers", 1)[0]
    parsed = schema("customers")
    key = ledger.key("customers", base)
    versions = [
        {"key": key, "value": datum(parsed, {**base, "username": name}), "timestamp": RECORD_TIME + after, "partition": 0}
        for name, after in (("second", 5), ("last", 9), ("late", 7), ("tie", 9))
    ]
    one, _ = filled("customers", count=1, partitions=1, extra=versions)
    assert verify(sluice, one)["equal"] is True
    connection = one.thrift1.connection()
    connection.table(one.table).put(key, {b"personal_info:username": b"second"}, timestamp=RECORD_TIME + 9)
    connection.close()

    said = sluice.run("verify", "--table", one.table, "--topic", one.topic, exits=1, **one.settings()).stdout

    assert f"{one.topic}[0]@4 should have won, of 5 records of this row" in said
    assert "'tie'" in said and "'second'" in said
    assert "1 difference" in said


def test_tombstones_hide_what_is_not_newer(filled, sluice):
    one, made = filled("transactions", partitions=1)
    gone = made[3]
    when = ledger.milliseconds(gone["created_at"])
    key = ledger.key("transactions", gone)
    one.kafka.produce(one.topic, [{"key": key, "value": None, "timestamp": when, "partition": 0}])

    said = verify(sluice, one, exits=1)
    assert found(said) == [("extra_row", key.decode(), "")]
    assert said["differences"][0]["deleted_by"]["offset"] == len(made)

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
    assert verify(sluice, one)["rows_expected"] == len(made) - 1


def test_since_and_sample_compare_a_part(filled, sluice):
    one, made = filled("customers", count=1000)
    since = verify(sluice, one, "--since", str(RECORD_TIME + 600))
    assert since["rows_expected"] == since["rows_equal"] == since["rows_found"] == 400
    assert since["records"]["left_out"] == 600
    iso = verify(sluice, one, "--since", "2023-11-14T22:13:20.600Z")
    assert iso["rows_expected"] == 400
    sample = verify(sluice, one, "--sample", "10")
    assert 50 < sample["rows_expected"] == sample["rows_equal"] == sample["rows_found"] < 200


@pytest.mark.parametrize("entity", ["transactions", "customers"])
def test_files_are_compared_by_the_same_rules(road, sluice, entity, tmp_path):
    one = road(entity, partitions=1)
    sluice.run("generate", entity, "--csv", tmp_path / "csv", "--scale", "0.005", "--chaos")
    sluice.run("generate", entity, "--kafka", "--topic-prefix", f"{one.name}_", "--scale", "0.005", "--chaos")
    topic = f"{one.name}_{ledger.TOPICS[entity]}"
    try:
        one.topic = topic
        one.write()
        sluice.run("init", one.table, **one.settings())
        sluice.run("run", "--until-end", "--topic", topic, **one.settings())
        path = next((tmp_path / "csv").glob("*.csv"))
        assert verify(sluice, one)["equal"] is True

        said = verify(sluice, one, "--csv", path)
        assert said["equal"] is True, said["differences"][:3]
        assert said["rows_expected"] > 400

        lines = path.read_bytes().split(b"\n")
        path.write_bytes(b"\n".join(lines[:1] + lines[2:]))
        said = verify(sluice, one, "--csv", path, exits=1)
        assert [kind for kind, _, _ in found(said)] == ["extra_row"]
    finally:
        one.kafka.delete(topic, f"{topic}.dlq")


@pytest.mark.parametrize(
    "arguments, says",
    [
        ((), "say which table"),
        (("--table", "transactions"), "one of --topic TOPIC, --csv FILE... and --avro FILE..."),
        (("--table", "transactoins", "--topic", "t"), "transactions"),
        (("--table", "transactions", "--topic", "t", "--since", "yesterday"), "--since: 'yesterday' is no time"),
        (("--table", "transactions", "--topic", "t", "--sample", "0"), "--sample: '0'"),
        (("--table", "transactions", "--topic", "t", "--null", "x"), "for --csv"),
        (("--table", "customers", "--csv", "x", "--since", "5"), "--timestamp"),
    ],
)
def test_wrong_use_is_told(sluice, arguments, says):
    assert says in sluice.run("verify", *arguments, exits=2).stderr


def test_what_cannot_be_reached_is_exit_3(sluice):
    done = sluice.run(
        "verify", "--table", "transactions", "--topic", "t", "--timeout", "1s", exits=3, gateway__endpoints="127.0.0.1:1"
    )
    assert "127.0.0.1:1" in done.stderr


def test_what_a_ttl_has_dropped_is_counted_and_told_beforehand(road, sluice):
    one = road("customers")
    made = records.make("customers", 10)
    for family in one.document["families"].values():
        family["ttl"] = 86400
    del one.document["families"]["join_info"]["ttl"]
    for i, record in enumerate(made):
        record["first_join_date"] = "2021-07-08" if i < 3 else ""
    one.write()
    produce(one, made)
    sluice.run("init", one.table, **one.settings())
    told = sluice.run("check", "--sample", 100, "--topic", one.topic, exits=None, **one.settings()).stdout
    assert sum("expired" in line and "10 records" in line for line in told.splitlines()) == 3
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    said = verify(sluice, one)

    book = ledger.Ledger("customers")
    for record in made:
        book.put(record, RECORD_TIME)
    wanted = sum(not column.startswith(b"join_info:") for row in book.rows().values() for column in row)
    assert said["equal"] is True and said["rows_expired"] == 7 and said["rows_equal"] == 3
    assert said["cells_expired"] == wanted


def is_connected(process, port):
    """Whether a socket of the process is connected to the port."""
    fds = pathlib.Path(f"/proc/{process.pid}/fd")
    inodes = {os.readlink(fd) for fd in fds.iterdir()}
    lines = [line.split() for line in pathlib.Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]]
    return any(line[2].endswith(f":{port:04X}") and f"socket:[{line[9]}]" in inodes for line in lines)


def test_a_signal_ends_it_though_the_gateway_is_mute(filled, sluice):
    one, _ = filled("product", count=20)
    local("freeze", "thrift2")
    try:
        process = sluice.start("verify", "--table", one.table, "--topic", one.topic, **one.settings())
        while not is_connected(process, THRIFT2_PORT):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    finally:
        local("thaw", "thrift2")
    assert code == 4
