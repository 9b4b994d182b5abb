# SPDX-License-Identifier: Apache-2.0
"""README's two commands on a machine that has nothing: the source in a bookworm-slim root."""
import re
import socket

from machine import bare_root, copy_source, inside

PORTS = (9090, 9092, 9093, 9095, 2181, 16000, 16020)


def taken(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_both_commands_of_the_readme(base, lab):
    busy = [port for port in PORTS if taken(port)]
    assert not busy, f"the ports {busy} are taken; stop the local stack (compose/local down)"
    with bare_root(base, lab / "bare") as root:
        assert not [name for name in ("python3", "git", "curl", "java") if (root / "usr/bin" / name).exists()]
        copy_source(root / "src")
        try:
            said = inside(root, "/src/compose/quickstart", timeout=2400, SLUICE_QUICKSTART_SCALE="0.001")
            assert said.count("is as its source says") == 3 and "Nothing is missing" in said, said[-3000:]
            # One test of the stack stands for all: what is shown is that nothing is missing to run them.
            said = inside(root, "/src/tests/run", "core", "-k", "test_hbase_init", timeout=3600)
            assert re.search(r"^[1-9]\d+ passed, 0 failed$", said.splitlines()[-1]), said[-3000:]
        finally:
            inside(root, "/src/compose/local", "down")
