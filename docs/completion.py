# SPDX-License-Identifier: Apache-2.0
"""Completion of the command line for bash, zsh and fish."""

import program

# The words that an option takes.
WORDS = {
    "--log-level": "error warning message info debug",
    "--log-format": "text json",
}

BASH = """\
# SPDX-License-Identifier: Apache-2.0
# Completion of sluice for bash; generated.
_sluice()
{{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options= words=
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

ZSH = """\
#compdef sluice
# SPDX-License-Identifier: Apache-2.0
# Completion of sluice for zsh; generated.
_sluice() {{
  local -a commands settings
  commands=(
{commands}
  )
  settings=({settings})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
{cases}
  esac
}}
if [[ $funcstack[1] == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice; fi
"""

FISH = """\
# SPDX-License-Identifier: Apache-2.0
# Completion of sluice for fish; generated.
{lines}
"""


def flags_of(page):
    return [flag for entries in page.sections.values() for entry in entries for flag in entry[0]]


def bash(path):
    _, commands = program.pages(path)
    keys = " ".join(f"{name}=" for name, _ in program.settings(path))
    reply = '      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"); return ;;'
    values = [f"    -X | --set)\n      compopt -o nospace 2> /dev/null; words='{keys}'\n{reply}"]
    values += [f"    {flag})\n      words='{words}'\n{reply}" for flag, words in WORDS.items()]
    options = [f"    {name}) options='{' '.join(flags_of(page))}' ;;" for name, page in commands.items()]
    options.append(
        f"    help) mapfile -t COMPREPLY < <(compgen -W '{' '.join(commands)} settings' -- \"$word\"); return ;;"
    )
    return BASH.format(commands=" ".join(commands), values="\n".join(values), options="\n".join(options))


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_option(flags, argument, meaning):
    """What _arguments takes: the flags of an option exclude each other, a file unless we know better."""
    said = meaning.split(" (default")[0]
    for sign in "\\:[]":
        said = said.replace(sign, "\\" + sign)
    words = WORDS.get(flags[-1])
    takes = f":{argument.lower()}:({words})" if words else ":setting:->setting" if "-X" in flags else f":{argument.lower()}:_files"
    apart = f"({' '.join(flags)})" if len(flags) > 1 else ""
    for flag in flags:
        yield "      " + quoted(f"{apart}{flag}[{said}]{takes if argument else ''}")


def zsh(path):
    _, commands = program.pages(path)
    lines = [f"    {quoted(f'{name}:{page.summary}')}" for name, page in commands.items()]
    lines.append("    'help:Show a command, or all settings'")
    cases = []
    for name, page in commands.items():
        options = [line for entries in page.sections.values() for entry in entries for line in zsh_option(*entry)]
        options = " \\\n".join([*options, "      '*:file:_files'"])
        cases.append(
            f"    {name})\n      local state\n      _arguments -s : \\\n{options}\n"
            "      [[ $state != setting ]] || compadd -S '' -- $settings ;;"
        )
    cases.append(f"    help) compadd -- {' '.join(commands)} settings ;;")
    settings = " ".join(f"{name}=" for name, _ in program.settings(path))
    return ZSH.format(commands="\n".join(lines), settings=settings, cases="\n".join(cases))


def fish_option(condition, flags, argument, meaning):
    names = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in flags]
    words = WORDS.get(flags[-1])
    takes = f" -x -a {quoted(words)}" if words else " -x -a '$__sluice_settings'" if "-X" in flags else " -r"
    said = quoted(meaning.split(" (default")[0])
    return f"complete -c sluice -n {quoted(condition)} {' '.join(names)}{takes if argument else ''} -d {said}"


def fish(path):
    _, commands = program.pages(path)
    settings = " ".join(f"{name}=" for name, _ in program.settings(path))
    lines = [f"set -g __sluice_settings {settings}"]
    for name, page in {**commands, "help": None}.items():
        said = page.summary if page else "Show a command, or all settings"
        lines.append(f"complete -c sluice -n __fish_use_subcommand -x -a {name} -d {quoted(said)}")
    for name, page in commands.items():
        condition = f"__fish_seen_subcommand_from {name}"
        for listed in page.sections.values():
            lines += [fish_option(condition, *entry) for entry in listed]
    words = " ".join([*commands, "settings"])
    lines.append(f"complete -c sluice -n '__fish_seen_subcommand_from help' -x -a {quoted(words)}")
    return FISH.format(lines="\n".join(lines))
