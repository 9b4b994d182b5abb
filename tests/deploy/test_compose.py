# SPDX-License-Identifier: Apache-2.0
"""compose/compose.yaml, run for real with podman-compose in a network of its own: bridges, names and
containers without any right, but no port of this machine."""
import json
import os
import pathlib
import subprocess
import time

import pytest
import yaml

from machine import ROOT, call

FILE = ROOT / "compose" / "compose.yaml"
SERVICES = {"kafka", "hbase", "gateway", "ingest"}
SCALE = "0.02"
NAMES = pathlib.Path("/run/containers/networks/aardvark-dns")


def until(what, is_met, seconds):
    deadline = time.monotonic() + seconds
    while not (met := is_met()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.5)
    return met


class Stack:
    """podman-compose in a network namespace; nobody's health is looked at unless we do, for the timers
    that do it elsewhere are systemd's."""

    def __init__(self, engine):
        self.engine = engine
        self.space = f"sluice-{os.getpid()}"
        call("ip", "netns", "add", self.space)
        self.nsenter = ["nsenter", f"--net=/run/netns/{self.space}"]
        call(*self.nsenter, "ip", "link", "set", "lo", "up")

    def podman(self, *words, **more):
        return call(*self.nsenter, "podman", *words, env=self.engine.environment, **more)

    def command(self, *words):
        self.keep_names()
        return [
            *self.nsenter, "podman-compose", "--podman-path", str(ROOT / "compose" / "podman-wrap"), "--in-pod=false",
            "-f", str(FILE), *words,
        ]  # fmt: skip

    def compose(self, *words, **more):
        return call(*self.command(*words), env={**self.engine.environment, "SCALE": SCALE}, **more)

    def keep_names(self):
        """Containers find each other by aardvark-dns. That of bookworm (1.4) dies now and then when one
        comes while another goes, and podman does not see it."""
        pid = NAMES / "aardvark.pid"
        if not pid.exists():
            return  # there is no network yet
        name = pathlib.Path("/proc") / pid.read_text().strip() / "comm"
        if not name.exists() or name.read_text().strip() != "aardvark-dns":
            pid.unlink()
            call(*self.nsenter, "/usr/lib/podman/aardvark-dns", "--config", NAMES, "-p", "53", "run")

    def containers(self, service):
        said = self.podman("ps", "--filter", f"label=io.podman.compose.service={service}", "--format", "{{.Names}}")
        return said.split()

    def is_healthy(self, container):
        done = subprocess.run(
            [*self.nsenter, "podman", "healthcheck", "run", container],
            env=self.engine.environment, capture_output=True, timeout=60,
        )  # fmt: skip
        return done.returncode == 0

    def all_healthy(self, service, count=1):
        names = self.containers(service)
        return len(names) == count and all(map(self.is_healthy, names))

    def metric(self, container, name):
        """What the service says of a metric, one value for each set of labels, over the containers' network."""
        inspected = json.loads(self.podman("inspect", container))[0]
        (network,) = inspected["NetworkSettings"]["Networks"].values()
        said = call(*self.nsenter, "curl", "-s", "--max-time", "10", f"http://{network['IPAddress']}:9187/metrics")
        return [float(line.split()[-1]) for line in said.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]

    def ask_prometheus(self, query):
        """What Prometheus answers, in its own container, one line a series."""
        (name,) = self.containers("prometheus")
        return self.podman("exec", name, "promtool", "query", "instant", "http://127.0.0.1:9090", query).splitlines()

    def close(self):
        self.podman("rm", "-fa", exits=None)
        self.podman("volume", "rm", "-fa", exits=None)
        self.podman("network", "prune", "-f", exits=None)
        call("ip", "netns", "del", self.space)


@pytest.fixture(scope="module")
def stack(engine):
    call(
        "podman-compose", "--podman-path", ROOT / "compose" / "podman-wrap", "-f", FILE,
        "--profile", "shell", "--profile", "monitoring", "--parallel", "1",
        "--podman-build-args", "--isolation=chroot --format=docker --timestamp=0 --layers", "build",
        "kafka", "hbase", "gateway", "shell", "ingest", "prometheus", "alertmanager",
        env=engine.environment, timeout=3600,
    )  # fmt: skip
    one = Stack(engine)
    yield one
    one.close()


def test_the_file_says_what_it_should():
    document = yaml.safe_load(FILE.read_text())
    for name, service in document["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges"], name
        for need in service.get("depends_on", {}):
            assert need in document["services"], (name, need)
    assert {profile for service in document["services"].values() for profile in service.get("profiles", [])} == {
        "data", "bulkload", "shell", "registry", "monitoring",
    }  # fmt: skip


def test_images_share_the_java_layers(engine, stack):
    layers = [engine.layers(f"sluice-{name}") for name in ("kafka", "hbase", "gateway")]
    shared = [layer for layer in layers[0] if all(layer in other for other in layers)]
    assert len(shared) >= 2, layers
    assert layers[1] == layers[2]


def test_up_scaled_killed_bulk_loaded_and_down(stack):
    stack.compose("up", "-d", timeout=300)
    for service in sorted(SERVICES):
        until(f"{service} is healthy", lambda: stack.all_healthy(service), 300)

    stack.compose("up", "-d", "--scale", "ingest=3", timeout=300)
    until("three are healthy", lambda: stack.all_healthy("ingest", 3), 300)
    instances = stack.containers("ingest")
    until("each holds partitions", lambda: all(stack.metric(one, "sluice_consumer_lag") for one in instances), 60)

    stack.compose("--profile", "monitoring", "up", "-d", "prometheus", "alertmanager", timeout=300)
    for service in ("prometheus", "alertmanager"):
        until(f"{service} is healthy", lambda: stack.all_healthy(service), 120)
    until("Prometheus sees all three", lambda: len(stack.ask_prometheus('sluice_ready{job="sluice"} == 1')) == 3, 120)
    assert stack.ask_prometheus('count(ALERTS{alertname="SluiceNoInstance"})') == []

    feeding = subprocess.Popen(
        stack.command("--profile", "data", "run", "-T", "--rm", "data"),
        env={**stack.engine.environment, "SCALE": SCALE},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until("records flow", lambda: sum(stack.metric(instances[0], "sluice_records_written_total")) > 100, 120)
    stack.podman("kill", "--signal", "KILL", instances[0])
    assert feeding.wait(600) == 0
    for table, topic in (("transactions", "transactions"), ("customers", "customer")):
        until(f"{table} is as its topic says", lambda: is_verified(stack, table, topic), 300)

    # SIGTERM is heard by process 1: it drains and ends well.
    stack.podman("stop", "--time", "20", instances[1])
    assert stack.podman("inspect", "--format", "{{.State.ExitCode}}", instances[1]).strip() == "0"

    stack.compose("--profile", "bulkload", "run", "-T", "--rm", "bulkload", timeout=600)
    stack.compose(
        "--profile", "bulkload", "run", "-T", "--rm", "verify",
        "verify", "--table", "transactions", "--csv", "/staging/csv/transactions.csv", "--ignore-extra", timeout=300,
    )  # fmt: skip
    rows = stack.compose("--profile", "shell", "run", "-T", "--rm", "shell", "/opt/stack/hbase-init/verify.rb", timeout=300)
    assert "customers: " in rows and "transaction_details" in rows

    # podman-compose forgets what --scale made; and podman says no once while a container is stopping.
    stack.podman("rm", "-fa", "--time", "20", exits=None)
    stack.podman("rm", "-fa")
    profiles = [word for name in ("data", "bulkload", "shell", "monitoring") for word in ("--profile", name)]
    stack.compose(*profiles, "down", "-v", timeout=300)
    assert stack.podman("ps", "-aq") == ""
    assert "compose" not in stack.podman("network", "ls", "--format", "{{.Name}}")
    assert stack.podman("volume", "ls", "-q") == ""


def is_verified(stack, table, topic):
    done = subprocess.run(
        stack.command("--profile", "data", "run", "-T", "--rm", "verify", "verify", "--table", table, "--topic", topic),
        env=stack.engine.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
    )  # fmt: skip
    return done.returncode == 0
