# SPDX-License-Identifier: Apache-2.0
"""The Debian package, by compose/package: built, judged, installed into a bare root, used, purged; and
the unit, as far as a machine can tell whose process 1 is not systemd."""
import os
import re
import shutil
import subprocess

import pytest

from machine import ROOT, bare_root, call, inside

UNIT = ROOT / "compose" / "debian" / "sluice.service"


@pytest.fixture(scope="module")
def package(lab):
    folder = lab / "package"
    shutil.rmtree(folder, ignore_errors=True)
    call(ROOT / "compose" / "package", folder, timeout=3600, env={**os.environ, "REVISION": "0123456789ab"})
    (one,) = folder.glob("sluice_*.deb")
    return one


@pytest.fixture(scope="module")
def installed(package, base, lab):
    """A bare root in which the package is, and what the root held before."""
    with bare_root(base, lab / "installed") as root:
        inside(root, "apt-get", "update", "-q")
        before = everything(root)
        shutil.copy(package, root / "tmp")
        # As an image's build does it: nothing is started, since nothing runs there that could.
        inside(root, "apt-get", "install", "-qy", "--no-install-recommends", f"/tmp/{package.name}", DEBIAN_FRONTEND="noninteractive")
        yield root, before


def everything(root):
    found = set()
    for folder in ("etc", "usr", "lib", "var/lib", "home", "srv", "opt"):
        for path in (root / folder).rglob("*"):
            found.add(str(path.relative_to(root)))
    return found


def test_lintian_finds_no_error(package):
    call("lintian", "--fail-on", "error,warning", "--allow-root", package)


def test_built_elsewhere_it_is_the_same(package, lab):
    again = lab / "again"
    call(ROOT / "compose" / "package", again, timeout=3600, env={**os.environ, "REVISION": "0123456789ab", "TMPDIR": str(lab / "tmp")})
    try:
        (other,) = again.glob("sluice_*.deb")
        assert other.read_bytes() == package.read_bytes()
    finally:
        shutil.rmtree(again)


def test_its_program_is_hardened(package, lab):
    call("dpkg-deb", "-x", package, lab / "unpacked")
    said = call("readelf", "-hldW", lab / "unpacked/usr/bin/sluice") + call("readelf", "-sW", lab / "unpacked/usr/bin/sluice")
    shutil.rmtree(lab / "unpacked")
    assert "Type:                              DYN" in said
    assert "GNU_RELRO" in said and "BIND_NOW" in said
    assert "__stack_chk_fail" in said and re.search(r"__(memcpy|snprintf|fprintf|printf)_chk", said)


def test_installed_it_works_and_has_its_pages(installed):
    root, _ = installed
    said = inside(root, "sluice", "--version")
    assert "revision   0123456789ab" in said
    assert "0 faults." in inside(root, "sluice", "check", "--offline")
    assert "create_or_compare 'transactions'" in inside(root, "sluice", "init", "--print")
    for file in ("etc/sluice/sluice.conf", "lib/systemd/system/sluice.service", "usr/share/bash-completion/completions/sluice"):
        assert (root / file).is_file(), file
    assert inside(root, "dpkg-query", "-W", "-f", "${Conffiles}", "sluice").split()[0] == "/etc/sluice/sluice.conf"


def test_purged_it_leaves_nothing(installed):
    root, before = installed
    inside(root, "apt-get", "purge", "-qy", "sluice", DEBIAN_FRONTEND="noninteractive")
    left = {path for path in everything(root) - before if "sluice" in path}
    assert not left, left


def test_systemd_takes_the_unit(tmp_path):
    """Its program is asked for, so there has to be one."""
    text = UNIT.read_text().replace("/usr/bin/sluice", "/bin/true")
    (tmp_path / "sluice.service").write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "sluice.service"], capture_output=True, text=True
    )
    assert said.returncode == 0 and not said.stderr, said.stderr
    call("systemd-analyze", "security", "--offline=yes", "--threshold=20", UNIT)


def test_an_unknown_word_in_the_unit_is_found(tmp_path):
    text = UNIT.read_text().replace("/usr/bin/sluice", "/bin/true").replace("ProtectHome=yes", "ProtectHomes=yes")
    (tmp_path / "sluice.service").write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "sluice.service"], capture_output=True, text=True
    )
    assert "ProtectHomes" in said.stderr
