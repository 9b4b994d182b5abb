# SPDX-License-Identifier: Apache-2.0
"""A registry that wants TLS, a name and a password: the real one, behind nginx. Each failure is one sentence with the
setting to change; a password that changes under way needs no restart; no secret is ever said."""
import base64
import json
import socket
import ssl
import struct
import subprocess
import time
import urllib.request

import pytest

from support import records
from support.kafka import datum, schema
from support.stack import data_folder, local, port
from support.watched import Watched

pytestmark = pytest.mark.full  # the registry is a download of its own

PASSWORD = "registry\\secret 1"
URL = f"https://127.0.0.1:{port('GUARD', 8443)}/apis/ccompat/v7"


def file(name):
    return data_folder("guard") / name


def set_password(password):
    """At the guard, which reads its file for each request."""
    made = subprocess.run(["openssl", "passwd", "-apr1", password], check=True, capture_output=True, text=True)
    file("users").write_text(f"sluice:{made.stdout}")


@pytest.fixture(scope="module", autouse=True)
def guard():
    local("up", "guard")
    yield
    set_password(PASSWORD)
    local("down", "guard", "registry")


@pytest.fixture
def password(tmp_path, monkeypatch):
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    monkeypatch.setenv("SLUICE_REGISTRY_PASSWORD_FILE", str(path))
    return path


def login(**more):
    return {"registry__url": URL, "registry__username": "sluice", "registry__ca_location": str(file("ca.pem")), **more}


def register(subject, text):
    """As an independent client does."""
    proof = base64.b64encode(f"sluice:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"{URL}/subjects/{subject}/versions",
        json.dumps({"schema": text}).encode(),
        {"Content-Type": "application/vnd.schemaregistry.v1+json", "Authorization": f"Basic {proof}"},
    )
    with urllib.request.urlopen(request, timeout=30, context=ssl.create_default_context(cafile=file("ca.pem"))) as answer:
        return json.load(answer)["id"]


@pytest.fixture
def shop(road, sluice, password):
    one = road("transactions", partitions=1)
    one.write(record={**one.document["record"], "framing": "confluent"})
    sluice.run("init", one.table, **one.settings(**login()))
    return one


def fill(one, first, last, more=(), then=lambda: None):
    """Records of a schema of its own, so that the registry has to be asked for each call."""
    text = json.dumps({**schema("transactions"), "fields": [*schema("transactions")["fields"], *more]})
    number = register(f"{one.topic}-value", text)
    made = [{**record, **{field["name"]: None for field in more}} for record in records.make("transactions", last)[first:]]
    then()  # between the registry and Kafka
    messages = [{"value": b"\0" + struct.pack(">I", number) + datum(json.loads(text), record)} for record in made]
    one.kafka.produce(one.topic, messages)


def extra(name):
    return [{"name": name, "type": "null"}]


def until_rows(service, one, count):
    deadline = time.monotonic() + 90
    while len(one.thrift1.scan(one.table)) < count:
        assert time.monotonic() < deadline and service.process.poll() is None, "".join(service.said)
        time.sleep(0.2)


def test_records_come_in_and_a_new_password_needs_no_restart(shop, sluice, password):
    """At the registry first, then in the file: until both agree its records wait."""
    fill(shop, 0, 20)
    service = Watched(sluice.start("run", "--topic", shop.topic, **shop.settings(**login(), ingest__linger_ms="10")))
    try:
        until_rows(service, shop, 20)
        fill(shop, 20, 30, extra("one"))
        until_rows(service, shop, 30)
        fill(shop, 30, 40, extra("two"), lambda: set_password("another"))
        service.await_line("refuses us (status 401)")
        password.write_text("another")
        until_rows(service, shop, 40)
        service.stop()
    finally:
        set_password(PASSWORD)
    said = "".join(service.said)
    assert PASSWORD not in said and "another" not in said
    assert f"{shop.topic}.dlq" not in shop.kafka.topics()


FAILURES = {
    "no authority": ({"registry__ca_location": ""}, "its authority is not known: set registry.ca.location to"),
    "no such file": ({"registry__ca_location": "/no/ca.pem"}, "registry.ca.location"),
    "another host": ({"registry__url": URL.replace("127.0.0.1", "localhost")}, "it is for another host name"),
    "no name": ({"registry__username": ""}, "(status 401): set registry.username and registry.password"),
    "another name": ({"registry__username": "nobody"}, "(status 401): set registry.username and registry.password"),
    "no TLS": ({"registry__url": URL.replace("https", "http")}, "status 400, as no schema registry does: see registry.url"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_names_its_setting(shop, sluice, name):
    settings, words = FAILURES[name]
    done = sluice.run("check", exits=None, **shop.settings(ingest__builtin="none", **login(**settings)))
    assert done.returncode in (2, 3) and words in done.stdout + done.stderr, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_a_wrong_or_empty_password_is_told(shop, sluice, password):
    password.write_text("wrong")
    done = sluice.run("check", exits=None, **shop.settings(ingest__builtin="none", **login()))
    assert "(status 401): set registry.username and registry.password" in done.stdout
    password.write_text("")
    done = sluice.run("check", exits=2, **shop.settings(ingest__builtin="none", **login()))
    assert "SLUICE_REGISTRY_PASSWORD_FILE" in done.stdout + done.stderr


def test_an_expired_certificate_is_told_as_that(shop, sluice, tmp_path):
    """A server of OpenSSL's shows one that was signed by the authority, long ago."""
    names = tmp_path / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    request, certificate, key = (str(tmp_path / name) for name in ("old.csr", "old.pem", "old.key"))
    for command in (
        ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old", "-keyout", key, "-out", request],
        ["faketime", "-f", "-2y", "openssl", "x509", "-req", "-in", request, "-days", "30", "-set_serial", "7"]
        + ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-extfile", str(names), "-out", certificate],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{number}", "-cert", certificate, "-key", key, "-quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        settings = login(registry__url=f"https://127.0.0.1:{number}")
        deadline = time.monotonic() + 30
        while "it has expired: the server needs a new one" not in (
            said := sluice.run("check", exits=None, **shop.settings(ingest__builtin="none", **settings)).stdout
        ):
            assert time.monotonic() < deadline, said  # the server may not have been there yet
    finally:
        server.kill()
        server.wait()
