# SPDX-License-Identifier: Apache-2.0
"""The integration suite drives the program from outside against the local stack. Without the stack
it ends with status 77: not run is not passed."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import uuid

import pytest

from support import json_output, ledger
from support.admin import Admin
from support.hbase import Thrift1, Thrift2
from support.kafka import Kafka
from support.pipe import World
from support.stack import GATEWAY, KAFKA, THRIFT1_PORT, THRIFT2_PORT

ROOT = pathlib.Path(__file__).resolve().parents[2]


def pytest_configure(config):
    config.addinivalue_line("markers", "full: long or heavy; left out of the core run")


def pytest_sessionstart(session):
    for address in (KAFKA, GATEWAY, f"127.0.0.1:{THRIFT1_PORT}"):
        host, port = address.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError as error:
            pytest.exit(f"no stack: {address}: {error}; start it with compose/local up", returncode=77)


class Sluice:
    """The program under test; every call has a deadline."""

    def __init__(self, folder):
        self.path = os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice")
        self.folder = folder

    def command(self, *arguments, **settings):
        """settings: section__key=value, dots of the key as underscores twice over is not needed:
        kafka__group_id means kafka.group.id."""
        command = [self.path, *map(str, arguments)]
        fixed = {"kafka.bootstrap.servers": KAFKA, "gateway.endpoints": GATEWAY}
        for name, value in settings.items():
            section, key = name.split("__", 1)
            fixed[f"{section}.{key.replace('_', '.')}"] = value
        for name, value in fixed.items():
            command += ["-X", f"{name}={value}"]
        return [str(word) for word in command]

    def run(self, *arguments, exits=0, timeout=180, **settings):
        done = subprocess.run(
            self.command(*arguments, **settings),
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
        )
        assert exits is None or done.returncode == exits, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        if "--json" in arguments and arguments[0] in json_output.described() and arguments[0] != "try":
            for line in done.stdout.splitlines():
                assert json_output.undescribed(arguments[0], json.loads(line)) == []
        return done

    def start(self, *arguments, **settings):
        return subprocess.Popen(
            self.command(*arguments, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def kafka():
    return Kafka(KAFKA)


@pytest.fixture(scope="session")
def thrift1():
    return Thrift1(THRIFT1_PORT)


@pytest.fixture(scope="session")
def thrift2(tmp_path_factory):
    return Thrift2(THRIFT2_PORT, tmp_path_factory.mktemp("thrift2"))


@pytest.fixture(scope="session")
def admin(tmp_path_factory):
    one = Admin(tmp_path_factory.mktemp("admin") / "log")
    yield one
    one.close()


@pytest.fixture
def sluice(tmp_path):
    return Sluice(tmp_path)


class Road:
    """One topic and one table of a test's own, with a mapping between them."""

    def __init__(self, folder, entity, kafka, thrift1):
        self.entity = entity
        self.name = f"t_{uuid.uuid4().hex[:10]}"
        self.topic = self.table = self.group = self.name
        self.kafka = kafka
        self.thrift1 = thrift1
        self.mappings = folder / "mappings"
        self.mappings.mkdir(exist_ok=True)
        self.document = json.loads((ROOT / "schemas" / f"{entity}.json").read_text())
        self.write()

    def write(self, **changes):
        """Writes the mapping: the built-in one with this test's names and the changes."""
        self.document.update(table=self.table, topic=self.topic, **changes)
        self.document.pop("$schema", None)
        schema = ledger.SCHEMAS[self.entity]
        shutil.copy(ROOT / "schemas" / schema, self.mappings / schema)
        (self.mappings / f"{self.name}.json").write_text(json.dumps(self.document))

    def settings(self, **more):
        return {
            "ingest__mappings": self.mappings,
            "kafka__group_id": self.group,
            "kafka__session_timeout_ms": "6000",
            **more,
        }

    def remove(self):
        self.thrift1.drop(self.table)
        self.kafka.delete(self.topic, f"{self.topic}.dlq")


@pytest.fixture
def road(tmp_path, kafka, thrift1):
    """road(entity, partitions) makes a road; its topic and table are removed after the test."""
    made = []

    def make(entity="transactions", partitions=1, **changes):
        one = Road(tmp_path, entity, kafka, thrift1)
        made.append(one)
        if changes:
            one.write(**changes)
        if partitions:
            kafka.create(one.topic, partitions)
        return one

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def world(tmp_path, kafka, thrift1, sluice):
    """Topics and tables of a test's own, removed after it."""
    one = World(tmp_path, kafka, thrift1, sluice)
    yield one
    one.remove()
