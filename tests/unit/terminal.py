#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a terminal of 60 columns is shown: live lines within it, and gone before what stays. Prints TAP."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

COLUMNS = 60
TAKEN_BACK = b"\r\x1b[K"


def shown(program, *words, columns=COLUMNS):
    """All that goes to the terminal until the program ends, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([program, *words], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the last who had it open is gone
            break
        if not part:
            break
        text += part
    os.close(ours)
    return text, process.wait()


def live_lines(text):
    """What is written over: it follows a line that is taken back, and does not end."""
    return [line for line in text.split(TAKEN_BACK)[1:] if b"\n" not in line and line]


def main(program):
    print("1..4")
    with tempfile.TemporaryDirectory() as folder:
        words = ["generate", "clickstream", "--scale", "0.05", "--csv", folder]
        text, code = shown(program, *words)
        lines = live_lines(text)
        longest = max((len(line) for line in lines), default=0)
        is_good = code == 0 and len(lines) > 1 and longest == COLUMNS - 1
        print("ok" if is_good else f"# {code} {lines[:3]} {longest}\nnot ok", 1, "a live line ends before the edge")
        wide, _ = shown(program, *words, columns=200)
        longest = max(len(line) for line in live_lines(wide))
        print("ok" if COLUMNS <= longest < 100 else "not ok", 2, f"and is whole where there is room: {longest}")
        is_good = text.count(TAKEN_BACK) == len(lines) + 1 and not re.search(rb"generating [^\r]*\r\n", text)
        print("ok" if is_good else f"# {text[-300:]}\nnot ok", 3, "the last one is gone before the report")
        files = [os.path.join(folder, each) for each in os.listdir(folder)]
        text, code = shown(program, "bulkload", "--table", "clickstream", "--dry-run", *files)
        reports = [part for part in text.split(TAKEN_BACK) if b"\n" in part]
        rows = [line for line in text.replace(TAKEN_BACK, b"\r\n").split(b"\r\n") if line.startswith(b"rows ")]
        is_good = code == 0 and len(live_lines(text)) > 0 and rows and all(
            not part.startswith((b"reading ", b"sorting ", b"writing ")) for part in reports
        ) and all(len(line) <= 80 for line in rows)
        print("ok" if is_good else f"# {code} {text}\nnot ok", 4, "bulkload's live line is gone before its report")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
