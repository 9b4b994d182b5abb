# SPDX-License-Identifier: Apache-2.0
"""`sluice bulkload` into an HBase of two region servers over HDFS, while parts of it come and go. HBase
is the user hbase there, sluice another one, and HDFS checks permissions."""
import json
import shlex
import signal
import subprocess

import pytest

from support import ledger, records
from support.admin import Admin
from support.bulk import TIME, bulkload, expected, same, write_csv
from support.distributed import USER, Distributed, until
from support.kafka import datum, schema

pytestmark = pytest.mark.full

TOOL = "org.apache.hadoop.hbase.tool.BulkLoadHFilesTool"


@pytest.fixture(scope="module")
def cluster():
    one = Distributed()
    yield one
    one.end()


@pytest.fixture
def far(road, cluster):
    """A road whose table is in the cluster."""

    def make(entity="transactions", partitions=0):
        one = road(entity, partitions=partitions)
        one.thrift1 = cluster.thrift1
        near = one.settings
        one.settings = lambda **more: near(**cluster.settings(**more))
        return one

    for folder in cluster.loads():
        cluster.hdfs("DELETE", folder, "DELETE&recursive=true")
    yield make
    cluster.up(*cluster.parts)  # what the test killed


class Feeding:
    """A load that reads standard input: it has looked at the table and made its folder, and what it
    reads then is the test's to say."""

    def __init__(self, sluice, cluster, one, path, *arguments):
        self.process = subprocess.Popen(
            sluice.command(
                "bulkload", "--table", one.table, "--timestamp", TIME, *arguments, "-", **one.settings()
            ),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=sluice.folder,
        )
        with open(path, "rb") as file:
            self.process.stdin.write(file.readline())
            self.process.stdin.flush()
            self.rest = file.read()
        until(cluster.loads)

    def feed(self):
        self.process.stdin.write(self.rest)
        self.process.stdin.close()
        self.process.stdin = None

    def end(self, exits=0):
        try:
            out, err = self.process.communicate(timeout=240)
        finally:
            self.process.kill()
        assert self.process.returncode == exits, out.decode() + err.decode()
        return out.decode(), err.decode()


def table_of(sluice, one, made, regions):
    """Creates the road's table, split at keys of the data."""
    keys = sorted(ledger.key(one.entity, record) for record in made)
    one.write(splits=[keys[len(keys) * i // regions].decode() for i in range(1, regions)])
    sluice.run("init", one.table, **one.settings())


def admin(table):
    """The beginning of a script for the hbase shell that has an admin and a table."""
    return (
        "admin = org.apache.hadoop.hbase.client.ConnectionFactory.createConnection("
        "org.apache.hadoop.hbase.HBaseConfiguration.create).getAdmin\n"
        f"table = org.apache.hadoop.hbase.TableName.valueOf('{table}')\n"
    )


def large(count, size):
    made = records.make("product", count)
    for i, record in enumerate(made):
        record["productDisplayName"] = f"{i:x}-" * (size // 4)
    return made


def nothing_is_left(cluster):
    assert cluster.loads() == [] and cluster.names("/hbase/staging") == []


@pytest.mark.parametrize("entity", ledger.FAMILIES)
def test_every_cell_is_live_on_both_servers(far, cluster, sluice, tmp_path, entity):
    one = far(entity)
    made = records.make(entity, 3000)

    said = bulkload(sluice, one, "--regions", 6, write_csv(tmp_path / "in.csv", made))

    assert set(cluster.servers(one.table).values()) == {
        cluster.ports["regionserver"], cluster.ports["regionserver2"]
    }
    assert said["live"]["regions"] == 6
    same(expected(entity, made), one.thrift1.scan(one.table))
    nothing_is_left(cluster)


def test_what_was_loaded_outlives_compactions_and_restarts(far, cluster, sluice, tmp_path):
    wanted = {}
    for entity, regions in (("transactions", 4), ("clickstream", 12)):
        one = far(entity)
        made = records.make(entity, 5000)
        bulkload(sluice, one, "--regions", regions, write_csv(tmp_path / f"{entity}.csv", made))
        wanted[one.table] = expected(entity, made)

    def look():
        for table, rows in wanted.items():
            same(rows, one.thrift1.scan(table))

    def restart():
        cluster.local("restart", "master", "regionserver1", "regionserver2", "thrift2", "thrift1")

    look()
    restart()
    look()
    admin = Admin(tmp_path / "log", cluster.java())
    for table in wanted:
        admin.compact(table)
    admin.close()
    restart()
    look()


def test_a_region_that_moves_meanwhile_gets_its_files(far, cluster, sluice, tmp_path):
    one = far()
    made = records.make("transactions", 3000)
    table_of(sluice, one, made, regions=4)
    load = Feeding(sluice, cluster, one, write_csv(tmp_path / "in.csv", made))
    before = cluster.servers(one.table)
    start, port = next((start, port) for start, port in before.items() if start != b"")

    cluster.shell(
        admin(one.table) +
        f"region = admin.getRegions(table).find {{ |one| String.from_java_bytes(one.getStartKey) == '{start.decode()}' }}\n"
        f"server = admin.getRegionServers.find {{ |one| one.getPort != {port} }}\n"
        "admin.move(region.getEncodedNameAsBytes, server)\n"
    )
    until(lambda: cluster.servers(one.table)[start] != port)
    load.feed()
    load.end()

    same(expected("transactions", made), one.thrift1.scan(one.table))
    nothing_is_left(cluster)


def test_a_region_that_splits_meanwhile_gets_its_files_cut_anew(far, cluster, sluice, tmp_path):
    one = far()
    made = records.make("transactions", 3000)
    keys = sorted(ledger.key("transactions", record) for record in made)
    table_of(sluice, one, made, regions=4)
    bulkload(sluice, one, write_csv(tmp_path / "few.csv", made[:100]))  # an empty region is not split
    load = Feeding(sluice, cluster, one, write_csv(tmp_path / "in.csv", made), "--json")

    cluster.shell(
        admin(one.table) +
        f"split '{one.table}', '{keys[100].decode()}'\n"
        "120.times { break if admin.getRegions(table).size == 5; sleep 0.5 }\n"
        "raise 'not split' if admin.getRegions(table).size != 5\n"
    )
    load.feed()
    assert json.loads(load.end()[0])["live"]["recut"] == 4

    same(expected("transactions", made), one.thrift1.scan(one.table))
    nothing_is_left(cluster)


def test_an_upload_survives_its_data_node(far, cluster, sluice, tmp_path):
    one = far("product")
    made = large(3000, 60_000)
    table_of(sluice, one, made, regions=2)
    load = Feeding(sluice, cluster, one, write_csv(tmp_path / "in.csv", made))
    load.feed()
    until(cluster.files)

    cluster.local("kill", "datanode")
    cluster.up("datanode")

    assert "waiting" in load.end()[1]
    same(expected("product", made), one.thrift1.scan(one.table))
    nothing_is_left(cluster)


def test_a_load_waits_for_its_name_node(far, cluster, sluice, tmp_path):
    one = far()
    made = records.make("transactions", 3000)
    table_of(sluice, one, made, regions=4)
    load = Feeding(sluice, cluster, one, write_csv(tmp_path / "in.csv", made))

    cluster.local("kill", "namenode")
    load.feed()
    line = load.process.stderr.readline()
    while b"waiting" not in line:
        assert line, "it did not wait"
        line = load.process.stderr.readline()
    cluster.up("namenode", "datanode")

    load.end()
    same(expected("transactions", made), one.thrift1.scan(one.table))
    nothing_is_left(cluster)


def test_what_a_dying_region_server_took_is_loaded_elsewhere(far, cluster, sluice, tmp_path):
    one = far()
    made = records.make("transactions", 20_000)
    table_of(sluice, one, made, regions=12)
    load = Feeding(sluice, cluster, one, write_csv(tmp_path / "in.csv", made))
    load.feed()
    until(cluster.files)

    cluster.local("kill", "regionserver1")

    load.end()
    same(expected("transactions", made), one.thrift1.scan(one.table))
    assert cluster.loads() == []


@pytest.mark.parametrize(
    "folder, mode, says",
    [("/closed", "700", "this user may not"), ("/readable", "755", "this user may not"), ("/missing", None, "no such folder")],
)
def test_a_folder_that_is_not_ours_is_told_before_work(far, cluster, sluice, tmp_path, folder, mode, says):
    one = far()
    made = records.make("transactions", 10)
    table_of(sluice, one, made, regions=1)
    if mode:
        cluster.hdfs("PUT", folder, "MKDIRS")
        cluster.hdfs("PUT", folder, f"SETPERMISSION&permission={mode}")

    done = bulkload(
        sluice, one, "--staging", cluster.url + folder, write_csv(tmp_path / "in.csv", made), exits=2
    )

    assert says in done.stderr and folder in done.stderr
    assert one.thrift1.scan(one.table) == {}


def test_hbases_own_tool_may_do_the_last_step(far, cluster, sluice, tmp_path):
    one = far()
    made = records.make("transactions", 3000)
    table_of(sluice, one, made, regions=4)
    tool = tmp_path / "tool"
    tool.write_text(
        f"#!/bin/sh\necho \"$@\" > {tmp_path}/called\n"
        f"HADOOP_USER_NAME={USER} exec {shlex.join(cluster.java())} {TOOL} \"$@\" > {tmp_path}/log 2>&1\n"
    )
    tool.chmod(0o755)

    bulkload(sluice, one, write_csv(tmp_path / "in.csv", made), "--complete-with", tool)

    folder, table = (tmp_path / "called").read_text().split()
    assert folder.startswith(f"{cluster.url}/tmp/sluice-bulkload-") and table == one.table
    same(expected("transactions", made), one.thrift1.scan(one.table))
    assert cluster.loads() == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_load_that_was_ended_is_finished_by_the_next(far, cluster, sluice, tmp_path, how):
    one = far("product")
    made = large(2000, 60_000)
    table_of(sluice, one, made, regions=4)
    path = write_csv(tmp_path / "in.csv", made)
    whole = expected("product", made)

    for moment in (cluster.loads, cluster.files, lambda: one.thrift1.scan(one.table, limit=1)):
        load = Feeding(sluice, cluster, one, path)
        if moment != cluster.loads:
            load.feed()
        until(moment)
        load.process.send_signal(how)
        load.process.communicate(timeout=60)
        assert load.process.returncode in (-how, 0, 4)
        assert how == signal.SIGKILL or cluster.loads() == []
        found = one.thrift1.scan(one.table)
        assert not [row for row in found if found[row] != whole[row]]

    bulkload(sluice, one, path)
    same(whole, one.thrift1.scan(one.table))


def test_a_region_server_that_dies_costs_the_stream_nothing(far, cluster, sluice):
    one = far(partitions=2)
    made = records.make("transactions", 40_000)
    table_of(sluice, one, made, regions=6)
    parsed = schema("transactions")
    one.kafka.produce(
        one.topic,
        (
            {"key": ledger.key("transactions", record), "value": datum(parsed, record), "timestamp": TIME}
            for record in made
        ),
    )
    run = sluice.start("run", "--until-end", "--topic", one.topic, **one.settings())
    until(lambda: one.thrift1.scan(one.table, limit=1))

    cluster.local("kill", "regionserver2")

    out, err = run.communicate(timeout=400)
    assert run.returncode == 0, out + err
    same(expected("transactions", made), one.thrift1.scan(one.table))
