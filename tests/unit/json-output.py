#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/json-output.md names every member that a command prints under --json, and no other; and a line of text asks for
fields that are given. Prints TAP."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])
sys.path.insert(0, str(ROOT / "tests" / "integration" / "support"))
sys.dont_write_bytecode = True
json_output = __import__("json_output")

# The files that fill a command's report.
FILES = {
    "check": ["src/check/", "src/cmd/check.c"],
    "init": ["src/cmd/init.c"],
    "run": ["src/cmd/summary.c"],
    "bulkload": ["src/cmd/bulk/"],
    "hfile": ["src/cmd/hfile.c", "src/cmd/sheet.c"],
    "verify": ["src/cmd/verify/"],
    "export": ["src/export/", "src/cmd/export.c"],
    "generate": ["src/cmd/generate/"],
    "replay": ["src/replay/"],
    "suggest": ["src/suggest/", "src/cmd/suggest.c"],
    "try": ["src/try/", "src/cmd/try.c"],
}
GIVEN = re.compile(r'\breport_(?:text|number|count|real|claim|object|list|take_list|sentences)\(\s*[\w>.-]+,\s*"(\w+)"')
# A helper of the file itself, as add_bytes(report, "row", ...) and {"nulls", names, ...}.
HELPED = re.compile(r'\b(?!report_)\w+\(\s*(?:self->)?(?:report|figures|list),\s*"(\w+)"')
SAID = re.compile(r"\{([a-z]\w*)(?::[^}]*)?\}")
WORD = re.compile(r'"(\w+)"')


def sources():
    """path -> text, of every file that fills a report, and those beside it."""
    files = {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "src").rglob("*.c"))}
    return {
        path: text
        for path, text in files.items()
        if command_of(path) or (re.search(r"\breport_(new|say)\(", text) and not path.startswith("src/report/"))
    }


def command_of(path):
    return next((name for name, starts in FILES.items() if any(path.startswith(start) for start in starts)), None)


def names(paths):
    """The members' own names, without those that depend on the data."""
    last = [re.sub(r"\[\]$", "", path.rsplit(".", 1)[-1]) for path in paths]
    return {name for name in last if not name.startswith("<")}


def page_and_sources_agree(files):
    page = json_output.described()
    yield from (f"{path}: of which command? Add it to FILES" for path in files if command_of(path) is None)
    for command in {*FILES, *page}:
        texts = [text for path, text in files.items() if command_of(path) == command]
        given = {name for text in texts for name in [*GIVEN.findall(text), *HELPED.findall(text)]}
        words = {word for text in texts for word in WORD.findall(text)}
        told = names(page.get(command, []))
        yield from (f"{command}: '{name}' is not on the page" for name in sorted(given - told))
        yield from (f"{command}: '{name}' is on the page alone" for name in sorted(told - words))


def lines_ask_for_what_is_given(files):
    for command in FILES:
        texts = {path: text for path, text in files.items() if command_of(path) == command}
        words = {word for text in texts.values() for word in WORD.findall(text)}
        for path, text in texts.items():
            for name in SAID.findall("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))):
                if name not in words:
                    yield f"{path}: a line asks for {{{name}}}, which nobody gives"


def run(sluice, folder, *arguments):
    done = subprocess.run([sluice, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    lines = done.stdout.splitlines()
    if not lines:
        yield f"{arguments}: nothing was printed: {done.stderr}"
    for line in lines:
        for path in json_output.undescribed(arguments[0], json.loads(line)):
            yield f"{' '.join(arguments)}: {path} is not on the page"


def write_mapping(folder):
    (folder / "m.json").write_text(json.dumps({
        "table": "t", "topic": "t", "record": {"format": "json"}, "key": {"parts": ["id"]}, "timestamp": "record",
        "tombstone": "row", "families": {"f": {"columns": [{"field": "n", "type": "long"}, "s.s"]}}}))
    (folder / "in.json").write_text('{"id": "a", "n": 1, "s.s": "x"}\n{"n": 2}\n')
    (folder / "in.csv").write_text("id,n,s.s\na,1,x\na,2,y\nb,many,z\n")
    cases = folder / "cases"
    cases.mkdir()
    (cases / "one.json").write_text('{"csv": {"id": "a", "n": "1", "s.s": ""}, "expect": {"row": "b"}}')


def programs_print_what_the_page_has(sluice):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_mapping(folder)
        mapping = ("-X", f"ingest.mappings={folder}")
        yield from run(sluice, folder, "check", "--offline", "--json")
        yield from run(sluice, folder, "check", "--print-config", "--json")
        yield from run(sluice, folder, "generate", "--csv", ".", "--scale", "0.001", "--chaos", "--json")
        yield from run(sluice, folder, "try", "--mapping", "m.json", "--json", "in.json", "--format", "json")
        yield from run(sluice, folder, "try", "--mapping", "m.json", "--csv", "in.csv", "--format", "json")
        yield from run(sluice, folder, "try", "--mapping", "m.json", "--cases", "cases", "--format", "json")
        yield from run(sluice, folder, "bulkload", "-t", "t", *mapping, "--output", "out", "--max-rejects", "9",
                       "--json", "in.csv")
        yield from run(sluice, folder, "hfile", "--cells", "--json", "out")


def rules_find_what_is_missing():
    """On a page and files that are not right."""
    page = "## `check`\n| member | is |\n| `a[].b`, `c.<name>` | x |\n"
    if json_output.undescribed("check", {"a": [{"b": 1}], "c": {"x.y": 2}}, page):
        yield "a described member was refused"
    if json_output.undescribed("check", {"a": [{"d": 1}], "b": 1}, page) != ["a[].d", "b"]:
        yield "an undescribed member passed"
    files = {"src/cmd/init.c": 'report_count(report, "rows", 1); report_say(report, "{row} {rows:3}");'}
    if not any("'rows' is not on the page" in line for line in page_and_sources_agree(files)):
        yield "a member that the page lacks passed"
    if not any("'tables' is on the page alone" in line for line in page_and_sources_agree(files)):
        yield "a member that the page alone has passed"
    if list(lines_ask_for_what_is_given(files)) != ["src/cmd/init.c: a line asks for {row}, which nobody gives"]:
        yield "a line that asks for what nobody gives passed"


def main():
    files = sources()
    checks = [
        ("the rules find what is missing", rules_find_what_is_missing()),
        ("the page and the sources agree", page_and_sources_agree(files)),
        ("lines ask for fields that are given", lines_ask_for_what_is_given(files)),
        ("programs print what the page has", programs_print_what_the_page_has(os.path.abspath(sys.argv[1]))),
    ]
    print(f"1..{len(checks)}")
    for number, (name, said) in enumerate(checks, 1):
        lines = list(said)
        for line in lines:
            print("#", line)
        print("not ok" if lines else "ok", number, name)


if __name__ == "__main__":
    sys.exit(main())
