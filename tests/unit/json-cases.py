#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON reader beside Python's on documents made up at random, whole and damaged: both take the
same ones, and find the same values.

json-cases.py JSON-DUMP; prints TAP.
"""

import json
import random
import subprocess
import sys
from decimal import Decimal

SEED = 8259
DOCUMENTS = 10_000
PATHS = ["a", "b.c", "b", "d[0].e", "d[1]", "f[k=x].v", "g\\.h", "ä", "n"]
NAMES = ["a", "b", "c", "d", "e", "f", "k", "v", "g.h", "ä", "n", "other", ""]
TEXTS = ["", "x", "nan", "ä€😀", 'a"b\\c/', "\x00\x1f\n\t", "\u2028", "1.0", "a" * 20]
NUMBERS = ["0", "-0", "7", "-12", "1.0", "12.50", "1e5", "1E-7", "-2.5e+3", "9223372036854775807", "9223372036854775808",
           "-9223372036854775808", "18446744073709551617", "9007199254740993.0", "9007199254740991.4", "0.1", "1e300",
           "123456789012345678.25", "5e-324", "1e999", "0.30000000000000004", "100000000000000000000"]


class Refused(Exception):
    """A document that a JSON reader need not take."""


def text_of(choose, text):
    """The text as JSON, each character as itself or escaped."""
    out = []
    for char in text:
        plain = json.dumps(char, ensure_ascii=choose.random() < 0.3)[1:-1]
        out.append("\\/" if char == "/" and choose.random() < 0.5 else plain)
    return '"' + "".join(out) + '"'


def space(choose):
    return choose.choice(["", "", "", " ", "\n\t "])


def value_of(choose, depth):
    kind = choose.randrange(10 if depth < 4 else 6)
    if kind < 3:
        return text_of(choose, choose.choice(TEXTS))
    if kind < 5:
        return choose.choice(NUMBERS) if choose.random() < 0.7 else repr(choose.uniform(-1e6, 1e6))
    if kind == 5:
        return choose.choice(["true", "false", "null", "NaN", "Infinity", "-Infinity"])
    gap = space(choose)
    if kind < 8:
        items = [gap + value_of(choose, depth + 1) + gap for _ in range(choose.randrange(4))]
        return "[" + ",".join(items) + "]"
    return object_of(choose, depth + 1)


def object_of(choose, depth):
    names = choose.sample(NAMES, choose.randrange(len(NAMES)))
    gap = space(choose)
    if choose.random() < 0.05 and names:
        names.append(choose.choice(names))
    members = [gap + text_of(choose, name) + gap + ":" + gap + value_of(choose, depth) + gap for name in names]
    return "{" + (",".join(members) or gap) + "}"


def damaged(choose, document):
    """A byte dropped, changed, doubled or put in; or the end cut off."""
    data = bytearray(document)
    at = choose.randrange(len(data))
    what = choose.randrange(5)
    if what == 0:
        del data[at]
    elif what == 1:
        data[at] = choose.randrange(256)
    elif what == 2:
        data.insert(at, data[at])
    elif what == 3:
        data[at:at] = choose.choice([b'"', b"\\", b",", b"}", b"]", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u12"])
    else:
        del data[at:]
    return bytes(data)


class Twice(dict):
    """An object in which names stand twice."""

    def __init__(self, pairs):
        for name, value in pairs:
            name.encode()
            lone(value)
        super().__init__(pairs)
        self.twice = {name for i, (name, _) in enumerate(pairs) if name in [n for n, _ in pairs[:i]]}


class Number(str):
    """A number as it is written."""


def parse(data):
    text = data.decode("utf-8-sig")  # UnicodeDecodeError is a ValueError
    document = json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=Twice,
                          parse_constant=lambda word: float(word.replace("Infinity", "inf")))
    if not isinstance(document, Twice):
        raise Refused("no object")
    return document


def lone(value):
    """Python takes half of a surrogate pair; objects have looked at what is in them."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, list):
        for item in value:
            lone(item)


def number_text(number):
    """docs/mapping.md: the one text form of numbers."""
    if number == int(number) and abs(number) < 2**53:
        return str(int(number))
    return repr(number)


def number(text):
    exact = Decimal(text)
    if "." not in text and "e" not in text.lower():
        if -(2**63) <= int(text) < 2**63:
            return "i", str(int(text))
        return ("d", number_text(float(text))) if int(float(text)) == int(text) else ("t", text)
    double = float(text)
    if abs(double) == float("inf"):
        raise Refused("beyond a double")
    if exact == exact.to_integral_value() and -(2**63) <= exact < 2**63:
        return ("d", number_text(double)) if Decimal(double) == exact else ("i", str(int(exact)))
    if double == int(double) and abs(exact) < 2**63 and Decimal(double) != exact:
        return "t", text
    return "d", number_text(double)


def compact(value):
    if isinstance(value, Number):
        kind, text = number(value) if Decimal(value).adjusted() < 400 else ("t", value)
        return text
    if isinstance(value, str):
        out = json.dumps(value, ensure_ascii=False)
        return out
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float):
        return "null" if value != value else '"Infinity"' if value > 0 else '"-Infinity"'
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return None  # objects in which a name stands twice are no dict: only the reader keeps both


def shown(value):
    if value is None or value != value:
        return "-"
    if isinstance(value, Number):
        kind, text = number(value)
        return kind + text.encode().hex()
    if isinstance(value, str):
        return "t" + value.encode().hex()
    if isinstance(value, bool):
        return "o1" if value else "o0"
    if isinstance(value, float):
        return "d" + ("inf" if value > 0 else "-inf").encode().hex()
    text = None if has_object(value) else compact(value)
    return None if text is None else "t" + text.encode().hex()


def has_object(value):
    return isinstance(value, dict) or (isinstance(value, list) and any(map(has_object, value)))


def member(value, name):
    if not isinstance(value, Twice):
        return None
    if name in value.twice:
        raise Refused("a wanted name stands twice")
    return value.get(name)


def element(value, index):
    return value[index] if isinstance(value, list) and len(value) > index else None


def selected(value, name, text):
    for item in value if isinstance(value, list) else []:
        if isinstance(item, Twice) and name in item:
            it = item[name]
            if isinstance(it, str) and it == text:
                return item
    return None


def expected(document):
    b = member(document, "b")
    d = member(document, "d")
    f = member(document, "f")
    return [
        member(document, "a"), member(b, "c"), b, member(element(d, 0), "e"), element(d, 1),
        member(selected(f, "k", "x"), "v"), member(document, "g.h"), member(document, "ä"), member(document, "n"),
    ]


def twice_in_selected(document):
    """Which of two names selects is not said."""
    f = document.get("f")
    return isinstance(f, list) and any(isinstance(item, Twice) and "k" in item.twice for item in f)


def wrong(data, line):
    try:
        document = parse(data)
        values = expected(document)
        wanted = [shown(value) for value in values]
    except (ValueError, Refused) as refusal:
        return None if line.startswith("!") else f"{data!r}: taken, though {refusal}"
    if twice_in_selected(document):
        return None
    got = line.split(" ")
    if line.startswith("!"):
        return f"{data!r}: refused: {line}"
    for path, mine, its in zip(PATHS, wanted, got, strict=True):
        if mine is not None and mine != its:
            return f"{data!r}: {path} is {its}, not {mine}"
    return None


def main():
    choose = random.Random(SEED)
    documents = []
    for i in range(DOCUMENTS):
        document = (space(choose) + object_of(choose, 0) + space(choose)).encode()
        documents.append(damaged(choose, document) if i % 2 else document)
    lines = "".join(document.hex() + "\n" for document in documents)
    done = subprocess.run([sys.argv[1], *PATHS], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    faults = [fault for document, line in zip(documents, done.stdout.decode().splitlines(), strict=True)
              if (fault := wrong(document, line))]
    taken = sum(not line.startswith("!") for line in done.stdout.decode().splitlines())
    print("1..1")
    print(f"# {taken} of {DOCUMENTS} documents were taken")
    for fault in faults[:5]:
        print("#", fault[:500])
    print("ok 1" if not faults and taken > DOCUMENTS / 4 else "not ok 1", "the JSON reader agrees with Python's")
    sys.exit(bool(faults))


main()
