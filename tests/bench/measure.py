# SPDX-License-Identifier: Apache-2.0
"""What the benches share: the program under test, what it needs, and what a command took."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_RUN = 77


def say(text):
    sys.stderr.write(f"{text}\n")


def default_sluice():
    """The newest build there is."""
    built = [path for path in (ROOT / "build" / "src" / "sluice", ROOT / "build" / "tests" / "src" / "sluice") if path.exists()]
    return os.environ.get("SLUICE") or str(max(built, key=lambda path: path.stat().st_mtime, default="sluice"))


def require(sluice, *addresses):
    """Ends with status 77 unless the program and the peers are there."""
    for address in addresses:
        host, port = address.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError as error:
            say(f"not run: {address}: {error}; start the stack with compose/local up")
            sys.exit(NOT_RUN)
    if shutil.which(sluice) is None:
        say(f"not run: there is no {sluice}; build it, or name it with --sluice")
        sys.exit(NOT_RUN)


def measure(command, stdout=subprocess.DEVNULL, stderr=None):
    """Runs it, children and all, and returns what it took."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"exit {process.returncode}: {' '.join(map(str, command))}")
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_rss_mib": usage.ru_maxrss / 1024,
    }
