# SPDX-License-Identifier: Apache-2.0
"""The gateway in all its kinds: whichever transport and protocol it speaks, the same cells arrive;
and where the settings do not fit, a sentence says which to change."""
import os
import pathlib
import subprocess

import pytest

from support import records
from support.stack import local, port
from test_road import assert_table, expected, produce

KINDS = {"buffered": 9191, "compact": 9192, "http": 9193, "https": 9194}
PORTS = {kind: port(kind.upper(), default) for kind, default in KINDS.items()}
SOCKETS = {
    "buffered": {"gateway__transport": "buffered", "gateway__protocol": "binary"},
    "compact": {"gateway__transport": "framed", "gateway__protocol": "compact"},
}


@pytest.fixture(scope="module", autouse=True)
def kinds():
    """The other kinds of gateway, taken down again unless they were up before."""
    states = subprocess.run([local_path(), "status", *KINDS], capture_output=True, text=True).stdout
    were_up = {line.split()[0] for line in states.splitlines() if " ready " in line}
    local("up", *KINDS)
    yield
    if KINDS.keys() - were_up:
        local("down", *sorted(KINDS.keys() - were_up))


def local_path():
    return pathlib.Path(__file__).resolve().parents[2] / "compose" / "local"


def authority():
    root = os.environ.get("SLUICE_LOCAL") or os.path.expanduser(
        os.path.join(os.environ.get("XDG_DATA_HOME") or "~/.local/share", "sluice")
    )
    return os.path.join(root, "data", "https", "ca.pem")


def reach(kind, **more):
    """The settings that fit a kind."""
    if kind in SOCKETS:
        return {"gateway__endpoints": f"127.0.0.1:{PORTS[kind]}", **SOCKETS[kind], **more}
    fitting = {"gateway__endpoints": f"{kind}://127.0.0.1:{PORTS[kind]}/", "gateway__transport": "http"}
    if kind == "https":
        fitting["gateway__tls_ca_location"] = authority()
    return {**fitting, **more}


def boundaries(thrift1, table):
    connection = thrift1.connection()
    try:
        return [region["start_key"] for region in connection.table(table).regions()]
    finally:
        connection.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_cells_arrive_through_every_kind(road, sluice, thrift1, kind):
    one = road("transactions", partitions=2)
    one.write(splits=["4", "8\\x00\\xff", "c"])
    made = records.make("transactions", 1000)
    produce(one, made, partitions=2)

    sluice.run("init", one.table, **one.settings(**reach(kind)))
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings(**reach(kind)))

    assert boundaries(thrift1, one.table) == [b"", b"4", b"8\x00\xff", b"c"]
    assert_table(one, expected(one, made))


@pytest.mark.parametrize("kind", KINDS)
def test_auto_finds_out_how_to_speak(sluice, kind):
    settings = reach(kind, gateway__transport="auto", gateway__protocol="auto")

    done = sluice.run("check", exits=None, **settings)

    assert any("gateway" in line and "ok" in line.split() for line in done.stdout.splitlines()), done.stdout


@pytest.mark.parametrize(
    "settings, words",
    [
        (reach("buffered", gateway__transport="framed"), "set [gateway] transport = buffered"),
        (reach("buffered", gateway__protocol="compact"), "set [gateway] protocol = binary"),
        (reach("compact", gateway__protocol="binary"), "set [gateway] protocol = compact"),
        (reach("compact", gateway__transport="buffered"), "set [gateway] transport = framed"),
        (
            reach("compact", gateway__transport="buffered", gateway__protocol="binary"),
            "set [gateway] transport = framed and protocol = compact",
        ),
        (reach("http", gateway__protocol="compact"), "set [gateway] protocol = binary"),
        (
            {"gateway__endpoints": f"127.0.0.1:{PORTS['http']}", "gateway__transport": "framed"},
            "set transport = http",
        ),
        (
            {"gateway__endpoints": f"127.0.0.1:{PORTS['https']}", "gateway__transport": "framed"},
            "it wants TLS",
        ),
        (reach("http", gateway__do_as="somebody"), "gateway.do.as is not allowed"),
        ({"gateway__endpoints": f"https://127.0.0.1:{PORTS['https']}/", "gateway__transport": "http"}, "not trusted"),
    ],
)
def test_a_wrong_pairing_says_which_setting_to_change(sluice, settings, words):
    done = sluice.run("check", exits=None, **settings)

    said = done.stdout + done.stderr
    assert done.returncode in (2, 3), said
    assert any("gateway" in line and words in line for line in said.splitlines()), said


def test_a_strangers_authority_is_not_enough(sluice, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=stranger", "-days", "2"]
        + ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "stranger.pem"],
        check=True,
        capture_output=True,
    )

    done = sluice.run("check", exits=2, **reach("https", gateway__tls_ca_location=tmp_path / "stranger.pem"))

    assert "not trusted" in done.stdout + done.stderr


def test_the_gateway_acts_for_whom_it_may(sluice):
    done = sluice.run("check", exits=None, **reach("https", gateway__do_as="somebody"))

    assert any("gateway" in line and "ok" in line.split() for line in done.stdout.splitlines()), done.stdout
