# SPDX-License-Identifier: Apache-2.0
"""Bulk load beside HBase's own: `sluice bulkload` against ImportTsv and BulkLoadHFilesTool, each from
one file of the same rows into a fresh table of its own, one after the other, measured from outside.

ImportTsv reads tab-separated lines and takes row key and timestamp from a column each, and neither
maps nor quotes: so its file is made beforehand, which is not counted, with the row key ready, the
time in milliseconds, and missing values empty (importtsv.skip.empty.columns). It runs in local mode
with its defaults, and so does the tool: both start a JVM, as they do for their users. sluice reads
the CSV as it is. Afterwards the HFiles of both must have as many cells, by HBase's own reader, and
both tables must be as the CSV says, cell by cell and timestamp by timestamp."""
import argparse
import contextlib
import csv
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from measure import ROOT, default_sluice, measure, require, say  # noqa: E402
from support.hbase import Thrift1  # noqa: E402
from support.java import java, java_command  # noqa: E402

# entity: (its file of generated rows, part of --scale)
INPUTS = {"transactions": ("transactions.csv", 1.0), "clickstream": ("click_stream.csv", 0.25)}
MISSING = ("", "nan")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)
MIB = 1024 * 1024
AIMS = {"wall": 12, "cpu": 15, "load": 10}
SLACK_MIB = 32


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/bulkload", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the data set; click events are a quarter of it (default 1)")
    parser.add_argument("--rounds", type=int, default=1, help="run everybody so often, in turn; the best counts")
    parser.add_argument("--inputs", default=",".join(INPUTS), help="comma-separated (default: %(default)s)")
    parser.add_argument("--memory", type=int, default=256, help="of sluice bulkload, in MiB (default 256)")
    parser.add_argument("--jobs", type=int, default=0, help="of sluice bulkload (default: its own)")
    parser.add_argument("--folder", help="for files and HFiles, on a disk that HBase sees (default: the temporary folder)")
    parser.add_argument("--no-phases", action="store_true", help="leave out where sluice's time goes")
    parser.add_argument("--sluice", default=default_sluice(), help="the program (default: %(default)s)")
    parser.add_argument("--gateway", default="127.0.0.1:9090", help="thrift2, framed")
    parser.add_argument("--thrift1", default="127.0.0.1:9095")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args()
    chosen.inputs = chosen.inputs.split(",")
    for name in chosen.inputs:
        if name not in INPUTS:
            parser.error(f"there is no input '{name}': choose from {', '.join(INPUTS)}")
    return chosen


def milliseconds(text):
    """As HBase takes a time: whole milliseconds since 1970."""
    return (datetime.datetime.fromisoformat(text) - EPOCH) // MILLISECOND


class Input:
    """The rows as sluice reads them, and as ImportTsv does."""

    def __init__(self, bench, entity):
        name, part = INPUTS[entity]
        self.entity = entity
        self.mapping = ROOT / "schemas" / f"{entity}.json"
        self.document = json.loads(self.mapping.read_text())
        self.schema = ROOT / "schemas" / self.document["record"]["schema"]
        self.csv = bench.folder / name
        self.tsv = self.csv.with_suffix(".tsv")
        say(f"making {entity}")
        scale = str(bench.chosen.scale * part)
        subprocess.run(
            bench.sluice("generate", entity, "--csv", bench.folder, "--scale", scale),
            check=True, stdout=subprocess.DEVNULL,
        )
        self.rows = self.convert()

    def column_of(self, field):
        return next(f"{family}:{field}" for family, of in self.document["families"].items() if field in of["columns"])

    def is_stored(self, field):
        return any(field in of["columns"] for of in self.document["families"].values())

    def convert(self):
        key = self.document["key"]
        separator, time = key.get("separator", ""), self.document["timestamp"]["field"]
        with open(self.csv, newline="", encoding="utf-8") as source, open(self.tsv, "w", encoding="utf-8") as target:
            reader = csv.reader(source)
            names = next(reader)
            parts, at, rows = [names.index(name) for name in key["parts"]], names.index(time), 0
            stored = [i for i, name in enumerate(names) if self.is_stored(name)]
            self.columns = ["HBASE_ROW_KEY", "HBASE_TS_KEY", *(self.column_of(names[i]) for i in stored)]
            for rows, row in enumerate(reader, 1):
                fields = [separator.join(row[i] for i in parts), str(milliseconds(row[at]))]
                line = "\t".join(fields + ["" if row[i] in MISSING else row[i] for i in stored])
                if "\n" in line or line.count("\t") + 1 != len(self.columns):
                    raise SystemExit(f"{self.csv}: row {rows} has a tab or a line end, which ImportTsv cannot take")
                target.write(line + "\n")
        return rows


class Bench:
    """A table for each run; all go when it ends."""

    def __init__(self, chosen, folder):
        self.chosen = chosen
        self.folder = folder
        self.prefix = f"bench_{uuid.uuid4().hex[:8]}_"
        self.thrift1 = Thrift1(int(chosen.thrift1.rsplit(":", 1)[1]))
        self.tables = []

    def sluice(self, *words):
        return [self.chosen.sluice, *map(str, words), "-X", f"gateway.endpoints={self.chosen.gateway}"]

    def create(self, source, name):
        """A fresh table, and the setting that leads to its mapping."""
        table = f"{self.prefix}{source.entity}_{name}"
        mappings = self.folder / table
        mappings.mkdir()
        document = dict(source.document, table=table, topic=table)
        document.pop("$schema", None)
        (mappings / "mapping.json").write_text(json.dumps(document))
        shutil.copy(source.schema, mappings)
        self.tables.append(table)
        setting = ["-X", f"ingest.mappings={mappings}"]
        subprocess.run(self.sluice("init", table, *setting), check=True, stdout=subprocess.DEVNULL)
        return table, setting

    def bulkload(self, source, table, *words):
        """(what it took, what it said)"""
        command = self.sluice("bulkload", "--json", "--table", table, "--memory", f"{self.chosen.memory}M", *words)
        if self.chosen.jobs > 0:
            command += ["--jobs", str(self.chosen.jobs)]
        with tempfile.TemporaryFile() as said:
            took = measure([*command, source.csv], stdout=said, stderr=subprocess.DEVNULL)
            said.seek(0)
            return took, json.loads(said.read())

    def run_sluice(self, source, name):
        """The HFiles alone, as ImportTsv makes them, then the whole way to a live table."""
        table, setting = self.create(source, name)
        output = self.folder / f"{table}_files"
        took, said = self.bulkload(source, table, "--output", output, *setting)
        took["files"] = said["seconds"]
        cells = cells_of(output)
        shutil.rmtree(output)
        whole, said = self.bulkload(source, table, "--staging", self.folder, *setting)
        took["load_seconds"] = said["seconds"]["placing"] + said["seconds"]["loading"]
        took["whole"] = whole
        self.verify(source, table, setting)
        return took, cells

    def run_hbase(self, source, name):
        """ImportTsv to HFiles, then the tool."""
        table, setting = self.create(source, name)
        output = self.folder / f"{table}_files"
        settings = {
            "importtsv.bulk.output": f"file://{output}",
            "importtsv.columns": ",".join(source.columns),
            "importtsv.skip.empty.columns": "true",
            "importtsv.skip.bad.lines": "false",
            "hadoop.tmp.dir": self.folder / "hadoop",
            "mapreduce.framework.name": "local",
        }
        words = [f"-D{key}={value}" for key, value in settings.items()]
        with open(self.folder / "importtsv.log", "w", encoding="utf-8") as log:
            command = java_command("org.apache.hadoop.hbase.mapreduce.ImportTsv", *words, table, f"file://{source.tsv}")
            took = measure(command, stdout=log, stderr=log)
            cells = cells_of(output)
            command = java_command("org.apache.hadoop.hbase.tool.BulkLoadHFilesTool", f"file://{output}", table)
            load = measure(command, stdout=log, stderr=log)
        took["load_seconds"] = load["seconds"]
        took["whole"] = {"seconds": took["seconds"] + load["seconds"], "cpu_seconds": took["cpu_seconds"] + load["cpu_seconds"]}
        shutil.rmtree(output)
        self.verify(source, table, setting)
        return took, cells

    def verify(self, source, table, setting):
        command = self.sluice("verify", "--table", table, *setting, "--csv", source.csv)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def remove(self):
        try:
            self.thrift1.drop(*self.tables)
        except Exception as error:  # the figures stand, whatever becomes of the tables
            say(f"tables left behind: {', '.join(self.tables)}: {str(error)[:200]}")


def cells_of(folder):
    """By HBase's own reader."""
    printer = "org.apache.hadoop.hbase.io.hfile.HFilePrettyPrinter"
    files = [path for path in folder.glob("*/*") if not path.name.startswith(("_", "."))]
    return sum(int(re.search(r"entryCount=(\d+)", java(printer, "-m", "-f", f"file://{path}"))[1]) for path in files)


def run_all(bench, source):
    """{name: figures of the round in which it was quickest}, and how many cells everybody wrote."""
    best, counts = {}, {}
    for turn in range(bench.chosen.rounds):
        for name, run in (("sluice", bench.run_sluice), ("ImportTsv", bench.run_hbase)):
            say(f"{source.entity}: round {turn + 1} of {bench.chosen.rounds}: {name}")
            took, counts[name] = run(source, f"{name}_{turn}")
            took["load_seconds"] = min(took["load_seconds"], best.get(name, took)["load_seconds"])
            if name not in best or took["seconds"] < best[name]["seconds"]:
                best[name] = took
            best[name]["load_seconds"] = took["load_seconds"]
        if len(set(counts.values())) != 1:
            raise SystemExit(f"{source.entity}: not the same cells: {counts}")
    return best, counts["sluice"]


def ratios(best):
    ours, theirs = best["sluice"], best["ImportTsv"]
    return {
        "wall": theirs["seconds"] / ours["seconds"],
        "cpu": theirs["cpu_seconds"] / ours["cpu_seconds"],
        "load": theirs["load_seconds"] / ours["load_seconds"],
        "whole_wall": theirs["whole"]["seconds"] / ours["whole"]["seconds"],
        "whole_cpu": theirs["whole"]["cpu_seconds"] / ours["whole"]["cpu_seconds"],
    }


def phases(bench, source):
    """What tests/bench/phases.c says, if the build has it."""
    build = pathlib.Path(bench.chosen.sluice).resolve().parents[1]
    program = build / "tests" / "bench" / "bench-phases"
    if bench.chosen.no_phases or not (build / "build.ninja").exists():
        return None
    say(f"{source.entity}: phases")
    subprocess.run(["ninja", "-C", build, program.relative_to(build)], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([program, source.mapping, source.csv, bench.folder], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def print_input(bench, source, result):
    best, ratio = result["runs"], result["ratios"]
    print(f"\n{source.entity}: {source.rows} rows, {source.csv.stat().st_size / MIB:.0f} MiB of CSV, {result['cells']} cells")
    print(f"{'':12} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9} {'load s':>8} {'whole s':>8} {'whole CPU':>9}")
    for name, took in best.items():
        print(
            f"{name:12} {took['seconds']:8.2f} {took['cpu_seconds']:8.2f} {took['peak_rss_mib']:9.0f}"
            f" {took['load_seconds']:8.2f} {took['whole']['seconds']:8.2f} {took['whole']['cpu_seconds']:9.2f}"
        )
    print(
        f"{'times sluice':12} {ratio['wall']:8.1f} {ratio['cpu']:8.1f} {'':9} {ratio['load']:8.1f}"
        f" {ratio['whole_wall']:8.1f} {ratio['whole_cpu']:9.1f}"
    )
    most = bench.chosen.memory + SLACK_MIB
    print(f"{'aim':12} {AIMS['wall']:8} {AIMS['cpu']:8} {f'<={most}':>9} {AIMS['load']:8}")
    if result["phases"] is not None:
        print(result["phases"], end="")


def main():
    chosen = options()
    require(chosen.sluice, chosen.gateway, chosen.thrift1)
    with tempfile.TemporaryDirectory(prefix="sluice-bench-", dir=chosen.folder) as folder, contextlib.ExitStack() as stack:
        bench = Bench(chosen, pathlib.Path(folder))
        stack.callback(bench.remove)
        results = {}
        for entity in chosen.inputs:
            source = Input(bench, entity)
            best, cells = run_all(bench, source)
            results[entity] = {
                "rows": source.rows, "cells": cells, "runs": best, "ratios": ratios(best), "phases": phases(bench, source),
            }
            if not chosen.json:
                print_input(bench, source, results[entity])
        if chosen.json:
            print(json.dumps({"scale": chosen.scale, "memory_mib": chosen.memory, "inputs": results}))


if __name__ == "__main__":
    main()
