# SPDX-License-Identifier: Apache-2.0
"""HBase's own command-line classes, run as the stack's HBase is: with its class path and options."""
import pathlib
import subprocess

from support.stack import LOCAL


def _process():
    """The command of the running HBase, without its class and arguments."""
    status = subprocess.run([LOCAL, "status", "hbase"], capture_output=True, text=True, check=True).stdout
    pid = next(line.split()[1] for line in status.splitlines() if line.startswith("hbase"))
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    return words[: words.index("-cp") + 2]


def java(name, *arguments):
    command = [word for word in _process() if not word.startswith(("-Dsluice.part", "-Xmx"))]
    done = subprocess.run(
        [*command, name, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
