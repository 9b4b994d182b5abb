# SPDX-License-Identifier: Apache-2.0
"""Topics of a test's own with a schema of texts, a table for each, and a service between them."""
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

    def committed(self, group):
        return self.kafka.offsets(group, self.topic, self.partitions)

    def rows(self):
        """The keys of the rows that the table holds."""
        return sorted(row.decode() for row in self.thrift1.scan(self.table))


class World:
    """Some pipes, and how the program is called for all of them."""

    def __init__(self, folder, kafka, thrift1, sluice):
        self.folder = folder / "mappings"
        self.folder.mkdir()
        self.log = folder / "sluice.log"
        self.kafka = kafka
        self.thrift1 = thrift1
        self.sluice = sluice
        self.pipes = []

    def add(self, made=(), partitions=1, producer=None, fields=("k", "v"), **config):
        pipe = Pipe(self.folder, self.kafka, self.thrift1, list(fields), partitions, **config)
        self.pipes.append(pipe)
        pipe.fill(made, **(producer or {}))
        return pipe

    @property
    def group(self):
        return self.pipes[0].name

    def settings(self, **more):
        return {
            "ingest__mappings": self.folder,
            "ingest__builtin": "none",
            "kafka__group_id": self.group,
            "kafka__auto_commit_interval_ms": "200",
            "kafka__session_timeout_ms": "6000",
            **more,
        }

    @contextlib.contextmanager
    def service(self, *words, log=None, **settings):
        """`run`, ended whatever happens; what it says goes to the log."""
        command = self.sluice.command("run", *words, **self.settings(**settings))
        with open(log or self.log, "wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def said(self, log=None):
        return pathlib.Path(log or self.log).read_text()

    def committed(self, group=None):
        return {pipe.name: pipe.committed(group or self.group) for pipe in self.pipes}

    def ends(self):
        return {pipe.name: self.kafka.ends(pipe.topic, pipe.partitions) for pipe in self.pipes}

    def until(self, process, is_met, seconds=60, log=None):
        """Waits for what the process is to bring about; returns what is_met() says at last."""
        deadline = time.monotonic() + seconds
        while not (met := is_met()):
            assert process.poll() is None, f"exit {process.returncode}: {self.said(log)[-3000:]}"
            assert time.monotonic() < deadline, self.said(log)[-3000:]
            time.sleep(0.05)
        return met

    def remove(self):
        for pipe in self.pipes:
            pipe.remove()
