#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes types.json, resolution.json, canonical.json: datums that fastavro wrote and what it reads in them.

    pip install fastavro==1.13.1
    python3 make.py

Each case has the writer's and the reader's schema, the datum as hex, and for each wanted path what
sluice must find there. Only the text form is ours: shown.py writes fastavro's Python values
as docs/records.md describes texts. A case with "refused" is one that fastavro cannot resolve
either.
"""

import datetime
import decimal
import io
import json
import math
import pathlib
import struct
import uuid

import fastavro

from shown import at_path, collect_names, shown

HERE = pathlib.Path(__file__).parent
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def record(name, *fields, **more):
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name, type_, **more):
    return {"name": name, "type": type_, **more}


def logical(type_, name, **more):
    base = type_ if isinstance(type_, dict) else {"type": type_}
    return {**base, "logicalType": name, **more}


def fixed(name, size):
    return {"type": "fixed", "name": name, "size": size}


def enum(name, *symbols, **more):
    return {"type": "enum", "name": name, "symbols": list(symbols), **more}


def array(items):
    return {"type": "array", "items": items}


def mapping(values):
    return {"type": "map", "values": values}


def paths_of(reader):
    return [f["name"] for f in reader["fields"]]


def case(name, writer, value, reader=None, paths=None):
    reader = writer if reader is None else reader
    datum = io.BytesIO()
    fastavro.schemaless_writer(datum, fastavro.parse_schema(writer, _write_hint=False), value)
    result = {
        "name": name,
        "writer": writer,
        "reader": reader,
        "datum": datum.getvalue().hex(),
    }
    datum.seek(0)
    try:
        read = fastavro.schemaless_reader(
            datum,
            fastavro.parse_schema(writer, _write_hint=False),
            fastavro.parse_schema(reader, _write_hint=False),
        )
    except fastavro.read.SchemaResolutionError:
        return {**result, "fields": {path: None for path in paths or paths_of(reader)}, "refused": True}
    names = collect_names(reader, {})
    result["fields"] = {
        path: shown(*at_path(read, reader, path, names), names) for path in paths or paths_of(reader)
    }
    return result


# -- the cases ------------------------------------------------------------------------------------


def one(name, type_, *values):
    """A record of one field, a case for each value."""
    return [
        case(f"{name} {i}" if len(values) > 1 else name, record("R", field("x", type_)), {"x": value})
        for i, value in enumerate(values)
    ]


def instant(year, month, day, hour=0, minute=0, second=0, micros=0):
    return datetime.datetime(year, month, day, hour, minute, second, micros, tzinfo=UTC)


def all_types():
    nested = record(
        "Home",
        field("city", "string"),
        field("at", ["null", record("Point", field("lat", "double"), field("long", "float"))]),
    )
    node = record("Node", field("value", "int"), field("next", ["null", "Node"]))
    tree = record("Tree", field("name", "string"), field("children", array("Tree")))
    every = record(
        "Every",
        field("n", "null"),
        field("b", "boolean"),
        field("i", "int"),
        field("l", "long"),
        field("f", "float"),
        field("d", "double"),
        field("y", "bytes"),
        field("s", "string"),
        field("e", enum("E", "A", "B")),
        field("x", fixed("F", 2)),
        field("a", array("int")),
        field("m", mapping("long")),
        field("u", ["null", "string"]),
    )
    every_value = {
        "n": None, "b": True, "i": -1, "l": 1 << 40, "f": 0.1, "d": 0.1, "y": b"\x00\xff\"\\\n",
        "s": 'é"\\\n\t\u0001\U0001f600', "e": "B", "x": b"xy", "a": [1, 2, -3], "m": {"k": 7}, "u": None,
    }  # fmt: skip
    return [
        *one("null", "null", None),
        *one("boolean", "boolean", True, False),
        *one("int", "int", 0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31)),
        *one("long", "long", 0, 8191, 8192, 2**53 + 1, 2**63 - 1, -(2**63)),
        *one("float", "float", 0.0, 0.1, -2.5, 16777216.0, 3.4028234663852886e38, math.inf, math.nan),
        *one("double", "double", 0.0, 0.1, 123.0, -2.5e-5, 1e300, 2.0**53, 5e-324, -math.inf, math.nan),
        *one("bytes", "bytes", b"", b"\x00\x01\xff", bytes(range(256))),
        *one("string", "string", "", "plain", "Grüße, \U0001f600", 'q"\\\n\u0000', "x" * 9000),
        *one("enum", enum("E", "RED", "GREEN"), "RED", "GREEN"),
        *one("fixed", fixed("F", 3), b"\x00\x80\xff"),
        *one("fixed of nothing", fixed("F", 0), b""),
        *one("nullable", ["null", "string"], None, "x"),
        *one("nullable behind", ["string", "null"], None, "x"),
        *one("many branches", ["null", "boolean", "long", "double", "string", "bytes"],
             None, True, 5, 0.5, "t", b"\x07"),
        *one("array", array("int"), [], [1], list(range(-100, 100))),
        *one("array of null", array("null"), [None] * 5),
        *one("array of strings", array("string"), ["", "a,b", 'c"d\\', "e\nf\u0000"]),
        *one("array of doubles", array("double"), [1.0, 0.1, 1e300, math.nan, math.inf, -math.inf]),
        *one("array of floats", array("float"), [1.0, float(struct.unpack("<f", struct.pack("<f", 0.1))[0])]),
        *one("array of arrays", array(array("boolean")), [[], [True], [False, True]]),
        *one("map", mapping("string"), {}, {"a": "1"}, {"k\u00e9y \"": "v", "": ""}),
        *one("map of maps", mapping(mapping("int")), {"a": {"b": 1}, "c": {}}),
        *one("record", nested, {"city": "Oslo", "at": {"lat": 59.9, "long": 10.75}}, {"city": "", "at": None}),
        *one("recursive list", node, {"value": 1, "next": {"value": 2, "next": None}}),
        *one("recursive tree", tree,
             {"name": "a", "children": [{"name": "b", "children": []}, {"name": "c", "children": [
                 {"name": "d", "children": []}]}]}),
        *one("everything in a record", every, every_value),
        *one("everything in an array", array(every), [every_value] * 2),
        case("every type side by side", every, every_value),
        case("parts of a record", record("R", field("home", nested), field("end", "int")),
             {"home": {"city": "Oslo", "at": {"lat": 59.9, "long": 10.75}}, "end": 1},
             paths=["end", "home.at.long", "home.city", "home.at.lat"]),
        case("a whole and its parts", record("R", field("home", nested), field("end", "int")),
             {"home": {"city": "Oslo", "at": {"lat": 59.9, "long": 10.75}}, "end": 1},
             paths=["home.at", "home", "end", "home.city", "home.at.lat"]),
        case("parts of nothing", record("R", field("home", ["null", nested]), field("end", "int")),
             {"home": None, "end": 1}, paths=["home.at.long", "home.city", "end"]),
        case("parts behind two nulls", record("R", field("home", ["null", nested]), field("end", "int")),
             {"home": {"city": "Oslo", "at": None}, "end": 1},
             paths=["home.at.long", "home.city", "end"]),
    ]  # fmt: skip


def logical_types():
    D = decimal.Decimal
    millis = [instant(1970, 1, 1), instant(2024, 2, 29, 12, 34, 56, 789000), instant(1969, 12, 31, 23, 59, 59, 999000),
              instant(1900, 3, 1), instant(2000, 2, 29), instant(2100, 2, 28, 23, 59, 59), instant(9999, 12, 31),
              instant(1, 1, 1)]  # fmt: skip
    micros = [instant(2024, 2, 29, 12, 34, 56, 789012), instant(1960, 1, 1, 0, 0, 0, 1)]
    local = [moment.replace(tzinfo=None) for moment in micros]
    dates = [datetime.date(1970, 1, 1), datetime.date(2024, 2, 29), datetime.date(1969, 12, 31),
             datetime.date(1, 1, 1), datetime.date(9999, 12, 31), datetime.date(1600, 2, 29)]  # fmt: skip
    cents = [D("0.00"), D("0.05"), D("-0.05"), D("12.34"), D("-12.34"), D("1.27"), D("1.28"), D("-1.28"), D("-1.29"),
             D("99999999.99"), D("-99999999.99")]  # fmt: skip
    large = [D("123456789012345678901234567890.1234567890"), D("-123456789012345678901234567890.1234567890"),
             D("18446744073709551616.0000000000"), D("-0.0000000001"), D("4294967296") / D(10**10)]  # fmt: skip
    every = record(
        "Every",
        field("d", logical("int", "date")),
        field("t", logical("long", "timestamp-micros")),
        field("c", logical("bytes", "decimal", precision=10, scale=2)),
    )
    return [
        *one("date", logical("int", "date"), *dates),
        *one("time-millis", logical("int", "time-millis"), datetime.time(), datetime.time(12, 34, 56, 789000),
             datetime.time(23, 59, 59, 999000)),
        *one("time-micros", logical("long", "time-micros"), datetime.time(), datetime.time(12, 34, 56, 789012)),
        *one("timestamp-millis", logical("long", "timestamp-millis"), *millis),
        *one("timestamp-micros", logical("long", "timestamp-micros"), *micros),
        *one("local-timestamp-millis", logical("long", "local-timestamp-millis"), local[0].replace(microsecond=5000)),
        *one("local-timestamp-micros", logical("long", "local-timestamp-micros"), *local),
        *one("decimal in bytes", logical("bytes", "decimal", precision=10, scale=2), *cents),
        *one("decimal in fixed", logical(fixed("F", 5), "decimal", precision=10, scale=2), *cents),
        *one("large decimal", logical("bytes", "decimal", precision=50, scale=10), *large),
        *one("whole decimal", logical("bytes", "decimal", precision=5), D("0"), D("-123")),
        *one("uuid", logical("string", "uuid"), uuid.UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")),
        *one("nullable date", ["null", logical("int", "date")], None, dates[1]),
        *one("logical types in a record", every, {"d": dates[1], "t": micros[0], "c": cents[3]}),
        *one("logical types in an array", array(logical("long", "timestamp-millis")), millis[:2]),
    ]  # fmt: skip


def promotions():
    values = {"int": 7, "long": 1 << 40, "float": 0.5, "double": 0.5, "string": "text", "bytes": b"text"}
    kinds = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"]
    return [
        case(f"{writer} as {reader}", record("R", field("x", writer)), {"x": value},
             record("R", field("x", reader)))
        for writer, value in values.items()
        for reader in kinds
    ] + [
        case(f"{writer} as {reader} in JSON", record("R", field("x", array(writer))), {"x": [value]},
             record("R", field("x", array(reader))))
        for writer, value in values.items()
        for reader in kinds
    ]  # fmt: skip


def defaults():
    inner = record("I", field("a", "int", default=5), field("b", "string", default="é\u0000"))
    kinds = [
        ("null", None), ("boolean", True), ("int", -7), ("long", 1 << 40), ("float", 0.5), ("double", 1e300),
        ("double", 3), ("string", ""), ("string", 'é"\\'), ("bytes", "\u0000\u00ff"), (enum("E", "A", "B"), "B"),
        (fixed("F", 2), "\u0001\u00fe"), (array("int"), []), (array("int"), [1, 2]), (mapping("int"), {"k": 1}),
        (["null", "string"], None), (["string", "null"], "s"), (inner, {"a": 1, "b": "x"}),
        (array(mapping(["null", "double"])), [{"a": None}, {}]),
    ]  # fmt: skip
    writer = record("R", field("x", "int"))
    result = [
        case(f"default {i} of {json.dumps(type_)[:40]}", writer, {"x": 1},
             record("R", field("x", "int"), field("new", type_, default=value)))
        for i, (type_, value) in enumerate(kinds)
    ]  # fmt: skip
    result.append(case("no default", writer, {"x": 1}, record("R", field("x", "int"), field("new", "int"))))
    old = record("R", field("home", record("H", field("city", "string"))))
    new = record("R", field("home", record("H", field("zip", "int", default=99), field("city", "string"))))
    result.append(case("default within a record", old, {"home": {"city": "Oslo"}}, new))
    result.append(case("default of a part", old, {"home": {"city": "Oslo"}}, new, ["home.city", "home.zip"]))
    maybe_old = record("R", field("home", ["null", record("H", field("city", "string"))]))
    maybe_new = record("R", field("home", ["null", record("H", field("zip", "int", default=99))]))
    for value in ({"city": "Oslo"}, None):
        result.append(case(f"default of a part, {value}", maybe_old, {"home": value}, maybe_new, ["home.zip", "home"]))
    lost = record("R", field("home", record("H", field("city", "string"), field("zip", "int"))))
    result.append(case("no default within a record", old, {"home": {"city": "Oslo"}}, lost))
    whole = record("R", field("x", "int"), field("home", record("H", field("city", "string")), default={"city": "?"}))
    result.append(case("a part of a default", writer, {"x": 1}, whole, ["home.city", "x", "home"]))
    return result


def names():
    writer = record("R", field("a", "int"), field("b", "string"), field("c", "double"))
    value = {"a": 1, "b": "two", "c": 3.5}
    return [
        case("reordered", writer, value,
             record("R", field("c", "double"), field("b", "string"), field("a", "int"))),
        case("removed", writer, value, record("R", field("b", "string"))),
        case("field alias", writer, value, record("R", field("z", "int", aliases=["a"]), field("c", "double"))),
        case("alias and promotion", writer, value, record("R", field("z", "double", aliases=["q", "a"]))),
        case("other namespace", {**writer, "namespace": "a.b"}, value, {**writer, "namespace": "c"}),
        case("other name", writer, value, {**writer, "name": "S"}),
        case("name alias", writer, value, {**writer, "name": "S", "aliases": ["R"]}),
        case("reordered in JSON", record("O", field("x", writer)), {"x": value},
             record("O", field("x", record("R", field("c", "double"), field("n", "int", default=4),
                                           field("a", "long"))))),
        case("reordered in an array", record("O", field("x", array(writer))), {"x": [value, value]},
             record("O", field("x", array(record("R", field("c", "double"), field("b", "bytes")))))),
        case("inner name", record("O", field("x", record("I", field("y", "int")))), {"x": {"y": 1}},
             record("O", field("x", record("J", field("y", "int"))))),
        case("inner alias", record("O", field("x", record("I", field("y", "int")))), {"x": {"y": 1}},
             record("O", field("x", record("J", field("y", "int"), aliases=["I"])))),
        case("enum reordered", record("R", field("x", enum("E", "A", "B", "C"))), {"x": "C"},
             record("R", field("x", enum("E", "C", "A")))),
        case("enum without the symbol", record("R", field("x", enum("E", "A", "B"))), {"x": "B"},
             record("R", field("x", enum("E", "A")))),
        case("enum default", record("R", field("x", enum("E", "A", "B"))), {"x": "B"},
             record("R", field("x", enum("E", "A", "O", default="O")))),
        case("enum default in JSON", record("R", field("x", array(enum("E", "A", "B")))), {"x": ["B", "A"]},
             record("R", field("x", array(enum("E", "A", "O", default="O"))))),
        case("enum of another name", record("R", field("x", enum("E", "A"))), {"x": "A"},
             record("R", field("x", enum("F", "A")))),
        case("fixed of another size", record("R", field("x", fixed("F", 2))), {"x": b"ab"},
             record("R", field("x", fixed("F", 3)))),
        case("fixed of another name", record("R", field("x", fixed("F", 2))), {"x": b"ab"},
             record("R", field("x", fixed("G", 2)))),
        case("array as map", record("R", field("x", array("int"))), {"x": [1]},
             record("R", field("x", mapping("int")))),
    ]  # fmt: skip


def unions():
    def pair(name, writer, values, reader):
        return [
            case(f"{name}, {value!r}", record("R", field("x", writer)), {"x": value}, record("R", field("x", reader)))
            for value in values
        ]

    a = record("A", field("p", "int"))
    b = record("B", field("q", "string"))
    node = record("Node", field("v", "int"), field("next", ["null", "Node"]))
    wide = record("Node", field("next", ["null", "Node"]), field("v", "double"), field("w", "int", default=0))
    return [
        *pair("union as type", ["null", "int"], [5, None], "int"),
        *pair("union as wider type", ["null", "int", "long"], [5, None], ["null", "double"]),
        *pair("type as union", "int", [5], ["null", "int"]),
        *pair("type as union that lacks it", "int", [5], ["null", "string"]),
        *pair("type as union by promotion", "int", [5], ["null", "double"]),
        *pair("union as union, swapped", ["null", "string"], ["x", None], ["string", "null"]),
        *pair("union as smaller union", ["null", "string", "int"], ["x", None, 5], ["null", "string"]),
        *pair("string branch as bytes", ["null", "string"], ["x", None], ["null", "bytes"]),
        *pair("records of a union", ["null", a, b], [{"p": 1}, {"q": "x"}, None],
              ["null", record("B", field("q", "string")), record("A", field("p", "long"))]),
        *pair("array of unions", array(["null", "int", "string"]), [[None, 1, "x"]],
              array(["string", "null", "double"])),
        *pair("map of unions", mapping(["null", "int"]), [{"a": None, "b": 2}], mapping(["long", "null"])),
        *pair("recursive", node, [{"v": 1, "next": {"v": 2, "next": {"v": 3, "next": None}}}], wide),
        case("a part behind a union", record("R", field("x", ["null", a])), {"x": {"p": 4}},
             record("R", field("x", ["null", record("A", field("p", "double"))])), ["x.p"]),
        case("a part behind a new union", record("R", field("x", a)), {"x": {"p": 4}},
             record("R", field("x", ["null", record("A", field("p", "double"))])), ["x.p"]),
    ]  # fmt: skip


def logical_resolution():
    millis = logical("long", "timestamp-millis")
    micros = logical("long", "timestamp-micros")
    at = instant(2024, 2, 29, 12, 34, 56, 789000)
    date = logical("int", "date")
    return [
        case("date as itself", record("R", field("x", date)), {"x": datetime.date(2024, 2, 29)},
             record("R", field("x", ["null", date]))),
        case("millis as millis of a union", record("R", field("x", ["null", millis])), {"x": at},
             record("R", field("x", [millis, "null"]))),
        case("more digits of a decimal", record("R", field("x", logical("bytes", "decimal", precision=4, scale=2))),
             {"x": decimal.Decimal("12.34")},
             record("R", field("x", logical("bytes", "decimal", precision=9, scale=2)))),
    ] + [
        # The unit is the writer's; the digits shown are then the writer's too.
        {**case("another unit", record("R", field("x", micros)), {"x": at}), "reader": record("R", field("x", millis))},
        {**case("another unit back", record("R", field("x", millis)), {"x": at}),
         "reader": record("R", field("x", micros))},
    ]  # fmt: skip


def canonical_forms():
    """Schemas with their Parsing Canonical Form and fingerprint (the bytes of single-object encoding)."""
    rich = record(
        "R",
        field("x", ["null", logical("int", "date")], default=None, doc="d", order="ignore"),
        field("e", enum("E", "A", "B", default="A"), aliases=["old"]),
        field("f", fixed("c.F", 4)),
        field("again", "E"),
        field("me", array("R")),
        field("m", mapping("c.F")),
        namespace="a.b",
        aliases=["Q"],
        doc="text",
    )
    schemas = ["null", {"type": "int"}, logical("bytes", "decimal", precision=4, scale=2), ["null", "string"],
               array({"type": "array", "items": "double"}), mapping(["null", "long"]), enum("x.E", "A"),
               fixed("F", 16), record("Empty"), record("s.t.Full", field("a", "boolean")), rich]  # fmt: skip
    result = []
    for schema in schemas:
        canonical = fastavro.schema.to_parsing_canonical_form(schema)
        result.append({
            "name": json.dumps(schema)[:60],
            "schema": schema,
            "canonical": canonical,
            "fingerprint": fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"),
        })  # fmt: skip
    return result


def write(name, cases):
    assert len({c["name"] for c in cases}) == len(cases), "two cases of one name"
    text = ",\n".join(json.dumps(c) for c in cases)
    (HERE / name).write_text(f"[\n{text}\n]\n")


def main():
    write("types.json", all_types() + logical_types())
    write("canonical.json", canonical_forms())
    write("resolution.json", promotions() + defaults() + names() + unions() + logical_resolution())


if __name__ == "__main__":
    main()
