# SPDX-License-Identifier: Apache-2.0
"""What a service says of itself is so, whether records flow or not; and asking it does it no harm."""
import json
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from support.hbase import shell
from support.stack import THRIFT2_PORT, local

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from proxy import Proxy  # noqa: E402


@pytest.fixture
def gateway():
    one = Proxy(THRIFT2_PORT)
    yield one
    one.close()


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def ready(port):
    """(whether it is, what it says); not yet listening is not ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return True, answer.read().decode()
    except urllib.error.HTTPError as error:
        return False, error.read().decode()
    except OSError as error:
        return False, str(error)


def not_ready_because(port, text):
    is_ready, said = ready(port)
    return not is_ready and text in said


def rows(first, count):
    return [[f"{i:06d}", f"value {i}"] for i in range(first, first + count)]


LONG = pytest.mark.full


@pytest.mark.parametrize(
    "mode, said, is_busy",
    [
        pytest.param("refuse", "gateway", False, id="refuse-idle"),
        pytest.param("refuse", "gateway", True, id="refuse-busy", marks=LONG),
        pytest.param("stall", "gave no answer", False, id="stall-idle", marks=LONG),
        pytest.param("stall", "gave no answer", True, id="stall-busy"),
    ],
)
def test_a_gateway_that_has_gone_is_told(world, gateway, port, mode, said, is_busy):
    """From the start, and later; and that it is back."""
    pipe = world.add(partitions=2)
    gateway.mode = mode
    settings = {"gateway__endpoints": f"127.0.0.1:{gateway.port}", "http__listen": f"127.0.0.1:{port}"}
    with world.service(**settings) as process:
        for first in (0, 100):
            if is_busy:
                pipe.fill(rows(first, 100))
            world.until(process, lambda: not_ready_because(port, said), seconds=20)
            gateway.mode = "pass"
            world.until(process, lambda: ready(port)[0], seconds=20)
            gateway.mode = mode
        gateway.mode = "pass"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, world.said()
    assert not is_busy or len(pipe.rows()) > 0


@pytest.mark.full
@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_a_frozen_kafka_is_told(world, port, is_busy):
    pipe = world.add(partitions=2)
    with world.service(http__listen=f"127.0.0.1:{port}") as process:
        world.until(process, lambda: ready(port)[0])
        if is_busy:
            pipe.fill(rows(0, 200_000))
        local("freeze", "kafka")
        try:
            world.until(process, lambda: not_ready_because(port, "no broker answers"), seconds=20)
        finally:
            local("thaw", "kafka")
        world.until(process, lambda: ready(port)[0], seconds=20)
        world.until(process, lambda: world.committed() == world.ends(), seconds=120)
        process.terminate()
        assert process.wait(20) == 0, world.said()


def widen(world, pipe):
    """The mapping gains a family that nobody gave to the table."""
    path = world.folder / f"{pipe.name}.json"
    mapping = json.loads(path.read_text())
    mapping["families"] = {"f": {"columns": ["v"]}, "more": {"columns": ["w"]}}
    path.write_text(json.dumps(mapping))


@pytest.mark.parametrize("when", [pytest.param("at the start", marks=LONG), "with records"])
def test_a_family_that_the_table_lacks_is_waited_for(world, port, when):
    pipe = world.add(partitions=2, fields=("k", "v", "w"))
    widen(world, pipe)
    made = [[f"{i:06d}", "v", "w" if i % 2 else ""] for i in range(2000)]
    if when == "with records":
        pipe.fill(made)
    with world.service(http__listen=f"127.0.0.1:{port}") as process:
        world.until(process, lambda: not_ready_because(port, "family more is missing"))
        shell(f"alter '{pipe.table}', 'more'\n")
        world.until(process, lambda: ready(port)[0])
        if when == "at the start":
            pipe.fill(made)
        world.until(process, lambda: world.committed() == world.ends())
        process.terminate()
        assert process.wait(20) == 0, world.said()
    said = world.said()
    assert len(pipe.rows()) == 2000
    assert f"{pipe.topic}.dlq" not in world.kafka.topics(), said
    assert said.count("family more is missing") == 1, said
    assert "rejected" not in said and "halv" not in said


def test_a_flood_of_half_requests_leaves_ingest_alone(world, port):
    pipe = world.add(partitions=2)
    command = world.sluice.command("run", **world.settings(http__listen=f"127.0.0.1:{port}"))
    with open(world.log, "wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        )
    try:
        world.until(process, lambda: ready(port)[0])
        half = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(300)]
        for one in half:
            one.sendall(b"GET /metrics HT")
        pipe.fill(rows(0, 5000))
        world.until(process, lambda: world.committed() == world.ends())
        assert ready(port)[0]
        for one in half:  # each is ended by the service
            one.settimeout(30)
            try:
                assert one.recv(1) == b""
            except ConnectionResetError:
                pass
            one.close()
        process.terminate()
        assert process.wait(20) == 0, world.said()
    finally:
        process.kill()
    assert len(pipe.rows()) == 5000
    assert len(world.said().splitlines()) < 50


def test_hanging_up_reads_the_configuration_again(world, tmp_path, monkeypatch):
    """The log's level counts at once; what else has changed is named; a broken file changes nothing."""
    config = tmp_path / "live.conf"
    config.write_text("[log]\nlevel = message\n")
    monkeypatch.setenv("SLUICE_CONFIG", str(config))
    pipe = world.add(rows(0, 10))
    with world.service() as process:
        world.until(process, lambda: world.committed() == world.ends())
        config.write_text("[log]\nlevel = debug\n\n[ingest]\nlinger.ms = 7\n")
        process.send_signal(signal.SIGHUP)
        world.until(process, lambda: "the next start takes over settings=ingest.linger.ms" in world.said())
        pipe.fill(rows(10, 20))
        world.until(process, lambda: world.committed() == world.ends())
        config.write_text("[log]\nlevel = message\n\n[ingest]\nlinger = 7\n")
        process.send_signal(signal.SIGHUP)
        world.until(process, lambda: "the configuration stays as it was" in world.said())
        process.terminate()
        assert process.wait(20) == 0, world.said()
    assert "ingest.linger.ms" in world.said().split("stays as it was")[1]  # the nearest name
    assert len(pipe.rows()) == 30


def test_a_stop_leaves_the_group(world):
    """Who comes next need not wait for the session to time out."""
    pipe = world.add(rows(0, 10))
    with world.service() as process:
        world.until(process, lambda: world.committed() == world.ends())
        process.terminate()
        assert process.wait(20) == 0, world.said()
    assert not world.kafka.members(world.group)
    start = world.said().splitlines()[0]
    assert "starting version=" in start and f"group={world.group}" in start and "mappings=1" in start
    assert len(pipe.rows()) == 10


def test_until_end_needs_the_topics_of_its_mappings(world, sluice):
    pipe = world.add(rows(0, 10))
    path = world.folder / f"{pipe.name}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "topic": f"{pipe.topic}x"}))
    done = sluice.run("run", "--until-end", exits=2, **world.settings())
    assert f"topic {pipe.topic}x" in done.stderr
