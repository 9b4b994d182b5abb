# SPDX-License-Identifier: Apache-2.0
"""A Kafka that demands proof: names and passwords, TLS, client certificates. Each failure is one sentence with the
setting to change, and no secret is ever said."""
import socket
import subprocess
import time

import pytest

from support import records, secure, stack
from support.kafka import datum, schema
from support.watched import Watched

RECORD_TIME = 1_700_000_000_000


@pytest.fixture(scope="module")
def guarded():
    stack.local("up", "secure")
    yield secure.SecureKafka()
    stack.local("down", "secure")


@pytest.fixture
def password(tmp_path, monkeypatch):
    """The file that holds it: rewriting it changes what sluice knows."""
    path = tmp_path / "password"
    path.write_text(secure.PASSWORD + "\n")
    monkeypatch.setenv("SLUICE_KAFKA_SASL_PASSWORD_FILE", str(path))
    return path


@pytest.fixture
def guarded_road(road, guarded, sluice):
    """A road whose topic lies in the guarded Kafka."""
    one = road("customers", partitions=0)
    guarded.create(one.topic, 2)
    sluice.run("init", one.table, **one.settings())
    yield one
    guarded.delete(one.topic, f"{one.topic}.dlq")


def fill(kafka, one, count, first=0):
    made = records.make("customers", first + count)[first:]
    kafka.produce(
        one.topic,
        [
            {"key": b"k%d" % i, "value": datum(schema("customers"), record), "timestamp": RECORD_TIME + i}
            for i, record in enumerate(made, first)
        ],
    )


WAYS = {
    "plain": lambda: secure.named(),
    "plain over tls": lambda: secure.named(secure.TLS_PORT),
    "scram": lambda: secure.named(mechanism="SCRAM-SHA-512"),
    "scram over tls": lambda: secure.named(secure.TLS_PORT, "SCRAM-SHA-512"),
    "certificate": secure.mutual,
}


def test_records_come_in_by_every_kind_of_proof(guarded_road, guarded, password, sluice, thrift1):
    """And dead letters leave for the cluster that [letters] names, from where replay takes them back."""
    one, seen = guarded_road, 0
    for way in WAYS.values():
        fill(guarded, one, 20, seen)
        seen += 20
        done = sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**way()))
        assert secure.PASSWORD not in done.stdout + done.stderr
    assert len(thrift1.scan(one.table)) == seen

    elsewhere = {
        "letters__bootstrap_servers": stack.KAFKA,
        "letters__security_protocol": "plaintext",
    }
    guarded.produce(one.topic, [{"key": b"k", "value": b"\xff\xff\xff", "timestamp": RECORD_TIME}])
    fill(guarded, one, 20, seen)
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**secure.named(), **elsewhere))
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 1
    assert f"{one.topic}.dlq" not in guarded.topics()
    done = sluice.run("replay", f"{one.topic}.dlq", "--dry-run", exits=1, **one.settings(**secure.named(), **elsewhere))
    assert "1 records read" in done.stdout


@pytest.mark.full
def test_a_password_that_changes_under_way_needs_no_restart(guarded_road, guarded, password, sluice, thrift1, tmp_path):
    """At the broker first, then in the file: until both agree it waits, and nothing is lost."""
    one = guarded_road
    settings = one.settings(**secure.named(mechanism="SCRAM-SHA-512"), kafka__auto_commit_interval_ms="200")
    service = Watched(sluice.start("run", "--topic", one.topic, **settings))
    try:
        fill(guarded, one, 50)
        service.await_line("holding partitions=2")
        guarded.change_password("another secret")
        stack.local("restart", "secure")
        fill(guarded, one, 50, 50)
        service.await_line("refuses the user name", seconds=120)
        password.write_text("another secret\n")
        deadline = time.monotonic() + 150
        while len(thrift1.scan(one.table)) < 100:
            assert time.monotonic() < deadline and service.process.poll() is None, "".join(service.said)
            time.sleep(0.5)
        service.stop()
    finally:
        guarded.change_password(secure.PASSWORD)
    said = "".join(service.said)
    assert "another secret" not in said and secure.PASSWORD not in said


def refused(sluice, one, settings):
    done = sluice.run("check", "--timeout", "5s", exits=None, **one.settings(**settings))
    said = [line for line in done.stdout.splitlines() if line.startswith("FAULT  broker")]
    assert len(said) == 1, done.stdout + done.stderr
    assert secure.PASSWORD not in done.stdout + done.stderr
    return said[0]


FAILURES = {
    "wrong password": (lambda: secure.named(kafka__sasl_password="wrong"), "kafka.sasl.password", "refuses the user name"),
    "wrong password, scram": (
        lambda: secure.named(mechanism="SCRAM-SHA-512", kafka__sasl_password="wrong"),
        "kafka.sasl.password",
        "refuses the user name",
    ),
    "mechanism": (lambda: secure.named(mechanism="SCRAM-SHA-256"), "kafka.sasl.mechanism", "(PLAIN,SCRAM-SHA-512)"),
    "no login": (
        lambda: {"kafka__bootstrap_servers": f"127.0.0.1:{secure.NAMED_PORT}"},
        "kafka.security.protocol",
        "wants a login",
    ),
    "in the clear": (
        lambda: {"kafka__bootstrap_servers": f"127.0.0.1:{secure.TLS_PORT}"},
        "kafka.security.protocol",
        "speaks TLS",
    ),
    "tls where none is": (
        lambda: secure.mutual(kafka__bootstrap_servers=f"127.0.0.1:{secure.NAMED_PORT}"),
        "kafka.security.protocol",
        "speaks none",
    ),
    "authority": (
        lambda: secure.named(secure.TLS_PORT, kafka__ssl_ca_location=secure.file("other-ca.pem")),
        "kafka.ssl.ca.location",
        "nobody whom we trust",
    ),
    "no such file": (
        lambda: secure.named(secure.TLS_PORT, kafka__ssl_ca_location="nowhere.pem"),
        "kafka.ssl.ca.location",
        "No such file",
    ),
    "host name": (
        lambda: secure.named(secure.TLS_PORT, host="localhost"),
        "kafka.bootstrap.servers",
        "for another host",
    ),
    "no certificate of ours": (
        lambda: secure.mutual(kafka__ssl_certificate_location="", kafka__ssl_key_location=""),
        "kafka.ssl.certificate.location",
        "certificate of ours",
    ),
    "a stranger's certificate": (
        lambda: secure.mutual(
            kafka__ssl_certificate_location=secure.file("other-ca.pem"),
            kafka__ssl_key_location=secure.file("other-ca.key"),
        ),
        "kafka.ssl.certificate.location",
        "does not trust our certificate",
    ),
}


@pytest.mark.full
@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_names_its_setting(guarded_road, password, sluice, name):
    settings, setting, words = FAILURES[name]
    if "kafka__sasl_password" in settings():
        password.write_text("wrong")
    said = refused(sluice, guarded_road, {k: v for k, v in settings().items() if k != "kafka__sasl_password"})
    assert setting in said and words in said, said


@pytest.mark.full
def test_an_expired_certificate_is_told_as_that(guarded_road, password, sluice, tmp_path):
    """A server of OpenSSL's shows one that was signed by the authority, long ago."""
    request, certificate, key = (str(tmp_path / name) for name in ("old.csr", "old.pem", "old.key"))
    names = tmp_path / "names"
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    for command in (
        ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old", "-keyout", key, "-out", request],
        ["faketime", "-f", "-2y", "openssl", "x509", "-req", "-in", request, "-days", "30", "-set_serial", "7"]
        + ["-CA", secure.file("ca.pem"), "-CAkey", secure.file("ca.key"), "-extfile", str(names), "-out", certificate],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate, "-key", key, "-quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        said = refused(sluice, guarded_road, secure.mutual(kafka__bootstrap_servers=f"127.0.0.1:{port}"))
        assert "its certificate has expired" in said
    finally:
        server.kill()
        server.wait()


def test_an_empty_password_file_is_a_fault(guarded_road, password, sluice):
    password.write_text("")
    done = sluice.run("check", "--offline", exits=2, **guarded_road.settings())
    assert "SLUICE_KAFKA_SASL_PASSWORD_FILE" in done.stdout + done.stderr
    assert "is empty" in done.stdout + done.stderr
