# SPDX-License-Identifier: Apache-2.0
"""What a running service tells of its partitions, and that docs/metrics.md lists all that it tells."""
import json
import pathlib
import re
import socket
import sys
import urllib.request

import confluent_kafka
import jsonschema
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_text

from support.stack import THRIFT2_PORT

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "chaos"))

from proxy import Proxy  # noqa: E402


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def read(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def by_partition(text, name, pipe):
    found = re.findall(rf'^{name}{{topic="{pipe.topic}",table="{pipe.table}",partition="(\d+)"}} (\d+)$', text, re.M)
    return {int(partition): int(value) for partition, value in found}


def assert_adds_up(text, pipe, written):
    """Histograms count what the counters count; Prometheus's own parser reads both."""
    samples = {}
    for family in parse_text(text):
        for sample in family.samples:
            if sample.labels.get("topic", pipe.topic) == pipe.topic:
                samples[sample.name] = samples.get(sample.name, 0) + (0 if "le" in sample.labels else sample.value)
    assert samples["sluice_records_written_total"] == written
    assert samples["sluice_record_delay_seconds_count"] == written
    assert samples["sluice_batch_rows_count"] == samples["sluice_batches_acknowledged_total"]
    assert samples["sluice_batch_rows_sum"] == samples["sluice_rows_acknowledged_total"]
    assert samples["sluice_batch_bytes_sum"] == samples["sluice_bytes_acknowledged_total"]
    assert samples["sluice_put_seconds_count"] == samples["sluice_batches_acknowledged_total"]
    assert samples["sluice_partitions_assigned"] == pipe.partitions
    assert samples["sluice_gateway_up"] == 1
    assert samples["sluice_rebalances_total"] >= 1


def test_the_status_says_the_same_as_the_metrics(world):
    """In the form of its schema; and top shows it."""
    pipe, port = world.add([[f"{i}", "x"] for i in range(40)], partitions=2), free_port()
    with world.service(http__listen=f"127.0.0.1:{port}", ingest__linger_ms="10") as process:
        world.until(process, lambda: by_partition(read(port), "sluice_committed_offset", pipe) == {0: 20, 1: 20})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=10) as answer:
            status = json.load(answer)
        top = world.sluice.run("top", "--once", http__listen=f"127.0.0.1:{port}").stdout
        same = json.loads(world.sluice.run("top", "--json", http__listen=f"127.0.0.1:{port}").stdout)
    jsonschema.validate(status, json.loads((ROOT / "docs" / "status.schema.json").read_text()))
    assert status["ready"] is True and status["group"] == world.group
    assert same["topics"] == status["topics"]
    topic = status["topics"][0]
    assert (topic["topic"], topic["written"], topic["lag"], topic["lag_seconds"]) == (pipe.topic, 40, 0, 0)
    assert [one["acknowledged"] for one in topic["partitions"]] == [20, 20]
    assert status["gateways"][0]["up"] is True
    assert f"{pipe.topic} " in top and "ready for" in top
    world.sluice.run("top", "--once", exits=3, http__listen=f"127.0.0.1:{port}")


def test_who_asks_for_open_metrics_gets_them(world):
    pipe, port = world.add([["1", "x"]]), free_port()
    with world.service(http__listen=f"127.0.0.1:{port}", ingest__linger_ms="10") as process:
        world.until(process, lambda: by_partition(read(port), "sluice_committed_offset", pipe) == {0: 1})
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
            families = {family.name for family in parse_open(answer.read().decode())}
    assert {"sluice_records_written", "sluice_record_delay_seconds", "sluice_gateway_up"} <= families


def expire(pipe, offsets):
    wanted = [confluent_kafka.TopicPartition(pipe.topic, p, offset) for p, offset in offsets.items()]
    for future in pipe.kafka.admin.delete_records(wanted).values():
        future.result(30)


def test_lag_and_offsets_of_each_partition(world, tmp_path):
    pipe = world.add([[f"{i}", "x"] for i in range(120)], partitions=4)
    expire(pipe, {1: 10, 3: 30})
    proxy, port = Proxy(THRIFT2_PORT), free_port()
    proxy.mode = "stall"
    try:
        with world.service(
            http__listen=f"127.0.0.1:{port}", gateway__endpoints=f"127.0.0.1:{proxy.port}", ingest__linger_ms="10"
        ) as process:
            world.until(
                process, lambda: by_partition(read(port), "sluice_consumer_lag", pipe) == {0: 30, 1: 20, 2: 30, 3: 0}
            )
            stalled = read(port)
            proxy.mode = "pass"
            world.until(
                process,
                lambda: by_partition(read(port), "sluice_committed_offset", pipe) == {0: 30, 1: 30, 2: 30, 3: 30},
            )
            text = read(port)
    finally:
        proxy.close()

    assert not {0, 1, 2} & by_partition(stalled, "sluice_committed_offset", pipe).keys()
    assert by_partition(stalled, "sluice_log_end_offset", pipe) == {0: 30, 1: 30, 2: 30, 3: 30}
    assert by_partition(text, "sluice_consumer_lag", pipe) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert by_partition(text, "sluice_acknowledged_offset", pipe) == {0: 30, 1: 30, 2: 30, 3: 30}
    assert re.search(rf'^sluice_consumer_lag_seconds{{topic="{pipe.topic}",[^}}]*partition="0"}} [1-9]', stalled, re.M)
    assert by_partition(text, "sluice_consumer_lag_seconds", pipe) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert_adds_up(text, pipe, written=80)
    (tmp_path / "none.csv").write_text("")
    world.sluice.run("bulkload", "-t", "product", "none.csv", "--metrics", str(tmp_path / "load.prom"), exits=None)
    text += (tmp_path / "load.prom").read_text()
    told = set(re.findall(r"^# TYPE (\S+) ", text, re.M))
    listed = set(re.findall(r"`((?:sluice|process)_[a-z_]+)`", (ROOT / "docs" / "metrics.md").read_text()))
    assert told == listed


def test_what_is_not_to_be_read_is_no_lag(world):
    pipe = world.add([[f"{i}", "x"] for i in range(20)], partitions=2)
    port = free_port()
    with world.service(http__listen=f"127.0.0.1:{port}", kafka__auto_offset_reset="latest") as process:
        world.until(process, lambda: by_partition(read(port), "sluice_consumer_lag", pipe) == {0: 0, 1: 0})
        text = read(port)

    assert by_partition(text, "sluice_log_end_offset", pipe) == {0: 10, 1: 10}
