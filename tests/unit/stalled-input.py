#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A command that waits for bytes of a pipe, or for somebody who opens it, ends when it is asked to. Prints TAP."""
import array
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import termios
import time

MAPPING = {
    "table": "t", "topic": "t", "record": {"format": "json"}, "key": {"parts": ["id"]}, "timestamp": "record",
    "families": {"f": {"columns": ["a"]}}}
# The words of a command, up to the file's name; whether somebody has begun to write.
CALLS = [
    (["bulkload", "-t", "t", "--dry-run"], True),
    (["bulkload", "-t", "t", "--dry-run"], False),
    (["bulkload", "-t", "t", "--output", "out", "--jobs", "2"], True),
    (["try", "--mapping", "m.json", "--csv"], True),
    (["try", "--mapping", "m.json", "--csv"], False),
]
STOPPED = 4
SECONDS = 60  # after which it is taken for one that does not end


def until(what):
    deadline = time.monotonic() + SECONDS
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)


def is_open(process, path):
    folder = f"/proc/{process.pid}/fd"
    try:
        return any(os.readlink(f"{folder}/{fd}") == str(path) for fd in os.listdir(folder))
    except OSError:
        return process.poll() is not None


def is_taken(fd):
    left = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, left)
    return left[0] == 0


def ends(sluice, folder, words, has_begun):
    """The exit code after SIGTERM; None: it did not end."""
    path = folder / "pipe.csv"
    os.mkfifo(path)
    process = subprocess.Popen(
        [sluice, *words, path, "-X", f"ingest.mappings={folder}"], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    writer = None
    try:
        if has_begun:
            writer = os.open(path, os.O_RDWR)
            os.write(writer, b"id,a\n1,x\n")
            until(lambda: is_taken(writer) or process.poll() is not None)
        else:
            until(lambda: is_open(process, path))
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=SECONDS)[1]
        return process.returncode, said.decode()
    except subprocess.TimeoutExpired:
        process.kill()
        return None, process.communicate()[1].decode()
    finally:
        if writer is not None:
            os.close(writer)
        path.unlink()


def main(sluice):
    print(f"1..{len(CALLS)}")
    for number, (words, has_begun) in enumerate(CALLS, 1):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "m.json").write_text(json.dumps(MAPPING))
            code, said = ends(sluice, folder, words, has_begun)
            is_good = code == STOPPED and not any("unfinished" in path.name for path in folder.rglob("*"))
            if not is_good:
                print(f"# exit code {code}:", *said.splitlines(), sep="\n# ")
            begun = "has begun" if has_begun else "has not opened it"
            print("ok" if is_good else "not ok", number, f"{' '.join(words)}, whose writer {begun}")


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
