# SPDX-License-Identifier: Apache-2.0
"""What the program says of itself: its commands, options and settings, from its --help."""

import re
import subprocess

SHARED = "Options of every command"


def ask(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


class Page:
    """A command's --help: usage, summary, about, and (flags, argument, meaning) by section."""

    def __init__(self, text):
        head, *rest = re.split(r"\n\n(?=[A-Z][\w ]+:\n)", text.rstrip("\n"))
        usage, self.summary, *about = head.split("\n", 2)
        self.usage = usage.removeprefix("Usage: ")
        self.about = about[0].strip("\n") if about else ""
        self.sections = dict(self.section(block) for block in rest)

    @staticmethod
    def section(block):
        title, body = block.split(":\n", 1)
        entries = re.split(r"\n(?=  \S)", body)
        return title, [Page.entry(entry) for entry in entries]

    @staticmethod
    def entry(entry):
        flags, meaning = re.match(r"  (\S.*?)(?:  +|\n +)(.*)", entry, re.S).groups()
        *names, last = flags.split(", ")
        name, _, argument = last.partition(" ")
        return [*names, name], argument, " ".join(meaning.split())


def pages(program):
    """{command: Page}, in the program's order, and its overview."""
    overview = ask(program, "help")
    listed = re.search(r"\nCommands:\n(.*?)\n\n", overview, re.S)[1]
    names = [line.split()[0] for line in listed.splitlines()]
    return overview, {name: Page(ask(program, name, "--help")) for name in names}


def settings(program):
    """[(section.key, meaning)] of every setting."""
    found, section = [], ""
    for block in re.split(r"\n(?=\[|  \S)", ask(program, "help", "settings")):
        if block.startswith("["):
            section = block.strip()[1:-1]
        elif block.startswith("  "):
            key, meaning = block.split(None, 1)
            found.append((f"{section}.{key}", " ".join(meaning.split())))
    return found


def settings_about(program):
    """What is said above the list of them."""
    return ask(program, "help", "settings").split("\n\n", 1)[0]
