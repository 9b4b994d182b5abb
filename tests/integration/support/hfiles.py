# SPDX-License-Identifier: Apache-2.0
"""Cells made up at random and what HBase's own classes make of HFiles of them: an opinion of the
format that owes nothing to sluice."""
import os
import pathlib
import re
import shutil
import struct
import subprocess
from bisect import bisect_left
from typing import NamedTuple

from support import java

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOURCE = pathlib.Path(__file__).with_name("Hfiles.java")
CODECS_POM = ROOT / "compose" / "artifacts" / "codecs.xml"
AIRCOMPRESSOR = ("Snappy", "Lz4", "Zstd")
FAMILY = "f1"

PUT, DELETE, DELETE_FAMILY_VERSION, DELETE_COLUMN, DELETE_FAMILY = 4, 8, 10, 12, 14
LAST_TIME = 2**63 - 2
HEADER_BYTES, TRAILER_BYTES = 33, 4096


class Cell(NamedTuple):
    row: bytes
    qualifier: bytes
    timestamp: int
    type: int
    value: bytes = b""

    def place(self):
        """HBase's order: newest first, and deletes before the put of their time."""
        return self.row, self.qualifier, -self.timestamp, -self.type

    def key(self):
        """The key as HBase serialises it, in hexadecimal."""
        parts = (
            struct.pack(">H", len(self.row)), self.row, bytes([len(FAMILY)]), FAMILY.encode(), self.qualifier,
            struct.pack(">qB", self.timestamp, self.type),
        )
        return b"".join(parts).hex()

    def question(self):
        return (
            struct.pack(">I", len(self.row)) + self.row + struct.pack(">I", len(self.qualifier)) + self.qualifier
            + struct.pack(">qB", self.timestamp, self.type)
        )

    def bytes(self):
        return self.question() + struct.pack(">I", len(self.value)) + self.value


class Options(NamedTuple):
    codec: str = "NONE"
    bloom: str = "NONE"
    prefix: int = 0
    block: int = 65536
    index: int = 131072
    sequence_ids: int = 0
    encoding: str = "NONE"

    def words(self):
        return list(self)


def text(random, longest, least=0):
    """Bytes whose neighbours are often equal, a prefix, or at an end of the range of a byte."""
    alphabet = random.choice([b"\x00\xff", b"\x00\x01\x7f\x80\xfe\xff", b"ab", bytes(range(256))])
    return bytes(random.choices(alphabet, k=random.randint(least, longest)))


def value(random, longest):
    if longest > 1000 and random.random() < 0.5:
        return random.randbytes(random.randint(0, longest))
    return text(random, min(longest, 300))


class Theirs(NamedTuple):
    """What HBase's writer can do and ours does not."""

    tags: int = 0
    checksum: str = "CRC32C"
    index_encoding: str = "NONE"


def write_line(cells, path, options, theirs=Theirs()):
    """For ask_hbase: HBase writes a file of its own."""
    return ["write", cells, path, FAMILY, *options.words(), *theirs]


class Shape(NamedTuple):
    """What the cells of a file are like: how many rows, how long the parts are at most."""

    rows: int
    row: int
    qualifier: int
    value: int


SHAPES = {
    "one": Shape(1, 12, 8, 50),
    "few": Shape(12, 3, 3, 100),
    "short rows": Shape(150, 2, 2, 10),
    "many": Shape(500, 24, 6, 60),
    "long keys": Shape(25, 32767, 3000, 100),
    "long columns": Shape(15, 40, 70_000, 100),
    "large values": Shape(12, 30, 10, 300_000),
}


def row_cells(random, row, shape):
    if random.random() < 0.1:
        yield Cell(row, b"", random.randint(0, 5000), DELETE_FAMILY)
    if random.random() < 0.05:
        yield Cell(row, b"", random.randint(0, 5000), DELETE_FAMILY_VERSION)
    for _ in range(random.randint(1, 4)):
        qualifier = text(random, shape.qualifier)
        for _ in range(random.choice([1, 1, 1, 2, 5])):
            time = random.choice([0, 1, random.randint(0, 5000), 1_700_000_000_000, LAST_TIME])
            kind = random.choices([PUT, DELETE, DELETE_COLUMN], [20, 1, 1])[0]
            yield Cell(row, qualifier, time, kind, value(random, shape.value) if kind == PUT else b"")


def make_cells(random, shape):
    """In order, no key twice."""
    cells = {}
    for _ in range(shape.rows):
        for cell in row_cells(random, text(random, shape.row, least=1), shape):
            cells.setdefault(cell.place(), cell)
    return [cells[place] for place in sorted(cells)]


def make_questions(random, cells, count):
    """Keys that are in the file, near to one that is, and anywhere."""
    asked = []
    for cell in random.choices(cells, k=count):
        change = random.choice(["none", "row", "column", "time", "type", "cut"])
        row, qualifier, time, kind = cell[:4]
        if change == "row":
            row = text(random, 40, least=1)
        elif change == "column":
            qualifier = text(random, 8)
        elif change == "time":
            time = max(0, min(LAST_TIME, time + random.choice([-1, 1])))
        elif change == "type":
            kind = random.choice([PUT, DELETE, DELETE_COLUMN])
        elif change == "cut":
            row = row[:-1] or row
        asked.append(Cell(row, qualifier, time, kind))
    return sorted(asked, key=Cell.place)


def expected_seek(cells, places, asked):
    at = bisect_left(places, asked.place())
    return cells[at].key() if at < len(cells) else "-"


def bloom_key(options, cell):
    if options.bloom == "ROW":
        return cell.row
    if options.bloom == "ROWCOL":
        return cell.row, cell.qualifier
    return cell.row[: options.prefix]


def is_in_filter(options, present, asked):
    """Beside a column HBase always asks for the empty one, where deletes of the whole row would be."""
    return bloom_key(options, asked) in present or (options.bloom == "ROWCOL" and (asked.row, b"") in present)


def hfile(folder, name):
    """Where a file lies: HBase takes none for its own whose name is not hexadecimal."""
    return folder / FAMILY / name.encode().hex()


TYPES = {"Put": PUT, "Delete": DELETE, "DeleteFamilyVersion": DELETE_FAMILY_VERSION, "DeleteColumn": DELETE_COLUMN,
         "DeleteFamily": DELETE_FAMILY}


def unescape(text):
    return re.sub(r"\\x([0-9A-F]{2})", lambda found: chr(int(found.group(1), 16)), text).encode("latin-1")


def shown_cell(one):
    """A cell as `sluice hfile --cells --json` shows it."""
    row, qualifier, value = (unescape(one[name]) for name in ("row", "qualifier", "value"))
    return Cell(row, qualifier, one["timestamp"], TYPES.get(one["type"], 0), value)


def check_answers(options, cells, questions, answers):
    """What HBase found, key by key; returns (keys that are in no filter, those let through)."""
    places = [cell.place() for cell in cells]
    present = {bloom_key(options, cell) for cell in cells}
    deleted = {cell.row for cell in cells if cell.type in (DELETE_FAMILY, DELETE_FAMILY_VERSION)}
    absent = passed = 0
    assert len(answers) == len(questions)
    for asked, answer in zip(questions, answers):
        found, onward, may_be_there, may_be_deleted = answer.split()
        assert found == onward == expected_seek(cells, places, asked), asked
        assert may_be_deleted == "1" or asked.row not in deleted, f"{asked}: its family's delete is hidden"
        if options.bloom == "NONE":
            assert may_be_there == "1"
        elif is_in_filter(options, present, asked):
            assert may_be_there == "1", f"{asked}: a get would miss it"
        else:
            absent += 1
            passed += may_be_there == "1"
    return absent, passed


def pack(folder, files):
    """Has sluice's writer write the HFile of each NAME.cells; files: {name: Options}."""
    program = pathlib.Path(os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice"))
    plan = folder / "pack.plan"
    with open(plan, "w", encoding="utf-8") as out:
        for name, options in files.items():
            words = [folder / f"{name}.cells", hfile(folder, name), FAMILY, *options.words()]
            print(*words, sep="\t", file=out)
    done = subprocess.run(
        [program.parents[1] / "tests" / "integration" / "hfile-pack", plan], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def blocks(data):
    """(offset, bytes of header and payload, bytes of the whole) of each block."""
    at = 0
    while at < len(data) - TRAILER_BYTES:
        (disk,) = struct.unpack_from(">I", data, at + 8)
        (covered,) = struct.unpack_from(">I", data, at + 29)
        yield at, covered, HEADER_BYTES + disk
        at += HEADER_BYTES + disk


def codec_jars():
    """The folder of HBase's pure Java codecs, fetched once; None where there is nothing to fetch with."""
    home = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local" / "share")) / "sluice"
    folder = pathlib.Path(os.environ.get("SLUICE_LOCAL", home)) / "artifacts" / "codecs"
    if not folder.is_dir():
        if shutil.which("mvn") is None:
            return None
        part = folder.with_suffix(".part")
        subprocess.run(
            ["mvn", "-q", "-B", "-f", CODECS_POM, "dependency:copy-dependencies", f"-DoutputDirectory={part}"],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=300,
        )
        part.rename(folder)
    return folder


def write_site(folder):
    """HBase takes a codec's class from no other place than the site of Hadoop."""
    names = {name.lower(): f"org.apache.hadoop.hbase.io.compress.aircompressor.{name}Codec" for name in AIRCOMPRESSOR}
    settings = {f"hbase.io.compress.{name}.codec": codec for name, codec in names.items()}
    settings["fs.defaultFS"] = "file:///"
    properties = "".join(
        f"<property><name>{name}</name><value>{value}</value></property>" for name, value in settings.items()
    )
    (folder / "core-site.xml").write_text(f"<configuration>{properties}</configuration>", encoding="utf-8")


def ask_hbase(folder, lines, jars=None, may_fail=False):
    """Runs Hfiles.java over the lines; returns what it printed."""
    write_site(folder)
    plan = folder / "hbase.plan"
    plan.write_text("".join("\t".join(map(str, line)) + "\n" for line in lines), encoding="utf-8")
    said = java.run_source(SOURCE, plan, more=[folder] if jars is None else [folder, f"{jars}/*"])
    assert may_fail or "failed\t" not in said, said
    return said
