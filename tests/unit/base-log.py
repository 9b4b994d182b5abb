#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the log's lines begin, by what stderr is. Prints TAP."""

import json
import os
import subprocess
import sys
import tempfile

# `init` of a dead gateway warns, waits and gives up.
WORDS = ["init", "--timeout", "1s", "-X", "gateway.endpoints=127.0.0.1:1", "transactions"]


def lines(program, name_of, *more):
    """What is logged to a file that JOURNAL_STREAM names as name_of says; None: not at all."""
    with tempfile.TemporaryFile() as out:
        environment = {**os.environ}
        environment.pop("JOURNAL_STREAM", None)
        name = name_of(os.fstat(out.fileno()))
        if name is not None:
            environment["JOURNAL_STREAM"] = name
        subprocess.run([program, *WORDS, *more], stderr=out, stdout=subprocess.DEVNULL, env=environment, check=False)
        out.seek(0)
        return out.read().decode().splitlines()


def main(program):
    cases = [
        ("the journal gets severities", lambda about: f"{about.st_dev}:{about.st_ino}", "<"),
        ("a file that is not the journal gets times", lambda about: f"{about.st_dev}:{about.st_ino + 1}", "2"),
        ("a name that is none does no harm", lambda about: "nonsense", "2"),
        ("without a journal there are times", lambda about: None, "2"),
    ]
    print(f"1..{len(cases) + 1}")
    for number, (name, name_of, start) in enumerate(cases, 1):
        said = lines(program, name_of)
        is_good = len(said) > 1 and said[0].startswith(start)
        for line in [] if is_good else said:
            print("#", line)
        print("ok" if is_good else "not ok", number, name)
    said = [json.loads(line) for line in lines(program, lambda about: None, "--log-format", "json")]
    waiting = [line for line in said if line.get("event") == "waiting"]
    is_good = len(said) > len(waiting) > 0 and all(
        set(line) == {"time", "level", "from", "message", "event", "table", "reason"}
        and line["message"].startswith("waiting ") and line["reason"] in line["message"] for line in waiting
    )
    print("ok" if is_good else f"# {said}\nnot ok", len(cases) + 1, "JSON has an event's words and fields as members")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
