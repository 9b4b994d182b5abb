#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages name everything the program has, and the completions offer it. Prints TAP."""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])
sys.path.insert(0, str(ROOT / "docs"))
sys.dont_write_bytecode = True
program = __import__("program")
write = __import__("write")

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


def bash(completion, line):
    words = line.split(" ")
    script = (
        f'source {completion}; COMP_WORDS=("$@"); COMP_CWORD={len(words) - 1}; _sluice; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    return ["bash", "-c", script, "bash", *words]


def fish(completion, line):
    return ["fish", "-c", f"source {completion}; complete -C '{line}'"]


# ^T shows what the line has become, and empties it.
ZSH = """\
PS1= PS2= RPS1=; fpath=(%s $fpath); autoload -U compinit; compinit -u -D; bindkey '^I' complete-word
show() { zle -I; print -r -- "<$BUFFER>"; BUFFER= }; zle -N show; bindkey '^T' show; print -r "<rea""dy>"
"""


def zsh(completion, lines):
    """What becomes of each line in a zsh on a terminal of its own, when the word is completed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb"})
    said = b""
    for sent in (ZSH % completion.parent, *(f"{line}\t\x14" for line in lines)):
        os.write(terminal, sent.encode())
        while not (found := re.search(rb"<([^<>\r\n]*)>\r?\n", said)) and select.select([terminal], [], [], 60)[0]:
            said += os.read(terminal, 4096)
        if found:
            yield found[1].decode()
            said = said[found.end() :]
    os.close(terminal)
    os.waitpid(pid, 0)


def wrong_lines(completion):
    single = {line: wanted[0] for line, wanted, _ in OFFERS if len(wanted) == 1}
    if shutil.which("zsh"):
        _, *became = zsh(completion, single)
        wanted = [line[: line.rindex(" ") + 1] + word for line, word in single.items()]
        if [line.rstrip() for line in became] != wanted:
            yield f"{became} instead of {wanted}"


def wrong_offers(shell, completion):
    if not shutil.which(shell.__name__):
        return
    for line, wanted, unwanted in OFFERS:
        done = subprocess.run(shell(completion, line), capture_output=True, text=True, timeout=60)
        found = done.stdout.split()
        yield from (f"'{line}' does not offer {word}: {found}{done.stderr}" for word in wanted if word not in found)
        yield from (f"'{line}' offers {word}" for word in unwanted if word in found)


def bold(text, word):
    return f"\\fB{word}\\fR" in text.replace("\\-", "-")


def missing_words(path):
    """Commands, options and settings that the manual pages do not have, and pages that meson does not make."""
    overview, settings = write.text_of("sluice.1", path), write.text_of("sluice.conf.5", path)
    listed = re.findall(r"'(\w+)'", re.search(r"foreach command : \[(.*?)\]", (ROOT / "docs/meson.build").read_text(), re.S)[1])
    _, commands = program.pages(path)
    if set(listed) != set(commands):
        yield f"docs/meson.build makes pages of {listed}, the commands are {list(commands)}"
    for name, page in commands.items():
        if f".BR sluice\\-{name} (1)" not in overview:
            yield f"sluice(1) does not name {name}"
        text = write.text_of(f"sluice-{name}.1", path)
        for entries in page.sections.values():
            yield from (f"{name}: no {e[0]}" for e in entries if not bold(text, e[0][-1]) and not bold(text, ", ".join(e[0])))
    sections = re.split(r"\.SH \[(\w+)\]\n", settings)
    told = dict(zip(sections[1::2], sections[2::2]))
    for name, _ in program.settings(path):
        section, key = name.split(".", 1)
        if not bold(told.get(section, ""), key):
            yield f"no setting {name}"


def missing_members(path):
    """What mapping.schema.json has and sluice-mapping(5) has not."""
    text = write.text_of("sluice-mapping.5", path)

    def names(node):
        if isinstance(node, dict):
            yield from node.get("properties", {})
            for value in node.values():
                yield from names(value)
        elif isinstance(node, list):
            for value in node:
                yield from names(value)

    schema = json.loads((ROOT / "schemas" / "mapping.schema.json").read_text())
    yield from (f"no {name}" for name in sorted(set(names(schema))) if not bold(text, f'"{name}"'))


def warnings(path, folder):
    """What man itself has to say about the pages, where there is man."""
    names = ["sluice.1", "sluice.conf.5", "sluice-mapping.5", *(f"sluice-{name}.1" for name in program.pages(path)[1])]
    for name in names if shutil.which("man") else []:
        write.main(name, path, folder / name)
        done = subprocess.run(
            ["man", "--warnings", "-l", folder / name],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C", "MANWIDTH": "100", "PAGER": "cat"},
        )
        yield from (f"{name}: {line}" for line in done.stderr.splitlines())
        if name.removesuffix(name[-2:]) not in done.stdout.lower():
            yield f"{name}: does not say what it is"


def refusals(path, folder):
    """Why sluice would not take the sluice.conf that it is installed with, nor with its comments made settings."""
    plain, opened = folder / "sluice.conf", folder / "open.conf"
    write.main("sluice.conf", path, plain)
    text = plain.read_text()
    settings = re.sub(r"^#(\S+ = .+)$", r"\1", text, flags=re.M)
    if len(re.findall(r"^[^#\n[].* = ", settings, re.M)) < 20:
        yield "hardly a setting has a default"
    opened.write_text(settings)
    for one in (plain, opened):
        done = subprocess.run([path, "check", "--offline", "--config", one], capture_output=True, text=True)
        if done.returncode:
            yield from (done.stdout + done.stderr).splitlines()


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
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        completions = {bash: folder / "sluice", fish: folder / "sluice.fish"}
        for shell, file in completions.items():
            write.main(shell.__name__, path, file)
        checks = {
            "the manual pages have every command, option and setting": list(missing_words(path)),
            "sluice-mapping(5) has every member": list(missing_members(path)),
            "man reads them without a warning": list(warnings(path, folder)),
            "the installed sluice.conf says what is so by default": list(refusals(path, folder)),
            "--version tells the revision and the libraries": list(missing_versions(path)),
        }
        for shell, file in completions.items():
            checks[f"{shell.__name__} offers what fits"] = list(wrong_offers(shell, file))
        write.main("zsh", path, folder / "_sluice")
        checks["zsh completes what fits"] = list(wrong_lines(folder / "_sluice"))
    print(f"1..{len(checks)}")
    for number, (name, said) in enumerate(checks.items(), 1):
        for line in said:
            print("#", line)
        print("not ok" if said else "ok", number, name)


if __name__ == "__main__":
    main(sys.argv[1])
