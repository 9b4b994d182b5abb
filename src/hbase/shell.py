# SPDX-License-Identifier: Apache-2.0
"""Writes shell_text.h: what stands around the tables in hbase-init/tables.rb, as C texts."""

import sys


def literal(name, text):
    """A static array of the text's bytes: as a literal it would be longer than C promises."""
    numbers = ",".join(str(byte) for byte in text.encode() + b"\0")
    return f"static const char {name}[] = {{{numbers}}};\n"


def main(source, target):
    with open(source, encoding="utf-8") as file:
        parts = file.read().split("\n\n")
    tables = [i for i, part in enumerate(parts) if part.startswith("create_or_compare ")]
    head, tail = parts[: tables[0]], parts[tables[-1] + 1 :]
    with open(target, "w", encoding="utf-8") as file:
        file.write(literal("script_head", "\n\n".join(head) + "\n\n"))
        file.write(literal("script_tail", "\n\n".join(tail)))


main(*sys.argv[1:])
