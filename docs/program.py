# SPDX-License-Identifier: Apache-2.0
"""Writes the manual page or the completion for bash, from what the program says of itself.

    program.py man|bash SLUICE OUTPUT
"""

import re
import subprocess
import sys

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


def roff(text):
    """Text for troff: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def roff_entries(entries):
    for flags, argument, meaning in entries:
        shown = ", ".join(f"\\fB{roff(flag)}\\fR" for flag in flags)
        yield f".TP\n{shown}" + (f" \\fI{roff(argument)}\\fR" if argument else "")
        yield roff(meaning)


def man(program):
    """sluice(1)."""
    version = ask(program, "--version").split()[1]
    overview, commands = pages(program)
    about = overview.split("\n\n", 1)[0]
    codes = re.search(r"Exit codes: (.*)", overview, re.S)[1]
    yield f'.TH SLUICE 1 "" "sluice {version}" "User Commands"'
    yield ".SH NAME\nsluice \\- from Kafka and CSV into HBase tables"
    yield ".SH SYNOPSIS\n.B sluice\n.I COMMAND\n.RI [ OPTION ...]"
    yield f".SH DESCRIPTION\n{roff(about)}\n.SH COMMANDS"
    for page in commands.values():
        yield f".SS {roff(page.usage)}\n{roff(page.summary)}"
        if page.about:
            yield f".PP\n.nf\n{roff(page.about)}\n.fi"
        yield from roff_entries(page.sections.get("Options", []))
    yield ".SH OPTIONS OF EVERY COMMAND"
    yield from roff_entries(next(iter(commands.values())).sections[SHARED])
    yield ".SH SETTINGS\nIn sluice.conf, from the environment or by \\fB\\-X\\fR:"
    yield from roff_entries([([name], "", meaning) for name, meaning in settings(program)])
    yield f".SH EXIT STATUS\n{roff(' '.join(codes.split()))}"
    yield (
        ".SH FILES\n.I ./sluice.conf\n.br\n.I /etc/sluice/sluice.conf\n"
        ".SH ENVIRONMENT\nEvery setting has a twin: gateway.endpoints is SLUICE_GATEWAY_ENDPOINTS, "
        "and SLUICE_GATEWAY_ENDPOINTS_FILE names a file that holds it. SLUICE_CONFIG names sluice.conf."
    )


BASH = """\
# SPDX-License-Identifier: Apache-2.0
# Completion of sluice for bash; generated.
_sluice()
{{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options=
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W '{commands} help' -- "$word")
    return
  fi
  case $before in
{values}
  esac
  case ${{COMP_WORDS[1]}} in
{options}
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    compopt -o default 2> /dev/null
  fi
}}
complete -F _sluice sluice
"""

WORDS = {
    "--log-level": "error warning message info debug",
    "--log-format": "text json",
}


def bash(program):
    _, commands = pages(program)
    keys = " ".join(f"{name}=" for name, _ in settings(program))
    values = [f"    -X | --set) compopt -o nospace 2> /dev/null; words='{keys}' ;;"]
    values += [f"    {flag}) words='{words}' ;;" for flag, words in WORDS.items()]
    reply = '      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"); return ;;'
    options = []
    for name, page in commands.items():
        flags = [flag for entries in page.sections.values() for entry in entries for flag in entry[0]]
        options.append(f"    {name}) options='{' '.join(flags)}' ;;")
    options.append(f"    help) mapfile -t COMPREPLY < <(compgen -W '{' '.join(commands)} settings' -- \"$word\"); return ;;")
    yield BASH.format(
        commands=" ".join(commands),
        values="\n".join(line.replace(" ;;", "\n" + reply) for line in values),
        options="\n".join(options),
    ).replace(" options=\n", " options= words=\n", 1)


def main(kind, program, output):
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join({"man": man, "bash": bash}[kind](program)).rstrip("\n") + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
