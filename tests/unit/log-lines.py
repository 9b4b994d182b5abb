#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every line that src logs to the form of src/base/event.h. Prints TAP.

The rules are first tried on lines in which each of them is broken once.
"""

import re
import sys
from pathlib import Path

LITERAL = r'"(?:[^"\\]|\\.)*"'
LOGGED = r"g_(?:debug|info|message|warning)\(|g_log\(G_LOG_DOMAIN, [^\"]*?, (?=\")"
BUILT = r"g_strdup_printf\(\s*(?=\"[a-z, ]+ (?:[a-z_]+|%s)=)"  # said later, as "%s"
MACROS = {"G_GINT64_FORMAT": "d", "G_GUINT64_FORMAT": "u", "PRIu64": "u", "PRId64": "d", "SLUICE_VERSION": "1"}
TAKEN = {"time", "level", "from", "message", "event"}
NAMES = {"topic", "table"}  # Kafka's and HBase's rules leave neither blanks nor quotes in them
# Texts of our own tables, which need no quotes.
OURS = re.compile(
    r"hfile_codec_name\(.*|stream_stage_info\(.*->word|entity->name|http_server_url\(.*|unit|frame_plan_table\(.*"
)
ANY = "\ue000-\uf8ff"  # one for each text that is put in, by its number
LINE = re.compile(rf"([A-Za-z0-9 ,-]+?)((?: [a-z_]+=(?:'[^']*'|\"[^\"]*\"|[^ '\"]+))+)")
PAIR = re.compile(r" ([a-z_]+)=('[^']*'|\"[^\"]*\"|[^ '\"]+)")


def split(text):
    """A call's arguments: text begins behind its bracket."""
    parts, depth, part = [], 0, ""
    for token in re.findall(LITERAL + r"|.", text, re.S):
        if depth == 0 and token in ",)":
            parts.append(" ".join(part.split()))
            part = ""
            if token == ")":
                break
        else:
            depth += (token in "([{") - (token in ")]}")
            part += token
    return parts


def fill(arguments):
    """The line with 7 for each number, and one of ANY for each text that is not ours."""
    parts = re.findall(LITERAL + r"|\w+", arguments[0])
    text = "".join(MACROS[part] if part[0] != '"' else part[1:-1].replace('\\"', '"') for part in parts)
    values = iter(enumerate(arguments[1:]))

    def value(found):
        if found[0] == "%%":
            return "%"
        number, argument = next(values)
        choice = re.findall(LITERAL, argument) if "?" in argument else []
        if choice:
            return choice[0][1:-1]
        return chr(0xE000 + number) if found[1] == "s" and not OURS.fullmatch(argument) else "7"

    return re.sub(r"%%|%[.0-9]*(?:ll|z)?([a-z])", value, text)


def fault_of(arguments, source):
    """What is wrong with a line; None: nothing."""
    line = fill(arguments)
    if re.fullmatch(f"[{ANY}]", line):
        return None  # a sentence from elsewhere, or a line that was built
    if re.match(f"waiting [{ANY}] ", line) and "what" in arguments[1]:
        line = "waiting" + line[9:]
    if not re.search(r"[a-z_]=", line):
        is_open = re.fullmatch(f"[A-Za-z0-9 ,-]*[{ANY}]", line)
        return "what comes from outside may look like a pair: put a colon before" if is_open else None
    found = LINE.fullmatch(line)
    if found is None:
        return "neither a sentence nor words and pairs"
    if re.search(f"[{ANY}]", found[1]):
        return "the event's words are not always the same"
    pairs = PAIR.findall(found[2])
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys) or TAKEN & set(keys):
        return "a member twice"
    for key, value in pairs:
        for text in re.findall(f"[{ANY}]", value):
            argument = arguments[1 + ord(text) - 0xE000]
            if value != text or (key not in NAMES and f"{argument} = event_value(" not in source):
                return f"{key} has not been through event_value()"
    return None


def faults_of(source):
    for call in re.finditer(f"{LOGGED}|{BUILT}", source):
        arguments = split(source[call.end() :])
        if arguments[0].startswith('"'):
            fault = fault_of(arguments, source)
            if fault is not None:
                yield f"{source.count(chr(10), 0, call.start()) + 1}: {fault}: {arguments[0]}"


GOOD = [
    'g_message("writing again")',
    'g_warning("%s", error->message)',
    'g_warning("dead letters: %s", error->message)',
    'g_message("created topic=%s partitions=%d share=%.0f%%", name, 1, 2.0)',
    'why = event_value(x); g_message("waiting ms=%u reason=%s hint=\'so it is\'", ms, why)',
    'g_debug("left n=%" PRIu64 " m=%zu", a, f(b, "c, d"))',
]
BAD = [
    'g_warning("cannot reason=%s", error->message)',
    "g_warning(\"cannot reason='%s'\", error->message)",
    'g_warning("it is %s", error->message)',
    'g_warning("topic=%s", topic)',
    'g_warning("rejected topic=%s and more", topic)',
    'g_warning("it\'s so topic=%s", topic)',
    'g_warning("so topic=%s topic=%s", topic, topic)',
    'g_warning("so from=%d", 1)',
    'g_warning("writer %s is late n=%d", name, 1)',
    'g_warning("so topic=t%s", topic)',
]


def main(root):
    print("1..3")
    missed = [line for line in BAD if not list(faults_of(line))]
    refused = [fault for line in GOOD for fault in faults_of(line)]
    for line in missed + refused:
        print("#", line)
    print("ok" if not missed + refused else "not ok", 1, "the rules find what breaks them, and no more")
    paths = sorted(Path(root, "src").rglob("*.c"))
    faults = [f"{path.relative_to(root)}:{fault}" for path in paths for fault in faults_of(path.read_text())]
    for fault in faults:
        print("#", fault)
    print("ok" if not faults else "not ok", 2, "each line is a sentence, or words and pairs")
    lines = sum(len(re.findall(f"{LOGGED}|{BUILT}", path.read_text())) for path in paths)
    print(f"# {lines} lines")
    print("ok" if lines > 50 else "not ok", 3, "the lines are found")


if __name__ == "__main__":
    main(sys.argv[1])
