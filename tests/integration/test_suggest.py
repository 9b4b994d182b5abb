# SPDX-License-Identifier: Apache-2.0
"""`sluice suggest` against the real stack: the commands that it tells, run as they stand, lead from real inputs to
verified rows, and happybase reads the cells that the input holds."""
import csv
import io
import json
import shlex
import subprocess
import uuid

import fastavro
import pytest

from support.registry import Registry

TIME = 1_700_000_000_000


class Table:
    """The table and topic of a test, from suggest to verify."""

    def __init__(self, sluice, thrift1, kafka):
        self.sluice, self.thrift1, self.kafka = sluice, thrift1, kafka
        self.name = f"s_{uuid.uuid4().hex[:10]}"

    def suggest(self, *arguments, exits=0, **settings):
        more = {"kafka__group_id": self.name, "kafka__session_timeout_ms": "6000", **settings}
        done = self.sluice.run("suggest", *arguments, "--name", self.name, "--json", exits=exits, **more)
        self.told = json.loads(done.stdout)
        self.mapping = json.loads((self.sluice.folder / self.told["mapping"]).read_text())
        return "\n".join(f"{one['kind']} {one['text']}" for one in self.told["findings"])

    def follow(self):
        """Every command, as it was told; then what the table holds."""
        for command in self.told["commands"]:
            words = shlex.split(command)
            done = subprocess.run([self.sluice.path, *words[1:]], cwd=self.sluice.folder, capture_output=True, text=True,
                                  timeout=120, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, f"{command} ends with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return {row: {column: value for column, (value, _) in cells.items()}
                for row, cells in self.thrift1.scan(self.name).items()}

    def remove(self):
        self.thrift1.drop(self.name)
        self.kafka.delete(self.name, f"{self.name}.dlq")


@pytest.fixture
def table(sluice, thrift1, kafka):
    one = Table(sluice, thrift1, kafka)
    yield one
    one.remove()


def cells(values, family="data"):
    return {f"{family}:{name}".encode(): str(value).encode() for name, value in values.items() if value is not None}


def test_a_real_csv_file(table, sluice):
    """German Excel: blanks, brackets and umlauts in names, one of them twice, semicolons, commas in numbers, Windows'
    letters."""
    text = ("Order ID;Käufer (Größe);Weight (kg);Placed at;Note;Note\r\n"
            "1001;Müller;12,5;2019-10-01 08:26:00;;a\r\n"
            '1002;"Meier; Sohn";7;2019-10-02 08:26:00;5 €;"b\r\nc"\r\n'
            "1003;Müller;NA;2019-10-03 08:26:00;;\r\n")
    (sluice.folder / "Meine Daten.csv").write_bytes(text.encode("cp1252"))
    said = table.suggest("--csv", "Meine Daten.csv")
    assert "'NA' means missing" in said and table.mapping["key"]["parts"] == ["order_id"]
    names = ["order_id", "kaeufer_groesse", "weight_kg", "placed_at", "Note", "Note_2"]
    wanted = [["1001", "Müller", "12.5", "2019-10-01 08:26:00", None, "a"],
              ["1002", "Meier; Sohn", "7", "2019-10-02 08:26:00", "5 €", "b\r\nc"],
              ["1003", "Müller", None, "2019-10-03 08:26:00", None, None]]
    assert table.follow() == {one[0].encode(): cells(dict(zip(names, one))) for one in wanted}


EVENTS = [{"event_id": f"e{i:03}", "kind": "view" if i % 3 else "buy", "at": TIME + i, "user.name": f"u{i}",
           "place": {"city": "Köln" if i % 2 else None, "zip": f"0{i}"}, "tags": ["a", i]} for i in range(40)]


def test_a_topic_of_nested_json(table):
    table.kafka.create(table.name, 2)
    table.kafka.produce(table.name, [{"value": json.dumps(one, ensure_ascii=False).encode(), "key": one["event_id"].encode(),
                                      "partition": i % 2} for i, one in enumerate(EVENTS)])
    said = table.suggest("--topic", table.name)
    assert "event_id: tells all records apart, and is Kafka's key" in said
    assert table.mapping["timestamp"] == {"field": "at", "format": "ms"} and table.mapping["tombstone"] == "row"
    flat = ["event_id", "kind", "at", "user.name"]
    assert table.follow() == {
        one["event_id"].encode(): {
            **cells({name: one[name] for name in flat}), **cells(one["place"], "place"),
            **cells({"tags": json.dumps(one["tags"], separators=(",", ":"))})}
        for one in EVENTS}


MONEY = {"type": "record", "name": "Money", "namespace": "shop", "fields": [
    {"name": "cents", "type": "long"}, {"name": "currency", "type": {"type": "enum", "name": "C", "symbols": ["EUR", "VND"]}}]}
ORDER = {"type": "record", "name": "Order", "namespace": "shop", "fields": [
    {"name": "order_id", "type": "string"}, {"name": "total", "type": "Money"},
    {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "buyer", "type": ["null", {"type": "record", "name": "Buyer", "fields": [
        {"name": "name", "type": "string"}, {"name": "age", "type": ["null", "int"], "default": None}]}]}]}


def orders():
    parsed = fastavro.parse_schema(ORDER, named_schemas=(known := {}) or fastavro.parse_schema(MONEY, named_schemas=known) and known)
    made = [{"order_id": f"o{i}", "total": {"cents": i * 100, "currency": "EUR"}, "placed": TIME + i,
             "buyer": None if i % 4 == 0 else {"name": f"n{i}", "age": i if i % 2 else None}} for i in range(30)]
    data = []
    for one in made:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, parsed, one)
        data.append(out.getvalue())
    wanted = {one["order_id"].encode(): {
        **cells({"order_id": one["order_id"], "placed": f"2023-11-14T22:13:20.{i:03}Z"}),
        **cells(one["total"], "total"), **cells(one["buyer"] or {}, "buyer")} for i, one in enumerate(made)}
    return data, wanted


@pytest.mark.parametrize("by_subject", [False, True], ids=["by the records' ids", "by subject"])
def test_a_schema_of_the_registry_with_references(table, by_subject):
    data, wanted = orders()
    registry = Registry()
    try:
        registry.register("money", json.dumps(MONEY))
        head = b"\0" + registry.register("orders-value", json.dumps(ORDER), ["money"]).to_bytes(4, "big")
        table.kafka.create(table.name)
        table.kafka.produce(table.name, [{"value": head + one} for one in data])
        table.suggest("--topic", table.name, *(["--subject", "orders-value"] if by_subject else []), registry__url=registry.url)
        assert table.mapping["record"] == {"format": "avro", "framing": "confluent",
                                           "schema": [f"{table.name}-1.avsc", f"{table.name}.avsc"]}
        assert table.mapping["key"]["parts"] == ["order_id"] and table.mapping["timestamp"] == {"field": "placed"}
        assert table.follow() == wanted
    finally:
        registry.stop()


def test_bare_avro_needs_its_schema(table, sluice):
    data, wanted = orders()
    table.kafka.create(table.name)
    table.kafka.produce(table.name, [{"value": one} for one in data])
    done = sluice.run("suggest", "--topic", table.name, exits=2)
    assert "give it, --schema FILE or --subject SUBJECT" in done.stderr
    (sluice.folder / "money.avsc").write_text(json.dumps(MONEY))
    (sluice.folder / "order.avsc").write_text(json.dumps(ORDER))
    table.suggest("--topic", table.name, "--schema", "money.avsc", "--schema", "order.avsc")
    assert table.follow() == wanted


def test_keys_that_collide_and_bad_records_are_told(table):
    table.kafka.create(table.name)
    table.kafka.produce(table.name, [{"value": json.dumps(one).encode()} for one in (
        {"user": "a", "n": 1.5}, {"user": "a", "n": 2.5}, {"user": "b", "n": 1.5})] + [{"value": b"{"}])
    said = table.suggest("--topic", table.name, exits=1)
    assert "1 of 3 records share their key with one that differs, as [0]@0 and [0]@1" in said
    assert "NOTE 1 bad record" in said and "3 of 4 records have a row" in said


@pytest.mark.full
@pytest.mark.parametrize("width", [40, 5000])
def test_many_columns(table, sluice, width):
    header = ["Record No"] + [f"Column {i} (unit)" for i in range(1, width)]
    rows = [[f"r{row}"] + ["" if (row + i) % 7 == 0 else [f"x{i}", row * i, f"{row}.5", "2020-01-01"][i % 4]
                           for i in range(1, width)] for row in range(30)]
    with open(sluice.folder / "wide.csv", "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])
    table.suggest("--csv", "wide.csv")
    names = ["record_no"] + [f"column_{i}_unit" for i in range(1, width)]
    assert table.follow() == {row[0].encode(): cells({name: value for name, value in zip(names, row) if value != ""})
                              for row in rows}


FORMS = ["2019-10-0{} 00:00:00 UTC", "11/{}/2016", "12/{}/2010 8:26", "2019-10-0{}T08:26:00Z", "0{}.10.2019", "0{}-Oct-2019"]


@pytest.mark.full
def test_dates_in_six_forms_in_one_folder(table, sluice):
    data = sluice.folder / "exports"
    data.mkdir()
    wanted = {}
    for i, form in enumerate(FORMS):
        rows = [[f"{i}-{day}", form.format(day), str(day)] for day in range(1, 8)]
        wanted |= {row[0].encode(): cells(dict(zip(["id", "order_date", "n"], row))) for row in rows}
        (data / f"{i}.csv").write_text("".join(",".join(row) + "\n" for row in [["id", "Order Date", "n"], *rows]))
    said = table.suggest("--csv", *[f"exports/{i}.csv" for i in range(len(FORMS))])
    assert "no one form reads all its times" in said
    assert table.follow() == wanted
