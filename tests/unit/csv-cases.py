#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The CSV reader beside a table of what RFC 4180 and common sense want, and beside Python's reader
on files made up at random. Each file is read in chunks of several sizes.

csv-cases.py CSV-DUMP; prints TAP.
"""

import csv
import gzip
import io
import random
import subprocess
import sys
import tempfile
from pathlib import Path

BUFFERS = (1, 7, 64, 65536)
SEED = 4180
FILES = 2000


class Bad(int):
    """Stands for a malformed record: its line."""


# What a file holds, and the records that it is read as. The points are those that public test sets
# for CSV readers make (rules 1 to 7 of RFC 4180, line ends, blanks, quotes, encodings), the texts ours.
CASES = {
    "a header and one record": ("k,l,m\n1,2,3\n", [["k", "l", "m"], ["1", "2", "3"]]),
    "CRLF": ("k,l\r\n1,2\r\n", [["k", "l"], ["1", "2"]]),
    "no line end at the end": ("k,l\n1,2", [["k", "l"], ["1", "2"]]),
    "CRLF and none at the end": ("k,l\r\n1,2", [["k", "l"], ["1", "2"]]),
    "LF and CRLF mixed": ("k,l\r\n1,2\n3,4\r\n", [["k", "l"], ["1", "2"], ["3", "4"]]),
    "a header alone": ("k,l,m\n", [["k", "l", "m"]]),
    "one column": ("k\n1\n2\n", [["k"], ["1"], ["2"]]),
    "one column and no line end": ("k\n1", [["k"], ["1"]]),
    "nothing": ("", []),
    "blank lines alone": ("\n\r\n\n", []),
    "blank lines between and behind": ("k\n\n1\r\n\r\n\n2\n\n", [["k"], ["1"], ["2"]]),
    "an empty field first": ("k,l,m\n,2,3\n", [["k", "l", "m"], ["", "2", "3"]]),
    "an empty field between": ("k,l,m\n1,,3\n", [["k", "l", "m"], ["1", "", "3"]]),
    "an empty field last": ("k,l,m\n1,2,\n", [["k", "l", "m"], ["1", "2", ""]]),
    "all fields empty": (",,\n", [["", "", ""]]),
    "all fields empty and quoted": ('"","",""\n', [["", "", ""]]),
    "one empty field in quotes is a record": ('k\n""\n', [["k"], [""]]),
    "fewer fields than the header": ("k,l,m\n1,2\n", [["k", "l", "m"], ["1", "2"]]),
    "more fields than the header": ("k,l\n1,2,3\n", [["k", "l"], ["1", "2", "3"]]),
    "blanks belong to the field": ("k , l\n 1,2 \n\t,\t\n", [["k ", " l"], [" 1", "2 "], ["\t", "\t"]]),
    "blanks in quotes": ('" 1 ","2 "\n', [[" 1 ", "2 "]]),
    "quotes around all": ('"k","l"\n"1","2"\n', [["k", "l"], ["1", "2"]]),
    "quotes around some": ('k,"l",m\n"1",2,"3"\n', [["k", "l", "m"], ["1", "2", "3"]]),
    "a delimiter in quotes": ('name,place\nann,"ulm, old town"\n', [["name", "place"], ["ann", "ulm, old town"]]),
    "quotes within quotes": ('1,"so ""called"" thing"\n', [["1", 'so "called" thing']]),
    "a field of quotes alone": ('"""",""""""\n', [['"', '""']]),
    "a quote first and last in the field": ('"""a","b"""\n', [['"a', 'b"']]),
    "a line end in quotes": ('1,"two\nlines",3\n', [["1", "two\nlines", "3"]]),
    "CRLF in quotes is kept": ('1,"two\r\nlines"\r\n2,x\r\n', [["1", "two\r\nlines"], ["2", "x"]]),
    "blank lines in quotes": ('"a\n\n\nb",1\n', [["a\n\n\nb", "1"]]),
    "line ends and quotes in quotes": ('1,"say ""hi""\nthere, you"\n', [["1", 'say "hi"\nthere, you']]),
    "JSON": ('k,j\n1,"{""a"": [1, ""x""], ""b"": {}}"\n', [["k", "j"], ["1", '{"a": [1, "x"], "b": {}}']]),
    "UTF-8": ("k\nżółw ✓ 𝄞\n", [["k"], ["żółw ✓ 𝄞"]]),
    "a byte order mark": ("\ufeffk,l\n1,2\n", [["k", "l"], ["1", "2"]]),
    "a byte order mark before a quote": ('\ufeff"k",l\n', [["k", "l"]]),
    "NUL is a byte like others": ("a\0b,\0\n", [["a\0b", "\0"]]),
    "CR within a line": ("a\rb,c\n", [["a\rb", "c"]]),
    "CR alone ends lines where nothing else does": ("k,l\r1,2\r\r3,4", [["k", "l"], ["1", "2"], ["3", "4"]]),
    "CR alone, with LF in quotes": ('k,l\r1,"two\nlines"\r', [["k", "l"], ["1", "two\nlines"]]),
    "CR alone, with CR in quotes": ('k,l\r1,"two\rlines"\r', [["k", "l"], ["1", "two\rlines"]]),
    "CR alone and a stray quote": ('k,l\r1,"a"b\r3,4\r', [["k", "l"], Bad(2), ["3", "4"]]),
    "CR within quotes of a file of LF": ('k,"\r"\n1,2\n', [["k", "\r"], ["1", "2"]]),
    "CR and nothing else": ("\r\r\r", []),
    "a quote inside a plain field is text": ('57°3\'1.5"N,6"\n', [['57°3\'1.5"N', '6"']]),
    "text behind the closing quote": ('k\n"a"b,c\nd\n', [["k"], Bad(2), ["d"]]),
    "a blank behind the closing quote": ('k\n"a" ,c\nd\n', [["k"], Bad(2), ["d"]]),
    "a quote in quotes that stands alone": ('k,l\n1,"a "bad" one"\n2,b\n', [["k", "l"], Bad(2), ["2", "b"]]),
    "a quote never closed": ('k,l\n1,"a\n2,b\n', [["k", "l"], Bad(2), ["2", "b"]]),
    "a quote never closed at the very end": ('k\n"', [["k"], Bad(2)]),
}


def read(dump, paths, buffer_bytes, form):
    """What the reader makes of each file: lists of bytes, Bad for a malformed record, or text that
    says why it went no further."""
    done = subprocess.run([dump, str(buffer_bytes), *form, *paths], capture_output=True, check=True)
    files, records = [], []
    for line in done.stdout.decode().split("\n")[:-1]:
        if line[0] == ":":
            records.append([bytes.fromhex(field) for field in line[1:].split(":")])
        elif line[0] == "!":
            records.append(Bad(line[1:]))
        else:
            files.append(records if line == "." else line[1:])
            records = []
    return files


def read_all(dump, texts, form=("", "", "")):
    """{chunk size: what is read of each}"""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, text in enumerate(texts):
            paths.append(Path(folder, f"{i}.csv"))
            paths[-1].write_bytes(text)
        return {size: read(dump, paths, size, form) for size in BUFFERS}


def the_table(dump):
    """Each case, in chunks of each size."""
    texts = [text.encode() for text, _ in CASES.values()]
    for size, found in read_all(dump, texts).items():
        for (name, (_, wanted)), records in zip(CASES.items(), found):
            wanted = [one if isinstance(one, Bad) else [field.encode() for field in one] for one in wanted]
            if records != wanted:
                yield f"{name}, in chunks of {size}: {records}, not {wanted}"


def field(source):
    """Of what may stand in a field, and nothing that only quotes keep apart more often than else."""
    alphabet = source.choice(["abc", 'ab,"\n', 'a"', "\r\n\"',; \t", "äß€𝄞\0x", "0123456789.-"])
    return "".join(source.choices(alphabet, k=source.choice([0, 1, 2, 5, 30])))


def write(source, records, end):
    """As RFC 4180 has it, with quotes also where they need not be."""
    lines = []
    for record in records:
        fields = []
        for text in record:
            quoted = source.random() < 0.3 or any(c in text for c in ',"\r\n') or record == [""]
            fields.append('"' + text.replace('"', '""') + '"' if quoted else text)
        lines.append(",".join(fields))
    return end.join(lines) + source.choice(["", end])


def like_python(dump):
    """Python's reader, in another language and by other hands, sees the same records."""
    source = random.Random(SEED)
    texts = []
    for _ in range(FILES):
        width = source.randint(1, 6)
        records = [[field(source) for _ in range(width)] for _ in range(source.randint(1, 12))]
        texts.append((records, write(source, records, source.choice(["\n", "\r\n"]))))
    for size, found in read_all(dump, [text.encode() for _, text in texts]).items():
        for (records, text), read_here in zip(texts, found):
            theirs = list(csv.reader(io.StringIO(text, newline="")))
            if theirs != records:
                yield f"Python reads other records than were written: {text!r}"
            if read_here != [[one.encode() for one in record] for record in theirs]:
                yield f"in chunks of {size}: {text!r}: {read_here}"


# Delimiter, quote, escape, as the reader takes them.
FORMS = [
    (";", "'", ""),
    ("\t", "none", "\\"),
    (",", '"', "\\"),
    ("\x01", "none", "\\"),
    ("|", '"', "^"),
]


def other_forms_like_python(dump):
    """Other delimiters, quotes and escapes are read as Python's reader does."""
    source = random.Random(SEED + 2)
    for form in FORMS:
        delimiter, quote, escape = form
        alphabet = "acdeg1 .\n" + (delimiter + quote[0] + escape) * 2 if quote != "none" else "acdeg1 .\"" + delimiter + escape
        dialect = {
            "delimiter": delimiter,
            "quotechar": None if quote == "none" else quote,
            "quoting": csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL,
            "escapechar": escape or None,
            "doublequote": not escape,
            "lineterminator": "\n",
        }
        written = []
        for _ in range(FILES // len(FORMS)):
            width = source.randint(2, 6)
            records = [
                ["".join(source.choices(alphabet, k=source.choice([1, 2, 5, 30]))) for _ in range(width)]
                for _ in range(source.randint(1, 12))
            ]
            out = io.StringIO()
            csv.writer(out, **dialect).writerows(records)
            written.append((records, out.getvalue()))
        for size, found in read_all(dump, [text.encode() for _, text in written], form).items():
            for (records, text), read_here in zip(written, found):
                if read_here != [[one.encode() for one in record] for record in records]:
                    yield f"{form} in chunks of {size}: {text!r}: {read_here}"


def stray(source):
    """A record with a quote where none may be."""
    return source.choice(['"a"b,c', 'x,"never closed', '"', 'x,y,"z" ,"', '"a""b"c', 'q,"w"" e'])


def one_costs_one(dump):
    """A stray quote anywhere costs its own record, and no other."""
    source = random.Random(SEED + 1)
    texts = []
    for _ in range(FILES):
        records = [
            ["r" + source.choice(["", " ", "é"]), source.choice(["", "two\nlines", 'x ""', "a,b"])]
            for _ in range(source.randint(2, 10))
        ]
        lines = ["%s,%s" % (one, f'"v{two}"' if two else "") for one, two in records]
        place = source.randrange(len(lines) + 1)
        number = 1 + sum(1 + line.count("\n") for line in lines[:place])
        text = "\n".join([*lines[:place], stray(source), *lines[place:]]) + "\n"
        wanted = [[one.encode(), ("v" + two.replace('""', '"') if two else "").encode()] for one, two in records]
        wanted.insert(place, Bad(number))
        texts.append((wanted, text))
    for size, found in read_all(dump, [text.encode() for _, text in texts]).items():
        for (wanted, text), records in zip(texts, found):
            if records != wanted:
                yield f"in chunks of {size}: {text!r}: {records}"


def damage_is_seen(dump):
    """A packed file that is cut anywhere, or has a wrong bit, is an error or reads as it was."""
    text = b"k,l\n" + b"".join(b'%d,"v ""%d"""\n' % (i, i * i) for i in range(60))
    packed = gzip.compress(text, mtime=0)
    cut = [packed[:at] for at in range(3, len(packed))]
    flipped = [
        packed[:at] + bytes([packed[at] ^ 1 << bit]) + packed[at + 1 :]
        for at in range(2, len(packed))
        for bit in range(8)
    ]
    found = read_all(dump, [packed, *cut, *flipped])
    for size, (whole, *others) in found.items():
        if len(whole) != 61:
            yield f"in chunks of {size}: {whole}"
        for at, records in enumerate(others):
            if not isinstance(records, str) and (at < len(cut) or records != whole):
                yield f"in chunks of {size}: case {at} is read as {records}"


CHECKS = (the_table, like_python, other_forms_like_python, one_costs_one, damage_is_seen)


def main():
    print(f"1..{len(CHECKS)}")
    for number, check in enumerate(CHECKS, 1):
        said = list(check(sys.argv[1]))
        for line in said[:5]:
            print("#", line)
        print("not ok" if said else "ok", number, check.__doc__.split("\n")[0])
    print(f"# seed {SEED}, {FILES} files, chunks of {BUFFERS}")


if __name__ == "__main__":
    main()
