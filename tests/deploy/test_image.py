# SPDX-License-Identifier: Apache-2.0
"""compose/Containerfile, as users build it: what is in the image, and that it runs with nothing more
than it needs."""
import json
import pathlib
import re
import subprocess

import pytest

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from machine import ROOT, call

FILE = ROOT / "compose" / "Containerfile"
REVISION = "0123456789ab"


@pytest.fixture(scope="module")
def image(engine):
    engine.build("sluice", FILE, "--build-arg", f"REVISION={REVISION}", context=ROOT)
    return "sluice"


@pytest.fixture(scope="module")
def files(engine, image, lab):
    folder = engine.unpack(image, lab / "image")
    yield folder
    call("rm", "-rf", folder)


def test_hadolint_has_nothing_to_say():
    for name in ("Containerfile", "Containerfile.stack"):
        call("hadolint", ROOT / "compose" / name)


def test_small_and_without_a_shell(engine, image, files):
    assert engine.inspect(image)["Size"] <= 40_000_000
    programs = [path.name for path in files.rglob("*") if path.is_file() and path.stat().st_mode & 0o111]
    assert [name for name in programs if ".so" not in name] == ["sluice"]
    assert not [path for path in files.rglob("*") if path.is_file() and path.stat().st_mode & 0o6000]


def test_says_what_it_is(engine, image):
    config = engine.inspect(image)
    labels = config["Labels"]
    version = re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text())[1]
    assert labels["org.opencontainers.image.version"] == version
    assert labels["org.opencontainers.image.revision"] == REVISION
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert config["User"] == "65532:65532"
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/sluice", "check", "--live"]
    said = engine.podman("run", "--rm", "--network", "none", f"localhost/{image}", "--version")
    assert said.startswith(f"sluice {version}\nrevision   {REVISION}\n")


def closure(files, program):
    """The libraries that a program of the image asks for, wherever they are."""
    said = call("readelf", "-d", program)
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", said))


def test_every_library_is_there_and_has_its_record(files):
    objects = [path for path in files.rglob("*.so*") if path.is_file()] + [files / "usr/bin/sluice"]
    there = {path.name for path in objects}
    for one in objects:
        assert closure(files, one) <= there, one
    records = {}
    for path in (files / "var/lib/dpkg/status.d").iterdir():
        text = path.read_text()
        assert re.search(r"^Status: install ok installed$", text, re.M)
        records[re.search(r"^Package: (.+)$", text, re.M)[1]] = re.search(r"^Version: (.+)$", text, re.M)[1]
        assert (files / "usr/share/doc" / path.name / "copyright").exists(), path.name
    # Debian names a library's package after its SONAME, with few exceptions.
    for name in ("libc6", "librdkafka1", "libglib2.0-0", "libssl3", "glib-networking", "ca-certificates"):
        assert name in records
    assert 30 <= len(records) <= 80


def test_the_bill_of_materials_is_that_of_the_image(engine, files, lab):
    folder = lab / "sbom"
    call(
        "buildah", "bud", "--isolation", "chroot", "--layers", "--timestamp", "0", "--target", "sbom",
        "--build-arg", f"REVISION={REVISION}", "--output", folder, "-f", FILE, ROOT,
        env=engine.environment, timeout=2400,
    )  # fmt: skip
    text = (folder / "sluice.cdx.json").read_text()
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert fault is None, fault
    listed = {one["name"] for one in json.loads(text)["components"]}
    assert listed == {path.name for path in (files / "var/lib/dpkg/status.d").iterdir()}


def test_debug_has_a_shell_and_the_same_program(engine, image):
    engine.build("sluice:debug", FILE, "--target", "debug", "--build-arg", f"REVISION={REVISION}", context=ROOT)
    run = ("run", "--rm", "--network", "none", "--no-healthcheck")
    said = engine.podman(*run, "--entrypoint", "/bin/bash", "localhost/sluice:debug", "-c", "sluice --version; id -u")
    assert said.endswith("65532\n")
    assert said.startswith(engine.podman(*run, f"localhost/{image}", "--version"))


@pytest.fixture
def server(tmp_path):
    """Something that speaks TLS with a certificate for 127.0.0.1, and the authority that made it."""
    call(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sluice test",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "ca.pem",
    )  # fmt: skip
    process = subprocess.Popen(
        ["openssl", "s_server", "-accept", "127.0.0.1:19093", "-cert", tmp_path / "ca.pem", "-key", tmp_path / "key.pem"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield tmp_path / "ca.pem"
    process.kill()
    process.wait()


# What is said of a broker whose authority nobody knows.
UNKNOWN = re.compile("signed by nobody whom we trust")


def test_the_systems_authorities_hold_for_kafka(engine, image, server, tmp_path):
    def ask(bundle):
        return subprocess.run(
            [
                "podman", "run", "--rm", "--network", "host", "--no-healthcheck", "--read-only",
                "--read-only-tmpfs=false", "--cap-drop", "all",
                "--volume", f"{bundle}:/etc/ssl/certs/ca-certificates.crt:ro", f"localhost/{image}", "check",
                "--timeout", "5s", "-X", "kafka.bootstrap.servers=127.0.0.1:19093", "-X", "kafka.security.protocol=ssl",
            ],
            env=engine.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    system = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    assert UNKNOWN.search((refused := ask(system)).stdout + refused.stderr), refused
    both = tmp_path / "bundle.pem"
    both.write_text(system.read_text() + server.read_text())
    known = ask(both)
    assert "127.0.0.1:19093" in known.stdout and not UNKNOWN.search(known.stdout + known.stderr), known


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "WINDOWS-1252", "UTF-16"])
def test_it_knows_time_zones_and_the_encodings_of_files(engine, image, tmp_path, encoding):
    text = {"type": "string"}
    fields = [{"name": name, **text} for name in ("id", "at", "note")]
    (tmp_path / "t.avsc").write_text(json.dumps({"type": "record", "name": "t", "fields": fields}))
    mapping = {
        "table": "t", "topic": "t", "record": {"schema": "t.avsc"}, "key": {"parts": ["id"]},
        "timestamp": {"field": "at", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
        "families": {"d": {"columns": ["note"]}},
    }  # fmt: skip
    (tmp_path / "t.json").write_text(json.dumps(mapping))
    (tmp_path / "t.csv").write_bytes("id,at,note\n1,01.07.2024 12:00,größer\n".encode(encoding))
    tmp_path.chmod(0o755)
    said = engine.podman(
        "run", "--rm", "--network", "none", "--no-healthcheck", "--volume", f"{tmp_path}:/data:ro", f"localhost/{image}",
        "try", "--mapping", "/data/t.json", "--csv", "/data/t.csv", "--encoding", encoding,
    )  # fmt: skip
    assert "row '1' at 1719828000000" in said and "d:note = größer" in said


def test_built_again_from_nothing_it_is_the_same(engine, image):
    before = engine.layers(image)
    engine.build("sluice:again", FILE, "--no-cache", "--build-arg", f"REVISION={REVISION}", context=ROOT)
    assert engine.layers("sluice:again") == before
    engine.podman("rmi", "-f", "localhost/sluice:again")
