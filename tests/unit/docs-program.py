#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual page names everything the program has, and the completion offers it. Prints TAP."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])
sys.path.insert(0, str(ROOT / "docs"))
sys.dont_write_bytecode = True
program = __import__("program")

# What stands on the line, what must be among the offers, and what must not.
OFFERS = [
    ("sluice ", ["check", "init", "run", "help"], []),
    ("sluice ch", ["check"], ["init"]),
    ("sluice check --o", ["--offline"], ["--json", "--until-end"]),
    ("sluice run --un", ["--until-end"], ["--offline"]),
    ("sluice init --log-level w", ["warning"], ["debug"]),
    ("sluice run -X gateway.en", ["gateway.endpoints="], ["gateway.tls="]),
    ("sluice help se", ["settings"], ["check"]),
]


def offers(completion, line):
    """What bash would offer behind the line."""
    words = line.split(" ")
    script = (
        f'source {completion}; COMP_WORDS=("$@"); COMP_CWORD={len(words) - 1}; _sluice; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    return subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True).stdout.split()


def wrong_offers(completion):
    for line, wanted, unwanted in OFFERS:
        found = offers(completion, line)
        yield from (f"'{line}' does not offer {word}: {found}" for word in wanted if word not in found)
        yield from (f"'{line}' offers {word}" for word in unwanted if word in found)


def missing_words(path, manual):
    """Commands, options and settings that the manual page does not have."""
    text = manual.read_text().replace("\\-", "-")
    _, commands = program.pages(path)
    for name, page in commands.items():
        if f".SS sluice {name}" not in text:
            yield f"no section for {name}"
        for entries in page.sections.values():
            yield from (f"{name}: no {e[0]}" for e in entries if f"\\fB{e[0][-1]}\\fR" not in text)
    for name, _ in program.settings(path):
        if f"\\fB{name}\\fR" not in text:
            yield f"no setting {name}"


def warnings(manual):
    """What man itself has to say about the page, where there is man."""
    if shutil.which("man"):
        done = subprocess.run(
            ["man", "--warnings", "-l", manual],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C", "MANWIDTH": "100", "PAGER": "cat"},
        )
        yield from done.stderr.splitlines()


def missing_versions(path):
    """What --version keeps back: the source's revision, and the libraries that it runs with."""
    said = dict(re.findall(r"^(sluice|revision|built with|runs with) +(.+)$", program.ask(path, "--version"), re.M))
    if not re.fullmatch(r"unknown|[0-9a-f]{7,40}(-dirty)?", said.get("revision", "")):
        yield f"no revision: {said}"
    for library in ("librdkafka", "thrift", "avro-c", "json-glib", "libsoup", "glib", "zlib", "zstd", "lz4"):
        if not re.search(rf"\b{library} \d+\.\d", said.get("built with", "")):
            yield f"no {library}: {said}"
    if not re.fullmatch(r"librdkafka \d+\.\d+\.\d+.*", said.get("runs with", "")):
        yield f"no running librdkafka: {said}"


def main(path):
    with tempfile.TemporaryDirectory() as folder:
        manual, completion = pathlib.Path(folder) / "sluice.1", pathlib.Path(folder) / "sluice"
        program.main("man", path, manual)
        program.main("bash", path, completion)
        checks = {
            "the manual page has every command, option and setting": list(missing_words(path, manual)),
            "man reads it without a warning": list(warnings(manual)),
            "--version tells the revision and the libraries": list(missing_versions(path)),
            "bash offers what fits": list(wrong_offers(completion)),
        }
    print(f"1..{len(checks)}")
    for number, (name, said) in enumerate(checks.items(), 1):
        for line in said:
            print("#", line)
        print("not ok" if said else "ok", number, name)


if __name__ == "__main__":
    main(sys.argv[1])
