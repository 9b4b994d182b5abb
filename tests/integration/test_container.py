# SPDX-License-Identifier: Apache-2.0
"""Object container files: `generate` writes and sends them, `verify` compares tables with them. The judges are
fastavro and Avro's own C and Python libraries."""
import io
import json
import os
import subprocess
import uuid

import avro.datafile
import avro.io
import fastavro
import pytest

from support import ledger, records
from support.kafka import datum, schema
from support.registry import Registry

RECORD_TIME = 1_700_000_000_000
CODECS = ["zstandard", *(pytest.param(codec, marks=pytest.mark.full) for codec in ("null", "deflate", "snappy"))]
ENTITIES = ["transactions", "clickstream", *(pytest.param(one, marks=pytest.mark.full) for one in ("customers", "product"))]


def write(path, parsed, made, codec="deflate", **more):
    with open(path, "wb") as out:
        fastavro.writer(out, parsed, made, codec=codec, **more)
    return path


def verify(sluice, one, *arguments, exits=0):
    done = sluice.run("verify", "--table", one.table, "--json", *arguments, exits=exits, **one.settings())
    return json.loads(done.stdout)


def feed(sluice, one, *arguments, exits=0, **more):
    done = sluice.run(
        "generate", "--kafka", "--json", "--table", one.table, *arguments, exits=exits, **one.settings(**more)
    )
    return json.loads(done.stdout)


def as_json(record):
    """As Avro's JSON has it: a union's value with its branch's name."""
    metadata = record.get("event_metadata")
    return {**record, "event_metadata": {"string": metadata}} if metadata is not None else record


@pytest.mark.parametrize("entity", ENTITIES)
def test_three_readers_find_in_the_files_what_kafka_gets(sluice, kafka, entity, tmp_path):
    prefix = f"t_{uuid.uuid4().hex[:10]}_"
    topic = prefix + ledger.TOPICS[entity]
    arguments = (entity, "--scale", "0.001", "--chaos", "--seed", "7")
    sluice.run("generate", *arguments, "--avro", tmp_path / "avro")
    sluice.run("generate", *arguments, "--kafka", "--topic-prefix", prefix, "--partitions", "1")
    path = tmp_path / "avro" / f"{ledger.TOPICS[entity]}.avro"
    try:
        messages = [message.value() for message in kafka.consume(topic)]
    finally:
        kafka.delete(topic)

    with open(path, "rb") as file:
        reader = fastavro.reader(file)
        assert reader.codec == "deflate"
        found = list(reader)
        written = [datum(schema(entity), record) for record in found]
        canonical = fastavro.schema.to_parsing_canonical_form(reader.writer_schema)
    assert canonical == fastavro.schema.to_parsing_canonical_form(schema(entity))
    known = set(written)
    damaged = [message for message in messages if message not in known]
    assert [message for message in messages if message in known] == written
    assert 0 < len(written) and len(damaged) < 0.01 * len(messages)
    by_avro = avro.datafile.DataFileReader(open(path, "rb"), avro.io.DatumReader())
    assert sum(1 for _ in by_avro) == len(written)
    shown = [record for record in found if not any(value != value for value in record.values())]  # JSON has no NaN
    lines = subprocess.run(["avrocat", path], capture_output=True, check=True).stdout.splitlines()
    assert [json.loads(line) for line in lines] == [as_json(record) for record in shown]


@pytest.mark.parametrize("codec", CODECS)
def test_a_table_is_compared_with_files_of_any_codec(road, sluice, codec, tmp_path):
    one = road("transactions", partitions=2)
    made = records.make("transactions", 300)
    halves = [
        write(tmp_path / f"{i}.avro", schema("transactions"), made[i * 150 : i * 150 + 150], codec, sync_interval=2000)
        for i in (0, 1)
    ]
    said = feed(sluice, one, "--from", *halves)
    assert (said["records"], said["messages"], said["bad"], said["topic"]) == (300, 300, 0, one.topic)
    messages = one.kafka.consume(one.topic)
    assert {message.key() for message in messages} == {ledger.key("transactions", record) for record in made}
    assert {message.value() for message in messages} == {datum(schema("transactions"), record) for record in made}
    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    said = verify(sluice, one, "--avro", *halves)
    assert said["equal"] is True and said["rows_equal"] == 300

    said = verify(sluice, one, "--avro", halves[1], exits=1)
    assert said["counts"]["extra_row"] == 150 and said["rows_equal"] == 150


def test_times_of_records_are_compared_once_they_are_said(road, sluice, tmp_path):
    one = road("customers")
    path = write(tmp_path / "c.avro", schema("customers"), records.make("customers", 50))
    feed(sluice, one, "--from", path, "--timestamp", RECORD_TIME)
    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    assert verify(sluice, one, "--avro", path)["equal"] is True
    assert verify(sluice, one, "--avro", path, "--timestamp", RECORD_TIME)["equal"] is True
    said = verify(sluice, one, "--avro", path, "--timestamp", RECORD_TIME + 1, exits=1)
    assert said["rows_equal"] == 0 and said["counts"]["different_timestamp"] > 0
    first = said["differences"][0]["source"]
    assert first["file"] == str(path) and 1 <= first["record"] <= 50


def evolved(entity, name="elsewhere.Transaction"):
    """The entity's schema as another writer has it: another namespace and order, ints, one field more, one less."""
    document = json.loads(json.dumps(schema(entity)))
    fields = [field for field in document["fields"] if field["name"] != "event_metadata"]
    for field in fields:
        if field["name"] == "total_amount":
            field["type"] = "int"
    fields.reverse()
    fields.insert(1, {"name": "more", "type": {"type": "map", "values": "long"}})
    return fastavro.parse_schema({"type": "record", "name": name, "fields": fields})


@pytest.mark.parametrize("framing", ["datum", "single-object"])
def test_files_of_another_schema_are_resolved(road, sluice, framing, tmp_path):
    one = road("transactions")
    one.write(record={**one.document["record"], "framing": framing})
    start = b"" if framing == "datum" else b"\xc3\x01" + bytes.fromhex(
        fastavro.schema.fingerprint(fastavro.schema.to_parsing_canonical_form(schema("transactions")), "CRC-64-AVRO")
    )
    made = [{**record, "total_amount": 7 + i, "more": {"a": i}} for i, record in enumerate(records.make("transactions", 60))]
    path = write(tmp_path / "other.avro", evolved("transactions"), made)
    said = feed(sluice, one, "--from", path)
    assert said["messages"] == 60
    for message in one.kafka.consume(one.topic):
        assert message.value().startswith(start)
        record = fastavro.schemaless_reader(io.BytesIO(message.value()[len(start) :]), schema("transactions"))
        assert ledger.key("transactions", record) == message.key()
        assert record["total_amount"] == made[[m["booking_id"] for m in made].index(record["booking_id"])]["total_amount"]
    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
    assert verify(sluice, one, "--avro", path)["rows_equal"] == 60


def test_a_record_of_another_name_is_told_with_the_way_out(road, sluice, tmp_path):
    one = road("transactions")
    path = write(tmp_path / "other.avro", evolved("transactions", "topLevelRecord"), [])
    told = sluice.run("generate", "--kafka", "--from", path, "--table", one.table, exits=2, **one.settings()).stderr
    assert f"{path}: its schema cannot be read as the mapping's" in told
    assert 'add "aliases": ["topLevelRecord"] to ours' in told


def test_with_confluent_framing_the_file_s_schema_is_registered(road, sluice, tmp_path):
    one = road("transactions")
    record = {"format": "avro", "schema": ledger.SCHEMAS["transactions"], "framing": "confluent"}
    one.write(record=record)
    made = [{**record, "total_amount": 5, "more": {}} for record in records.make("transactions", 40)]
    written = {datum(evolved("transactions"), record) for record in made}
    path = write(tmp_path / "other.avro", evolved("transactions"), made)
    registry = Registry()
    try:
        settings = {"registry__url": registry.url}
        feed(sluice, one, "--from", path, **settings)
        assert list(registry.subjects) == [f"{one.topic}-value"]
        for message in one.kafka.consume(one.topic):
            assert message.value()[0] == 0
            number = int.from_bytes(message.value()[1:5], "big")
            assert json.loads(registry.schemas[number])["name"] == "elsewhere.Transaction"
            assert message.value()[5:] in written
        sluice.run("init", one.table, **one.settings())
        sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**settings))
    finally:
        registry.stop()
    assert verify(sluice, one, "--avro", path)["rows_equal"] == 40


def test_records_without_a_row_key_are_counted_and_left_out(road, sluice, tmp_path):
    one = road("transactions")
    made = records.make("transactions", 10)
    made[3]["booking_id"] = made[8]["booking_id"] = ""
    path = write(tmp_path / "t.avro", schema("transactions"), made)
    said = feed(sluice, one, "--from", path, exits=1)
    assert (said["records"], said["messages"], said["bad"]) == (10, 8, 2)
    assert said["examples"][0].startswith(f"{path} record 4: ") and "booking_id" in said["examples"][0]
    assert len(one.kafka.consume(one.topic)) == 8


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-20] ^= 0xFF  # in the last block's bytes, or its size
    path.write_bytes(content)


def unknown(path):
    path.write_bytes(path.read_bytes().replace(b"snappy", b"lzhuff"))


@pytest.mark.parametrize(
    "damage, says",
    [
        (cut, "the file is cut short: it ends at byte"),
        (flip, "its checksum is not that of its data"),
        (unknown, "codec 'lzhuff', which is not read"),
        (lambda path: path.write_text("created_at,customer_id\n"), "it is no Avro object container file"),
        (os.unlink, "No such file"),
    ],
)
def test_a_damaged_file_is_told_with_its_block_and_byte(road, sluice, damage, says, tmp_path):
    one = road("transactions")
    one.thrift1.create(one.table, ledger.FAMILIES["transactions"])
    path = write(tmp_path / "t.avro", schema("transactions"), records.make("transactions", 100), "snappy", sync_interval=5000)
    damage(path)
    for command in (("verify", "--avro", path), ("generate", "--kafka", "--from", path)):
        told = sluice.run(*command, "--table", one.table, exits=2, **one.settings()).stderr
        assert says in told and str(path) in told
        if damage in (cut, flip):
            assert ": block " in told and " at byte " in told


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--from", "x.avro"), "say where to write"),
        (("--from", "x.avro", "--csv", "d"), "goes with --kafka and --table"),
        (("--kafka", "--from", "x.avro"), "goes with --kafka and --table"),
        (("--kafka", "--table", "transactions"), "are for --from"),
        (("--kafka", "--table", "transactions", "--from", "x.avro", "--chaos"), "leave out --chaos"),
        (("--avro", "d", "--csv", "d"), "say where to write"),
        (("--kafka", "--table", "transactoins", "--from", "x.avro"), "transactions"),
    ],
)
def test_wrong_use_is_told(sluice, arguments, says):
    assert says in sluice.run("generate", *arguments, exits=2).stderr
