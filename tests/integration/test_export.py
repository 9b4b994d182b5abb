# SPDX-License-Identifier: Apache-2.0
"""`sluice export` against the real stack: what it writes is what happybase reads, other readers take it, and bulkload
makes the same cells of it again."""
import csv
import io
import json
import struct

import fastavro
import pytest

from support.bulk import bulkload, write_csv
from support import records

TIME = 1_700_000_000_000
TYPES = {"text": "x", "long": 400, "int": -7, "short": 12, "double": -0.0, "float": 1.5, "boolean": True, "bytes": b"\xff\x00",
         "ordered-long": -3, "decimal": "12.340"}
BYTES = {"text": b"x", "long": struct.pack(">q", 400), "int": struct.pack(">i", -7), "short": struct.pack(">h", 12),
         "double": struct.pack(">d", -0.0), "float": struct.pack(">f", 1.5), "boolean": b"\xff", "bytes": b"\xff\x00",
         "ordered-long": bytes([0x7F]) + struct.pack(">q", -3)[1:], "decimal": struct.pack(">i", 3) + b"\x30\x34"}
FORMS = ["csv", "jsonl", "avro"]


def make(road, sluice, families):
    """A table of a mapping's own, without a topic."""
    one = road("product", partitions=0)
    one.write(families=families, key={"parts": ["id"]}, timestamp="record", regions=1)
    sluice.run("init", one.table, **one.settings())
    return one


def put(thrift1, table, cells):
    """cells: (row, column, value, timestamp)"""
    connection = thrift1.connection()
    try:
        for row, column, value, timestamp in cells:
            connection.table(table).put(row, {column: value}, timestamp=timestamp)
    finally:
        connection.close()


def versions(thrift1, table, columns, rows):
    connection = thrift1.connection()
    try:
        return {(row, column): connection.table(table).cells(row, column, versions=9, include_timestamp=True)
                for row in rows for column in columns}
    finally:
        connection.close()


def export(sluice, one, name, *more, exits=0):
    return sluice.run("export", "--table", one.table, "--output", name, *more, exits=exits, **one.settings())


def read_back(sluice, name):
    """What the file says, by other readers: lists of dicts; None: no such cell."""
    path = sluice.folder / name
    if name.endswith(".avro"):
        with open(path, "rb") as file:
            return [dict(one) for one in fastavro.reader(file)]
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in path.read_text().splitlines()]
    with open(path, newline="", encoding="latin-1") as file:
        return list(csv.DictReader(file))


def load_again(sluice, one, name):
    """Into the emptied table, by the mapping that was written beside the file."""
    one.thrift1.drop(one.table)
    sluice.run("init", one.table, **one.settings())
    settings = {**one.settings(), "ingest__mappings": sluice.folder / "back"}
    form = ["--avro"] if name.endswith(".avro") else ["--quoted-empty", "--null", ""]
    sluice.run("bulkload", "--table", one.table, *form, name, **settings)
    form = ["--avro", name] if name.endswith(".avro") else ["--quoted-empty", "--null", "", "--csv", name]
    sluice.run("verify", "--table", one.table, *form, **settings)


@pytest.mark.parametrize("form", ["csv", "avro"])
def test_what_is_written_loads_again(sluice, road, thrift1, form):
    """Typed cells, empty ones, the text nan, delimiters and line ends, rows of several times, two versions."""
    columns = [{"field": "usage", "qualifier": f"c_{name}", "type": name} for name in TYPES]
    one = make(road, sluice, {"f": {"columns": columns, "versions": 3}, "g": {"columns": [{"field": "season", "qualifier": "c_text"},
                                                                                      {"field": "season", "qualifier": ""}]}})
    cells = [(b"typed", f"f:c_{name}".encode(), value, TIME) for name, value in BYTES.items()]
    cells += [(b"texts", b"g:c_text", b"nan", TIME), (b"texts", b"g:", b"", TIME), (b"texts", b"f:c_text", b'a,"b"\r\nc\\N', TIME),
              (b"times#\"x\"", b"f:c_text", "ä€".encode(), TIME + 2), (b"times#\"x\"", b"f:c_long", BYTES["long"], TIME + 1),
              (b"times#\"x\"", b"f:c_text", b"older", TIME), (b"times#\"x\"", b"g:c_text", b"null", TIME)]
    put(thrift1, one.table, cells)
    names = [f"f:c_{name}".encode() for name in TYPES] + [b"g:c_text", b"g:"]
    rows = [b"typed", b"texts", b'times#"x"']
    before = versions(thrift1, one.table, names, rows)
    assert sum(map(len, before.values())) == len(cells)

    back = sluice.folder / "back"
    back.mkdir()
    told = json.loads(export(sluice, one, f"out.{form}", "--versions", 3, "--mapping", "back", "--json").stdout)
    assert told == {"table": one.table, "output": f"out.{form}", "rows": 3, "records": 5, "cells": len(cells), "left_out": 0,
                    "unmapped": 0}
    load_again(sluice, one, f"out.{form}")
    assert versions(thrift1, one.table, names, rows) == before
    again = export(sluice, one, "none.csv", "--mapping", "back", exits=2)
    assert "nothing is written over" in again.stderr and not (sluice.folder / "none.csv").exists()


@pytest.mark.parametrize("form", FORMS)
def test_other_readers_take_it(sluice, road, thrift1, form):
    one = make(road, sluice, {"f": {"columns": [{"field": "usage", "qualifier": name, "type": name} for name in TYPES
                                                if name not in ("bytes", "text")]},
                              "g": {"columns": [{"field": "season", "qualifier": "text"}]}})
    put(thrift1, one.table, [(b"r1", f"f:{name}".encode(), BYTES[name], TIME) for name in TYPES if name not in ("bytes", "text")]
        + [(b"r1", b"g:text", "ä,".encode(), TIME), (b"r2", b"g:text", b"z", TIME + 5)])
    export(sluice, one, f"out.{form}")
    first, second = read_back(sluice, f"out.{form}")
    wanted = {"row": "r1", "timestamp": TIME, "text": "ä,", **{name.replace("-", "_"): value for name, value in TYPES.items()
                                                            if name not in ("bytes", "text")}}
    if form == "csv":
        wanted = {name: {True: "true", -0.0: "-0.0"}.get(value, str(value)) for name, value in wanted.items()}
        wanted["text"] = "ä,".encode().decode("latin-1")
    assert first == wanted
    assert {name: value for name, value in second.items() if value not in (None, "")} == {
        "row": "r2", "timestamp": str(TIME + 5) if form == "csv" else TIME + 5, "text": "z"}


def test_ranges_columns_and_what_cannot_be_written(sluice, road, thrift1):
    one = make(road, sluice, {"f": {"columns": [{"field": "usage", "qualifier": "a"}, {"field": "season", "qualifier": "n", "type": "int"}]}})
    put(thrift1, one.table, [(row, b"f:a", row, TIME) for row in (b"a1", b"a2", b"a\xff", b"b", b"c\x00")]
        + [(b"b", b"f:n", b"no", TIME), (b"b", b"f:other", b"x", TIME), (b"a1", b"f:n", struct.pack(">i", 5), TIME + 1)])

    def keys(*more, exits=0):
        done = sluice.run("export", "--table", one.table, *more, exits=exits, **one.settings())
        rows = list(csv.reader(io.StringIO(done.stdout)))
        return [row[0] for row in rows[1:]], rows[0], done.stderr

    assert keys("--prefix", "a1")[:2] == (["a1", "a1"], ["row", "timestamp", "a", "n"])
    assert keys("--prefix", "a1", "--flat")[0] == ["a1"]
    assert keys("--from", "a2", "--to", "a3", "--format", "csv", "--columns", "f:a")[:2] == (["a2"], ["row", "timestamp", "a"])
    assert keys("--from", "c\\x00")[0] == ["c\0"]
    _, _, said = keys("--prefix", "b", exits=1)
    assert "no values of their column's type" in said and "column f:n" in said and "column f:other" in said
    done = sluice.run("export", "--table", one.table, "--format", "json", exits=1, **one.settings())
    assert "--binary-keys writes keys as bytes" in done.stderr
    done = sluice.run("export", "--table", one.table, "--output", "keys.avro", "--binary-keys", "--columns", "f:a", exits=1, **one.settings())
    assert "no UTF-8 (csv holds any bytes)" in done.stderr
    assert [row["row"] for row in read_back(sluice, "keys.avro")] == [b"a1", b"a2", b"b", b"c\x00"]
    assert "has no f:z" in sluice.run("export", "--table", one.table, "--columns", "f:z", exits=2, **one.settings()).stderr


def shop(sluice, road, entity="transactions", count=3000):
    one = road(entity, partitions=0)
    made = records.make(entity, count)
    sluice.run("init", one.table, **one.settings())
    bulkload(sluice, one, write_csv(sluice.folder / "in.csv", made))
    return one


@pytest.mark.full
@pytest.mark.parametrize("form", FORMS)
def test_polars_and_duckdb_read_it(sluice, road, thrift1, form):
    one = shop(sluice, road)
    found = thrift1.scan(one.table)
    export(sluice, one, f"out.{form}", "--flat")
    path = str(sluice.folder / f"out.{form}")
    wanted = {row.decode(): {column.split(b":")[1].decode(): value.decode() for column, (value, _) in cells.items()}
              for row, cells in found.items()}

    def same(rows):
        assert {row["row"]: {name: value for name, value in row.items() if name not in ("row", "timestamp") and value is not None}
                for row in rows} == wanted

    if form != "avro":
        duckdb = pytest.importorskip("duckdb")
        read = f"read_csv('{path}', all_varchar=true)" if form == "csv" else f"read_json('{path}', format='newline_delimited')"
        names = [one[0] for one in duckdb.sql(f"describe select * from {read}").fetchall()]
        same([{name: None if value is None else str(value) for name, value in zip(names, row)}
              for row in duckdb.sql(f"select columns(*)::varchar from {read}").fetchall()] if form == "csv" else
             [dict(zip(names, row)) for row in duckdb.sql(
                 f"select * from read_json('{path}', format='newline_delimited', columns={{{', '.join(f'{n}: ' + chr(39) + 'VARCHAR' + chr(39) for n in names)}}})").fetchall()])
    polars = pytest.importorskip("polars")
    if form == "csv":
        frame = polars.read_csv(path, infer_schema=False)
    else:
        frame = polars.read_avro(path) if form == "avro" else polars.read_ndjson(path, infer_schema_length=None)
    same(frame.to_dicts())


@pytest.mark.full
@pytest.mark.parametrize("entity", ["customers", "product", "transactions", "clickstream"])
@pytest.mark.parametrize("form", ["csv", "avro"])
def test_the_shop_loads_again(sluice, road, thrift1, entity, form):
    one = shop(sluice, road, entity)
    before = thrift1.scan(one.table)
    (sluice.folder / "back").mkdir()
    export(sluice, one, f"out.{form}", "--mapping", "back")
    load_again(sluice, one, f"out.{form}")
    assert thrift1.scan(one.table) == before
