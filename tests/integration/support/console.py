# SPDX-License-Identifier: Apache-2.0
"""What a service answers to the page and to programs, and a table with all that is odd in HBase."""
import json
import pathlib
import struct
import urllib.error
import urllib.parse
import urllib.request

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = {name: json.loads((ROOT / "docs" / f"{name}.schema.json").read_text())
           for name in ("status", "flow", "errors", "tables", "rows", "value")}

# What a mapping of a test's own says of the table below.
FIELDS = [("k", "string"), ("v", "string"), ("n", "long"), ("d", "double"), ("b", "boolean")]
COLUMNS = ["v", {"field": "n", "type": "long"}, {"field": "d", "type": "double"}, {"field": "b", "type": "boolean"}]


def get(port, path, headers=(), **parameters):
    """(status, JSON or text); status None while nobody answers."""
    url = f"http://127.0.0.1:{port}{path}"
    if parameters:
        url += "?" + urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=20) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    except OSError as error:
        return None, str(error)
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text.decode(errors="replace")


def api(port, name, **parameters):
    """The answer, which has the form of its schema."""
    status, answer = get(port, "/status" if name == "status" else f"/api/{name}", **parameters)
    assert status == 200, (status, answer)
    jsonschema.validate(answer, SCHEMAS[name])
    return answer


def unescape(text):
    """The shell's notation as bytes."""
    out, at = bytearray(), 0
    while at < len(text):
        if text.startswith("\\x", at):
            out.append(int(text[at + 2 : at + 4], 16))
            at += 4
        else:
            out += text[at].encode("ascii")
            at += 1
    return bytes(out)


def escape(value):
    return "".join(chr(c) if 32 <= c < 127 and c != 0x5C else f"\\x{c:02X}" for c in value)


def cells_of(answer):
    """{row: {column: [(value, timestamp), the newest first]}}; a value that is left out is its length."""
    rows = {}
    for row in answer["rows"]:
        columns = rows.setdefault(unescape(row["key"]), {})
        for cell in row["cells"]:
            column = unescape(cell["family"]) + b":" + unescape(cell["qualifier"])
            value = cell["length"] if cell.get("left_out") else unescape(cell["value"])
            columns.setdefault(column, []).append((value, cell["timestamp_ms"]))
    return rows


def all_pages(port, **parameters):
    """All cells of all pages, and how many pages they were."""
    rows, pages, more = {}, 0, {}
    while True:
        answer = api(port, "rows", **parameters, **more)
        for row, columns in cells_of(answer).items():
            for column, cells in columns.items():
                assert column not in rows.setdefault(row, {}), "a column comes twice"
                rows[row][column] = cells
        pages += 1
        if answer["ended"] == "whole":
            assert "next" not in answer
            return rows, pages
        more = {"after": answer["next"]}


def long(number):
    return struct.pack(">q", number)


def double(number):
    return struct.pack(">d", number)


def map_types(pipe, folder):
    """Gives the pipe's mapping the fields, families and types above, and its table both families."""
    schema = {"type": "record", "name": "odd", "fields": [{"name": name, "type": kind} for name, kind in FIELDS]}
    (folder / f"{pipe.name}.avsc").write_text(json.dumps(schema))
    path = folder / f"{pipe.name}.json"
    mapping = json.loads(path.read_text())
    mapping["families"] = {"f": {"columns": COLUMNS}, "g": {"columns": [{"field": "v", "qualifier": "again"}]}}
    path.write_text(json.dumps(mapping))
    pipe.thrift1.drop(pipe.table)
    pipe.thrift1.create(pipe.table, ["f", "g"])


def put(thrift1, table, row, cells, timestamp=None):
    connection = thrift1.connection()
    try:
        connection.table(table).put(row, cells, timestamp=timestamp)
    finally:
        connection.close()
