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
KAFKA = f"127.0.0.1:{KAFKA_PORT}"
GATEWAY = f"127.0.0.1:{THRIFT2_PORT}"


def data_folder(part):
    """Where a part of the stack keeps its data."""
    home = os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local" / "share")
    return pathlib.Path(os.environ.get("SLUICE_LOCAL", pathlib.Path(home) / "sluice")) / "data" / part


def local(*words):
    done = subprocess.run([LOCAL, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=400)
    assert done.returncode == 0, f"compose/local {' '.join(words)}: {done.stdout}{done.stderr}"
