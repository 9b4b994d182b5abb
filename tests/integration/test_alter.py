# SPDX-License-Identifier: Apache-2.0
"""init --alter: a table that is there becomes what its mapping says, where that loses nothing."""
import json
import subprocess
import time

import pytest

from support.hbase import shell

FAMILIES = ("transaction_details", "payment_info", "shipment_info", "transaction_summary")


def lines(done, word):
    return [line for line in done.stdout.splitlines() if line.startswith(word)]


def advised(done):
    """What the sentences tell to type into the hbase shell."""
    return [line.split("in the hbase shell: ", 1)[1] for line in lines(done, "DIFFERS")]


@pytest.mark.full
def test_what_init_advises_leaves_no_difference(road, sluice, thrift1):
    one = road("transactions", partitions=0)
    thrift1.create(one.table, FAMILIES[:3])
    one.document["families"]["payment_info"].update(ttl=86400, min_versions=1)
    one.document["families"]["shipment_info"].update(bloom="ROWPREFIX", bloom_prefix=4)
    one.write(splits=["a#\x01"])
    differs = sluice.run("init", one.table, exits=1, **one.settings())
    typed = advised(differs)
    versions = [line for line in typed if "VERSIONS => 1}" in line and "MIN" not in line]

    # happybase's tables keep three versions: they would be lost, which is for a person to do
    assert len(typed) == len(lines(differs, "DIFFERS")) and versions
    shell("\n".join(typed) + "\n")

    # a split goes on after its command has returned
    deadline = time.monotonic() + 60
    while (done := sluice.run("init", one.table, exits=None, **one.settings())).returncode:
        assert time.monotonic() < deadline, done.stdout


def test_alter_changes_what_is_safe_and_keeps_what_others_set(road, sluice, thrift1):
    one = road("transactions", partitions=0)
    thrift1.create(one.table, [*FAMILIES[:3], "surplus"])
    shell(
        f"alter '{one.table}', {{NAME => 'surplus', VERSIONS => 7, METADATA => {{'OWNER' => 'caf\u00e9'}}}}\n"
        f"alter '{one.table}', METHOD => 'table_att', MAX_FILESIZE => '134217728', METADATA => {{'TEAM' => 'x'}}\n"
        f"alter '{one.table}', {{NAME => 'transaction_details', VERSIONS => 5}}\n"
    )
    families = one.document["families"]
    families["payment_info"].update(versions=4, ttl=86400, min_versions=2, keep_deleted_cells="TTL")
    families["shipment_info"].update(versions=3, bloom="ROWPREFIX", bloom_prefix=4, compression="GZ", encoding="FAST_DIFF")
    families["transaction_details"].update(versions=3)
    one.write()

    altered = sluice.run("init", "--alter", one.table, exits=1, **one.settings())
    shown = shell(f"describe '{one.table}'\n").stdout

    assert any("transaction_summary is new" in line for line in lines(altered, "altered"))
    # what loses cells is told, and left
    left = lines(altered, "DIFFERS")
    assert len(left) == 2 and all("loses cells" in line for line in left), left
    assert "VERSIONS is 5, the mapping says 3" in left[0] and "TTL is FOREVER, the mapping says 86400" in left[1]
    assert any("surplus" in line and "METHOD => 'delete'" in line for line in lines(altered, "NOTE"))
    for words in ("'OWNER' => 'caf\\xC3\\xA9'", "VERSIONS => '7'", "MAX_FILESIZE => '134217728'", "'TEAM' => 'x'",
                  "KEEP_DELETED_CELLS => 'TTL'", "MIN_VERSIONS => '2'", "FAST_DIFF", "sluice.mapping."):
        assert words in shown, (words, shown)

    families["transaction_details"]["versions"] = 5
    del families["payment_info"]["ttl"]
    one.write()
    again = sluice.run("init", "--alter", "--json", one.table, **one.settings())
    (said,) = json.loads(again.stdout)["tables"]
    assert said["state"] == "exists" and said["changes"] == [] and len(said["notes"]) == 1


def test_a_changed_key_is_told_by_all(road, sluice, kafka, tmp_path):
    one = road("transactions", partitions=1)
    sluice.run("init", one.table, **one.settings())
    one.write(key={"separator": "#", "parts": ["customer_id", "booking_id"]})

    told = sluice.run("init", one.table, exits=1, **one.settings())
    checked = sluice.run("check", exits=None, **one.settings())
    altered = sluice.run("init", "--alter", one.table, exits=1, **one.settings())
    fields = [column for family in one.document["families"].values() for column in family["columns"]]
    (tmp_path / "t.csv").write_text(",".join(["booking_id", *fields]) + "\n" + "," * len(fields) + "\n")
    loaded = sluice.run("bulkload", "--table", one.table, "t.csv", "--timeout", "5", exits=2, **one.settings())
    ran = sluice.run("run", "--until-end", "--timeout", "5", exits=None, **one.settings())

    for done in (told, checked, altered, loaded, ran):
        assert "row keys are made of" in done.stdout + done.stderr, done
    assert checked.returncode and ran.returncode

    # the advice, done as told, accepts it
    shell("\n".join(advised(told)) + "\n")
    sluice.run("init", "--alter", one.table, **one.settings())
    sluice.run("run", "--until-end", **one.settings())


def test_a_namespace_is_created_when_asked_for(road, sluice, thrift1):
    one = road("transactions", partitions=0)
    space = one.name
    one.table = f"{space}:orders"
    one.write()
    try:
        told = sluice.run("init", one.table, exits=2, **one.settings())
        made = sluice.run("init", "--create-namespace", one.table, **one.settings())
    finally:
        thrift1.drop(one.table)
    assert f"create_namespace '{space}'" in told.stderr and "--create-namespace" in told.stderr
    assert f"created  namespace {space}" in made.stdout


@pytest.mark.full
def test_alter_under_load_loses_nothing(road, sluice, kafka):
    """Families and attributes change five times while records flow: no cell is missing, none differs."""
    one = road("transactions", partitions=0)
    one.topic = f"{one.name}_transactions"
    one.write()
    kafka.create(one.topic, 4)
    sluice.run("init", one.table, **one.settings())
    running = sluice.start("run", **one.settings())
    feeding = subprocess.Popen(
        sluice.command("generate", "transactions", "--kafka", "--scale", "0.1", "--rate", "2000", "--topic-prefix", f"{one.name}_"),
        cwd=sluice.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    changes = 0
    try:
        while feeding.poll() is None:
            family = one.document["families"][FAMILIES[changes % 4]]
            family["versions"] = family.get("versions", 1) + 1
            family["compression"] = ("GZ", "NONE")[changes % 2]
            one.write(families={**one.document["families"], f"extra{changes}": {"columns": ["booking_id"]}})
            sluice.run("init", "--alter", one.table, timeout=300, **one.settings())
            changes += 1
            time.sleep(1)
    finally:
        feeding.wait(timeout=300)
        running.terminate()
        running.wait(timeout=60)
    assert changes >= 5 and running.returncode == 0
    one.document["families"] = {name: one.document["families"][name] for name in FAMILIES}
    one.write()
    sluice.run("run", "--until-end", timeout=300, **one.settings())
    sluice.run("verify", "--table", one.table, "--topic", one.topic, timeout=300, **one.settings())
