# SPDX-License-Identifier: Apache-2.0
"""The manual pages: sluice(1), one for each command, sluice.conf(5), sluice-mapping(5)."""

import json
import pathlib
import re

import program

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "schemas" / "mapping.schema.json"
PLACES = "./sluice.conf", "/etc/sluice/sluice.conf"
TWINS = (
    "Every setting has a twin in the environment: gateway.endpoints is SLUICE_GATEWAY_ENDPOINTS, "
    "and SLUICE_GATEWAY_ENDPOINTS_FILE names a file that holds it. SLUICE_CONFIG names sluice.conf."
)


def roff(text):
    """Text for troff: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def title(name, section, path):
    version = program.ask(path, "--version").split()[1]
    kind = {1: "User Commands", 5: "File Formats"}[section]
    return f'.TH {roff(name).upper()} {section} "" "sluice {version}" "{kind}"'


def entries(listed):
    for flags, argument, meaning in listed:
        shown = ", ".join(f"\\fB{roff(flag)}\\fR" for flag in flags)
        yield f".TP\n{shown}" + (f" \\fI{roff(argument)}\\fR" if argument else "")
        yield roff(meaning)


def unfilled(text):
    return f".nf\n{roff(text)}\n.fi"


def see_also(*names):
    pages = [re.sub(r"(.+)\((\d)\)", r".BR \1 (\2)", name) for name in names]
    return ".SH SEE ALSO\n" + " ,\n".join(pages).replace("-", "\\-")


def overview(path):
    """sluice(1)."""
    said, commands = program.pages(path)
    codes = re.search(r"Exit codes: (.*)", said, re.S)[1]
    yield title("sluice", 1, path)
    yield ".SH NAME\nsluice \\- from Kafka and CSV into HBase tables"
    yield ".SH SYNOPSIS\n.B sluice\n.I COMMAND\n.RI [ OPTION ...]"
    yield f".SH DESCRIPTION\n{roff(said.split(chr(10) * 2, 1)[0])}\n.SH COMMANDS"
    for name, page in commands.items():
        yield f".TP\n.BR sluice\\-{name} (1)\n{roff(page.summary)}"
    yield ".SH OPTIONS OF EVERY COMMAND"
    yield from entries(next(iter(commands.values())).sections[program.SHARED])
    yield f".SH EXIT STATUS\n{roff(' '.join(codes.split()))}"
    yield ".SH FILES\n" + "\n.br\n".join(f".I {place}" for place in PLACES)
    yield f".SH ENVIRONMENT\n{roff(TWINS)}"
    yield see_also(*(f"sluice-{name}(1)" for name in commands), "sluice.conf(5)", "sluice-mapping(5)")


def command(path, name):
    """sluice-NAME(1)."""
    page = program.pages(path)[1][name]
    usage = page.usage.removeprefix(f"sluice {name}").strip()
    yield title(f"sluice-{name}", 1, path)
    yield f".SH NAME\nsluice\\-{name} \\- {roff(page.summary.rstrip('.'))}"
    yield f".SH SYNOPSIS\n.B sluice {name}\n{roff(usage)}"
    if page.about:
        yield f".SH DESCRIPTION\n{unfilled(page.about)}"
    for section, listed in page.sections.items():
        if section != program.SHARED:
            yield f".SH {section.upper()}"
            yield from entries(listed)
    yield f".SH {program.SHARED.upper()}"
    yield from entries(page.sections[program.SHARED])
    yield see_also("sluice(1)", "sluice.conf(5)", "sluice-mapping(5)")


def conf(path):
    """sluice.conf(5)."""
    yield title("sluice.conf", 5, path)
    yield ".SH NAME\nsluice.conf \\- settings of sluice"
    yield ".SH SYNOPSIS\n" + "\n.br\n".join(f".I {place}" for place in PLACES)
    yield f".SH DESCRIPTION\n{unfilled(program.settings_about(path))}"
    yield ".PP\n" + roff(
        "A line is [section], key = value, empty, or a comment that begins with # or ;. Values are read "
        "raw: a backslash is a backslash, quotes are part of the value. Sizes are bytes or a number with "
        "K, M, G or T; times a number with ms, s, m, h or d; shares 0.5 or 50%; lists have commas."
    )
    section = None
    for name, meaning in program.settings(path):
        if section != name.split(".")[0]:
            section = name.split(".")[0]
            yield f".SH [{section}]"
        yield from entries([([name.removeprefix(f"{section}.")], "", meaning)])
    yield f".SH ENVIRONMENT\n{roff(TWINS)}"
    yield ".SH FILES\n" + "\n.br\n".join(f".I {place}" for place in PLACES)
    yield see_also("sluice(1)", "sluice-mapping(5)")


class Mapping:
    """mapping.schema.json, told: an object's members, and what may stand in each."""

    def __init__(self):
        self.schema = json.loads(SCHEMA.read_text())

    def resolved(self, node):
        """(name of the definition or "", the node itself, what is said of it)"""
        name = node.get("$ref", "").rpartition("/")[2]
        target = self.schema["definitions"][name] if name else node
        return name, target, node.get("description") or target.get("description", "")

    def values(self, node):
        """What may stand there, in a few words."""
        name, node, _ = self.resolved(node)
        if "properties" in node:
            return name.replace("_", " ")
        if "anyOf" in node:
            return " or ".join(dict.fromkeys(filter(None, map(self.values, node["anyOf"]))))
        if "const" in node or "enum" in node:
            return ", ".join(json.dumps(one) for one in node.get("enum", [node.get("const")]))
        if node.get("type") == "array":
            return f"list of: {self.values(node['items'])}"
        if isinstance(node.get("additionalProperties"), dict):
            return f"name: {self.values(node['additionalProperties'])}"
        limits = [f"{word} {node[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in node]
        kind = node.get("type", "")
        return " ".join([*([kind] if isinstance(kind, str) else kind), *limits])

    def members(self, node):
        for key, value in node["properties"].items():
            must = ["Required."] if key in node.get("required", []) else []
            yield [f'"{key}"'], f"({self.values(value)})", " ".join([self.resolved(value)[2], *must]).strip()

    def parts(self):
        """(heading, members) of the whole, then of each kind of object in it."""
        yield "MEMBERS", self.members(self.schema)
        for name, node in self.schema["definitions"].items():
            if "properties" in node:
                yield name.replace("_", " ").upper(), self.members(node)


def mapping(path):
    """sluice-mapping(5)."""
    told = Mapping()
    yield title("sluice-mapping", 5, path)
    yield ".SH NAME\nsluice\\-mapping \\- from a record to a row of an HBase table"
    yield f".SH DESCRIPTION\nA file of JSON, one object. {roff(told.schema['description'])}"
    for heading, members in told.parts():
        yield f".SH {heading}"
        yield from entries(members)
    yield f".SH EXAMPLE\n{unfilled((SCHEMA.parent / 'clickstream.json').read_text().rstrip())}"
    yield see_also("sluice(1)", "sluice.conf(5)", "sluice-check(1)")
