# SPDX-License-Identifier: Apache-2.0
"""`sluice bulkload` against the real stack: what it makes live is what the stream would have put, as
independent clients see it, before and after HBase has rewritten it."""
import csv
import json
import pathlib
import random
import signal
import time

import pytest

from support import ledger, records
from support.hbase import shell
from support.java import java
from support.kafka import datum, schema

TIME = 1_700_000_000_000


def write_csv(path, made, seed=1):
    """A CSV file of the records, with its columns in an order of its own."""
    names = list(made[0])
    random.Random(seed).shuffle(names)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator=random.Random(seed).choice(["\n", "\r\n"]))
        writer.writeheader()
        writer.writerows(made)
    return path


def expected(entity, *batches):
    table = ledger.Ledger(entity)
    for made in batches:
        for record in made:
            table.put(record, TIME)
    return table.rows()


def bulkload(sluice, one, *arguments, exits=0, **more):
    done = sluice.run(
        "bulkload", "--table", one.table, "--timestamp", TIME, "--json", *arguments,
        exits=exits, **one.settings(**more),
    )
    return json.loads(done.stdout) if exits == 0 else done


def same(wanted, found):
    assert not ledger.differences(wanted, found)


@pytest.mark.parametrize("entity", ledger.FAMILIES)
@pytest.mark.parametrize("regions", [1, 4])
def test_every_cell_is_live(road, sluice, thrift2, tmp_path, entity, regions):
    one = road(entity, partitions=0)
    made = records.make(entity, 3000)
    again = records.make(entity, 300, seed=2)  # some keys once more, with other values
    first = write_csv(tmp_path / "first.csv", made)
    second = write_csv(tmp_path / "second.csv", again, seed=2)

    said = bulkload(sluice, one, "--regions", regions, first, second)

    wanted = expected(entity, made, again)
    same(wanted, one.thrift1.scan(one.table))
    same(wanted, thrift2.scan(one.table))
    assert said["rows"] == len(wanted) and said["records"] == 3300 and said["rejects"] == 0
    assert said["live"]["regions"] == len(said["regions"]) == regions
    sluice.run("verify", "--table", one.table, "--csv", first, second, "--timestamp", TIME, **one.settings())


def compact(table):
    """Has HBase rewrite every file, and waits for it."""
    shell(
        f"major_compact '{table}'\n"
        "admin = org.apache.hadoop.hbase.client.ConnectionFactory.createConnection("
        "org.apache.hadoop.hbase.HBaseConfiguration.create).getAdmin\n"
        f"name = org.apache.hadoop.hbase.TableName.valueOf('{table}')\n"
        "120.times { sleep 0.5; break if admin.getCompactionState(name).to_s == 'NONE' }\n"
    )


@pytest.mark.parametrize("blooms", [("ROW", "ROW"), ("ROWCOL", "ROWPREFIX:3"), ("NONE", "NONE")])
def test_gets_find_what_is_there_and_nothing_else(road, sluice, tmp_path, blooms):
    one = road("product", partitions=0)
    families = one.document["families"]
    for family, bloom in zip(families, blooms):
        families[family]["bloom"], _, prefix = bloom.partition(":")
        if prefix:
            families[family]["bloom_prefix"] = int(prefix)
    one.write(families=families)
    made = [dict(record, id=float(record["id"] * 7)) for record in records.make("product", 2000)]
    sluice.run("init", one.table, **one.settings())
    bulkload(sluice, one, write_csv(tmp_path / "in.csv", made))
    wanted = expected("product", made)
    connection = one.thrift1.connection()
    table = connection.table(one.table)

    def look():
        keys = list(wanted)
        absent = [str(int(key) + 1).encode() for key in keys]
        found = {row: dict(cells) for row, cells in table.rows(keys, include_timestamp=True)}
        same(wanted, found)
        assert table.rows(absent) == []
        for key in keys[:200]:
            column = sorted(wanted[key])[0]
            assert table.row(key, [column]) == {column: wanted[key][column][0]}

    look()
    compact(one.table)
    look()
    same(wanted, one.thrift1.scan(one.table))
    connection.close()


@pytest.mark.parametrize("entity", ledger.FAMILIES)
def test_the_stream_and_the_load_give_the_same_cells(road, sluice, tmp_path, entity):
    streamed, loaded = road(entity, partitions=2), road(entity, partitions=0)
    made = records.make(entity, 1000) + records.make(entity, 100, seed=3)
    parsed = schema(entity)
    streamed.kafka.produce(
        streamed.topic,
        (
            {"key": ledger.key(entity, record), "value": datum(parsed, record), "timestamp": TIME, "partition": 0}
            for record in made
        ),
    )
    sluice.run("init", streamed.table, **streamed.settings())
    sluice.run("init", loaded.table, **loaded.settings())
    sluice.run("run", "--until-end", "--topic", streamed.topic, **streamed.settings())
    bulkload(sluice, loaded, write_csv(tmp_path / "in.csv", made))

    found = loaded.thrift1.scan(loaded.table)
    assert found and found == streamed.thrift1.scan(streamed.table)


def test_a_large_value_and_a_long_key_come_through(road, sluice, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 20)
    for i, record in enumerate(made):
        record["productDisplayName"] = chr(0x4E00 + i) * 100_000  # 300 KB as UTF-8
    sluice.run("init", one.table, **one.settings())
    bulkload(sluice, one, write_csv(tmp_path / "in.csv", made), "--memory", "16M")
    same(expected("product", made), one.thrift1.scan(one.table))


def test_what_cannot_be_stored_is_set_aside_or_ends_the_run(road, sluice, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 50)
    path = write_csv(tmp_path / "in.csv", made)
    with open(path, "a", encoding="utf-8") as file:
        file.write('one,"field\n')
    sluice.run("init", one.table, **one.settings())

    done = bulkload(sluice, one, path, exits=1)
    assert "nothing was loaded" in done.stderr
    assert one.thrift1.scan(one.table) == {}

    said = bulkload(sluice, one, path, "--rejects", tmp_path / "rejects.csv")
    assert said["rejects"] == 1
    rejects = list(csv.DictReader(open(tmp_path / "rejects.csv", newline="", encoding="utf-8")))
    assert rejects[0]["file"] == str(path) and rejects[0]["reason"] == "a quote is never closed"
    same(expected("product", made), one.thrift1.scan(one.table))


PRINTER = "org.apache.hadoop.hbase.io.hfile.HFilePrettyPrinter"
TOOL = "org.apache.hadoop.hbase.tool.BulkLoadHFilesTool"


@pytest.mark.parametrize("compression", ["NONE", "GZ"])
def test_hbases_own_tools_read_and_load_the_files(road, sluice, tmp_path, compression):
    one = road("transactions", partitions=0)
    made = records.make("transactions", 5000)
    path = write_csv(tmp_path / "in.csv", made)
    sluice.run("init", one.table, **one.settings())
    output = tmp_path / "files"
    said = bulkload(sluice, one, path, "--output", output, "--compression", compression)
    assert said["files"] == 4 and one.thrift1.scan(one.table) == {}

    sluice.run("hfile", output)
    for file in output.glob("*/*"):
        cells = json.loads(sluice.run("hfile", "--json", file).stdout)["cells"]
        read = java(PRINTER, "-m", "-v", "-k", "-s", "-f", f"file://{file}")
        assert f"Scanned kv count -> {cells}" in read and "WARN" not in read

    java(TOOL, output, one.table)
    same(expected("transactions", made), one.thrift1.scan(one.table))


def test_another_tool_may_do_the_last_step(road, sluice, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 200)
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\necho "$@" > "$0.called"\ncp -r "$1" "$0.files"\n')
    tool.chmod(0o755)
    sluice.run("init", one.table, **one.settings())

    bulkload(sluice, one, write_csv(tmp_path / "in.csv", made), "--complete-with", tool)

    folder, table = (tmp_path / "tool.called").read_text().split()
    assert table == one.table and not pathlib.Path(folder).exists()
    java(TOOL, tmp_path / "tool.files", one.table)
    same(expected("product", made), one.thrift1.scan(one.table))

    tool.write_text("#!/bin/sh\nexit 3\n")
    done = bulkload(sluice, one, tmp_path / "in.csv", "--complete-with", tool, exits=3)
    assert "live: 0 of 3 files" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_ends_anywhere_leaves_nothing_half(road, sluice, tmp_path, how):
    one = road("transactions", partitions=0)
    made = records.make("transactions", 20_000)
    path = write_csv(tmp_path / "in.csv", made)
    sluice.run("init", one.table, **one.settings())
    whole = expected("transactions", made)
    settings = one.settings(bulkload__temp=tmp_path)

    for after in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4):
        process = sluice.start(
            "bulkload", "--table", one.table, "--memory", "16M", path, **settings
        )
        time.sleep(after)  # a moment of the run, whichever it is
        process.send_signal(how)
        process.communicate(timeout=60)
        assert process.returncode in (-how, 0, 4)
        if how == signal.SIGTERM:
            assert [entry.name for entry in tmp_path.iterdir() if "sluice-" in entry.name] == []
        found = one.thrift1.scan(one.table)
        assert found == {} or not ledger.differences(whole, found)

    bulkload(sluice, one, path)
    same(whole, one.thrift1.scan(one.table))
