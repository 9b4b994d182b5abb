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


def _command():
    return [word for word in _process() if not word.startswith(("-Dsluice.part", "-Xmx"))]


def java_command(name, *arguments):
    return [*_command(), name, *map(str, arguments)]


def _run(command, *arguments):
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def java(name, *arguments):
    return _run(_command(), name, *arguments)


def run_source(path, *arguments, more=()):
    """Compiles and runs a program of one file; more: what goes on the class path behind HBase's own."""
    command = _command()
    command[-1] = ":".join([command[-1], *map(str, more)])
    return _run(command, path, *arguments)
