# SPDX-License-Identifier: Apache-2.0
"""Where the local stack is: the ports that compose/local uses, overridden by the same variables."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
LOCAL = ROOT / "compose" / "local"


def port(part, default):
    return int(os.environ.get(f"SLUICE_LOCAL_{part}_PORT", default))


KAFKA_PORT = port("KAFKA", 9092)
THRIFT2_PORT = port("THRIFT2", 9090)
THRIFT1_PORT = port("THRIFT1", 9095)
ZOOKEEPER_PORT = port("ZOOKEEPER", 2181)
GATEWAY2_PORT = port("GATEWAY2", 9196)
KAFKA = f"127.0.0.1:{KAFKA_PORT}"
GATEWAY = f"127.0.0.1:{THRIFT2_PORT}"
GATEWAY2 = f"127.0.0.1:{GATEWAY2_PORT}"


def data_folder(part):
    """Where a part of the stack keeps its data."""
    home = os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local" / "share")
    return pathlib.Path(os.environ.get("SLUICE_LOCAL", pathlib.Path(home) / "sluice")) / "data" / part


def local(*words):
    done = subprocess.run([LOCAL, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=400)
    assert done.returncode == 0, f"compose/local {' '.join(words)}: {done.stdout}{done.stderr}"


def state(part):
    """The part's state as compose/local sees it: ready, silent, frozen, died or down."""
    said = subprocess.run([LOCAL, "status", part], capture_output=True, text=True, timeout=60).stdout
    return next(line.split()[3] for line in said.splitlines() if line.startswith(f"{part} "))


def class_path(part):
    """The class path of a running Java process of the stack."""
    said = subprocess.run([LOCAL, "status", part], capture_output=True, text=True, check=True).stdout
    pid = next(line.split()[1] for line in said.splitlines() if line.startswith(f"{part} "))
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return words[words.index("-cp") + 1]
