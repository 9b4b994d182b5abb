# SPDX-License-Identifier: Apache-2.0
"""Ingest beside its peers: every contestant reads the same topic from the start, writes to a fresh
table of its own through the same gateway, and is measured from outside, start to exit. Afterwards
the tables are compared: all must have done the same work."""
import argparse
import contextlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from measure import ROOT, default_sluice, measure, require, say  # noqa: E402
from support.hbase import Thrift1  # noqa: E402
from support.kafka import Kafka  # noqa: E402

TOPIC, TABLE = "transactions", "transactions"
AT_SCALE_1 = 852_000
SAMPLE = 500
PEERS = {
    "thrift2": "Python confluent-kafka + fastavro + thrift2",
    "happybase": "Python confluent-kafka + fastavro + happybase",
}


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/ingest", description=__doc__)
    parser.add_argument("--records", type=int, default=400_000, help="about so many (default 400000)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1, help="run everybody so often, in turn; the best counts")
    parser.add_argument("--peers", default="thrift2", help=f"of {', '.join(PEERS)}, comma-separated; or none")
    parser.add_argument("--sluice", default=default_sluice(), help="the program (default: %(default)s)")
    parser.add_argument("--set", "-X", action="append", default=[], help="a setting for sluice run, as its -X")
    parser.add_argument("--kafka", default="127.0.0.1:9092")
    parser.add_argument("--gateway", default="127.0.0.1:9090", help="thrift2, framed")
    parser.add_argument("--thrift1", default="127.0.0.1:9095")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    chosen.peers = [name for name in chosen.peers.split(",") if name and name != "none"]
    for name in chosen.peers:
        if name not in PEERS:
            parser.error(f"there is no peer '{name}': choose from {', '.join(PEERS)}")
    return chosen


class Bench:
    """One topic, and a table for each run; both go when it ends."""

    def __init__(self, chosen, folder):
        self.chosen = chosen
        self.folder = folder
        self.prefix = f"bench_{uuid.uuid4().hex[:8]}_"
        self.topic = self.prefix + TOPIC
        self.kafka = Kafka(chosen.kafka)
        self.thrift1 = Thrift1(int(chosen.thrift1.rsplit(":", 1)[1]))
        self.records = 0
        self.tables = []

    def sluice(self, *words):
        fixed = [f"kafka.bootstrap.servers={self.chosen.kafka}", f"gateway.endpoints={self.chosen.gateway}"]
        return [self.chosen.sluice, *words, *(word for one in fixed for word in ("-X", one))]

    def fill(self):
        scale = self.chosen.records / AT_SCALE_1
        command = self.sluice("generate", "transactions", "--kafka", "--json", "--scale", str(scale))
        command += ["--topic-prefix", self.prefix, "--partitions", str(self.chosen.partitions)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        self.records = json.loads(done.stdout)["entities"][0]["messages"]

    def create(self, name):
        """A fresh table, and the folder of the mapping that leads to it."""
        table = f"{self.prefix}{name}"
        mappings = self.folder / table
        mappings.mkdir()
        document = json.loads((ROOT / "schemas" / "transactions.json").read_text())
        document.update(table=table, topic=self.topic)
        document.pop("$schema", None)
        (mappings / "transactions.json").write_text(json.dumps(document))
        shutil.copy(ROOT / "schemas" / "transactions.avsc", mappings)
        self.tables.append(table)
        init = self.sluice("init", table, "-X", f"ingest.mappings={mappings}")
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
        return table, mappings

    def sluice_command(self, table, mappings):
        words = ["run", "--until-end", "--topic", self.topic, "--log-level", "warning"]
        settings = [f"ingest.mappings={mappings}", f"kafka.group.id={table}", *self.chosen.set]
        return self.sluice(*words, *(word for one in settings for word in ("-X", one)))

    def peer_command(self, peer, table):
        gateways = {"thrift2": self.chosen.gateway, "happybase": self.chosen.thrift1}
        command = [sys.executable, ROOT / "tests" / "bench" / f"peer_{peer}.py"]
        command += [self.chosen.kafka, self.topic, gateways[peer], table, self.records]
        if peer == "thrift2":
            command.append(self.thrift2_client())
        return [str(word) for word in command]

    def thrift2_client(self):
        """The folder of the Python client that the thrift compiler makes of the IDL."""
        folder = self.folder / "thrift2"
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["thrift", "--gen", "py", "-out", folder, ROOT / "thrift" / "hbase.thrift"], check=True)
        return folder

    def remove(self):
        self.kafka.delete(self.topic, f"{self.topic}.dlq")
        try:
            self.thrift1.drop(*self.tables)
        except Exception as error:  # the figures stand, whatever becomes of the tables
            say(f"tables left behind: {', '.join(self.tables)}: {str(error)[:200]}")


def run_all(bench, contestants):
    """{name: figures of the round in which it was quickest}, and each one's last table."""
    best, tables = {}, {}
    for turn in range(bench.chosen.rounds):
        for name in contestants:
            table, mappings = bench.create(f"{name}_{turn}")
            command = bench.sluice_command(table, mappings) if name == "sluice" else bench.peer_command(name, table)
            say(f"round {turn + 1} of {bench.chosen.rounds}: {name}")
            took = measure(command)
            took["records_per_second"] = bench.records / took["seconds"]
            took["cpu_us_per_record"] = took["cpu_seconds"] * 1e6 / bench.records
            if name not in best or took["seconds"] < best[name]["seconds"]:
                best[name] = took
            tables[name] = table
    return best, tables


def rows_of(bench, table):
    """How many rows there are, and some row keys, the same for every table with the same rows."""
    connection = bench.thrift1.connection()
    scan = connection.table(table).scan(filter="FirstKeyOnlyFilter() AND KeyOnlyFilter()", batch_size=10_000)
    keys = [key for key, _ in scan]
    connection.close()
    chosen = random.Random(1).sample(keys, min(SAMPLE, len(keys)))
    return len(keys), chosen


def sample_of(bench, table, keys, has_timestamps):
    connection = bench.thrift1.connection()
    found = connection.table(table).rows(keys, include_timestamp=has_timestamps)
    connection.close()
    return {key: dict(columns) for key, columns in found}


def compare(bench, tables):
    """Everybody wrote every record, and of a sample the same cells, with the same timestamps where
    the client can set them."""
    for name, table in tables.items():
        count, keys = rows_of(bench, table)
        if count != bench.records:
            raise SystemExit(f"{name}: {count} rows in {table} instead of {bench.records}")
        has_timestamps = name != "happybase"
        found = sample_of(bench, table, keys, has_timestamps)
        if found != sample_of(bench, tables["sluice"], keys, has_timestamps):
            raise SystemExit(f"{name}: the cells in {table} are not those of the others")


def print_figures(bench, best):
    print(f"{bench.records} transactions, {bench.chosen.partitions} partitions, best of {bench.chosen.rounds}")
    print(f"{'':10} {'records/s':>10} {'CPU us/record':>14} {'peak RSS MiB':>13} {'seconds':>8}   CPU, times sluice's")
    for name, took in best.items():
        ratio = took["cpu_us_per_record"] / best["sluice"]["cpu_us_per_record"]
        print(
            f"{name:10} {took['records_per_second']:10.0f} {took['cpu_us_per_record']:14.2f}"
            f" {took['peak_rss_mib']:13.1f} {took['seconds']:8.1f}   {ratio:.1f}"
        )
    for name in bench.chosen.peers:
        print(f"{name}: {PEERS[name]}")


def main():
    chosen = options()
    require(chosen.sluice, chosen.kafka, chosen.gateway, chosen.thrift1)
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder, contextlib.ExitStack() as stack:
        bench = Bench(chosen, pathlib.Path(folder))
        stack.callback(bench.remove)
        say(f"making {chosen.records} transactions")
        bench.fill()
        best, tables = run_all(bench, ["sluice", *chosen.peers])
        say("comparing the tables")
        compare(bench, tables)
        if chosen.json:
            print(json.dumps({"records": bench.records, "partitions": chosen.partitions, "runs": best}))
        else:
            print_figures(bench, best)


if __name__ == "__main__":
    main()
