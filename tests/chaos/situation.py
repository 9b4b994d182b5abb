# SPDX-License-Identifier: Apache-2.0
"""One scenario's world: a topic and a table of its own, instances of sluice, and the figures."""
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import ledger  # noqa: E402
from support.hbase import Thrift1  # noqa: E402
from support.kafka import Kafka  # noqa: E402
from support.stack import GATEWAY, KAFKA, THRIFT1_PORT, local  # noqa: E402

from load import Load, write_mapping  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SLUICE = os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice")
PARTITIONS = 4


class Failed(Exception):
    """The promise under test did not hold."""


class Instance:
    """One `sluice run`; its peak memory is watched while it lives."""

    def __init__(self, command, log):
        self.log = log
        self.peak_kib = 0
        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while self.process.poll() is None:
            try:
                for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        self.peak_kib = max(self.peak_kib, int(line.split()[1]))
            except OSError:
                return
            time.sleep(0.05)

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


class Situation:
    def __init__(self, folder, records, late=True, **mapping):
        self.name = f"chaos_{uuid.uuid4().hex[:8]}"
        self.folder = folder
        self.kafka = Kafka(KAFKA)
        self.thrift1 = Thrift1(THRIFT1_PORT)
        self.load = Load(records, PARTITIONS, late)
        self.fed = 0
        self.instances = []
        self.faults = 0
        self.endpoints = GATEWAY
        self.more = {}
        self.recovered_at = None
        self.stall_s = 0.0
        write_mapping(folder, self.name, **mapping)
        self.kafka.create(self.name, PARTITIONS)
        done = subprocess.run(self.command("init", self.name), capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"init: {done.stdout}{done.stderr}")

    def command(self, *words):
        settings = {
            "kafka.bootstrap.servers": KAFKA,
            "kafka.group.id": self.name,
            "kafka.auto.commit.interval.ms": "200",
            "kafka.session.timeout.ms": "6000",
            "gateway.endpoints": self.endpoints,
            "gateway.receive.timeout": "5s",
            "ingest.mappings": str(self.folder),
            "ingest.batch.rows": "200",
            **self.more,
        }
        return [str(SLUICE), *words, *(word for item in settings.items() for word in ("-X", "=".join(item)))]

    def start(self, count=1):
        for _ in range(count):
            log = self.folder / f"sluice-{len(self.instances)}.log"
            self.instances.append(Instance(self.command("run", "--topic", self.name), log))
        return self.instances[-1]

    def feed(self, count=None):
        """Produces the next records of the load."""
        end = len(self.load.messages) if count is None else min(self.fed + count, len(self.load.messages))
        self.kafka.produce(self.name, self.load.messages[self.fed : end])
        self.fed = end

    def fault(self):
        self.faults += 1

    def recovered(self):
        """From here the time without progress counts as stall."""
        self.recovered_at = time.monotonic()

    def committed(self):
        return sum(max(offset, 0) for offset in self.kafka.offsets(self.name, self.name, PARTITIONS).values())

    def wait_committed(self, at_least, seconds=180):
        """Waits until that many records are acknowledged and committed, and keeps the longest time
        without progress since the last recovery."""
        deadline = time.monotonic() + seconds
        last, since = -1, self.recovered_at or time.monotonic()
        while True:
            now, committed = time.monotonic(), self.committed()
            if committed != last:
                if self.recovered_at is not None:
                    self.stall_s = max(self.stall_s, now - since)
                last, since = committed, now
            if committed >= at_least:
                return
            if not any(instance.alive() for instance in self.instances):
                raise Failed(f"no instance is alive; see {self.folder}")
            if now > deadline:
                raise Failed(f"{committed} of {at_least} records committed after {seconds} s")
            time.sleep(0.1)

    def finish(self):
        """Drains, stops, and compares the whole table and the dead letters with the ledger."""
        self.feed()
        self.wait_committed(len(self.load.messages))
        for instance in self.instances:
            if instance.alive() and instance.stop() != 0:
                raise Failed(f"an instance ended with {instance.process.returncode}; see {instance.log}")
        return self.compare()

    def compare(self):
        wanted, found = self.load.book.rows(), self.thrift1.scan(self.name)
        lost = sum(
            1 for row, columns in wanted.items() for column in columns if column not in found.get(row, {})
        )
        said = ledger.differences(wanted, found)
        letters = self.kafka.consume(f"{self.name}.dlq") if self.load.bad else []
        missing = self.load.bad - {letter.key() for letter in letters}
        return {
            "records": len(self.load.messages),
            "faults": self.faults,
            "stall_s": round(self.stall_s, 1),
            "lost": lost + len(missing),
            "different": len(said),
            "dead_letters_twice": len(letters) - len({letter.key() for letter in letters}),
            "peak_rss_mib": round(max((one.peak_kib for one in self.instances), default=0) / 1024, 1),
            "said": said + [f"no dead letter for {key!r}" for key in sorted(missing)[:5]],
        }

    def close(self):
        for instance in self.instances:
            if instance.alive():
                instance.kill()
        self.thrift1.drop(self.name)
        self.kafka.delete(self.name, f"{self.name}.dlq")

    def stack(self, *words):
        local(*words)

    def wait_any(self, seconds):
        time.sleep(seconds)

    def reset_offsets(self):
        self.kafka.reset(self.name, self.name, PARTITIONS)

    def recreate_topic(self):
        self.kafka.delete(self.name)
        deadline = time.monotonic() + 30
        while self.name in self.kafka.topics():
            if time.monotonic() > deadline:
                raise Failed("the topic is not deleted after 30 s")
            time.sleep(0.2)
        self.kafka.create(self.name, PARTITIONS)
