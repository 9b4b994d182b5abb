# SPDX-License-Identifier: Apache-2.0
"""Every Avro type, written by three encoders that have nothing in common and read back by clients of both thrift
interfaces and by HBase's own shell."""
import datetime
import decimal
import io
import json
import re
import struct
import subprocess
import uuid

import avro.io
import avro.schema
import fastavro
import pytest

from support.hbase import shell
from support.kafka import datum

UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2024, 2, 29, 12, 34, 56, 789000, UTC)
RECORD_TIME = 1_700_000_000_000


def logical(type_, name, **more):
    return {"type": type_, "logicalType": name, **more}


# field: its type, and for each of three records its value and the text that the table must have (None: no cell)
FIELDS = {
    "a_null": ("null", [(None, None)] * 3),
    "a_boolean": ("boolean", [(True, b"true"), (False, b"false"), (True, b"true")]),
    "an_int": ("int", [(-7, b"-7"), (2**31 - 1, b"2147483647"), (-(2**31), b"-2147483648")]),
    "a_long": ("long", [(2**62, b"4611686018427387904"), (-(2**63), b"-9223372036854775808"), (0, b"0")]),
    "a_float": ("float", [(0.1, b"0.1"), (-1e30, b"-1e+30"), (3.0, b"3")]),
    "a_double": ("double", [(2.5e-05, b"2.5e-05"), (123.0, b"123"), (-1e300, b"-1e+300")]),
    "some_bytes": ("bytes", [(b"\x00\xff\n", b"\x00\xff\n"), (b"x", b"x"), (bytes(range(256)), bytes(range(256)))]),
    "a_string": ("string", [("Ünï 中文 🚰", "Ünï 中文 🚰".encode()), ("nan", b"nan"), (" a,b\n", b" a,b\n")]),
    "a_fixed": ({"type": "fixed", "name": "F", "size": 3}, [(b"\x00\x01\x02", b"\x00\x01\x02"), (b"abc", b"abc"), (b"\xff" * 3, b"\xff" * 3)]),
    "an_enum": ({"type": "enum", "name": "E", "symbols": ["RED", "BLUE"]}, [("BLUE", b"BLUE"), ("RED", b"RED"), ("BLUE", b"BLUE")]),
    "an_array": ({"type": "array", "items": "long"}, [([1, -2, 3], b"[1,-2,3]"), ([], b"[]"), ([5], b"[5]")]),
    "a_map": ({"type": "map", "values": "double"}, [({"k": 1.5}, b'{"k":1.5}'), ({}, b"{}"), ({"\"": 2.0}, b'{"\\"":2}')]),
    "a_record": (
        {"type": "record", "name": "R", "fields": [{"name": "x", "type": "int"}, {"name": "y", "type": ["null", "string"]}]},
        [({"x": 1, "y": "z"}, b'{"x":1,"y":"z"}'), ({"x": 2, "y": None}, b'{"x":2,"y":null}'), ({"x": 3, "y": ""}, b'{"x":3,"y":""}')],
    ),
    "a_union": (["null", "string", "boolean", "double"], [(None, None), ("text", b"text"), (0.5, b"0.5")]),
    "a_date": (logical("int", "date"), [(datetime.date(2024, 2, 29), b"2024-02-29"), (datetime.date(1969, 12, 31), b"1969-12-31"), (datetime.date(1970, 1, 1), b"1970-01-01")]),
    "time_millis": (logical("int", "time-millis"), [(datetime.time(12, 34, 56, 789000), b"12:34:56.789"), (datetime.time(), b"00:00:00.000"), (datetime.time(23, 59), b"23:59:00.000")]),
    "time_micros": (logical("long", "time-micros"), [(datetime.time(12, 34, 56, 789012), b"12:34:56.789012"), (datetime.time(), b"00:00:00.000000"), (datetime.time(23, 59), b"23:59:00.000000")]),
    "stamp_millis": (logical("long", "timestamp-millis"), [(MOMENT, b"2024-02-29T12:34:56.789Z")] * 3),
    "stamp_micros": (logical("long", "timestamp-micros"), [(MOMENT + datetime.timedelta(microseconds=12), b"2024-02-29T12:34:56.789012Z")] * 3),
    "a_decimal": (logical("bytes", "decimal", precision=9, scale=2), [(decimal.Decimal("-12.34"), b"-12.34"), (decimal.Decimal("0.05"), b"0.05"), (decimal.Decimal("1234567.89"), b"1234567.89")]),
    "a_uuid": (logical("string", "uuid"), [(uuid.UUID(int=7), b"00000000-0000-0000-0000-000000000007")] * 3),
}
SCHEMA = {
    "type": "record",
    "name": "All",
    "fields": [{"name": "id", "type": "string"}, *({"name": name, "type": kind} for name, (kind, _) in FIELDS.items())],
}


def big_decimal(number):
    """As java.math.BigDecimal goes through HBase's Bytes: the scale, then the digits."""
    sign, digits, exponent = number.as_tuple()
    unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
    return struct.pack(">i", -exponent) + unscaled.to_bytes(unscaled.bit_length() // 8 + 1, "big", signed=True)


# qualifier: field, type, the bytes as Java's DataOutputStream has them, and how the hbase shell shows them
TYPED = {
    "as_int": ("an_int", "int", lambda v: struct.pack(">i", v), "toInt"),
    "as_long": ("a_long", "long", lambda v: struct.pack(">q", v), "toLong"),
    "int_as_long": ("an_int", "long", lambda v: struct.pack(">q", v), "toLong"),
    "as_double": ("a_double", "double", lambda v: struct.pack(">d", v), "toDouble"),
    "as_float": ("a_float", "float", lambda v: struct.pack(">f", v), "toFloat"),
    "as_decimal": ("a_decimal", "decimal", lambda v: big_decimal(v), "toBigDecimal"),
    "as_boolean": ("a_boolean", "boolean", lambda v: b"\xff" if v else b"\x00", "toBoolean"),
    "as_bytes": ("some_bytes", "bytes", lambda v: v, "toStringBinary"),
}
KEYS = ["one", "two", "three"]


def made():
    return [{"id": key, **{name: values[i][0] for name, (_, values) in FIELDS.items()}} for i, key in enumerate(KEYS)]


def wanted():
    rows = {}
    for i, key in enumerate(KEYS):
        row = {f"text:{name}".encode(): values[i][1] for name, (_, values) in FIELDS.items()}
        row.update({f"typed:{q}".encode(): pack(FIELDS[field][1][i][0]) for q, (field, _, pack, _) in TYPED.items()})
        rows[key.encode()] = {name: (value, RECORD_TIME) for name, value in row.items() if value is not None}
    return rows


def by_fastavro(one, _folder):
    parsed = fastavro.parse_schema(json.loads(json.dumps(SCHEMA)))
    return [datum(parsed, record) for record in made()]


def by_avro(one, _folder):
    writer = avro.io.DatumWriter(avro.schema.parse(json.dumps(SCHEMA)))
    values = []
    for record in made():
        out = io.BytesIO()
        writer.write({**record, "a_uuid": str(record["a_uuid"])}, avro.io.BinaryEncoder(out))
        values.append(out.getvalue())
    return values


def by_avro_c(one, folder):
    """avro-c reads fastavro's file and writes its records behind the header of another."""
    for name, records in (("fastavro.avro", made()), ("avro-c.avro", [])):
        with open(folder / name, "wb") as out:
            fastavro.writer(out, json.loads(json.dumps(SCHEMA)), records)
    subprocess.run(["avroappend", folder / "fastavro.avro", folder / "avro-c.avro"], check=True, capture_output=True)
    one.sluice.run(
        "generate", "--kafka", "--table", one.table, "--from", folder / "avro-c.avro", "--timestamp", RECORD_TIME, **one.settings()
    )
    return []


@pytest.fixture
def types(road, sluice):
    one = road("customers")
    one.sluice = sluice
    (one.mappings / "all.avsc").write_text(json.dumps(SCHEMA))
    one.document = {
        "record": {"format": "avro", "schema": "all.avsc"},
        "key": {"separator": "#", "parts": ["id"]},
        "timestamp": "record",
        "families": {
            "text": {"columns": list(FIELDS)},
            "typed": {"columns": [{"field": f, "qualifier": q, "type": t} for q, (f, t, _, _) in TYPED.items()]},
        },
    }
    one.write()
    sluice.run("init", one.table, **one.settings())
    return one


def shown(table, row):
    """The typed columns as HBase's own Bytes reads them."""
    columns = ", ".join(f"'typed:{q}:{how}'" for q, (_, _, _, how) in TYPED.items())
    said = shell(f"get '{table}', '{row}', [{columns}]\n").stdout
    return dict(re.findall(r"typed:(\w+)\s+timestamp=\S+, value=(.*)", said))


@pytest.mark.parametrize("write", [by_fastavro, by_avro, by_avro_c])
def test_every_type_arrives_as_two_readers_see_it(types, sluice, write, thrift2, tmp_path):
    values = write(types, tmp_path)
    types.kafka.produce(types.topic, [{"value": value, "timestamp": RECORD_TIME} for value in values])

    sluice.run("run", "--until-end", "--topic", types.topic, **types.settings())

    assert types.thrift1.scan(types.table) == wanted()
    assert thrift2.scan(types.table) == wanted()
    said = sluice.run("verify", "--table", types.table, "--topic", types.topic, "--json", **types.settings())
    assert json.loads(said.stdout)["rows_equal"] == len(KEYS)


@pytest.mark.full
def test_hbase_s_own_classes_read_the_typed_columns(types, sluice):
    types.kafka.produce(types.topic, [{"value": value, "timestamp": RECORD_TIME} for value in by_fastavro(types, None)])
    sluice.run("run", "--until-end", "--topic", types.topic, **types.settings())

    for i, key in enumerate(KEYS):
        said = shown(types.table, key)
        record = {q: FIELDS[field][1][i][0] for q, (field, *_) in TYPED.items()}
        assert {q: int(said[q]) for q in ("as_int", "as_long", "int_as_long")} == {
            q: record[q] for q in ("as_int", "as_long", "int_as_long")
        }
        assert float(said["as_double"]) == record["as_double"]
        assert float(said["as_float"]) == record["as_float"]
        assert decimal.Decimal(said["as_decimal"]) == record["as_decimal"]
        assert (said["as_boolean"] == "true") == record["as_boolean"]
        assert said["as_bytes"].encode().decode("unicode_escape").encode("latin-1") == record["as_bytes"]
