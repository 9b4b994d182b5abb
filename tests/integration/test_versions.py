# SPDX-License-Identifier: Apache-2.0
"""The main job, a bulk load and verify on the other versions of HBase and Kafka that README names, each
on a stack of its own beside the running one."""
import os
import re
import subprocess

import pytest

from conftest import Sluice
from support.kafka import Kafka
from support.stack import LOCAL, ROOT, data_folder

pytestmark = pytest.mark.full

# Those of the running stack, and so many more.
PORTS = {
    "kafka": 19092,
    "kafka_controller": 19093,
    "zookeeper": 12181,
    "master": 26000,
    "regionserver": 26020,
    "thrift2": 19090,
    "thrift1": 19095,
}
VERSIONS = [("2.4.17", "3.9.1"), ("2.5.8", "3.9.1"), ("2.6.1", "4.1.0")]
TABLES = {"customers": "customer", "product": "product", "transactions": "transactions", "clickstream": "click_stream"}


@pytest.fixture
def stack(tmp_path):
    """stack(hbase, kafka): settings for sluice; all of it is gone after the test."""
    environment = os.environ | {f"SLUICE_LOCAL_{name.upper()}_PORT": str(port) for name, port in PORTS.items()}
    environment["SLUICE_LOCAL"] = str(tmp_path / "stack")
    environment.setdefault("SLUICE_LOCAL_ARTIFACTS", str(data_folder("").parent / "artifacts"))

    def local(word):
        return subprocess.run([LOCAL, word], env=environment, capture_output=True, text=True, timeout=900)

    def start(hbase, kafka):
        environment.update(SLUICE_LOCAL_HBASE_VERSION=hbase, SLUICE_LOCAL_KAFKA_VERSION=kafka)
        done = local("up")
        assert done.returncode == 0, done.stderr
        return {
            "kafka__bootstrap_servers": f"127.0.0.1:{PORTS['kafka']}",
            "gateway__endpoints": f"127.0.0.1:{PORTS['thrift2']}",
        }

    yield start
    local("purge")


def compared(done):
    assert "is as its source says" in done.stdout, done.stdout
    return int(re.search(r"(\d+) rows equal", done.stdout).group(1))


def test_readme_names_these_versions():
    (row,) = re.findall(r"^- \*\*Versions\*\*.*?(?=^- )", (ROOT / "README.md").read_text(), re.M | re.S)
    for version in {word for pair in VERSIONS for word in pair}:
        assert version in row


@pytest.mark.parametrize("hbase, kafka", VERSIONS)
def test_the_main_job_a_bulk_load_and_verify(stack, tmp_path, hbase, kafka):
    settings = stack(hbase, kafka)
    sluice = Sluice(tmp_path)
    broker = Kafka(settings["kafka__bootstrap_servers"])

    # topics to tables, with a deletion and a bad record
    sluice.run("init", **settings)
    sluice.run("generate", "--kafka", "--scale", "0.01", **settings)
    first = broker.consume("customer")[0]
    broker.produce("customer", [{"key": first.key(), "value": None}, {"key": b"bad", "value": b"\x01"}])
    done = sluice.run("run", "--until-end", **settings)
    (total,) = re.findall(r"^all +(.*)$", done.stdout, re.M)
    consumed, written, skipped, dead = map(int, total.split())
    assert (consumed, written + 1, skipped, dead) == (written + 1, consumed, 0, 1)
    rows = {table: compared(sluice.run("verify", "--table", table, "--topic", topic, **settings)) for table, topic in TABLES.items()}
    assert rows["customers"] == 999 and rows["clickstream"] == 128000
    sluice.run("check", **settings)

    # files to four regions, and a second time
    own = tmp_path / "past"
    own.mkdir()
    (own / "transactions.avsc").write_text((ROOT / "schemas" / "transactions.avsc").read_text())
    mapping = (ROOT / "schemas" / "transactions.json").read_text()
    mapping = mapping.replace('"table": "transactions"', '"table": "past", "splits": ["4", "8", "c"]')
    (own / "past.json").write_text(mapping.replace('"topic": "transactions"', '"topic": "past"'))
    settings["ingest__mappings"] = own
    sluice.run("generate", "transactions", "--seed", "2", "--scale", "0.01", "--csv", own, **settings)
    sluice.run("init", "past", **settings)
    load = ["bulkload", "--table", "past", own / "transactions.csv"]
    for _ in range(2):
        assert "16 files in 4 regions" in sluice.run(*load, **settings).stdout
    assert compared(sluice.run("verify", "--table", "past", "--csv", own / "transactions.csv", **settings)) == 8520

    # a topic, as HFiles on top of what run has put
    del settings["ingest__mappings"]
    history = ["--table", "transactions", "--topic", "transactions"]
    sluice.run("bulkload", *history, kafka__group_id="history", **settings)
    assert compared(sluice.run("verify", *history, **settings)) == rows["transactions"]
