#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the walls of the tree: who may include whom, and how large anything may grow.

Prints TAP. The rules are first tried on small trees in which each of them is broken once.
"""

import os
import re
import sys
from collections import Counter
from pathlib import Path

# Folder of src -> the folders it may include, besides itself.
BELOW = {
    "base": [],
    "pack": ["base"],
    "record": ["base"],
    "text": ["base", "record"],
    "json": ["base", "record", "text"],
    "report": ["base", "json"],
    "schema": ["base", "record", "text", "json"],
    "mapping": ["base", "config", "record", "text", "json", "schema"],
    "datum": ["base", "record", "text", "json", "schema", "mapping"],
    "avrofile": ["base", "pack", "record", "text", "json", "schema", "mapping", "datum"],
    "sort": ["base", "pack"],
    "kafka": ["base", "record"],
    "wire": ["base", "record"],
    "hbase": ["base", "record", "schema", "mapping", "wire"],
    "regionserver": ["base", "hbase", "wire"],
    "csv": ["base", "pack", "record", "text", "json", "schema", "mapping"],
    "hfile": ["base", "pack", "record"],
    "http": ["base", "record", "text", "json", "schema", "mapping", "datum", "config", "wire", "hbase"],
    "config": ["base"],
    "metrics": ["base", "config", "json", "kafka", "mapping", "hbase", "http"],
}
BELOW["console"] = ["base", "config", "json", "text", "kafka", "schema", "mapping", "record", "wire", "hbase", "http",
                    "metrics"]
BELOW["stream"] = BELOW["bulk"] = BELOW["generate"] = BELOW["verify"] = BELOW["try"] = BELOW["suggest"] = BELOW["export"] = BELOW["check"] = list(BELOW)
BELOW["replay"] = [*BELOW["stream"], "stream"]
BELOW["bulk"] = [*BELOW["bulk"], "stream"]
BELOW["cmd"] = list(BELOW)

# Start of a library's header -> the folders that may see it.
LIBRARIES = {
    "librdkafka/": ["kafka"],
    "thrift": ["hbase"],
    "avro": ["schema"],
    "libsoup/": ["http"],
    "json-glib/": ["json", "schema", "mapping", "datum", "http", "metrics", "try", "cmd"],
    "zlib.h": ["pack"],
    "zstd.h": ["pack"],
    "lz4": ["pack"],
    "snappy": ["pack"],
}

DRAWERS = {"util", "utils", "common", "misc", "helper", "helpers", "internal"}
LONGEST = {".c": 500, ".h": 120, ".py": 500, ".sh": 500}
LONGEST_FUNCTION = 60
MOST_PARAMETERS = 5
MOST_FILES = 20  # .c files of a folder
# Callbacks, whose parameters a library has chosen.
CALLBACKS = {"src/kafka/trouble.c": ["on_certificate"]}

BANNED = {
    r"\bgoto\b": "goto",
    r"\bg_return_(val_)?if_fail\b": "g_return_if_fail",
    r"^\s*//|[;{}]\s*//": "a // comment",
    r"\b(TODO|FIXME|XXX)\b": "unfinished work",
    r"#include \".*\.c\"": "an included .c file",
    r"->code [!=]= FAULT_": "an error's code without its domain",
    r"\bPRI[diu]64\b": "a 64-bit format that is not GLib's",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
FUNCTION = re.compile(r"^(\w+)\(", re.M)


def folder_of(path):
    """The folder of src that a file lies in; "" for main.c."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def check_includes(path, text, files):
    """Arrows point one way, and each library is seen by its own folder alone."""
    folder = folder_of(path)
    allowed = [folder, *BELOW.get(folder, ["cmd"])]
    for quoted, angled in INCLUDE.findall(text):
        other = quoted.split("/")[0] if "/" in quoted else ""
        if quoted and "src/" + quoted in files:
            if other not in allowed:
                yield f"{path}: {folder or 'main.c'} must not include {quoted}"
        elif quoted and other != folder and (other or folder != "hbase"):
            yield f"{path}: {quoted} is not in src, and generated headers are not for {folder}"
        for library, folders in LIBRARIES.items():
            if angled.startswith(library) and folder not in folders:
                yield f"{path}: <{angled}> is for {', '.join(folders)} alone"


def check_head(path, text, files):
    """A header stands alone: it is included once, and first by its own .c file."""
    if path.endswith(".h") and "#pragma once" not in text:
        yield f"{path}: no #pragma once"
    header = path[:-2] + ".h"
    if path.endswith(".c") and header in files:
        first = INCLUDE.search(text)
        if not first or first.group(1) != header[len("src/"):]:
            yield f"{path}: does not include its own header first"


def functions(text):
    """(name, parameters, lines) of every function body whose brace stands in column 0."""
    for found in FUNCTION.finditer(text):
        opened = re.compile(r"^[{]$|;$", re.M).search(text, found.end())
        if not opened or opened.group() != "{":
            continue
        closed = text.find("\n}\n", opened.end())
        head = text[found.end():opened.start()].rsplit(")", 1)[0]
        depth = parameters = 0
        for c in head:
            depth += (c in "([") - (c in ")]")
            parameters += c == "," and depth == 0
        yield found.group(1), parameters + 1, text.count("\n", found.start(), closed) + 2


def check_size(path, text):
    """Files, functions and lists of parameters end before they become a burden."""
    lines = text.count("\n")
    longest = LONGEST.get(Path(path).suffix)
    if longest and lines > longest:
        yield f"{path}: {lines} lines, at most {longest}"
    if not path.endswith(".c"):
        return
    for name, parameters, lines in functions(text):
        if lines > LONGEST_FUNCTION:
            yield f"{path}: {name}() has {lines} lines, at most {LONGEST_FUNCTION}"
        if parameters > MOST_PARAMETERS and name not in CALLBACKS.get(path, []):
            yield f"{path}: {name}() has {parameters} parameters, at most {MOST_PARAMETERS}"


def check_taste(path, text):
    """What the style rules out by name."""
    if Path(path).stem in DRAWERS or DRAWERS & set(Path(path).parts):
        yield f"{path}: a drawer, not an idea"
    if "SPDX-License-Identifier" not in "\n".join(text.split("\n")[:3]):
        yield f"{path}: no SPDX line"
    if path.endswith((".c", ".h")):
        for pattern, name in BANNED.items():
            if re.search(pattern, text, re.M):
                yield f"{path}: {name}"
    if path.startswith("src/") and path != "src/main.c" and re.search(r"\bexit\(", text):
        yield f"{path}: exit() outside main"
    if path.startswith("src/") and re.search(r"\bg_assert_(?!not_reached)\w+\(", text):
        yield f"{path}: a test's assertion, which is no part of a program"


def check_folders(files):
    """A folder is an idea, not a drawer."""
    folders = Counter(str(Path(path).parent) for path in files if path.endswith(".c"))
    for folder, length in sorted(folders.items()):
        if folder.startswith("src/") and length > MOST_FILES:
            yield f"{folder}: {length} .c files, at most {MOST_FILES}"


def violations(files):
    """Every broken rule of a tree: path -> text."""
    yield from check_folders(files)
    for path, text in sorted(files.items()):
        if path.startswith("src/") and path.endswith((".c", ".h")):
            yield from check_includes(path, text, files)
            yield from check_head(path, text, files)
        yield from check_size(path, text)
        yield from check_taste(path, text)


SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
HEADER = SPDX + "#pragma once\n"

# Each tree breaks one rule; the words are in what is said about it.
BROKEN = [
    ("base must not include record/cell.h",
     {"src/base/a.c": '#include "record/cell.h"\n', "src/record/cell.h": HEADER}),
    ("kafka must not include hbase/frame.h",
     {"src/kafka/a.c": '#include "hbase/frame.h"\n', "src/hbase/frame.h": HEADER}),
    ("csv must not include config/config.h",
     {"src/csv/a.c": '#include "config/config.h"\n', "src/config/config.h": HEADER}),
    ("stream must not include bulk/sorter.h",
     {"src/stream/a.c": '#include "bulk/sorter.h"\n', "src/bulk/sorter.h": HEADER}),
    ("main.c must not include record/cell.h",
     {"src/main.c": '#include "record/cell.h"\n', "src/record/cell.h": HEADER}),
    ("generated headers are not for cmd", {"src/cmd/a.c": '#include "hbase_types.h"\n'}),
    ("<librdkafka/rdkafka.h> is for kafka",
     {"src/cmd/a.c": "#include <librdkafka/rdkafka.h>\n"}),
    ("<thrift/c_glib/thrift.h> is for hbase",
     {"src/stream/a.c": "#include <thrift/c_glib/thrift.h>\n"}),
    ("<libsoup/soup.h> is for http", {"src/cmd/a.c": "# include <libsoup/soup.h>\n"}),
    ("<zlib.h> is for pack", {"src/hfile/a.c": "#include <zlib.h>\n"}),
    ("<avro.h> is for schema", {"src/stream/a.c": "#include <avro.h>\n"}),
    ("no #pragma once", {"src/base/a.h": ""}),
    ("does not include its own header first",
     {"src/base/a.h": HEADER, "src/base/a.c": "#include <glib.h>\n"}),
    ("501 lines", {"src/base/a.c": "\n" * 500}),
    ("121 lines", {"src/base/a.h": "#pragma once\n" + "\n" * 119}),
    ("f() has 61 lines", {"src/base/a.c": "void\nf(void)\n{\n" + "\n" * 58 + "}\n"}),
    ("f() has 6 parameters",
     {"src/base/a.c": "void\nf(int a, void (*b)(int, int), int c, int d,\n  int e, int f)\n{\n}\n"}),
    ("a drawer", {"src/base/utils.c": ""}),
    ("a drawer", {"src/misc/a.c": ""}),
    ("no SPDX line", {"src/base/a.c": None}),
    ("goto", {"src/base/a.c": "goto out;\n"}),
    ("a // comment", {"src/base/a.c": "int a; // b\n"}),
    ("unfinished work", {"tests/unit/a.c": "/* TODO: more */\n"}),
    ("an included .c file", {"tests/unit/a.c": '#include "base/bytes.c"\n'}),
    ("exit() outside main", {"src/base/a.c": "exit(1);\n"}),
    ("an error's code without its domain", {"src/base/a.c": "if (error->code == FAULT_PEER)\n"}),
    ("a 64-bit format that is not GLib's", {"src/base/a.c": 'printf("%" PRIu64, a);\n'}),
    ("a test's assertion", {"src/base/a.c": "g_assert_true(f());\n"}),
    ("src/base: 21 .c files", {f"src/base/{i}.c": "" for i in range(21)}),
]

SOUND = {
    "src/main.c": SPDX + '#include "cmd/a.h"\n',
    "src/cmd/a.h": HEADER,
    "src/cmd/a.c": SPDX + '#include "cmd/a.h"\n#include "stream/a.h"\n#include "kafka/a.h"\n',
    "src/stream/a.h": HEADER + '#include "hbase/a.h"\n',
    "src/hbase/a.h": HEADER,
    "src/hbase/a.c": SPDX + '#include "hbase/a.h"\n#include "generated.h"\n',
    "src/kafka/a.h": HEADER + "#include <librdkafka/rdkafka.h>\n",
    "src/base/a.c": SPDX + "static const char url[] = \"http://a\";\nvoid\nf(int a, int b, int c, "
                           "int d, int e)\n{\n" + "\n" * 57 + "}\n" + "\n" * 436,
}


def rules_find_each_broken_tree():
    """What the rules did not say about the trees that break them."""
    for wanted, tree in BROKEN:
        files = {path: "" if text is None else SPDX + text for path, text in tree.items()}
        said = list(violations(files))
        if not any(wanted in line for line in said):
            yield f"a tree with '{wanted}' passed; said: {said}"
    yield from (f"a sound tree was refused: {line}" for line in violations(SOUND))


def read_tree(root):
    """The C files of src, and the C, Python and shell files of tests and compose."""
    files = {}
    for top in ("src", "tests", "compose", "hbase-init"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in LONGEST and "__pycache__" not in path.parts:
                files[str(path.relative_to(root))] = path.read_text(encoding="utf-8")
    return files


def report(number, name, said):
    """One TAP line, with what is wrong above it."""
    for line in said:
        print("#", line)
    print("not ok" if said else "ok", number, name)


def main():
    files = read_tree(Path(os.environ.get("SLUICE_SOURCE_ROOT", ".")))
    print("1..2")
    report(1, "the rules find each broken tree", list(rules_find_each_broken_tree()))
    report(2, "the tree keeps the rules", list(violations(files)) or ([] if files else ["no files"]))


if __name__ == "__main__":
    sys.exit(main())
