# SPDX-License-Identifier: Apache-2.0
"""What a running service says of itself: /livez, /readyz, /metrics, and check --live."""
import contextlib
import re
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from support import ledger, records
from support.kafka import datum, schema

RECORDS = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(port, path):
    """(status, text); status None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return None, str(error)


def await_page(port, path, fits, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = get(port, path)
        if fits(*answer):
            return answer[1]
        time.sleep(0.1)
    raise AssertionError(f"{path} after {seconds} s: {answer}")


@contextlib.contextmanager
def service(sluice, one, **settings):
    """A service of this road alone and the port of its pages; it is ended, whatever happens."""
    port = free_port()
    process = sluice.start(
        "run", "--topic", one.topic, **one.settings(http__listen=f"127.0.0.1:{port}", **settings)
    )
    try:
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def produce(one):
    parsed = schema(one.entity)
    made = records.make(one.entity, RECORDS)
    messages = [{"key": ledger.key(one.entity, record), "value": datum(parsed, record)} for record in made]
    messages[7]["value"] = b"\xff"
    one.kafka.produce(one.topic, messages)


def samples(text):
    return {name: float(value) for name, value in re.findall(r"^([^#\n]+) ([^ \n]+)$", text, re.MULTILINE)}


def test_a_service_tells_its_readiness_and_its_counters(road, sluice):
    one = road("transactions", partitions=2)
    sluice.run("init", one.table, **one.settings())
    produce(one)

    with service(sluice, one) as (process, port):
        live = await_page(port, "/livez", lambda status, _: status == 200)
        await_page(port, "/readyz", lambda status, _: status == 200)
        labels = f'{{topic="{one.topic}",table="{one.table}"}}'
        written = f"sluice_records_written_total{labels}"
        text = await_page(port, "/metrics", lambda _, text: samples(text).get(written) == RECORDS - 1)
        await_page(
            port,
            "/metrics",
            lambda _, text: samples(text)[f"sluice_records_dead_lettered_total{labels}"] == 1,
        )
        listen = {"http__listen": f"127.0.0.1:{port}"}
        asked = sluice.run("check", "--live", **one.settings(**listen))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        gone = sluice.run("check", "--live", exits=3, **one.settings(**listen))

    assert live == "ok\n"
    assert samples(text)["sluice_ready"] == 1
    assert samples(text)[f"sluice_records_read_total{labels}"] == RECORDS
    assert asked.stdout == "ok\n"
    assert process.returncode == 0
    assert f"127.0.0.1:{port}" in gone.stderr


def test_a_service_without_its_gateway_is_alive_and_says_why_it_waits(road, sluice):
    one = road("transactions", partitions=1)
    produce(one)
    away = f"127.0.0.1:{free_port()}"

    with service(sluice, one, gateway__endpoints=away) as (_, port):
        reason = await_page(port, "/readyz", lambda status, text: status == 503 and away in text)
        assert get(port, "/livez") == (200, "ok\n")
        asked = sluice.run("check", "--live", exits=1, **one.settings(http__listen=f"127.0.0.1:{port}"))

    assert "refused" in reason
    assert away in asked.stdout


def test_a_taken_port_is_told(road, sluice):
    one = road("transactions", partitions=1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = sluice.run("run", "--topic", one.topic, exits=2, **one.settings(http__listen=address))

    assert address in done.stderr


@pytest.mark.parametrize("path, status", [("/", 200), ("/metrics", 200), ("/nothing", 404)])
def test_the_console_is_there_when_it_is_asked_for(road, sluice, path, status):
    one = road("transactions", partitions=1)

    with service(sluice, one, http__console="yes") as (_, port):
        text = await_page(port, path, lambda found, _: found == status)

    assert path != "/" or '<script type="module" src="/console.js">' in text
