# SPDX-License-Identifier: Apache-2.0
"""A running sluice under a known load, and the most memory that it ever held."""
import contextlib
import json
import pathlib
import subprocess
import time
import uuid

import fastavro

from .kafka import datum


class Pipe:
    """A topic and a table with a schema of the test's own: the fields are texts, the first one is the
    row's key."""

    def __init__(self, folder, kafka, thrift1, fields, partitions=1, **config):
        self.name = self.topic = self.table = f"m_{uuid.uuid4().hex[:10]}"
        self.fields = fields
        self.partitions = partitions
        self.kafka = kafka
        self.thrift1 = thrift1
        document = {
            "type": "record",
            "name": "memory",
            "fields": [{"name": field, "type": "string"} for field in fields],
        }
        mapping = {
            "table": self.table,
            "topic": self.topic,
            "record": {"format": "avro", "schema": f"{self.name}.avsc"},
            "key": {"parts": [fields[0]]},
            "timestamp": "record",
            "families": {"f": {"columns": fields[1:]}},
        }
        (folder / f"{self.name}.avsc").write_text(json.dumps(document))
        (folder / f"{self.name}.json").write_text(json.dumps(mapping))
        self.schema = fastavro.parse_schema(document)
        kafka.create(self.topic, partitions, **config)
        thrift1.create(self.table, ["f"])

    def value(self, texts):
        return datum(self.schema, dict(zip(self.fields, texts)))

    def fill(self, rows, timestamp=1_700_000_000_000, **producer):
        """rows: lists of texts, or bytes that are no such record."""
        messages = (
            {
                "value": row if isinstance(row, bytes) else self.value(row),
                "timestamp": timestamp,
                "partition": i % self.partitions,
            }
            for i, row in enumerate(rows)
        )
        self.kafka.produce(self.topic, messages, **producer)

    def remove(self):
        self.thrift1.drop(self.table)
        self.kafka.delete(self.topic, f"{self.topic}.dlq")


def peak_mib(process):
    """The most that was ever resident; the process must still be there."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {process.pid} has ended")


@contextlib.contextmanager
def service(sluice, mappings, group, log, **settings):
    """`run` with all the mappings of the folder and none beside them."""
    command = sluice.command(
        "run",
        **{
            "ingest__mappings": mappings,
            "ingest__builtin": "none",
            "kafka__group_id": group,
            "kafka__auto_commit_interval_ms": "200",
            **settings,
        },
    )
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=sluice.folder)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_committed(pipes, group, process, log, at_least=None, seconds=300):
    """Until everything (or so much of it) is committed; returns the peak of memory."""
    deadline = time.monotonic() + seconds
    ends = {pipe.name: sum(pipe.kafka.ends(pipe.topic, pipe.partitions).values()) for pipe in pipes}
    wanted = sum(ends.values()) if at_least is None else at_least
    while True:
        assert process.poll() is None, f"exit {process.returncode}: {pathlib.Path(log).read_text()[-3000:]}"
        done = 0
        for pipe in pipes:
            committed = pipe.kafka.offsets(group, pipe.topic, pipe.partitions)
            done += sum(max(offset, 0) for offset in committed.values())
        if done >= wanted:
            return peak_mib(process)
        assert time.monotonic() < deadline, f"{done} of {wanted} committed: {pathlib.Path(log).read_text()[-3000:]}"
        time.sleep(0.2)
