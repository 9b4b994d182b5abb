# SPDX-License-Identifier: Apache-2.0
"""`sluice bulkload` against the real stack: what it makes live is what the stream would have put, as
independent clients see it, before and after HBase has rewritten it."""
import csv
import json
import pathlib
import subprocess

import pytest

from support import ledger, records
from support.bulk import TIME, bulkload, expected, same, write_csv
from support.hbase import shell
from support.kafka import datum, schema
from support.stack import LOCAL, data_folder


@pytest.mark.parametrize(
    "entity, regions",
    [
        ("customers", 4),
        ("product", 1),
        ("transactions", 4),
        ("clickstream", 4),
        pytest.param("transactions", 50, marks=pytest.mark.full),
        pytest.param("customers", 50, marks=pytest.mark.full),
    ],
)
def test_every_cell_is_live(road, sluice, admin, thrift2, tmp_path, entity, regions):
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
    assert said["live"]["regions"] == len(said["regions"]) == regions == admin.regions(one.table)
    sluice.run("verify", "--table", one.table, "--csv", first, second, "--timestamp", TIME, **one.settings())
    admin.compact(one.table)
    same(wanted, one.thrift1.scan(one.table))


@pytest.mark.parametrize("blooms", [("ROW", "ROW", "ROW"), ("ROWCOL", "ROWPREFIX:3", "NONE")])
def test_gets_find_what_is_there_and_nothing_else(road, sluice, admin, tmp_path, blooms):
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
            for column in (sorted(wanted[key])[0], sorted(wanted[key])[-1]):
                assert table.row(key, [column]) == {column: wanted[key][column][0]}

    look()
    admin.compact(one.table)
    look()
    connection.close()


def test_the_stream_and_the_load_give_the_same_cells(road, sluice, tmp_path):
    """All entities in one run of the stream; their last records have keys of earlier ones."""
    made = {
        entity: records.make(entity, 1000) + records.make(entity, 100, seed=3) for entity in ledger.FAMILIES
    }
    streamed = {entity: road(entity, partitions=2) for entity in made}
    for entity, one in streamed.items():
        parsed = schema(entity)
        one.kafka.produce(
            one.topic,
            (
                {"key": ledger.key(entity, record), "value": datum(parsed, record), "timestamp": TIME, "partition": 0}
                for record in made[entity]
            ),
        )
    settings = streamed["product"].settings(ingest__builtin="none")
    sluice.run("init", **settings)
    sluice.run("run", "--until-end", **settings)

    for entity, one in streamed.items():
        loaded = road(entity, partitions=0)
        bulkload(sluice, loaded, "--regions", 2, write_csv(tmp_path / f"{entity}.csv", made[entity]))
        found = loaded.thrift1.scan(loaded.table)
        assert found and found == one.thrift1.scan(one.table)


def test_a_large_value_comes_through_and_what_cannot_be_stored_is_set_aside_or_ends_the_run(road, sluice, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 50)
    for i, record in enumerate(made[:20]):
        record["productDisplayName"] = chr(0x4E00 + i) * 100_000  # 300 KB as UTF-8
    path = write_csv(tmp_path / "in.csv", made)
    with open(path, "a", encoding="utf-8") as file:
        file.write('one,"field\n')
    sluice.run("init", one.table, **one.settings())

    done = bulkload(sluice, one, path, exits=1)
    assert "nothing was loaded" in done.stderr
    assert one.thrift1.scan(one.table) == {}

    said = bulkload(sluice, one, path, "--rejects", tmp_path / "rejects.csv", "--memory", "16M")
    assert said["rejects"] == 1
    rejects = list(csv.DictReader(open(tmp_path / "rejects.csv", newline="", encoding="utf-8")))
    assert rejects[0]["file"] == str(path) and rejects[0]["reason"] == "a quote is never closed"
    same(expected("product", made), one.thrift1.scan(one.table))


@pytest.mark.parametrize(
    "compression, regions", [("NONE", 1), ("GZ", 1), pytest.param("NONE", 3, marks=pytest.mark.full)]
)
def test_hbases_own_tools_read_and_load_the_files(road, sluice, admin, tmp_path, compression, regions):
    """Also into a table that --output only told how to create."""
    one = road("transactions", partitions=0)
    made = records.make("transactions", 5000)
    path = write_csv(tmp_path / "in.csv", made)
    output = tmp_path / "files"
    split = ["--regions", regions] if regions > 1 else []
    if not split:
        sluice.run("init", one.table, **one.settings())
    said = bulkload(sluice, one, path, "--output", output, "--compression", compression, *split)
    assert said["files"] == 4 * regions
    if split:
        subprocess.run([LOCAL, "shell", output / "_create.rb"], check=True, capture_output=True, timeout=120)
    assert one.thrift1.scan(one.table) == {} and admin.regions(one.table) == regions

    sluice.run("hfile", *output.glob("*/*"))
    assert sum(admin.count_cells(file) for file in output.glob("*/*")) == said["cells"]

    admin.load(output, one.table)
    same(expected("transactions", made), one.thrift1.scan(one.table))


def test_another_tool_may_do_the_last_step(road, sluice, admin, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 200)
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\necho "$@" > "$0.called"\ncp -r "$1" "$0.files"\n')
    tool.chmod(0o755)
    sluice.run("init", one.table, **one.settings())

    bulkload(sluice, one, write_csv(tmp_path / "in.csv", made), "--complete-with", tool)

    folder, table = (tmp_path / "tool.called").read_text().split()
    assert table == one.table and not pathlib.Path(folder).exists()
    admin.load(tmp_path / "tool.files", one.table)
    same(expected("product", made), one.thrift1.scan(one.table))

    tool.write_text("#!/bin/sh\nexit 3\n")
    done = bulkload(sluice, one, tmp_path / "in.csv", "--complete-with", tool, exits=3, bulkload__temp=tmp_path)
    assert "given 3 files" in done.stderr
    (kept,) = tmp_path.glob("sluice-bulkload-*/[0-9a-f]*")
    assert f"file://{kept} {one.table}" in done.stderr
    admin.load(kept, one.table)


def test_a_table_that_cannot_take_files_is_told_before_work_starts(road, sluice, tmp_path):
    one = road("product", partitions=0)
    path = write_csv(tmp_path / "in.csv", records.make("product", 10))

    assert f"'sluice init {one.table}' creates it" in bulkload(sluice, one, path, exits=2).stderr
    one.thrift1.create(one.table, list(one.document["families"])[:-1])
    missing = f"table {one.table} has no family '{list(one.document['families'])[-1]}'"
    assert missing in bulkload(sluice, one, path, exits=2).stderr
    one.thrift1.drop(one.table)
    sluice.run("init", one.table, **one.settings())
    assert "leave the option out" in bulkload(sluice, one, path, "--regions", 3, exits=2).stderr
    connection = one.thrift1.connection()
    connection.disable_table(one.table)
    assert "is disabled" in bulkload(sluice, one, path, exits=2).stderr
    connection.enable_table(one.table)
    connection.close()


@pytest.mark.full
def test_what_was_loaded_outlives_compactions_and_restarts_of_hbase(road, sluice, admin, tmp_path):
    """Restarts the stack's HBase and gateways: not beside other tests."""
    wanted = {}
    for entity in ledger.FAMILIES:
        one = road(entity, partitions=0)
        made = records.make(entity, 5000)
        bulkload(sluice, one, "--regions", 4, write_csv(tmp_path / f"{entity}.csv", made))
        wanted[one.table] = expected(entity, made)

    def look():
        for table, rows in wanted.items():
            same(rows, one.thrift1.scan(table))

    look()
    restart()
    look()
    for table in wanted:
        admin.compact(table)
    restart()
    look()


def restart():
    subprocess.run([LOCAL, "restart", "hbase", "thrift2", "thrift1"], check=True, capture_output=True, timeout=300)


def families_of(one, **more):
    """For the shell: the table with its families and, for each, one attribute more."""
    families = ", ".join(f"{{NAME => '{family}', {more[family]}}}" for family in one.document["families"])
    return f"create '{one.table}', {families}\n"


def test_files_are_encoded_as_the_family_has_it(road, sluice, admin, tmp_path):
    one = road("product", partitions=0)
    made = records.make("product", 2000)
    path = write_csv(tmp_path / "in.csv", made)
    encodings = dict(product_info="FAST_DIFF", product_details="DIFF", metadata="ROW_INDEX_V1")
    shell(families_of(one, **{name: f"DATA_BLOCK_ENCODING => '{encoding}'" for name, encoding in encodings.items()}))

    bulkload(sluice, one, path)

    same(expected("product", made), one.thrift1.scan(one.table))
    tables = data_folder("hbase") / "root" / "data" / "default"
    for family, encoding in encodings.items():
        (file,) = (tables / one.table).glob(f"*/{family}/[0-9a-f]*")
        report = json.loads(sluice.run("hfile", "--json", file).stdout)
        assert report["sound"] and report["info"]["DATA_BLOCK_ENCODING"] == encoding
    admin.compact(one.table)
    same(expected("product", made), one.thrift1.scan(one.table))


def test_a_family_that_keeps_what_is_deleted_gets_all_of_it(road, sluice, tmp_path):
    """A raw read sees what it would see of the stream's puts; where the order of writing decides, the load says no."""
    one = road("product", partitions=0)
    columns = one.document["families"]["metadata"]["columns"]
    columns[columns.index("season")] = {"field": "season", "null": "delete"}
    one.write(timestamp={"field": "productDisplayName", "format": "ms"}, families=one.document["families"])
    base = records.make("product", 1)[0]
    steps = [(1, "spring"), (2, ""), (3, "autumn")]
    path = write_csv(tmp_path / "in.csv", [dict(base, season=season, productDisplayName=str(at)) for at, season in steps])
    keeps = dict(product_info="VERSIONS => 1", product_details="VERSIONS => 1", metadata="KEEP_DELETED_CELLS => 'TRUE'")
    shell(families_of(one, **keeps))

    sluice.run("bulkload", "--table", one.table, path, **one.settings())

    raw = shell(f"scan '{one.table}', {{RAW => true, VERSIONS => 9}}\n").stdout
    assert "value=spring" in raw and "value=autumn" in raw and "type=DeleteColumn" in raw
    other = road("product", partitions=0)
    other.write(families=one.document["families"])
    shell(families_of(other, **dict(keeps, metadata="NEW_VERSION_BEHAVIOR => 'true'")))
    said = sluice.run("bulkload", "--table", other.table, path, exits=2, **other.settings())
    assert "NEW_VERSION_BEHAVIOR" in said.stderr
