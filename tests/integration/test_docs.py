# SPDX-License-Identifier: Apache-2.0
"""What README and docs tell a newcomer to type runs as it stands there."""
import json
import os
import re
import subprocess

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


def test_the_list_of_faults_needs_nothing_installed(tmp_path):
    done = subprocess.run(
        ["/usr/bin/python3", "-I", ROOT / "tests" / "chaos" / "run", "--list"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "kill-hbase" in done.stdout, done.stderr
