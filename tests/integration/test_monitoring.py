# SPDX-License-Identifier: Apache-2.0
"""Alerts fire on the real stack, each by its fault, and each query of the dashboard has an answer. Prometheus is a real
one; an hour of the rules is a minute here, so that it can be waited for."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import confluent_kafka.admin
import pytest

from support import stack

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = {"s": 1, "m": 60, "h": 3600}
sys.path.insert(0, str(ROOT / "tests" / "chaos"))

from proxy import Proxy  # noqa: E402

BAD = b"\xff\xff\xff"

pytestmark = pytest.mark.full


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def hastened(rules):
    """The rules with sixty times less patience, and a hundredth of the records that fall behind."""

    def shorter(found):
        return f"{found[1]}{max(int(found[2]) * SECONDS[found[3]] // 60, 3)}s{found[4]}"

    rules = re.sub(r"(for: )(\d+)([smh])($)", shorter, rules, flags=re.M)
    return re.sub(r"(\[)(\d+)([smh])(\])", shorter, rules).replace("> 10000", "> 100")


class Prometheus:
    def __init__(self, folder, target):
        self.port = free_port()
        rules = hastened((ROOT / "compose" / "monitoring" / "rules" / "sluice.yml").read_text())
        (folder / "rules.yml").write_text(rules)
        (folder / "prometheus.yml").write_text(
            "global: { scrape_interval: 1s, evaluation_interval: 1s }\n"
            f"rule_files: [{folder}/rules.yml]\n"
            "scrape_configs:\n"
            f"  - {{ job_name: sluice, static_configs: [{{ targets: ['127.0.0.1:{target}'] }}] }}\n"
        )
        self.process = subprocess.Popen(
            [
                shutil.which("prometheus"),
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/series",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def firing(self):
        try:
            return {one["labels"]["alertname"] for one in self.ask("alerts")["alerts"] if one["state"] == "firing"}
        except OSError:
            return set()  # it is starting

    def await_alert(self, name, seconds=90, meanwhile=lambda: None):
        deadline = time.monotonic() + seconds
        while name not in self.firing():
            assert time.monotonic() < deadline, f"{name} does not fire; firing are {self.firing()}"
            meanwhile()
            time.sleep(0.5)


@pytest.fixture(scope="module")
def target():
    return free_port()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory, target):
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed: compose/local up monitoring does it")
    one = Prometheus(tmp_path_factory.mktemp("prometheus"), target)
    yield one
    one.process.kill()
    one.process.wait()


def test_nobody_there(prometheus):
    prometheus.await_alert("SluiceNoInstance")
    prometheus.await_alert("SluiceScrapeDown")


def test_bad_records_and_a_topic_that_takes_none(world, prometheus, target):
    pipe = world.add([["1", "x"]], **{"max.message.bytes": "1000000"})
    config = {"max.message.bytes": "2000"}
    with world.service(http__listen=f"127.0.0.1:{target}", ingest__errors_limit="100%") as process:
        world.until(process, lambda: pipe.rows() == ["1"])
        pipe.fill([BAD])
        prometheus.await_alert("SluiceDeadLetters", meanwhile=lambda: pipe.fill([BAD]))
        resource = confluent_kafka.admin.ConfigResource("topic", f"{pipe.topic}.dlq", config)
        for future in pipe.kafka.admin.alter_configs([resource]).values():
            future.result(30)
        pipe.fill([BAD * 10_000])
        prometheus.await_alert("SluiceDeadLetterFailures")


def test_a_group_that_does_not_settle(world, prometheus, target):
    pipe = world.add([[f"{i}", "x"] for i in range(8)], partitions=4)
    listen = {"http__listen": f"127.0.0.1:{target}"}
    with world.service(**listen) as process:
        world.until(process, lambda: len(pipe.rows()) == 8)

        def come_and_go():
            other = subprocess.Popen(
                world.sluice.command("run", **world.settings()), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                time.sleep(3)  # to be given partitions
            finally:
                other.terminate()
                other.wait()

        prometheus.await_alert("SluiceRebalancing", seconds=150, meanwhile=come_and_go)


def test_an_instance_that_starts_again_and_again(world, prometheus, target):
    world.add([["1", "x"]])

    def start():
        with world.service(http__listen=f"127.0.0.1:{target}"):
            time.sleep(3)  # to be scraped

    prometheus.await_alert("SluiceRestarting", meanwhile=start)


def test_a_certificate_that_ends_soon(world, prometheus, target, tmp_path):
    world.add([["1", "x"]])
    authority = tmp_path / "ca.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5", "-subj", "/CN=soon"]
        + ["-keyout", str(tmp_path / "key"), "-out", str(authority)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    with world.service(http__listen=f"127.0.0.1:{target}", kafka__ssl_ca_location=str(authority)):
        prometheus.await_alert("SluiceCertificateExpires")


def test_a_broker_that_takes_no_offsets(world, prometheus, target):
    """Frozen while records are under way: the commits find no answer."""
    pipe = world.add([["1", "x"]])
    with world.service(
        http__listen=f"127.0.0.1:{target}", kafka__socket_timeout_ms="1000", kafka__auto_commit_interval_ms="100"
    ) as process:
        world.until(process, lambda: pipe.rows() == ["1"])
        count = iter(range(10**9))

        def freeze_for_a_moment():
            pipe.fill([[f"{next(count)}", "x"] for _ in range(50)])
            stack.local("freeze", "kafka")
            time.sleep(2.5)  # longer than the client waits for an answer
            stack.local("thaw", "kafka")

        prometheus.await_alert("SluiceCommitFailures", seconds=120, meanwhile=freeze_for_a_moment)


@pytest.fixture
def proxy():
    one = Proxy(stack.THRIFT2_PORT)
    yield one
    one.close()


def through(proxy, target, **more):
    """A service whose only gateway lies behind the proxy."""
    return {
        "http__listen": f"127.0.0.1:{target}",
        "gateway__endpoints": f"127.0.0.1:{proxy.port}",
        "gateway__connections": "1",
        "ingest__linger_ms": "10",
        **more,
    }


def test_a_gateway_that_is_away(world, prometheus, target, proxy):
    """Records of long ago wait for it: nothing is written, and that is late."""
    pipe = world.add([["1", "x"]])
    with world.service(**through(proxy, target)) as process:
        world.until(process, lambda: pipe.rows() == ["1"])
        proxy.mode = "refuse"
        proxy.drop()
        pipe.fill([["2", "x"]])
        for name in ("SluiceGatewayDown", "SluiceNotReady", "SluiceLate", "SluiceNoProgress"):
            prometheus.await_alert(name)
        proxy.mode = "pass"
        world.until(process, lambda: pipe.rows() == ["1", "2"])


def test_a_memory_that_is_too_small(world, prometheus, target):
    """One record is always taken, however large: these are nearly as large as all that it may hold."""
    pipe = world.add([["0", "x"]])
    count = iter(range(10**9))
    small = {"ingest__memory": "1M", "ingest__batch_bytes": "64K"}

    def fill():
        pipe.fill([[f"{next(count)}", "x" * 900_000] for _ in range(4)])

    with world.service(http__listen=f"127.0.0.1:{target}", **small):
        prometheus.await_alert("SluiceMemoryNear", meanwhile=fill)


def test_every_query_of_the_dashboard_has_an_answer(prometheus):
    """After all these faults."""
    dashboard = json.loads((ROOT / "compose" / "monitoring" / "grafana" / "sluice.json").read_text())
    targets = [target for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(targets) > 20
    for target in targets:
        expression = target["expr"].replace("$__rate_interval", "10m").replace("$job", ".*").replace("$instance", ".*")
        found = prometheus.ask("query", query=f"last_over_time(({expression})[20m:5s])")
        assert found["result"], f"nothing for {expression}"
