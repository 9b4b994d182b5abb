# SPDX-License-Identifier: Apache-2.0
"""The same faults for sluice and for the loops that users write: what is in the table when all is
quiet. Every contestant is started again by a supervisor, as a container would be."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

from situation import PARTITIONS, SLUICE
from support.hbase import Thrift1
from support.kafka import Kafka
from support.stack import GATEWAY, KAFKA, THRIFT1_PORT, ZOOKEEPER_PORT, class_path, local

from feeder import Feeder
from load import SCHEMA, Load, write_mapping

HERE = pathlib.Path(__file__).resolve().parent
RECORDS = 20_000
LOAD_S = 15
FIRST = 100  # records that each one takes before anything happens to it
QUIET_S = 20  # nothing more is committed or written: this is how it stays
RESTART_S = 1

CONTESTANTS = {
    "sluice": None,
    "happybase, plain": ("happybase", "plain"),
    "happybase, commit after write": ("happybase", "careful"),
    "BufferedMutator, plain": ("mutator", "plain"),
    "BufferedMutator, flush and commit": ("mutator", "careful"),
}


class Supervisor:
    """Keeps one contestant running."""

    def __init__(self, command, folder):
        self.command = command
        self.folder = folder
        self.exits = 0
        self.runs = 0
        self.process = None
        self.dead_since = None
        self._start()

    def _start(self):
        self.runs += 1
        out = open(self.folder / f"{self.runs}.out", "wb")
        errors = open(self.folder / f"{self.runs}.log", "wb")
        environment = {**os.environ, "PYTHONPATH": str(HERE) + ":" + str(HERE.parent / "integration")}
        with out, errors:
            self.process = subprocess.Popen(
                self.command, stdout=out, stderr=errors, stdin=subprocess.DEVNULL, env=environment
            )

    def look(self):
        """Starts it again if it has ended, after a moment."""
        if self.process.poll() is None:
            return
        if self.dead_since is None:
            self.dead_since = time.monotonic()
            self.exits += 1
        elif time.monotonic() - self.dead_since >= RESTART_S:
            self.dead_since = None
            self._start()

    def kill(self):
        """As a crash or an out-of-memory killer would."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.exits -= 1  # that one is not its own

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Contest:
    def __init__(self, contestant, is_poisoned):
        self.name = f"contest_{uuid.uuid4().hex[:8]}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-contest-"))
        self.kafka = Kafka(KAFKA)
        self.thrift1 = Thrift1(THRIFT1_PORT)
        self.load = Load(PARTITIONS, late=False, rivals=False, bad=0)
        self.load.make(RECORDS // 2)
        if is_poisoned:
            self.load.poison(partition=0)
        self.load.make(RECORDS // 2)
        self.feeder = Feeder(KAFKA, self.name, self.load)
        mappings = self.folder / "mappings"
        mappings.mkdir()
        write_mapping(mappings, self.name)
        self.kafka.create(self.name, PARTITIONS)
        subprocess.run(self._sluice("init", self.name), check=True, stdout=subprocess.DEVNULL)
        self.supervisor = Supervisor(self._command(contestant), self.folder)

    def _sluice(self, *words):
        settings = {
            "kafka.bootstrap.servers": KAFKA,
            "kafka.group.id": self.name,
            "kafka.session.timeout.ms": "6000",
            "gateway.endpoints": GATEWAY,
            "gateway.receive.timeout": "20s",
            "ingest.builtin": "none",
            "ingest.mappings": str(self.folder / "mappings"),
        }
        return [str(SLUICE), *words, *(word for item in settings.items() for word in ("-X", "=".join(item)))]

    def _command(self, contestant):
        if contestant is None:
            return self._sluice("run", "--topic", self.name)
        kind, way = contestant
        if kind == "happybase":
            loop = [sys.executable, HERE / "peers" / "happybase_loop.py"]
            return [*loop, KAFKA, self.name, str(THRIFT1_PORT), self.name, way]
        classes = f"{class_path('hbase')}:{class_path('kafka')}"
        loop = HERE / "peers" / "MutatorLoop.java"
        subprocess.run(["javac", "-nowarn", "-cp", classes, "-d", self.folder, loop], check=True)
        loop = ["java", "-cp", f"{self.folder}:{classes}", "MutatorLoop"]
        return [*loop, KAFKA, self.name, str(ZOOKEEPER_PORT), self.name, way, json.dumps(SCHEMA)]

    def watch(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.supervisor.look()
            time.sleep(0.1)

    def committed(self):
        return sum(max(offset, 0) for offset in self.kafka.offsets(self.name, self.name, PARTITIONS).values())

    def begin(self, seconds=90):
        """Returns when it has taken the first records."""
        self.feeder.feed(FIRST)
        deadline = time.monotonic() + seconds
        while self.committed() < FIRST // 2:
            assert time.monotonic() < deadline, f"nothing is read; see {self.folder}"
            self.watch(0.2)

    def settle(self):
        """Waits until everything is committed, or nothing has been for a while."""
        last, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET_S:
            committed = self.committed()
            if committed != last:
                last, since = committed, time.monotonic()
            if committed == len(self.load.messages) and time.monotonic() - since > 2:
                break
            self.watch(0.5)
        return last

    def result(self):
        """Values alone are compared: the loops leave the timestamps to the server."""
        self.feeder.wait()
        committed = self.settle()
        wanted, found = self.load.book.rows(), self.thrift1.scan(self.name)
        cells = [(row, column, value[0]) for row, columns in wanted.items() for column, value in columns.items()]
        lost = sum(1 for row, column, _ in cells if column not in found.get(row, {}))
        other = sum(1 for row, column, value in cells if column in found.get(row, {}) and found[row][column][0] != value)
        extra = sum(len(columns.keys() - wanted.get(row, {}).keys()) for row, columns in found.items())
        left = len(self.load.messages) - committed
        return {"lost": lost, "different": other + extra, "exits": self.supervisor.exits, "left": left}

    def close(self):
        self.feeder.close()
        self.supervisor.end()
        self.thrift1.drop(self.name)
        self.kafka.delete(self.name, f"{self.name}.dlq")
        shutil.rmtree(self.folder)


def calm(contest):
    contest.watch(LOAD_S)


def killed(contest):
    for _ in range(3):
        contest.watch(12)
        contest.supervisor.kill()
    contest.watch(2)


def outage(contest):
    contest.watch(5)
    local("kill", "hbase")
    contest.watch(3)
    up = subprocess.Popen([sys.executable, "-c", "from support.stack import local; local('up')"], env={
        **os.environ, "PYTHONPATH": str(HERE.parent / "integration")})
    while up.poll() is None:
        contest.watch(0.2)
    assert up.returncode == 0


# name: what happens, whether a bad record is in the load, seconds of load
FAULTS = {
    "no fault": (calm, False, LOAD_S),
    "SIGKILL, 3 times": (killed, False, 35),
    "HBase killed, back": (outage, False, LOAD_S),
    "one bad record": (calm, True, LOAD_S),
}


def one_round(contestant, fault):
    act, is_poisoned, load_s = FAULTS[fault]
    contest = Contest(CONTESTANTS[contestant], is_poisoned)
    try:
        contest.begin()
        contest.feeder.feed_on(RECORDS / load_s, len(contest.load.messages) - FIRST)
        act(contest)
        return contest.result()
    finally:
        contest.close()


def sentence(result):
    said = []
    if result["lost"] or result["different"]:
        said.append(f"{result['lost']} lost, {result['different']} wrong")
    else:
        said.append("every cell right")
    if result["left"]:
        said.append(f"{result['left']} records never read")
    if result["exits"]:
        said.append(f"ended {result['exits']} times by itself")
    return "; ".join(said)


def check_tools():
    if shutil.which("javac") is None:
        sys.exit("not run: the Java loop has to be compiled: install a JDK 17 (openjdk-17-jdk-headless)")


def main(contestants=None, faults=None):
    check_tools()
    contestants, faults = contestants or list(CONTESTANTS), faults or list(FAULTS)
    print("| | " + " | ".join(faults) + " |")
    print("| --- |" + " --- |" * len(faults))
    for contestant in contestants:
        said = []
        for fault in faults:
            result = one_round(contestant, fault)
            print(json.dumps({"who": contestant, "fault": fault, **result}), file=sys.stderr, flush=True)
            said.append(sentence(result))
        print(f"| {contestant} | " + " | ".join(said) + " |", flush=True)
    return 0
