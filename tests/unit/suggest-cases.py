#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sluice suggest` over CSV files and schemas as they come: what it writes passes check and try without an edit, the
commands that it tells run as they stand, and the rows are those that Python reads from the same file.

suggest-cases.py SLUICE; prints TAP.
"""

import csv
import gzip
import io
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

SEED = 1307
FILES = 60


class Suggestion:
    """One call: its exit code, what it told, and the files."""

    def __init__(self, sluice, folder, *arguments):
        self.sluice, self.folder = sluice, folder
        self.done = self.run("suggest", *arguments, "--json")
        self.code = self.done.returncode
        self.told = json.loads(self.done.stdout) if self.done.stdout else {}
        if self.told:
            self.mapping = json.loads((folder / self.told["mapping"]).read_text())
            self.texts = [f"{one['kind']} {one['text']}" for one in self.told["findings"]]

    def run(self, *arguments):
        return subprocess.run([self.sluice, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              encoding="utf-8", timeout=120)

    def command(self, name, *more):
        """Runs the one of the told commands that begins so."""
        words = [shlex.split(one) for one in self.told["commands"]]
        found = next(one for one in words if one[1] == name)
        return self.run(*found[1:], *more)

    def notes(self):
        return "\n".join(one for one in self.texts if one.startswith("NOTE"))

    def schema(self):
        return json.loads((self.folder / self.told["schemas"][-1]).read_text())


def number(text):
    """The one text form of numbers."""
    value = float(text)
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def cell(kind, text):
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
    if kind == "long":
        return str(int(text))
    return number(text.replace(",", ".")) if kind == "double" else text.lower() if kind == "boolean" else text


def expected(suggestion, records):
    """The rows of the records, by the schema and the key that were written; of one key the last."""
    fields = suggestion.schema()["fields"]
    nulls = suggestion.mapping.get("nulls", ["", "nan"])
    separator = suggestion.mapping["key"].get("separator", "#")
    rows = {}
    for record in records:
        cells = {field["name"]: cell(field["type"], text) for field, text in zip(fields, record, strict=True)
                 if text is not None and text not in nulls}
        rows[separator.join(cells[part] for part in suggestion.mapping["key"]["parts"])] = cells
    return rows


def unescape(text):
    parts = re.split(r"\\x([0-9A-F]{2})", text)
    raw = b"".join(bytes.fromhex(part) if i % 2 else part.encode() for i, part in enumerate(parts))
    return raw.decode()


def tried(suggestion):
    """What try shows, by the very command that was told."""
    done = suggestion.command("try", "--format", "json", "--limit", 1000000)
    assert done.returncode == 0, f"try ends with {done.returncode}: {done.stderr}{done.stdout[-500:]}"
    rows = {}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        rows[unescape(one["row"])] = {name.split(":", 1)[1]: unescape(text) for name, text in one["cells"].items()}
    return rows


def agree(suggestion, records, *, one_file=True):
    done = suggestion.command("check")
    assert done.returncode == 0, f"check ends with {done.returncode}: {done.stdout}{done.stderr}"
    if not one_file:
        return
    is_rows, wanted = tried(suggestion), expected(suggestion, records)
    assert is_rows.keys() == wanted.keys(), f"rows {sorted(is_rows)[:5]}, not {sorted(wanted)[:5]}"
    for key, cells in wanted.items():
        assert is_rows[key] == cells, f"row {key}: {is_rows[key]}, not {cells}"


def lines(*texts):
    return "\n".join(texts) + "\n"


def made(header, count, make, delimiter=","):
    """A header and records, as a file and as lists."""
    records = [[str(value) for value in make(i)] for i in range(count)]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([header, *records])
    return out.getvalue(), records


SHOP = [["1001", "Müller", "12,5", "2019-10-01 08:26:00"], ["1002", "Meier", "7,25", "2019-10-02 09:26:00"],
        ["1003", "Müller", "0,5", "2019-10-03 09:26:00"]]
PLAIN = [["1", "ann", "2.5"], ["2", "bob", "3.25"], ["3", "cid", "4"]]
HEAD = "id,name,amount"
TEXT = [",".join(record) for record in PLAIN]

# What a file holds (text or bytes); the records that it is; options; what the mapping and the told must have:
# key: its parts; types: some fields' types; time: the timestamp's field; says: texts of notes; silent: of none.
CASES = {
    "names that Avro takes stay as they are": (lines(HEAD, *TEXT), PLAIN, [],
                                               {"key": ["id"], "types": {"id": "long", "amount": "double"}}),
    "blanks, brackets, umlauts, a hyphen": (
        lines("Order ID;Käufer (Größe);Weight (kg);Placed-at", *[";".join(one) for one in SHOP]), SHOP, [],
        {"key": ["order_id"], "time": "placed_at", "types": {"weight_kg": "double", "kaeufer_groesse": "string"}}),
    "a name that is there twice, and one that is blank": (
        lines(",Size,size,Size", "0,1,2,3", "1,4,5,6"), [["0", "1", "2", "3"], ["1", "4", "5", "6"]], [],
        {"types": {"column": "long", "Size": "long", "size": "long", "Size_2": "long"}}),
    "names that begin with a digit, or are of another script": (
        lines("2019 total,数量,名前", "1,2,x", "3,4,y"), [["1", "2", "x"], ["3", "4", "y"]], [],
        {"types": {"_2019_total": "long", "column": "long", "column_2": "string"}}),
    "no header line": (lines(*TEXT), PLAIN, [], {"key": ["column_1"], "types": {"column_3": "double"}}),
    "names are said": (lines(*TEXT), PLAIN, ["--columns", "a,b,c"], {"key": ["a"]}),
    "tabs": (lines(HEAD, *TEXT).replace(",", "\t"), PLAIN, [], {"key": ["id"]}),
    "tabs and quotes": (lines("id\tname", '1\t"a\tb"', '2\t"c\nd"', "3\te"), [["1", "a\tb"], ["2", "c\nd"], ["3", "e"]], [],
                        {"key": ["id"]}),
    "bars": (lines(HEAD, *TEXT).replace(",", "|"), PLAIN, [], {"key": ["id"]}),
    "a control character": (lines(HEAD, *TEXT).replace(",", "\x01"), PLAIN, [], {"key": ["id"]}),
    "single quotes": (lines("id,'name','note'", "1,'a,b','x'", "2,'c','y, z'"), [["1", "a,b", "x"], ["2", "c", "y, z"]], [],
                      {"key": ["id"]}),
    "escapes": (lines("id,name", '1,"a\\"b, c"', '2,"d"', '3,"e, f"'), [["1", 'a"b, c'], ["2", "d"], ["3", "e, f"]], [],
                {"key": ["id"]}),
    "UTF-16": (lines(HEAD, *TEXT).encode("utf-16"), PLAIN, [], {"key": ["id"]}),
    "UTF-16 without a mark": (lines(HEAD, *TEXT).encode("utf-16-le"), PLAIN, [], {"key": ["id"]}),
    "Latin-1": (lines("id,stadt", "1,Köln", "2,Zürich").encode("latin-1"), [["1", "Köln"], ["2", "Zürich"]], [],
                {"key": ["id"]}),
    "Windows": (lines("id,preis", "1,5 €", "2,7 €").encode("cp1252"), [["1", "5 €"], ["2", "7 €"]], [], {"key": ["id"]}),
    "packed": (gzip.compress(lines(HEAD, *TEXT).encode()), PLAIN, [], {"key": ["id"]}),
    "a byte order mark and CRLF": ("\ufeff" + lines(HEAD, *TEXT).replace("\n", "\r\n"), PLAIN, [], {"key": ["id"]}),
    "lines before the header": (lines("Report of the week", "", "by hand", HEAD, *TEXT), PLAIN, [], {"key": ["id"]}),
    "comments": (lines("# made by hand", HEAD, TEXT[0], "# half", *TEXT[1:]), PLAIN, [], {"key": ["id"]}),
    "texts that mean missing": (
        lines("id,n,s", "1,NA,NULL", "2,5,x", "3,,y", "4,nan,nan"), [["1", "NA", "NULL"], ["2", "5", "x"], ["3", "", "y"],
                                                                  ["4", "nan", "nan"]], [],
        {"key": ["id"], "types": {"n": ["null", "long"]}, "says": ["'NA' means missing", "'NULL' stands there"]}),
    "numbers that are none": (
        lines("plz,phone,big,long", "01067,+49,12345678901234567890,0.12345678901234567", "10115,+1,1,2"),
        [["01067", "+49", "12345678901234567890", "0.12345678901234567"], ["10115", "+1", "1", "2"]], [],
        {"types": {"plz": "string", "phone": "string", "big": "string", "long": "string"}}),
    "thousands are no fractions": (lines("id;n", "1;1,234", "2;5,678"), [["1", "1,234"], ["2", "5,678"]], [],
                                   {"types": {"n": "string"}}),
    "two fields tell apart what none does": (
        lines("station,day,value", *[f"{s},{d},{i}" for i, (s, d) in enumerate((s, d) for d in "abc" for s in "xyz")]
              ).replace("value", "mean").replace(",0\n", ",1\n"),
        None, [], {"silent": ["share their key"]}),
    "nothing tells apart": (
        lines("kind,colour,amount", "a,red,1.5", "a,red,2.5", "a,blue,1.5", "b,red,1.5"),
        [["a", "red", "1.5"], ["a", "red", "2.5"], ["a", "blue", "1.5"], ["b", "red", "1.5"]], [],
        {"says": ["1 of 4 records share their key with one that differs, as line 2 and line 3"]}),
    "records that are there twice": (lines("id,v", "1,a", "2,b", "1,a"), [["1", "a"], ["2", "b"], ["1", "a"]], [],
                                     {"key": ["id"], "says": ["1 record stands there more than once"],
                                      "silent": ["share their key"]}),
    "a key with the separator in it": (
        lines("kind,no", "a#1,x", "a#1,y", "b|2,x", "b|2,y"),
        [["a#1", "x"], ["a#1", "y"], ["b|2", "x"], ["b|2", "y"]], [], {"silent": ["share their key"]}),
    "ids before what is unique by chance": (
        lines("price,name,order_id,email", "1.5,x,9,e", "2.5,y,8,f", "3.5,z,7,g"), None, [],
        {"key": ["order_id"], "told": ["would do as well: name, email"], "silent": ["rises"]}),
    "times as numbers": (
        lines("id,seen_s,seen_ms_at,count", "1,1700000000,1700000000123,1700000000", "2,1700000001,1700000000124,3"),
        [["1", "1700000000", "1700000000123", "1700000000"], ["2", "1700000001", "1700000000124", "3"]], [],
        {"key": ["id"], "time": "seen_ms_at", "told": ["time field seen_ms_at: ms"]}),
    "dates alone, and dates of birth": (
        lines("id,birthdate,bought", "1,1950-01-01,2020-01-01", "2,1960-02-01,2020-01-02"), None, [],
        {"time": None, "told": ["birthdate: iso8601, some before 1970"]}),
    "a day or a month": (lines("id,day", "1,1/2/2016", "2,3/4/2017"), None, [],
                         {"says": ["times as %m/%d/%Y, or as %d/%m/%Y"], "time": None}),
    "a month, since 13 is none": (lines("id,day", "1,1/13/2016", "2,3/4/2017"), None, [],
                                  {"told": ["time field day: %m/%d/%Y, stored as it is"]}),
    "times of another form": (
        lines("id,ordered", "1,12/13/2010 8:26", "2,12/1/2010 9:00"), [["1", "12/13/2010 8:26"], ["2", "12/1/2010 9:00"]], [],
        {"time": "ordered", "told": ["time field ordered: %m/%d/%Y %H:%M, stored as it is"]}),
    "one column": (lines("name", "x", "y"), [["x"], ["y"]], [], {"key": ["name"]}),
    "one record": (lines(HEAD, TEXT[0]), PLAIN[:1], [], {"key": ["id"]}),
    "a header like a record, further down": (lines(HEAD, TEXT[0], HEAD, *TEXT[1:]), PLAIN, [], {"key": ["id"]}),
    "no value in any field but one": (lines("a,b", ",x", ",y"), [["", "x"], ["", "y"]], [], {"key": ["b"]}),
}


def run_case(sluice, folder, text, records, options, wanted):
    path = folder / "in put.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    got = Suggestion(sluice, folder, "--csv", path.name, *options)
    assert got.code == 0, f"ends with {got.code}: {got.done.stderr}{got.done.stdout}"
    assert sorted(one.name for one in folder.iterdir()) == ["in put.csv", "in_put.avsc", "in_put.json"]
    told = "\n".join(got.texts)
    if "key" in wanted:
        assert got.mapping["key"]["parts"] == wanted["key"], got.mapping["key"]
    if "time" in wanted:
        assert got.mapping.get("timestamp", {}).get("field") == wanted["time"], got.mapping.get("timestamp")
    types = {field["name"]: field["type"] for field in got.schema()["fields"]}
    assert types == {**types, **wanted.get("types", {})}, types
    for text in wanted.get("says", []):
        assert text in got.notes(), f"no '{text}' in {got.notes()}"
    for text in wanted.get("told", []):
        assert text in told, f"no '{text}' in {told}"
    for text in wanted.get("silent", []):
        assert text not in told, f"'{text}' in {told}"
    if records is not None:
        agree(got, records)
    else:
        agree(got, None, one_file=False)


def wide(sluice, folder, width):
    """Many columns, of texts, numbers and times, some of them missing."""
    header = ["Record No"] + [f"Column {i} (unit)" for i in range(1, width)]
    text, records = made(header, 40, lambda row: [f"r{row}"] + [
        "" if (row + i) % 7 == 0 else [f"x{i}", row * i, f"{row}.5", "2020-01-01"][i % 4] for i in range(1, width)])
    (folder / "wide.csv").write_text(text)
    got = Suggestion(sluice, folder, "--csv", "wide.csv")
    assert got.code == 0, got.done.stderr
    assert got.mapping["key"]["parts"] == ["record_no"]
    assert sum(len(one["columns"]) for one in got.mapping["families"].values()) == width
    agree(got, records)


FORMS = [("2019-10-0{} 00:00:00 UTC", "%Y-%m-%d %H:%M:%S %Z"), ("11/{}/2016", "%m/%d/%Y"), ("12/{}/2010 8:26", "%m/%d/%Y %H:%M"),
         ("2019-10-0{}T08:26:00Z", "iso8601"), ("0{}.10.2019", "%d.%m.%Y"), ("0{}-Oct-2019", "%d-%b-%Y")]


def six_forms(sluice, folder):
    """A folder of files, each with its dates in another form."""
    data = folder / "exports"
    data.mkdir()
    records = []
    for i, (form, _) in enumerate(FORMS):
        mine = [[f"{i}-{day}", form.format(day), str(day)] for day in range(1, 8)]
        records += mine
        (data / f"{i}.csv").write_text(lines("id,Order Date,n", *[",".join(one) for one in mine]))
    got = Suggestion(sluice, folder, "--csv", *[f"exports/{i}.csv" for i in range(len(FORMS))])
    assert got.code == 0, got.done.stderr
    assert got.told["table"] == "exports" and got.mapping["key"]["parts"] == ["id"] and "timestamp" not in got.mapping
    for _, name in FORMS:
        assert name in got.notes(), f"no {name} in {got.notes()}"
    agree(got, records, one_file=False)
    for i in range(len(FORMS)):
        done = got.run("try", "--mapping", got.told["mapping"], "--csv", f"exports/{i}.csv")
        assert done.returncode == 0, done.stdout


def one_form_a_column(sluice, folder):
    """The same forms, each in a column of its own: each is named."""
    text, records = made(["id"] + [f"d{i}" for i in range(len(FORMS))], 7,
                         lambda row: [f"k{row}"] + [form.format(row + 1) for form, _ in FORMS])
    (folder / "a.csv").write_text(text)
    got = Suggestion(sluice, folder, "--csv", "a.csv")
    told = "\n".join(got.texts)
    for i, (_, name) in enumerate(FORMS):
        assert re.search(rf"field d{i}: .*{re.escape(name)}", told), f"no {name} in {told}"
    agree(got, records)


def files_of_other_columns(sluice, folder):
    """A file may lack a column; one of another kind is refused."""
    (folder / "a.csv").write_text(lines("id,x,y", "1,a,b", "2,c,d"))
    (folder / "b.csv").write_text(lines("y,id", "e,3"))
    (folder / "c.csv").write_text(lines("p;q", "e;3"))
    got = Suggestion(sluice, folder, "--csv", "a.csv", "b.csv", "--name", "t")
    assert got.code == 0 and "--allow-missing-columns" in got.told["commands"][1], got.done.stderr
    agree(got, None, one_file=False)
    got = Suggestion(sluice, folder, "--csv", "a.csv", "c.csv", "--name", "u")
    assert got.code == 2 and "c.csv: no column is named" in got.done.stderr, got.done.stderr
    assert not (folder / "u.json").exists() and not (folder / "u.avsc").exists()


def late_bytes(sluice, folder):
    """Bytes that are no UTF-8, far behind what was looked at first."""
    records = [[str(i), "plain" if i < 30000 else "Köln"] for i in range(30010)]
    (folder / "a.csv").write_bytes(lines("id,stadt", *[",".join(one) for one in records]).encode("latin-1"))
    got = Suggestion(sluice, folder, "--csv", "a.csv")
    assert "--encoding WINDOWS-1252" in got.told["commands"][1], got.told["commands"]
    agree(got, records)


def nothing_is_written_over(sluice, folder):
    for there in ("in.json", "in.avsc"):
        for path in folder.iterdir():
            path.unlink()
        (folder / "in.csv").write_text(lines(HEAD, *TEXT))
        (folder / there).write_text("mine")
        got = Suggestion(sluice, folder, "--csv", "in.csv")
        assert got.code == 2 and f"{there} exists" in got.done.stderr, got.done.stderr
        assert (folder / there).read_text() == "mine"
        assert sorted(one.name for one in folder.iterdir()) == sorted(["in.csv", there])


def bad_records_are_told(sluice, folder):
    """What bulkload would refuse: told, and exit code 1."""
    (folder / "a.csv").write_text(lines(HEAD, *TEXT, "4,x", "5,y,z,1"))
    got = Suggestion(sluice, folder, "--csv", "a.csv")
    assert got.code == 1, got.done.stderr
    assert "2 bad records" in got.notes() and "a.csv line 5: has 2 fields, not 3" in got.notes(), got.notes()


# Arguments, and what the error says.
WRONG = {
    "nothing": ([], "say what to look at"),
    "two sources": (["--csv", "a.csv", "--topic", "t"], "say one of"),
    "a schema and CSV": (["--csv", "a.csv", "--schema", "s"], "say one of"),
    "standard input": (["--csv", "-"], "cannot be read twice"),
    "no such file": (["--csv", "none.csv"], "none.csv"),
    "an empty file": (["--csv", "empty.csv"], "holds no record"),
    "a header alone": (["--csv", "head.csv"], "holds no record"),
    "no folder": (["--csv", "a.csv", "--output", "nowhere"], "cannot be written"),
    "a name that is none": (["--csv", "a.csv", "--name", "a/b"], "--name has letters"),
    "no limit": (["--csv", "a.csv", "--limit", "0"], "is not a whole number from 1"),
    "CSV's options without CSV": (["--schema", "s", "--delimiter", ";"], "are for --csv"),
    "a subject without a registry": (["--subject", "s"], "registry.url is not set"),
    "no schema": (["--schema", "a.csv"], "a.csv"),
    "no record": (["--schema", "string.avsc"], "a record is needed"),
    "a record of nothing": (["--schema", "hollow.avsc"], "no field"),
}


def wrong_use(sluice, folder):
    (folder / "a.csv").write_text(lines(HEAD, *TEXT))
    (folder / "empty.csv").write_text("")
    (folder / "head.csv").write_text(lines(HEAD))
    (folder / "string.avsc").write_text('"string"')
    (folder / "hollow.avsc").write_text('{"type": "record", "name": "r", "fields": [{"name": "n", "type": "null"}]}')
    before = sorted(one.name for one in folder.iterdir())
    for name, (arguments, text) in WRONG.items():
        got = Suggestion(sluice, folder, *arguments)
        assert got.code in (1, 2) and text in got.done.stderr, f"{name}: {got.code} {got.done.stderr}"
        assert sorted(one.name for one in folder.iterdir()) == before, name


NESTED = {
    "type": "record", "name": "Order", "fields": [
        {"name": "note", "type": ["null", "string"]},
        {"name": "amount", "type": "double"},
        {"name": "order_id", "type": "string"},
        {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "customer", "type": ["null", {"type": "record", "name": "Customer", "fields": [
            {"name": "id", "type": "long"}, {"name": "friend", "type": ["null", "Customer"]}]}]},
        {"name": "data", "type": {"type": "record", "name": "Data", "fields": [
            {"name": "note", "type": "string"}, {"name": "x", "type": "int"}]}},
        {"name": "items", "type": {"type": "array", "items": "string"}},
        {"name": "choice", "type": ["string", "long"]}]}


def schemas(sluice, folder):
    """Records in records, one that holds itself, unions; and a schema in several files."""
    (folder / "order.avsc").write_text(json.dumps(NESTED))
    got = Suggestion(sluice, folder, "--schema", "order.avsc")
    assert got.code == 0, got.done.stderr
    assert got.mapping["record"] == {"format": "avro", "schema": "order.avsc"}
    assert got.mapping["key"]["parts"] == ["order_id"] and got.mapping["timestamp"] == {"field": "placed"}
    assert got.mapping["families"]["customer"]["columns"] == [
        {"field": "customer.id", "qualifier": "id"}, {"field": "customer.friend", "qualifier": "friend"}]
    assert got.mapping["families"]["data"]["columns"] == [
        "note", "amount", "order_id", "placed", "data.note", "data.x", "items", "choice"]
    assert "nobody has looked" in got.notes(), got.notes()
    agree(got, None, one_file=False)

    parts = folder / "parts"
    parts.mkdir()
    (parts / "money.avsc").write_text('{"type": "record", "name": "Money", "fields": [{"name": "cents", "type": "long"}]}')
    (parts / "bill.avsc").write_text(
        '{"type": "record", "name": "Bill", "fields": [{"name": "sum", "type": "Money"}, {"name": "no", "type": "int"}]}')
    got = Suggestion(sluice, folder, "--schema", parts / "money.avsc", "--schema", parts / "bill.avsc")
    assert got.code == 0, got.done.stderr
    assert got.mapping["record"]["schema"] == ["money.avsc", "bill.avsc"] and (folder / "money.avsc").exists()
    agree(got, None, one_file=False)


NAMES = ["id", "Name", "Straße", "a b", "x-y", "Zip", "Date", "amount", "Größe (cm)", "flag", "2nd"]


def random_value(dice, kind, row):
    if dice.random() < 0.1 and kind != "id":
        return ""
    return {
        "id": lambda: f"k{row:05}",
        "long": lambda: str(dice.randint(-10**6, 10**6)),
        "double": lambda: repr(round(dice.uniform(-1000, 1000), dice.randint(1, 4))),
        "boolean": lambda: dice.choice(["true", "false"]),
        "text": lambda: "".join(dice.choice("abc äöü,;|'\"#~\n\\xyz") for _ in range(dice.randint(1, 12))).strip() or "t",
        "time": lambda: f"2020-01-{dice.randint(1, 28):02} 10:{dice.randint(10, 59)}:00",
    }[kind]()


def random_files(sluice, folder):
    """Files that Python wrote, in one of its forms each."""
    dice = random.Random(SEED)
    for i in range(FILES):
        kinds = ["id"] + [dice.choice(["long", "double", "boolean", "text", "time"]) for _ in range(dice.randint(1, 9))]
        names = ["id"] + dice.sample(NAMES[1:], len(kinds) - 1)
        rows = [[random_value(dice, kind, row) for kind in kinds] for row in range(dice.randint(3, 60))]
        out = io.StringIO()
        csv.writer(out, delimiter=dice.choice(",;\t|"), lineterminator=dice.choice(["\n", "\r\n"]),
                   quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])).writerows([names, *rows])
        place = folder / str(i)
        place.mkdir()
        (place / "r.csv").write_bytes(out.getvalue().encode(dice.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])))
        got = Suggestion(sluice, place, "--csv", "r.csv")
        assert got.code == 0, f"file {i} of {folder}: {got.done.stderr}{got.done.stdout[-600:]}"
        agree(got, rows)


def tests():
    for name, case in CASES.items():
        yield name, lambda sluice, folder, case=case: run_case(sluice, folder, *case)
    for width in (40, 5000):
        yield f"{width} columns", lambda sluice, folder, width=width: wide(sluice, folder, width)
    for function in (six_forms, one_form_a_column, files_of_other_columns, late_bytes, nothing_is_written_over,
                     bad_records_are_told, wrong_use, schemas, random_files):
        yield function.__name__.replace("_", " "), function


def main():
    sluice = os.path.abspath(sys.argv[1])
    only = sys.argv[2:]
    chosen = [one for one in tests() if not only or one[0] in only]
    print(f"1..{len(chosen)}")
    failed = 0
    for i, (name, test) in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(sluice, Path(folder))
                print(f"ok {i} {name}", flush=True)
            except (AssertionError, KeyError, UnicodeDecodeError, ValueError) as reason:
                failed += 1
                for line in f"{type(reason).__name__} {reason}".splitlines():
                    print("#", line[:1500])
                print(f"not ok {i} {name}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
