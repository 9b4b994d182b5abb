# SPDX-License-Identifier: Apache-2.0
"""What docs/json-output.md says of each command's JSON."""
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "json-output.md"


def described(text=None):
    """command -> the paths of its members, as `findings[].what`."""
    sections = re.split(r"^## `(\w+)`$", text or PAGE.read_text(), flags=re.M)
    return {
        command: [
            path
            for row in re.findall(r"^\| (`.+?) \|", body, re.M)
            for path in re.findall(r"`([^`]+)`", row)
        ]
        for command, body in zip(sections[1::2], sections[2::2])
    }


def paths(value, above=""):
    """Of every member and element of a document."""
    members = value.items() if isinstance(value, dict) else []
    for name, member in members:
        path = f"{above}.{name}" if above else name
        yield path
        yield from paths(member, path)
    for member in value if isinstance(value, list) else []:
        yield f"{above}[]"
        yield from paths(member, f"{above}[]")


def with_those_above(known):
    """a[].b tells that there are a and a[], too."""
    for path in known:
        yield path
        for found in re.finditer(r"\[\]|\.", path):
            yield path[: found.start()]
            yield path[: found.end()].rstrip(".")


def undescribed(command, document, text=None):
    """The members of a document that the page does not tell of. A name of the data's may hold anything, dots too."""
    known = [re.sub("<[a-z]+>", ".+", re.escape(path)) for path in with_those_above(described(text).get(command, []))]
    allowed = re.compile("|".join(known) or "(?!)", re.S)
    return sorted({path for path in paths(document) if not allowed.fullmatch(path)})
