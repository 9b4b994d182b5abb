# SPDX-License-Identifier: Apache-2.0
"""check and init: every fault at once, tables as the mapping says, and a wrong gateway named."""
import json
import pathlib
import re

import pytest

from support.hbase import shell
from support.stack import KAFKA, THRIFT1_PORT

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_check_is_silent_about_what_is_right(road, sluice):
    one = road("transactions", partitions=2)
    sluice.run("init", one.table, **one.settings())

    done = sluice.run("check", "--offline", **one.settings())

    assert "fault" not in done.stdout.lower() or "0 fault" in done.stdout.lower()


def test_check_tells_five_faults_in_one_go(road, sluice):
    one = road("transactions", partitions=0)
    columns = one.document["families"]["payment_info"]["columns"]
    columns[columns.index("payment_method")] = "payment_metod"
    one.write(tombstone="rows")
    (sluice.folder / "sluice.conf").write_text(
        "[gateway]\nendpoint = 127.0.0.1:9090\n[ingest]\nlinger.ms = soon\n"
    )
    (one.mappings / "broken.json").write_text('{"table": ')

    done = sluice.run("check", "--config", "sluice.conf", exits=2, **one.settings())

    said = done.stdout + done.stderr
    for words in (
        ["sluice.conf", "gateway.endpoint", "gateway.endpoints"],
        ["sluice.conf", "linger.ms", "soon"],
        [f"{one.name}.json", "payment_metod", "payment_method"],
        [f"{one.name}.json", "tombstone", "rows", "row"],
        ["broken.json"],
    ):
        assert any(all(word in line for word in words) for line in said.splitlines()), (words, said)


def test_check_names_the_missing_topic_and_table(road, sluice):
    one = road("transactions", partitions=0)

    done = sluice.run("check", exits=2, **one.settings())

    said = done.stdout + done.stderr
    assert any("topic" in line and one.topic in line for line in said.splitlines()), said
    assert any("table" in line and one.table in line for line in said.splitlines()), said


def test_check_names_a_missing_family(road, sluice, thrift1):
    one = road("transactions", partitions=1)
    thrift1.create(one.table, ["transaction_details", "payment_info", "shipment_info"])

    done = sluice.run("check", exits=2, **one.settings())

    said = done.stdout + done.stderr
    assert any(one.table in line and "transaction_summary" in line for line in said.splitlines()), said


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"gateway__transport": "buffered"}, ["gateway", "transport = framed"]),
        ({"gateway__protocol": "compact"}, ["gateway", "protocol = binary"]),
        ({"gateway__endpoints": f"127.0.0.1:{THRIFT1_PORT}", "gateway__transport": "buffered"}, ["thrift1", "thrift2"]),
        ({"gateway__endpoints": "127.0.0.1:1"}, ["127.0.0.1:1", "refused"]),
        ({"gateway__endpoints": KAFKA}, [KAFKA]),
        ({"kafka__bootstrap_servers": "127.0.0.1:1"}, ["127.0.0.1:1"]),
    ],
)
def test_a_wrong_peer_is_told_in_a_sentence(road, sluice, settings, words):
    one = road("transactions", partitions=1)

    done = sluice.run("check", "--timeout", "10", exits=None, **one.settings(**settings))

    said = done.stdout + done.stderr
    assert done.returncode in (2, 3), said
    assert any(all(word in line for word in words) for line in said.splitlines()), said


def describe(table):
    said = shell(f"describe '{table}'\n").stdout
    return {
        re.search(r"NAME => '(\w+)'", line)[1]: dict(re.findall(r"(\w+) => '([^']*)'", line))
        for line in said.splitlines()
        if "NAME => '" in line
    }


def test_init_creates_the_families_with_their_attributes(road, sluice):
    one = road("clickstream", partitions=0)

    sluice.run("init", one.table, **one.settings())
    again = sluice.run("init", one.table, **one.settings())

    families = describe(one.table)
    assert families.keys() == {"event_details", "traffic_info", "metadata"}
    assert families["traffic_info"]["BLOOMFILTER"] == "ROW"
    assert families["traffic_info"]["COMPRESSION"] == "NONE"
    assert families["metadata"]["VERSIONS"] == "1"
    assert one.table in again.stdout


@pytest.mark.parametrize("splits", [["1", "5", "9"], ["a\x00b", "kkkkkkkkkkkkkkkkkkkkkkkk", "\u00fc"]])
def test_init_splits_a_table_through_a_framed_gateway(road, sluice, thrift1, splits):
    one = road("transactions", partitions=0, splits=splits)

    sluice.run("init", one.table, **one.settings())

    connection = thrift1.connection()
    starts = [region["start_key"] for region in connection.table(one.table).regions()]
    connection.close()
    assert sorted(starts) == sorted([b"", *[split.encode() for split in splits]])


def test_init_tells_what_differs_and_changes_nothing(road, sluice, thrift1):
    one = road("clickstream", partitions=0)
    thrift1.create(one.table, ["event_details", "traffic_info", "surplus"])

    done = sluice.run("init", one.table, exits=1, **one.settings())

    said = done.stdout + done.stderr
    assert "metadata" in said
    assert describe(one.table).keys() == {"event_details", "traffic_info", "surplus"}


def test_init_json_says_what_was_done_and_what_differs(road, sluice, thrift1):
    one = road("transactions", partitions=0)

    made = json.loads(sluice.run("init", "--json", one.table, **one.settings()).stdout)
    again = json.loads(sluice.run("init", "--json", one.table, **one.settings()).stdout)
    one.document["families"]["payment_info"]["versions"] = 3
    one.write()
    differs = sluice.run("init", "--json", one.table, exits=1, **one.settings())

    assert made == {
        "tables": [{"table": one.table, "state": "created", "families": 4, "regions": 1, "differences": []}]
    }
    assert [table["state"] for table in again["tables"]] == ["exists"]
    (table,) = json.loads(differs.stdout)["tables"]
    assert table["state"] == "differs"
    assert len(table["differences"]) == 1 and "VERSIONS" in table["differences"][0].upper()


def test_init_print_is_the_script_that_is_shipped(sluice):
    done = sluice.run("init", "--print")

    assert done.stdout.strip() in (ROOT / "hbase-init" / "tables.rb").read_text()


def test_every_mapping_fits_the_schema_for_editors():
    import jsonschema

    rules = json.loads((ROOT / "schemas" / "mapping.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    validator = jsonschema.Draft202012Validator(rules)
    for name in ("customers", "product", "transactions", "clickstream"):
        validator.validate(json.loads((ROOT / "schemas" / f"{name}.json").read_text()))
    assert not validator.is_valid({"table": "t", "topic": "t", "tombstone": "rows"})


def test_every_setting_in_force_is_shown_with_its_origin(sluice, tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("hunter2\n")
    (tmp_path / "sluice.conf").write_text("[gateway]\nconnections = 3\n\n[letters]\nsasl.password = hunter2\n")
    monkeypatch.setenv("SLUICE_KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "secret"))
    done = sluice.run("check", "--print-config", "--json", http__listen="127.0.0.1:9187")
    shown = json.loads(done.stdout)
    assert shown["gateway.connections"] == {"value": "3", "origin": "sluice.conf line 2"}
    assert shown["http.listen"] == {"value": "127.0.0.1:9187", "origin": "-X"}
    assert shown["ingest.linger.ms"]["origin"] == "default"
    assert shown["kafka.sasl.password"] == {"value": "***", "origin": "SLUICE_KAFKA_SASL_PASSWORD_FILE"}
    assert shown["letters.sasl.password"]["value"] == "***"
    text = sluice.run("check", "--print-config").stdout
    assert "hunter2" not in done.stdout + text
    assert len(text.splitlines()) == len(shown)
