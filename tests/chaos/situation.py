# SPDX-License-Identifier: Apache-2.0
"""One scenario's world: a topic and a table of its own, instances of sluice, and the figures."""
import os
import pathlib
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import ledger  # noqa: E402
from support.hbase import Thrift1  # noqa: E402
from support.kafka import Kafka  # noqa: E402
from support.stack import GATEWAY, GATEWAY2, KAFKA, THRIFT1_PORT, local  # noqa: E402

from feeder import Feeder  # noqa: E402
from instance import Instance  # noqa: E402
from load import Load, write_mapping  # noqa: E402
from proxy import Proxy  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLUICE = os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice")
PARTITIONS = 4
PATIENCE_S = 180
LAST = 2_000  # good records at the end, so that no window of errors.limit stays open


class Failed(Exception):
    """The promise under test did not hold, or the fault did not come about."""


class Situation:
    def __init__(self, folder, late=True, rivals=True, refused=0.0, has_topic=True, **mapping):
        self.name = f"chaos_{uuid.uuid4().hex[:8]}"
        self.folder = folder
        self.kafka = Kafka(KAFKA)
        self.thrift1 = Thrift1(THRIFT1_PORT)
        self.load = Load(PARTITIONS, late, rivals, refused=refused)
        self.feeder = Feeder(KAFKA, self.name, self.load)
        self.instances = []
        self.proxies = []
        self.faults = 0
        self.endpoints = [GATEWAY]
        self.more = {}
        self.progress = None  # rows, and since when so many; None: no stall is measured
        self.ended = threading.Event()
        self.stall_s = 0.0
        self.again = 0  # records that were fed and whose topic is gone
        write_mapping(folder, self.name, **mapping)
        if has_topic:
            self.make_topic()
        done = subprocess.run(self.command("init", self.name), capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"init: {done.stdout}{done.stderr}")
        threading.Thread(target=self._watch_progress, daemon=True).start()

    # What a scenario does.

    def command(self, *words):
        settings = {
            "kafka.bootstrap.servers": KAFKA,
            "kafka.group.id": self.name,
            "kafka.auto.commit.interval.ms": "200",
            "kafka.session.timeout.ms": "6000",
            "gateway.endpoints": ",".join(self.endpoints),
            "gateway.receive.timeout": "5s",
            "ingest.builtin": "none",
            "ingest.mappings": str(self.folder),
            "ingest.batch.rows": "200",
            "ingest.errors.window": "100",
            **self.more,
        }
        return [str(SLUICE), *words, *(word for item in settings.items() for word in ("-X", "=".join(item)))]

    def start(self, member=None, **process):
        """One more instance; with `member` it is a static member of the group."""
        log = self.folder / f"sluice-{len(self.instances)}.log"
        command = self.command("run", "--topic", self.name)
        if member is not None:
            command += ["-X", f"kafka.group.instance.id={member}"]
        self.instances.append(Instance(command, log, **process))
        return self.instances[-1]

    def use_both_gateways(self):
        self.endpoints = [GATEWAY, GATEWAY2]

    def through_proxy(self):
        """From here on sluice reaches the gateway through this proxy alone."""
        proxy = Proxy(int(GATEWAY.rsplit(":", 1)[1]))
        self.proxies.append(proxy)
        self.endpoints = [f"127.0.0.1:{proxy.port}"]
        return proxy

    def feed(self, count):
        self.feeder.feed(count)

    def feed_on(self, rate=800):
        """From here on until the end records come at this rate."""
        self.feeder.feed_on(rate)

    def fault(self):
        """What follows is the fault's time: standing still is no stall."""
        self.faults += 1
        self.progress = None

    def recovered(self):
        """The fault is over: from here the time without progress counts as stall."""
        self.progress = (self.rows(), time.monotonic())

    def stack(self, *words):
        local(*words)

    def make_topic(self):
        self.kafka.create(self.name, PARTITIONS)

    def recreate_topic(self):
        """Deletes the topic and makes it anew; the load starts over."""
        self.kafka.delete(self.name)
        deadline = time.monotonic() + 30
        while self.name in self.kafka.topics():
            if time.monotonic() > deadline:
                raise Failed("the topic is not deleted after 30 s")
            time.sleep(0.2)
        self.make_topic()
        self.again += self.feeder.fed
        self.feeder = Feeder(KAFKA, self.name, self.load)

    def reset_offsets(self, share=0.0):
        """Sets the (idle) group to so far into each partition."""
        ends = self.kafka.ends(self.name, PARTITIONS)
        self.kafka.seek(self.name, self.name, {p: int(end * share) for p, end in ends.items()})

    # What a scenario waits for.

    def rows(self):
        """Rows acknowledged by HBase, as all instances have told it."""
        return sum(one.seen["rows"] for one in self.instances)

    def committed(self):
        return sum(max(offset, 0) for offset in self.kafka.offsets(self.name, self.name, PARTITIONS).values())

    def wait_rows(self, more=1, seconds=60):
        """Waits until so many rows more are acknowledged."""
        goal = self.rows() + more
        self.wait(lambda: self.rows() >= goal, f"{goal} rows written", seconds)

    def wait_committed(self, at_least=None, seconds=PATIENCE_S):
        at_least = len(self.load.messages) if at_least is None else at_least
        self.wait(lambda: self.committed() >= at_least, f"{at_least} records committed", seconds)

    def wait(self, is_met, what, seconds):
        deadline = time.monotonic() + seconds
        while not is_met():
            if not any(one.alive() for one in self.instances):
                raise Failed(f"no instance is alive; see {self.folder}")
            if time.monotonic() > deadline:
                raise Failed(f"not {what} after {seconds} s: {self.rows()} rows, {self.committed()} records committed")
            time.sleep(0.1)

    def _watch_progress(self):
        while not self.ended.wait(0.1):
            before, rows, now = self.progress, self.rows(), time.monotonic()
            if before is not None and rows != before[0]:
                self.stall_s = max(self.stall_s, now - before[1])
                if self.progress is before:
                    self.progress = (rows, now)

    # The end.

    def finish(self):
        """Drains, stops, and compares the whole table and the dead letters with the ledger."""
        self.feeder.stop()
        left = max(0, len(self.load.messages) - self.feeder.fed)  # of a load that starts over
        self.feeder.feed(left + LAST, may_be_bad=False)
        self.wait_committed()
        for one in self.instances:
            if one.alive():
                one.look()
                if one.stop() != 0:
                    raise Failed(f"an instance ended with {one.process.returncode}; see {one.log}")
        return self.compare()

    def compare(self):
        wanted, found = self.load.book.rows(), self.thrift1.scan(self.name)
        lost = sum(1 for row, columns in wanted.items() for column in columns.keys() - found.get(row, {}).keys())
        differences = ledger.differences(wanted, found, most=10**9)
        letters = self.kafka.consume(f"{self.name}.dlq") if self.load.bad else []
        said = self._faults_of_letters(letters) + self._faults_of_books()
        consumed = sum(one.seen["read"] if one.was_killed else one.summary()["consumed"] for one in self.instances)
        return {
            "records": len(self.load.messages),
            "faults": self.faults,
            "stall_s": round(self.stall_s, 1),
            "read_again": max(0, consumed - len(self.load.messages) - self.again),
            "calls_again": sum(one.seen["resent"] for one in self.instances),
            "letters_again": len(letters) - len({letter.key() for letter in letters}),
            "lost": lost + len(self.load.bad.keys() - {letter.key() for letter in letters}),
            "different": len(differences),
            "wrong": len(said),
            "peak_rss_mib": round(max((one.peak_kib for one in self.instances), default=0) / 1024, 1),
            "said": differences + said,
        }

    def _faults_of_letters(self, letters):
        keys, bad = {letter.key() for letter in letters}, self.load.bad
        said = [f"no dead letter for {key!r}" for key in sorted(bad.keys() - keys)]
        said += [f"a good record is a dead letter: {key!r}" for key in sorted(keys - bad.keys())]
        for letter in letters:
            if letter.value() != bad.get(letter.key(), letter.value()):
                said.append(f"a dead letter is not as it was: {letter.key()!r}")
        return said

    def _faults_of_books(self):
        said = [sentence for one in self.instances for sentence in one.faults_of_books()]
        if not any(one.was_killed for one in self.instances):
            total = {name: sum(one.summary()[name] for one in self.instances) for name in ("consumed", "dead_lettered")}
            if total["consumed"] < len(self.load.messages):
                said.append(f"{len(self.load.messages)} records, but only {total['consumed']} consumed")
            if total["dead_lettered"] < len(self.load.bad):
                said.append(f"{len(self.load.bad)} bad records, but only {total['dead_lettered']} dead-lettered")
        return said

    def close(self):
        self.ended.set()
        self.feeder.close()
        for one in self.instances:
            if one.alive():
                one.kill()
        for proxy in self.proxies:
            proxy.close()
        self.thrift1.drop(self.name)
        self.kafka.delete(self.name, f"{self.name}.dlq")
