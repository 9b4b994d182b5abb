# SPDX-License-Identifier: Apache-2.0
"""What README and docs tell a newcomer to type runs as it stands there."""
import json
import os
import re
import subprocess
import sys

from support.stack import GATEWAY, KAFKA, ROOT


def block(page, after, kind):
    """The first block of a kind behind some words of a page."""
    text = (ROOT / page).read_text()
    text = text[text.index(after) :]
    return re.search(rf"^```{kind}\n(.*?)^```", text, re.M | re.S).group(1)


def environment(folder):
    program = folder / "bin"
    program.mkdir()
    (program / "sluice").symlink_to(os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice"))
    return {
        **os.environ,
        "PATH": f"{program}:{os.environ['PATH']}",
        "SLUICE_GATEWAY_ENDPOINTS": GATEWAY,
        "SLUICE_KAFKA_BOOTSTRAP_SERVERS": KAFKA,
        "SLUICE_INGEST_BUILTIN": str(ROOT / "schemas"),
    }


def test_the_first_own_table_of_the_readme(tmp_path, thrift1):
    thrift1.drop("weather")
    script = block("README.md", "## Your first own table", "sh")
    try:
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=300
        )

        assert done.returncode == 0, done.stdout + done.stderr
        rows = thrift1.scan("weather")
        assert {key: {column: value for column, (value, _) in row.items()} for key, row in rows.items()} == {
            f"{station}#{time}".encode(): {
                f"data:{name}".encode(): value.encode()
                for name, value in zip(
                    ["Station", "measured_at", "temperature_c", "Remark"], [station, time, *more]
                )
            }
            for station, time, *more in (
                ("berlin", "2024-03-01T12:00:00Z", "7.5", "cloudy"),
                ("berlin", "2024-03-01T13:00:00Z", "8.1"),
                ("oslo", "2024-03-01T12:00:00Z", "-2.4", "snow"),
            )
        }
    finally:
        thrift1.drop("weather")


def test_the_first_mapping_of_the_reference_can_be_created(tmp_path, thrift1):
    mapping = json.loads(block("docs/mapping.md", "## An example", "json"))
    mapping.pop("$schema")
    (tmp_path / "orders.json").write_text(json.dumps(mapping))
    (tmp_path / "order.avsc").write_text(block("docs/mapping.md", "With `order.avsc`", "json"))
    thrift1.drop("orders")
    settings = {**environment(tmp_path), "SLUICE_INGEST_MAPPINGS": str(tmp_path)}
    try:
        for words in (["check", "--offline"], ["init", "orders"], ["init", "orders"]):
            done = subprocess.run(["sluice", *words], env=settings, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        thrift1.drop("orders")


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)


def test_what_the_page_of_changes_tells_to_type(tmp_path, kafka, thrift1):
    topics, tables = ("orders", "shop.orders"), ("orders", "orders_2")
    settings = environment(tmp_path)
    settings.pop("SLUICE_INGEST_BUILTIN")
    tool = tmp_path / "bin" / "kafka-consumer-groups.sh"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/support/kafka-consumer-groups "$@"\n')
    tool.chmod(0o755)
    (tmp_path / "sluice.conf").write_text(blocks("docs/changing.md", "ini")[0].replace("localhost:9092", KAFKA))
    (tmp_path / "orders.json").write_text(blocks("docs/changing.md", "json")[0])
    script = "\n".join(blocks("docs/changing.md", "sh")).replace("localhost:9092", KAFKA)
    thrift1.drop(*tables)
    kafka.delete(*topics)
    try:
        for topic, ids in zip(topics, (range(3), range(3, 5))):
            kafka.create(topic)
            kafka.produce(topic, [{"value": record(i), "timestamp": 1700000000000 + i} for i in ids])

        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=400
        )

        assert done.returncode == 0, done.stdout + done.stderr
        old, new = thrift1.scan("orders"), thrift1.scan("orders_2")
        assert sorted(old) == [b"0", b"1", b"2"]
        assert sorted(new) == [b"ada#0", b"ada#2", b"ada#4", b"bob#1", b"bob#3"]
        assert old[b"1"] == new[b"bob#1"]
        assert {name: value for name, (value, _) in new[b"bob#3"].items()} == {
            b"order:customer": b"bob", b"order:total": b"1.5", b"order:note": b"n3", b"state:status": b"NEW"
        }
    finally:
        thrift1.drop(*tables)
        kafka.delete(*topics)


def record(i):
    return json.dumps({"id": str(i), "customer": ("ada", "bob")[i % 2], "total": 1.5, "note": f"n{i}", "status": "NEW"})


def test_the_list_of_faults_needs_nothing_installed(tmp_path):
    done = subprocess.run(
        ["/usr/bin/python3", "-I", ROOT / "tests" / "chaos" / "run", "--list"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "kill-hbase" in done.stdout, done.stderr
