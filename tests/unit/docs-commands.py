#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands in README and docs are ones that there are: command, options, settings, files.
Prints TAP."""
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
KAFKA = re.compile(r"^kafka-[a-z-]+\.sh$")
OURS = ("compose/", "tests/", "hbase-init/")
# Of tools that are not sluice's, and what a line needs to be complete.
NEEDS = {KAFKA: "--bootstrap-server"}


def lines_of(text):
    """Every line of a block that is indented or fenced as a shell's; continued ones joined."""
    fenced = re.findall(r"^```(?:sh|shell|bash)?\n(.*?)^```", text, re.M | re.S)
    blocks = [*fenced, "\n".join(line[4:] for line in text.split("\n") if line.startswith("    "))]
    for block in blocks:
        for line in block.replace("\\\n", " ").split("\n"):
            yield line.strip()


def words_of(line):
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def commands(text):
    """(words) of each command in a page, pipes cut, with variables set in front dropped."""
    for line in lines_of(text):
        for part in re.split(r"\s(?:\||&&|>|<)\s", line):
            words = words_of(part)
            while words and re.match(r"^[A-Z_]+=", words[0]):
                words.pop(0)
            if words and words[0] == "$":
                words.pop(0)
            if words:
                yield words


class Program:
    def __init__(self, path):
        self.path = path
        self.known = {}
        said = self.ask("--help")
        self.commands = set(re.findall(r"^  ([a-z]+)  ", said, re.M))
        self.settings = set()
        section = ""
        for line in self.ask("help", "settings").split("\n"):
            heading = re.match(r"^\[([a-z]+)\]", line)
            setting = re.match(r"^  ([a-z]+(?:\.[a-z]+)*)", line)
            section = heading.group(1) if heading else section
            if setting and section:
                self.settings.add(f"{section}.{setting.group(1)}")

    def ask(self, *words):
        done = subprocess.run([self.path, *words], capture_output=True, text=True, timeout=60)
        return done.stdout

    def options(self, command):
        if command not in self.known:
            self.known[command] = set(re.findall(r"(--?[A-Za-z][a-z-]*)", self.ask(command, "--help")))
        return self.known[command]

    def wrong(self, words):
        """What is wrong with a call of it."""
        command = words[1] if len(words) > 1 else ""
        if command.startswith("-") or command == "help":
            return
        if command not in self.commands:
            yield f"no command '{command}'"
            return
        for word in words[2:]:
            option = word.split("=", 1)[0]
            if option.startswith("-") and option != "-" and option not in self.options(command):
                near = difflib.get_close_matches(option, self.options(command), 1)
                yield f"{command} has no {option}" + (f"; {near[0]}?" if near else "")
        for before, word in zip(words, words[1:]):
            name = word.split("=", 1)[0]
            if before == "-X" and not name.startswith("kafka.") and name not in self.settings:
                yield f"no setting '{name}'"


def wrong_in(text, program):
    for words in commands(text):
        if words[0] == "sluice":
            # Prose that is indented begins with the name, too.
            if len(words) > 1 and (words[1] in program.commands or any(w.startswith("--") for w in words)):
                yield from (f"{' '.join(words)}: {what}" for what in program.wrong(words))
        elif words[0].startswith(OURS) and "." not in words[0][:1]:
            if not (ROOT / words[0].split(":")[0]).exists():
                yield f"{' '.join(words)}: there is no {words[0]}"
        for pattern, needed in NEEDS.items():
            if pattern.match(words[0]) and needed not in words:
                yield f"{' '.join(words)}: without {needed}"


BROKEN = [
    ("```sh\nsluice chek\nsluice check --ofline\n```\n", 1),
    ("```\nsluice check --ofline | head\n```\n", 1),
    ("    sluice verify --table t \\\n      --topics x\n", 1),
    ("```sh\nA=1 sluice run -X gateway.endpoint=a -X kafka.any.thing=1\n```\n", 1),
    ("    kafka-configs.sh --alter --topic t\n", 1),
    ("    tests/nothing --list\n", 1),
    ("```sh\nsluice check --offline   # --ofline\nsluice run --until-end\ntests/run unit\n```\n", 0),
]


def main():
    program = Program(sys.argv[1])
    print("1..3")
    print("ok 1 it knows itself" if "check" in program.commands and "ingest.memory" in program.settings else
          f"not ok 1 it knows itself: {sorted(program.commands)} {len(program.settings)}")
    said = [(text, list(wrong_in(text, program))) for text, _ in BROKEN]
    ok = all(len(found) == wanted for (_, found), (_, wanted) in zip(said, BROKEN))
    for text, found in said if not ok else ():
        print("#", repr(text), found)
    print("ok 2 wrong commands are found" if ok else "not ok 2 wrong commands are found")
    found = [f"{page.relative_to(ROOT)}: {what}" for page in PAGES for what in wrong_in(page.read_text(), program)]
    for line in found:
        print("#", line)
    print("not ok" if found else "ok", "3 every command in README and docs is one that there is")


if __name__ == "__main__":
    main()
