# SPDX-License-Identifier: Apache-2.0
"""Writes what is made of the program's own words.

    write.py sluice.1 | sluice-COMMAND.1 | sluice.conf.5 | sluice-mapping.5 | sluice.conf |
             bash | zsh | fish SLUICE OUTPUT
"""

import re
import sys

import completion
import manual
import program


def conf(path):
    """A sluice.conf in which every setting stands, as a comment with its default."""
    yield "# Settings of sluice; sluice.conf(5) has more on each. Those that are commented out are as they are by default."
    section = None
    for name, meaning in program.settings(path):
        here, key = name.split(".", 1)
        if here != section:
            section = here
            yield f"\n[{section}]"
        default = re.search(r" \(default: (.*)\)$", meaning)
        yield f"# {meaning[: default.start()] if default else meaning}."
        yield f"#{key} = {default[1] if default else ''}".rstrip()


def text_of(kind, path):
    if kind in ("bash", "zsh", "fish"):
        return getattr(completion, kind)(path)
    whole = {"sluice.1": manual.overview, "sluice.conf.5": manual.conf, "sluice-mapping.5": manual.mapping, "sluice.conf": conf}
    if kind in whole:
        return "\n".join(whole[kind](path))
    return "\n".join(manual.command(path, re.fullmatch(r"sluice-(\w+)\.1", kind)[1]))


def main(kind, path, output):
    with open(output, "w", encoding="utf-8") as file:
        file.write(text_of(kind, path).rstrip("\n") + "\n")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(*sys.argv[1:])
